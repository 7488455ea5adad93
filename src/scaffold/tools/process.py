"""Start processes. The only module of scaffold that does; copier and GitPython start their own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools import watchdog

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


@dataclass(frozen=True)
class Completed:
    """A process that ended.

    Attributes:
        returncode: Its exit status.
        out: What it wrote to stdout; empty when that was shown live.
        err: What it wrote to stderr; empty when that was shown live.
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
        """What it wrote to stdout, as text."""
        return self.out.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """What it wrote to stderr, as text."""
        return self.err.decode("utf-8", "replace")

    @property
    def last_line(self) -> str:
        """The last line of output that is not blank: usually why it failed."""
        lines = [line.strip() for line in f"{self.stdout}\n{self.stderr}".splitlines() if line.strip()]
        return lines[-1] if lines else f"exit status {self.returncode}"


def run(
    args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None, stdin: bytes = b"", live: bool = False
) -> Completed:
    """Run a program to its end, without a shell.

    Args:
        args: The program and its arguments.
        cwd: The working directory.
        env: Variables to add to the environment or, with an empty value, to remove from it.
        stdin: What it reads; it never reads the terminal.
        live: Let it write to our stderr while it runs, instead of capturing its output.

    Raises:
        ScaffoldError: The program does not exist or cannot be started.
    """
    output = sys.stderr.fileno() if live else subprocess.PIPE
    with _starting(args[0]):
        done = subprocess.run(args, cwd=cwd, env=_with(env), check=False, input=stdin, stdout=output, stderr=output)
    return Completed(done.returncode, done.stdout or b"", done.stderr or b"")


def ask(
    args: Sequence[str], seconds: float, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Completed | None:
    """Run a program that has to answer within so many seconds; None when it does not. Raises ScaffoldError."""
    # Files and no pipes: what the program started may go on, and hold them open.
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        with (
            _starting(args[0]),
            subprocess.Popen(args, env=_with(env), stdin=given, stdout=out, stderr=err) as process,
        ):
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                return None
        for stream in (out, err):
            stream.seek(0)
        return Completed(process.returncode, out.read(), err.read())


def run_within(
    seconds: float, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
) -> Completed | None:
    """Run a program to its end, without a shell; None where it takes longer, and is ended with all that it started.

    Raises:
        ScaffoldError: The program does not exist or cannot be started.
    """
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with _starting(args[0]):
        process = subprocess.Popen(args, cwd=cwd, env=_with(env), **pipes)  # type: ignore[call-overload]
    with process:
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            for pid in list(watchdog.process_tree(process.pid)):
                with contextlib.suppress(OSError):
                    os.kill(pid, _KILL)
            return None
        except BaseException:
            process.kill()
            raise
    return Completed(process.returncode, out, err)


def run_up_to(most: int, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Completed | None:
    """Run a program and capture at most `most` bytes; one that prints more is killed, and the result is None.

    Raises:
        ScaffoldError: The program does not exist or cannot be started.
    """
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with _starting(args[0]):
        process = subprocess.Popen(args, cwd=cwd, env=_with(env), **pipes)  # type: ignore[call-overload]
    with process:
        out = process.stdout.read(most + 1)
        if len(out) > most:
            process.kill()
            return None
    return Completed(process.returncode, out)


@contextlib.contextmanager
def _starting(program: str) -> Iterator[None]:
    """A program that cannot be started ends in a ScaffoldError that names it."""
    try:
        yield
    except OSError as error:
        raise ScaffoldError(f"`{program}` could not be started: {error.strerror}.", code="program-missing") from error


def _with(changes: Mapping[str, str] | None) -> dict[str, str]:
    """The environment with variables added, or removed where the value is empty."""
    return {
        key: value for key, value in {**os.environ, **(changes or {})}.items() if value or key not in (changes or {})
    }


def feed(args: Sequence[str], cwd: Path, chunks: Iterable[bytes], env: Mapping[str, str] | None = None) -> Completed:
    """Run a program with a stream as stdin: the chunks are produced while it runs, and never held in memory together.

    Raises:
        ScaffoldError: The program does not exist or cannot be started.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with _starting(args[0]):
            process = subprocess.Popen(args, cwd=cwd, env=_with(env), stdin=subprocess.PIPE, stdout=out, stderr=err)
        with process:
            try:
                # When it exits early, its exit status and its output say why.
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
    """A running program that exchanges frames by pipes: a 4-byte little-endian length, then that many bytes."""

    def __init__(self, args: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        """Start it; its stderr is discarded. Raises ScaffoldError."""
        pipes = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.DEVNULL,
        }
        with _starting(args[0]):
            # In a process group of its own: Ctrl-C reaches only scaffold, and the whole group can be killed.
            self._process = subprocess.Popen(args, cwd=cwd, env=env, start_new_session=True, **pipes)  # type: ignore[call-overload]
        self.pid: int = self._process.pid

    def send(self, data: bytes) -> bool:
        """Send a frame. Returns whether the program is still reading."""
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(len(data).to_bytes(4, "little") + data)
            self._process.stdin.flush()
            return True
        return False

    def receive(self, most: int) -> bytes | None:
        """The next frame; None when the program ended, or sent a frame of more than `most` bytes."""
        with contextlib.suppress(OSError, ValueError):
            head = self._process.stdout.read(4)
            size = int.from_bytes(head, "little")
            if len(head) == 4 and size <= most:
                data: bytes = self._process.stdout.read(size)
                return data if len(data) == size else None
        return None

    def kill(self) -> None:
        """Kill it and its process group; a second call does nothing."""
        if self._process.returncode is None:
            with contextlib.suppress(OSError):
                if sys.platform == "win32":
                    self._process.kill()
                else:
                    os.killpg(self.pid, signal.SIGKILL)

    def status(self, seconds: float) -> int | None:
        """Its exit status if it ends within this many seconds; None otherwise."""
        try:
            status: int = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        return status

    def close(self) -> None:
        """Close its pipes and wait until it ends."""
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()


@contextlib.contextmanager
def limited_memory(more: int) -> Iterator[None]:
    """Let this process, and what it starts, take only so many bytes more: then comes a MemoryError.

    Does nothing where the system cannot limit it (all but Linux).
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most if soft == resource.RLIM_INFINITY else min(most, soft), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def find_program(name: str) -> str | None:
    """The path of a program on PATH, or None."""
    return shutil.which(name)


def is_root() -> bool:
    """Whether we run as root; never on Windows."""
    return sys.platform != "win32" and os.geteuid() == 0
