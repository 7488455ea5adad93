"""Side-by-side timings of scaffold against what a person would do without it.

    python benchmarks/bench.py            print the tables
    python benchmarks/bench.py --write    and put them into docs/performance.md

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
from dataclasses import dataclass, field
from pathlib import Path

import page

from scaffold.core.templates import release
from scaffold.core.templates.catalog import find

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
SCAFFOLD, COPIER = str(BIN / "scaffold"), str(BIN / "copier")
TEMPLATE = "ml-tabular"
FILES = 60
MANY, FEW = 200, 20

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

Commands = Sequence[Sequence[str]]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept, as on a usual machine: the warm-up writes it, for both sides."""


@dataclass(frozen=True)
class Run:
    """One timed run: seconds of wall clock, and the peak resident memory of its largest process in MiB."""

    seconds: float
    mib: float


@dataclass(frozen=True)
class Pair:
    """Two ways to do the same thing in a fresh folder, and what their ratio is meant to be.

    Attributes:
        name: the row's.
        ours, theirs: the commands, given the folder.
        aim: what the ratio should be.
        start: a folder to copy to `x` in the fresh one first; None for an empty one.
    """

    name: str
    ours: Callable[[Path], Commands]
    theirs: Callable[[Path], Commands]
    aim: str
    start: Path | None = field(default=None)


def measure(commands: Commands, cwd: Path) -> Run:
    """Run the commands one after the other; raises CalledProcessError when one fails."""
    peak = 0
    start = time.perf_counter()
    for command in commands:
        process = subprocess.Popen(
            command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
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
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                if pair.start:
                    shutil.copytree(pair.start, folder / "x", symlinks=True)
                run = measure(commands(folder), folder)
            if turn:
                runs.append(run)
    ratio = statistics.median(a.seconds / b.seconds for a, b in zip(ours, theirs, strict=True))
    seconds = [f"{statistics.median(run.seconds for run in runs):.2f} s" for runs in (ours, theirs)]
    memory = " / ".join(f"{max(run.mib for run in runs):.0f}" for runs in (ours, theirs))
    return row(pair.name, *seconds, f"**{ratio:.2f}×**", pair.aim, f"{memory} MiB")


def row(*cells: str) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def git(folder: Path, *args: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *args], cwd=folder, check=True, capture_output=True)


def pairs(work: Path) -> list[Pair]:
    """What is compared one to one."""
    (work / "bare.py").write_text(BARE_APP)
    with release.unbundled(find(TEMPLATE).place) as repository:
        shutil.copytree(repository, work / "released.git")
    address = f"git+{(work / 'released.git').as_uri()}"
    return [
        Pair(
            "`scaffold --help` / a bare Typer app's",
            lambda _: [[SCAFFOLD, "--help"]],
            lambda _: [[sys.executable, str(work / "bare.py"), "--help"]],
            "≤ 1.6×",
        ),
        Pair(
            "`scaffold new --no-install` / `copier copy` + git init + add + commit",
            lambda _: [[SCAFFOLD, "new", TEMPLATE, "x", "--yes", "--no-install"]],
            lambda folder: [
                [COPIER, "copy", "--defaults", "--quiet", address, "x"],
                ["git", "-C", str(folder / "x"), "init", "--quiet"],
                ["git", "-C", str(folder / "x"), "add", "--all"],
                ["git", "-C", str(folder / "x"), "commit", "--quiet", "--message", "start"],
            ],
            "≤ 1.0×",
        ),
        Pair(
            f"`scaffold update` / `copier update`, {FILES} files",
            lambda _: [[SCAFFOLD, "update", "x", "--yes"]],
            lambda _: [[COPIER, "update", "--defaults", "--quiet", "--trust", "x"]],
            "≤ 0.6×",
            outdated_project(work),
        ),
    ]


def outdated_project(work: Path) -> Path:
    """A project of a template with two releases, made by the first and edited since; the template changes 20 files."""
    template, project = work / "template", work / "project"
    (template / "project").mkdir(parents=True)
    (template / "copier.yml").write_text("_subdirectory: project\nname: {type: str, default: demo}\n")
    answers = "{{ _copier_answers|to_nice_yaml -}}\n"
    (template / "project/{{_copier_conf.answers_file}}.jinja").write_text(answers)
    lines = "".join(f"line {number} of {{{{ name }}}}\n" for number in range(80))
    for number in range(FILES):
        (template / f"project/file{number}.md.jinja").write_text(lines)
    git(template, "init", "--quiet", "--initial-branch=main")
    commit(template, "0.1.0")
    measure([[COPIER, "copy", "--defaults", "--quiet", f"git+{template.as_uri()}", str(project)]], work)
    git(project, "init", "--quiet")
    for number in range(10):
        path = project / f"file{number}.md"
        path.write_text("mine\n" + path.read_text())
    commit(project)
    for number in range(20):
        path = template / f"project/file{number}.md.jinja"
        path.write_text(path.read_text() + "a newer line\n")
    commit(template, "0.2.0")
    return project


def commit(folder: Path, tag: str = "") -> None:
    """Commit everything, and tag it."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag or "start")
    if tag:
        git(folder, "tag", tag)


def many_projects(project: Path) -> list[str]:
    """Rows about updating many projects at once, against a loop of `copier update`."""
    runs = {}
    for count in (FEW, MANY):
        with tempfile.TemporaryDirectory() as name:
            for number in range(count):
                shutil.copytree(project, Path(name) / f"p{number}", symlinks=True)
            runs[count] = measure([[SCAFFOLD, "update", "--all", name, "--yes"]], Path(name))
    with tempfile.TemporaryDirectory() as name:
        for number in range(FEW):
            shutil.copytree(project, Path(name) / f"p{number}", symlinks=True)
        command = [COPIER, "update", "--defaults", "--quiet", "--trust"]
        loop = measure([[*command, f"p{number}"] for number in range(FEW)], Path(name)).seconds / FEW * MANY
    times = loop / runs[MANY].seconds
    ours, theirs = f"{runs[MANY].seconds:.1f} s", f"{loop:.0f} s"
    memory = f"{runs[FEW].mib:.0f} MiB for {FEW}, {runs[MANY].mib:.0f} MiB for {MANY}"
    name = f"`scaffold update --all`, {MANY} projects / a loop of `copier update` ({FEW} timed)"
    return [row(name, ours, theirs, f"**{times:.0f}× faster**", "≥ 30×", memory)]


def first_result() -> str:
    """Seconds from `scaffold new` to the first green `make all`, package caches warm."""
    command = [SCAFFOLD, "new", TEMPLATE, "x", "--yes", "--run"]
    for _ in range(2):
        with tempfile.TemporaryDirectory() as name:
            run = measure([command], Path(name))
    name = "`scaffold new --run`: from nothing to a green `make all`, warm caches"
    return row(name, f"{run.seconds:.0f} s", "–", "–", "≤ 90 s", "–")


def table(rounds: int) -> str:
    """All rows under their heading, and where they were taken."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        compared = pairs(work)
        rows = [compare(pair, rounds) for pair in compared]
        rows += many_projects(work / "project")
    head = row("what", "scaffold", "the other", "ratio", "aim", "peak memory") + "\n|---|---|---|---|---|---|"
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
        page.write("table", result)


if __name__ == "__main__":
    main()
