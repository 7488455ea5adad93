"""Side-by-side timings of scaffold against what a person would do without it.

    python benchmarks/bench.py            print the tables
    python benchmarks/bench.py --write    and put them into docs/performance.md

`paired.py` says how two sides are compared. Absolute times are this machine's.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import page
from paired import Pair, commit, compare, git, head, measure, row, where

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


def pairs(work: Path) -> list[Pair]:
    """What is compared one to one."""
    (work / "bare.py").write_text(BARE_APP)
    git(work, "clone", "--quiet", "--bare", str(find(TEMPLATE).path), "released.git")
    address = f"git+{(work / 'released.git').as_uri()}"
    return [
        Pair(
            "`scaffold --help` / a bare Typer app's",
            lambda _: [[SCAFFOLD, "--help"]],
            lambda _: [[sys.executable, str(work / "bare.py"), "--help"]],
            1.6,
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
            0.6,
        ),
        Pair(
            f"`scaffold update` / `copier update`, {FILES} files",
            lambda _: [[SCAFFOLD, "update", "x", "--yes"]],
            lambda _: [[COPIER, "update", "--defaults", "--quiet", "--trust", "x"]],
            0.45,
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
        loop = measure([[*command, f"p{number}"] for number in range(FEW)], Path(name)).cpu / FEW * MANY
    times = loop / runs[MANY].cpu
    ours, theirs = f"{runs[MANY].cpu:.1f} s", f"{loop:.0f} s"
    memory = f"{runs[FEW].mib:.0f} MiB for {FEW}, {runs[MANY].mib:.0f} MiB for {MANY}"
    name = f"`scaffold update --all`, {MANY} projects / a loop of `copier update` ({FEW} timed)"
    return [row(name, ours, theirs, f"**{times:.0f}× faster**", "≥ 30×", memory)]


def first_result() -> str:
    """How long it takes from `scaffold new` to the first green `make all`, package caches warm."""
    command = [SCAFFOLD, "new", TEMPLATE, "x", "--yes", "--run"]
    for _ in range(2):
        with tempfile.TemporaryDirectory() as name:
            run = measure([command], Path(name))
    what = "`scaffold new --run`, from nothing to a green `make all`"
    return f"{what}: {run.seconds:.0f} s by the clock with warm caches (≤ 90 s)."


def table(rounds: int) -> str:
    """All rows under their heading, and where they were taken."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        compared = pairs(work)
        rows = [compare(pair, rounds) for pair in compared]
        rows += many_projects(work / "project")
    heading = head("what", "scaffold", "the other", "ratio", "aim", "peak memory")
    return "\n".join([heading, *rows, "", where(rounds)])


def main() -> None:
    """Print the figures, and write them into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="pairs to run")
    parser.add_argument("--quick", action="store_true", help="leave out the run of a new project")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md")
    options = parser.parse_args()
    found = {"table": table(options.rounds)}
    if not options.quick:
        found["first"] = first_result()
    for block, result in found.items():
        print(result)
        if options.write:
            page.write(block, result)


if __name__ == "__main__":
    main()
