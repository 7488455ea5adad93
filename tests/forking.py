"""The program as a fork of this process: it need not load copier first, which takes half a second of CPU.

That the console script does the same is for tests/cli, which start it.
"""

import gc
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from scaffold.cli.main import main


class Fork:
    """A command line that runs in a process and a session of its own.

    Attributes:
        pid: the process, which leads its group.
    """

    def __init__(
        self,
        args: Sequence[str | Path],
        terminal: int | None = None,
        env: Mapping[str, str] | None = None,
        program: Callable[[list[str]], int] = main,
    ) -> None:
        """Start it.

        Args:
            args: the command line, without the program's name.
            terminal: the terminal that a person sits at; None: nothing to read, and nobody listens.
            env: variables to add to the environment.
            program: what runs, and gives the exit code.
        """
        if not hasattr(os, "fork"):
            pytest.skip("a process cannot be forked on this system")
        self._status: int | None = None
        leads, unready = os.pipe()
        self._gone, held = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads that a fork does not have: those of pytest-xdist, which it does not need.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _run(lambda: program([str(arg) for arg in args]), unready, terminal, env or {})
        os.close(unready)
        os.close(held)
        os.read(leads, 1)  # nothing; it ends when the process has a group that can be killed
        os.close(leads)

    def poll(self) -> int | None:
        """As subprocess.Popen.poll: the exit code, or minus the signal that ended it; None while it runs."""
        return self._waited(os.WNOHANG)

    def wait(self) -> int:
        """As subprocess.Popen.wait."""
        status = self._waited(0)
        assert status is not None
        return status

    def kill(self) -> None:
        """End it, and all that it started."""
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.wait()

    def _waited(self, flags: int) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, flags)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
            if self._status is not None:
                # A child that was killed between fork and exec has our locks, and may end a moment later.
                select.select([self._gone], [], [], 10)
                os.close(self._gone)
        return self._status


def _run(program: Callable[[], int], unready: int, terminal: int | None, env: Mapping[str, str]) -> None:
    """Become the program; never returns."""
    code = 99
    # hypothesis has a callback of the garbage collector, and an exception that reaches one, such as Ctrl-C's, is lost.
    gc.callbacks.clear()
    try:
        os.setsid()
        os.close(unready)
        stream = os.open(os.devnull, os.O_RDWR) if terminal is None else terminal
        for number in (0, 1, 2):
            os.dup2(stream, number)
        if terminal is not None:
            import fcntl
            import termios

            fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C reaches the program
        # Not number 0: input() would read that with GNU readline, which pytest loads and the program does not.
        sys.stdin, sys.stdout, sys.stderr = open(os.dup(0)), open(1, "w"), open(2, "w")  # noqa: SIM115, PTH123
        os.environ.update(env)
        code = program()
        for stream_ in (sys.stdout, sys.stderr):
            with suppress(OSError):
                stream_.flush()
    finally:
        os._exit(code)
