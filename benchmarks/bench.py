"""Side-by-side timings of scaffold against what a person would do without it.

    python benchmarks/bench.py            print the table
    python benchmarks/bench.py --write    and put it into docs/performance.md

Each pair runs in turn (A B A B …) after one warm-up, so that both see the same machine; a row gives the medians, their
ratio as the median of the pairs' ratios, and the peak memory of the largest process. Absolute times are this machine's.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core import release
from scaffold.core.catalog import find

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
START, END = "<!-- table:start -->", "<!-- table:end -->"
BIN = Path(sys.executable).parent
TEMPLATE = "ml-tabular"

BARE_APP = '''
import typer
app = typer.Typer()
@app.command()
def one(name: str = "x"):
    """Do one thing."""
@app.command()
def two(name: str = "x"):
    """Do another."""
app()
'''


@dataclass(frozen=True)
class Run:
    """One timed run: seconds of wall clock, and the peak resident memory of its largest process in MiB."""

    seconds: float
    mib: float


@dataclass(frozen=True)
class Pair:
    """Two ways to do the same thing, and what their ratio is meant to be."""

    name: str
    ours: Callable[[Path], Sequence[Sequence[str]]]
    theirs: Callable[[Path], Sequence[Sequence[str]]]
    aim: str


def measure(commands: Sequence[Sequence[str]], cwd: Path) -> Run:
    """Run the commands one after the other; raises CalledProcessError when one fails."""
    peak = 0
    start = time.perf_counter()
    for command in commands:
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
        peak = max(peak, usage.ru_maxrss)
    return Run(time.perf_counter() - start, peak / 1024)


def compare(pair: Pair, rounds: int) -> str:
    """One row of the table."""
    ours, theirs = [], []
    for turn in range(rounds + 1):
        for commands, runs in ((pair.ours, ours), (pair.theirs, theirs)):
            with tempfile.TemporaryDirectory() as folder:
                run = measure(commands(Path(folder)), Path(folder))
            if turn:
                runs.append(run)
    ratio = statistics.median(a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True))
    seconds = [f"{statistics.median(run.seconds for run in runs):.2f} s" for runs in (ours, theirs)]
    memory = " / ".join(f"{max(run.mib for run in runs):.0f}" for runs in (ours, theirs))
    return row(pair.name, *seconds, f"**{ratio:.2f}×**", pair.aim, f"{memory} MiB")


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def pairs(assembled: Path, bare: Path) -> list[Pair]:
    """What is compared. `assembled` is the same release as a plain git repository, for copier itself."""
    scaffold, copier, git = str(BIN / "scaffold"), str(BIN / "copier"), "git"
    return [
        Pair(
            "`scaffold --help` / a bare Typer app's",
            lambda _: [[scaffold, "--help"]],
            lambda _: [[sys.executable, str(bare), "--help"]],
            "≤ 1.6×",
        ),
        Pair(
            "`scaffold new --no-install` / `copier copy` + git init + add + commit",
            lambda _: [[scaffold, "new", TEMPLATE, "x", "--yes", "--no-install"]],
            lambda folder: [
                [copier, "copy", "--defaults", "--quiet", f"git+{assembled.as_uri()}", "x"],
                [git, "-C", str(folder / "x"), "init", "--quiet"],
                [git, "-C", str(folder / "x"), "add", "--all"],
                [git, "-C", str(folder / "x"), "commit", "--quiet", "--message", "start"],
            ],
            "≤ 1.0×",
        ),
    ]


def first_result() -> str:
    """Seconds from `scaffold new` to the first green `make all`, package caches warm."""
    command = [str(BIN / "scaffold"), "new", TEMPLATE, "x", "--yes", "--run"]
    seconds = []
    for turn in range(2):
        with tempfile.TemporaryDirectory() as folder:
            run = measure([command], Path(folder))
        if turn:
            seconds.append(run.seconds)
    name = "`scaffold new --run`: from nothing to a green `make all`, warm caches"
    return row(name, f"{statistics.median(seconds):.0f} s", "–", "–", "≤ 90 s", "–")


def table(rounds: int) -> str:
    """All rows under their heading, and where they were taken."""
    with tempfile.TemporaryDirectory() as name, release.unbundled(find(TEMPLATE).place) as repository:
        folder = Path(name)
        shutil.copytree(repository, folder / "template.git")
        (folder / "bare.py").write_text(BARE_APP)
        rows = [compare(pair, rounds) for pair in pairs(folder / "template.git", folder / "bare.py")]
    head = "| what | scaffold | the other | ratio | aim | peak memory |\n|---|---|---|---|---|---|"
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}, {rounds} pairs, medians."
    return "\n".join([head, *rows, first_result(), "", where])


def main() -> None:
    """Print the table, and write it into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="pairs to run")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    result = table(options.rounds)
    print(result)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, rest = page.split(START)
        PAGE.write_text(f"{before}{START}\n{result}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
