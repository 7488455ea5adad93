"""The only place that starts processes of our own (copier and GitPython start theirs)."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class Completed:
    """A process that ended.

    Attributes:
        returncode: its exit status.
        out: what it printed; empty when it was shown live.
        err: what it said, likewise.
    """

    returncode: int
    out: bytes = b""
    err: bytes = b""

    @property
    def ok(self) -> bool:
        """Whether it exited with 0."""
        return self.returncode == 0

    @property
    def stdout(self) -> str:
        """What it printed, as text."""
        return self.out.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """What it said, as text."""
        return self.err.decode("utf-8", "replace")

    @property
    def last_line(self) -> str:
        """The last line that says something: usually why it failed."""
        lines = [line.strip() for line in f"{self.stdout}\n{self.stderr}".splitlines() if line.strip()]
        return lines[-1] if lines else f"exit status {self.returncode}"


def run(
    args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b"", live: bool = False
) -> Completed:
    """Run a program to its end, without a shell.

    Args:
        args: the program and its arguments.
        cwd: where it runs.
        env: variables to add to (or, with an empty value, take from) the environment.
        stdin: what it reads; it never reads the terminal.
        live: let it write to our stderr as it goes, instead of keeping its output.

    Raises:
        ScaffoldError: the program is not there or cannot be started.
    """
    output = sys.stderr.fileno() if live else subprocess.PIPE
    try:
        done = subprocess.run(args, cwd=cwd, env=_with(env), check=False, input=stdin, stdout=output, stderr=output)
    except OSError as error:
        raise ScaffoldError(f"`{args[0]}` could not be started: {error.strerror}.", code="program-missing") from error
    return Completed(done.returncode, done.stdout or b"", done.stderr or b"")


def run_up_to(most: int, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Completed | None:
    """Run a program that prints at most so many bytes; one that prints more is ended, and None comes of it.

    Raises:
        ScaffoldError: the program is not there or cannot be started.
    """
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        process = subprocess.Popen(args, cwd=cwd, env=_with(env), **pipes)  # type: ignore[call-overload]
    except OSError as error:
        raise ScaffoldError(f"`{args[0]}` could not be started: {error.strerror}.", code="program-missing") from error
    with process:
        out = process.stdout.read(most + 1)
        if len(out) > most:
            process.kill()
            return None
    return Completed(process.returncode, out)


def _with(changes: Mapping[str, str] | None) -> dict[str, str]:
    """The environment with variables added, or taken out where the value is empty."""
    return {
        key: value for key, value in {**os.environ, **(changes or {})}.items() if value or key not in (changes or {})
    }


def feed(args: Sequence[str], cwd: Path, chunks: Iterable[bytes], env: Mapping[str, str] | None = None) -> Completed:
    """Run a program that reads much and prints little: what it reads is made while it runs, and never held as a whole.

    Raises:
        ScaffoldError: the program is not there or cannot be started.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(args, cwd=cwd, env=_with(env), stdin=subprocess.PIPE, stdout=out, stderr=err)
        except OSError as error:
            raise ScaffoldError(
                f"`{args[0]}` could not be started: {error.strerror}.", code="program-missing"
            ) from error
        with process:
            try:
                # When it ends early, its exit status and its last words say why.
                with contextlib.suppress(BrokenPipeError):
                    for chunk in chunks:
                        process.stdin.write(chunk)  # type: ignore[union-attr]
                    process.stdin.flush()  # type: ignore[union-attr]
            except BaseException:
                process.kill()
                raise
            finally:
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()  # type: ignore[union-attr]
        for stream in (out, err):
            stream.seek(0)
        return Completed(process.returncode, out.read(), err.read())


class Child:
    """A program that is spoken with in frames (a length of 4 bytes, little-endian, then so many bytes), and ended."""

    def __init__(self, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Start it; what it says on stderr is lost. Raises ScaffoldError."""
        pipes = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
        }
        try:
            # Of its own group, so that a Ctrl-C is ours to deal with and all that it starts can be ended.
            self._process = subprocess.Popen(args, cwd=cwd, env=env, start_new_session=True, **pipes)  # type: ignore[call-overload]
        except OSError as error:
            raise ScaffoldError(
                f"`{args[0]}` could not be started: {error.strerror}.", code="program-missing"
            ) from error
        self.pid: int = self._process.pid

    def send(self, data: bytes) -> bool:
        """Send a frame. Returns whether it was taken."""
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(len(data).to_bytes(4, "little") + data)
            self._process.stdin.flush()
            return True
        return False

    def receive(self, most: int) -> bytes | None:
        """The next frame; None when it ended, or sent one of more than `most` bytes."""
        with contextlib.suppress(OSError, ValueError):
            head = self._process.stdout.read(4)
            size = int.from_bytes(head, "little")
            if len(head) == 4 and size <= most:
                data: bytes = self._process.stdout.read(size)
                return data if len(data) == size else None
        return None

    def kill(self) -> None:
        """End it now, and all of its group; a second time does nothing."""
        if self._process.returncode is None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self.pid, signal.SIGKILL)
                else:
                    self._process.kill()

    def status(self, seconds: float) -> int | None:
        """Its exit status, once it has ended by itself in so many seconds; None when it goes on."""
        try:
            status: int = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return status

    def close(self) -> None:
        """Wait for its end, and let go of it."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()


def find_program(name: str) -> str | None:
    """The path of a program on PATH, or None."""
    return shutil.which(name)
