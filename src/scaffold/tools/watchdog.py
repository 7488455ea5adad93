"""Watch a process tree several times a second, and end it when it takes too long or uses too much."""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.05
"""Seconds between two checks."""
_MAX_FILES = 20_000
"""More files than this are too many."""


@dataclass(frozen=True)
class ResourceLimits:
    """What a process tree may use: memory in MB, and the number of processes."""

    memory_mb: int
    processes: int


class Watchdog:
    """Ends a process that runs too long, or whose processes or files grow too large.

    Attributes:
        reason: Why it was ended; empty when it was not.
    """

    def __init__(
        self,
        pid: int,
        kill: Callable[[], None],
        limits: ResourceLimits,
        folders: tuple[Path, ...] = (),
        stop_all: threading.Event | None = None,
    ) -> None:
        """Start to watch.

        Args:
            pid: The process; 0 to leave its memory and its processes unchecked.
            kill: Ends the process.
            limits: What its process tree may use; its files in `folders` may take the same amount of memory again.
            folders: The folders that it may write.
            stop_all: Set to end all watched processes.
        """
        self._stop_all = stop_all or threading.Event()
        self.reason = ""
        self._pid, self._kill, self._limits, self._folders = pid, kill, limits, folders
        self._deadline, self._deadline_reason = float("inf"), ""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def deadline(self, seconds: float, reason: str) -> None:
        """End the process in this many seconds, unless the deadline is cleared before."""
        self._deadline_reason, self._deadline = reason, time.monotonic() + seconds

    def clear(self) -> None:
        """Remove the deadline."""
        self._deadline = float("inf")

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        checks = 0
        while not self._stopped.wait(_INTERVAL):
            checks += 1
            reason = self._violation(check_files=checks % 5 == 0)
            if reason:
                self.reason = reason
                self._kill()
                return

    def _violation(self, *, check_files: bool) -> str:
        """Why the process must end; empty for no reason."""
        memory_mb = self._limits.memory_mb
        if self._stop_all.is_set():
            return "it was stopped"
        if time.monotonic() > self._deadline:
            return self._deadline_reason
        pids = list(process_tree(self._pid)) if self._pid else []
        # Up to three processes belong to the sandbox itself.
        if len(pids) > self._limits.processes + 3:
            return f"it started more than {self._limits.processes} processes"
        if memory_used(pids) > memory_mb:
            return f"it used more than {memory_mb} MB of memory"
        if check_files and any(_exceeds(folder, memory_mb) for folder in self._folders):
            return f"it wrote more than {memory_mb} MB, or too many files"
        return ""


def memory_used(pids: Iterable[int]) -> float:
    """The memory of some processes together, in MB (proc(5)); 0 where the system does not report it."""
    page_size = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
            # Resident minus shared: pages that belong to a file, such as a library, are shared and not counted.
            total += (int(fields[1]) - int(fields[2])) * page_size
    return total / (1 << 20)


def process_tree(pid: int) -> Iterator[int]:
    """The ids of a process and of all its descendants (proc(5))."""
    waiting = [pid]
    while waiting:
        current = waiting.pop()
        yield current
        with contextlib.suppress(OSError):
            for task in os.scandir(f"/proc/{current}/task"):
                with contextlib.suppress(OSError):
                    waiting += map(int, (Path(task.path) / "children").read_text(encoding="ascii").split())


def _exceeds(folder: Path, memory_mb: int) -> bool:
    """Whether the files in a folder are larger than `memory_mb` together, or too many."""
    size = count = 0
    waiting = [folder]
    while waiting:
        with contextlib.suppress(OSError):
            for entry in os.scandir(waiting.pop()):
                count += 1
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
                    size += entry.stat(follow_symlinks=False).st_size
                if count > _MAX_FILES or size > memory_mb << 20:
                    return True
    return False
