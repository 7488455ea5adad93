"""Running two ways to do the same thing in turn, and comparing the CPU seconds that they cost.

CPU time (user and system, of a command and all that it starts) hardly depends on what else the machine does. Each pair
runs in turn (A B A B …) after one warm-up; a row gives the medians, and the median of the pairs' ratios.
"""

import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Commands = Sequence[Sequence[str]]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept, as on a usual machine: the warm-up writes it, for both sides."""


@dataclass(frozen=True)
class Run:
    """What a run took: CPU seconds, wall-clock seconds, and the peak resident memory of its largest process in MiB."""

    cpu: float
    seconds: float
    mib: float


@dataclass(frozen=True)
class Pair:
    """Two ways to do the same thing in a fresh folder, and what their ratio is meant to be.

    Attributes:
        name: The row's.
        ours, theirs: The commands, given the folder.
        aim: The ratio that it should be at most.
        start: A folder to copy to `x` in the fresh one first; None for an empty one.
        answers: The exit statuses that are an answer and no failure.
    """

    name: str
    ours: Callable[[Path], Commands]
    theirs: Callable[[Path], Commands]
    aim: float
    start: Path | None = field(default=None)
    answers: Sequence[int] = (0,)


def measure(commands: Commands, cwd: Path, answers: Sequence[int] = (0,)) -> Run:
    """Run the commands one after the other; raises CalledProcessError when one fails."""
    peak, cpu = 0, 0.0
    start = time.perf_counter()
    for command in commands:
        process = subprocess.Popen(
            command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in answers:
            raise subprocess.CalledProcessError(process.returncode, command)
        peak = max(peak, usage.ru_maxrss)
        cpu += usage.ru_utime + usage.ru_stime
    return Run(cpu, time.perf_counter() - start, peak / 1024)


def compare(pair: Pair, rounds: int) -> str:
    """One row of the table."""
    ours, theirs = [], []
    for turn in range(rounds + 1):
        for commands, runs in ((pair.ours, ours), (pair.theirs, theirs)):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                if pair.start:
                    shutil.copytree(pair.start, folder / "x", symlinks=True)
                run = measure(commands(folder), folder, pair.answers)
            if turn:
                runs.append(run)
    ratio = statistics.median(a.cpu / b.cpu for a, b in zip(ours, theirs, strict=True))
    seconds = [f"{statistics.median(run.cpu for run in runs):.2f} s" for runs in (ours, theirs)]
    memory = " / ".join(f"{max(run.mib for run in runs):.0f}" for runs in (ours, theirs))
    return row(pair.name, *seconds, f"**{ratio:.2f}×**", f"≤ {pair.aim:.2f}×", f"{memory} MiB")


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def head(*cells: str) -> str:
    """The heading of a Markdown table."""
    return f"{row(*cells)}\n|{'---|' * len(cells)}"


def where(rounds: int) -> str:
    """Where and how the figures were taken."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {rounds} pairs, medians of CPU seconds."


def git(folder: Path, *args: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, tag: str = "") -> None:
    """Commit everything, and tag it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag or "start")
    if tag:
        git(folder, "tag", tag)
