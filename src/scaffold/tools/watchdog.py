"""A look at a process and all below it, several times a second, and its end when it takes too much."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_OFTEN = 0.05
"""Seconds between two looks."""
_MANY = 20_000
"""So many files are looked at; more are too many."""


@dataclass(frozen=True)
class Bounds:
    """What may be used: memory in MB, and processes."""

    memory_mb: int
    processes: int


class Watch:
    """Ends a child that works too long, or whose processes or files grow too large.

    Attributes:
        reason: why it was ended, in words; empty when it was not.
    """

    def __init__(
        self,
        pid: int,
        end: Callable[[], None],
        bounds: Bounds,
        folders: tuple[Path, ...] = (),
        halted: threading.Event | None = None,
    ) -> None:
        """Begin to watch.

        Args:
            pid: of the child; 0: do not look at its memory.
            end: ends it.
            bounds: what its processes may use together; its files in `folders` may take as much memory again.
            folders: where it may write.
            halted: set when everything is to end.
        """
        self._halted = halted or threading.Event()
        self.reason = ""
        self._pid, self._end, self._bounds, self._folders = pid, end, bounds, folders
        self._deadline, self._why = float("inf"), ""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def until(self, seconds: float, why: str) -> None:
        """End it when it does not stop to work for so long."""
        self._why, self._deadline = why, time.monotonic() + seconds

    def rest(self) -> None:
        """It has nothing to do: no time runs."""
        self._deadline = float("inf")

    def stop(self) -> None:
        """Watch no longer."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        looks = 0
        while not self._done.wait(_OFTEN):
            looks += 1
            reason = self._found(files=looks % 5 == 0)
            if reason:
                self.reason = reason
                self._end()
                return

    def _found(self, *, files: bool) -> str:
        """Why it is to end; empty for no reason."""
        memory_mb = self._bounds.memory_mb
        if self._halted.is_set():
            return "it was stopped"
        if time.monotonic() > self._deadline:
            return self._why
        pids = list(below(self._pid)) if self._pid else []
        # Those that make up the box itself are not the program's.
        if len(pids) > self._bounds.processes + 3:
            return f"it started more than {self._bounds.processes} processes"
        if memory(pids) > memory_mb:
            return f"it used more than {memory_mb} MB of memory"
        if files and any(_is_large(folder, memory_mb) for folder in self._folders):
            return f"it wrote more than {memory_mb} MB, or too many files"
        return ""


def memory(pids: Iterable[int]) -> float:
    """What processes hold in memory together, in MB (proc(5)); 0 where the system does not tell."""
    page = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    total = 0
    for one in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{one}/statm").read_text().split()
            # Pages that many share are counted once, by not counting those that a file stands behind.
            total += (int(fields[1]) - int(fields[2])) * page
    return total / (1 << 20)


def below(pid: int) -> Iterator[int]:
    """A process and all that it started, and they."""
    open_ = [pid]
    while open_:
        one = open_.pop()
        yield one
        with contextlib.suppress(OSError):
            for task in os.scandir(f"/proc/{one}/task"):
                with contextlib.suppress(OSError):
                    open_ += map(int, (Path(task.path) / "children").read_text().split())


def _is_large(folder: Path, memory_mb: int) -> bool:
    size = count = 0
    stack = [folder]
    while stack:
        with contextlib.suppress(OSError):
            for entry in os.scandir(stack.pop()):
                count += 1
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        stack.append(Path(entry.path))
                    size += entry.stat(follow_symlinks=False).st_size
                if count > _MANY or size > memory_mb << 20:
                    return True
    return False
