"""Watch a process tree several times a second, and end it when it takes too long or uses too much.

Time is CPU time, which a busy machine does not change; the clock is the second limit, for a process that waits.
"""

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.tools import folders

_INTERVAL = 0.05
"""Seconds between two checks."""
PATIENCE = 6
"""A process may take this many times its CPU time by the clock: so much slower may a busy machine be."""
_MAX_FILES = 20_000
"""More files than this are too many."""
_RESERVE_BYTES, _RESERVE_FILES = 128 << 20, 1000
"""With less than this left on the disk, everybody's processes are ended: files that were deleted while they are open
take space that is seen nowhere else."""
_RESIDENT = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)
_PROPORTIONAL = re.compile(rb"^Pss_(?:Anon|Shmem):\s+(\d+) kB", re.MULTILINE)


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
        self._by_clock = self._by_cpu = float("inf")
        self._deadline_reason, self._allowed = "", 0.0
        self._last_cpu = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def deadline(self, by_cpu: float, by_clock: float, seconds: float, reason: str) -> None:
        """Set when the process must end.

        Args:
            by_cpu: The reading of `cpu_seconds` at which it must end.
            by_clock: The reading of `time.monotonic` at which it must end.
            seconds: The CPU time that it was given, for the reason.
            reason: Why it was ended, with `{}` for the time, as in `it took longer than {}`.
        """
        self._allowed, self._deadline_reason = seconds, reason
        self._by_cpu, self._by_clock = by_cpu, by_clock

    def clear(self) -> None:
        """Remove the deadline."""
        self._by_cpu = self._by_clock = float("inf")

    @property
    def measures_cpu(self) -> bool:
        """Whether this system tells the CPU time of the process tree."""
        return self._pid > 0 and os.path.exists(f"/proc/{self._pid}/stat")  # noqa: PTH110

    def cpu_seconds(self) -> float:
        """The CPU time that the process tree has used, in seconds; 0 where the system does not report it."""
        if self._pid:
            self._last_cpu = max(self._last_cpu, cpu_used(process_tree(self._pid)))
        return self._last_cpu

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
        if self._by_cpu < float("inf") and self.cpu_seconds() > self._by_cpu:
            return self._deadline_reason.format(f"{self._allowed:g} s")
        if time.monotonic() > self._by_clock:
            return self._deadline_reason.format(f"{self._allowed * PATIENCE:g} s by the clock")
        pids = list(process_tree(self._pid)) if self._pid else []
        # Up to three processes belong to the sandbox itself.
        if len(pids) > self._limits.processes + 3:
            return f"it started more than {self._limits.processes} processes"
        if memory_used(pids) > memory_mb and (_memory_used_once(pids) or float("inf")) > memory_mb:
            return f"it used more than {memory_mb} MB of memory"
        return self._file_violation(memory_mb) if check_files else ""

    def _file_violation(self, most_mb: int) -> str:
        """Why its files are too much; empty for no reason."""
        if not folders.IS_AVAILABLE:
            return ""
        if any(folders.exceeds(folder, most_mb << 20, _MAX_FILES) for folder in self._folders):
            return f"it wrote more than {most_mb} MB, or too many files or folders"
        return "the disk is almost full" if any(map(_is_almost_full, self._folders)) else ""


def memory_used(pids: Iterable[int]) -> float:
    """The memory of some processes together, in MB (proc(5)); 0 where the system does not report it.

    Pages of files, such as libraries, are not counted. Memory that several processes share is counted for each.
    """
    return sum(_kilobytes(f"/proc/{pid}/status", _RESIDENT) for pid in pids) / 1024


def _memory_used_once(pids: Iterable[int]) -> float:
    """The same, with shared memory counted once: that takes the system much longer to find out."""
    return sum(_kilobytes(f"/proc/{pid}/smaps_rollup", _PROPORTIONAL) for pid in pids) / 1024


def _kilobytes(path: str, fields: re.Pattern[bytes]) -> int:
    """The sum of some fields of a file in /proc; 0 where it cannot be read."""
    with contextlib.suppress(OSError):
        return sum(map(int, fields.findall(Path(path).read_bytes())))
    return 0


def cpu_used(pids: Iterable[int]) -> float:
    """The CPU time of some processes and of their children that have ended, in seconds (proc(5)); 0 for unknown."""
    if sys.platform == "win32":
        return 0.0
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name of the program, in parentheses, may contain anything.
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


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


def _is_almost_full(folder: Path) -> bool:
    """Whether the disk of a folder has almost no space, or no room for files, left."""
    if sys.platform == "win32":
        return False
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    has_no_names = disk.f_files > 0 and disk.f_favail < _RESERVE_FILES  # some file systems count none, and say 0 of 0
    return disk.f_bavail * disk.f_frsize < _RESERVE_BYTES or has_no_names
