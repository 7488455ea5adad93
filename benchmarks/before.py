"""What commands cost beside an earlier scaffold's, on the same projects.

    git worktree add ../before COMMIT && make -C ../before install
    python benchmarks/before.py ../before             print the table
    python benchmarks/before.py ../before --write     and put it into docs/performance.md

`paired.py` says how two sides are compared.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import page
from bench import SCAFFOLD, outdated_project
from paired import Commands, Pair, commit, compare, head, measure, where

TEMPLATE, RELEASE = "ml-tabular", "0.3.1"
"""A release that both sides have, and is no longer the newest of ours."""
PROJECTS = 20


def pairs(work: Path, before: str) -> list[Pair]:
    """What is compared."""
    made = [SCAFFOLD, "new", TEMPLATE, "made", "--ref", RELEASE, "--yes", "--no-install"]
    measure([made], work)
    project = work / "made"
    rows: list[tuple[str, list[str], Path | None, float]] = [
        (f"`scaffold show {TEMPLATE}`", ["show", TEMPLATE], None, 0.5),
        ("`scaffold status`", ["status", "x"], project, 0.5),
        ("`scaffold set ci=none`", ["set", "ci=none", "--project", "x"], project, 0.5),
        ("`scaffold update --check`", ["update", "x", "--check"], project, 0.5),
        (
            f"`scaffold update --all`, {PROJECTS} projects with different answers",
            ["update", "--all", "x", "--yes"],
            different_projects(work),
            0.25,
        ),
    ]
    return [Pair(name, _of(SCAFFOLD, do), _of(before, do), aim, start, answers=(0, 1)) for name, do, start, aim in rows]


def _of(scaffold: str, arguments: list[str]) -> Callable[[Path], Commands]:
    return lambda _: [[scaffold, *arguments]]


def different_projects(work: Path) -> Path:
    """A folder of projects of one template, no two of which have the same answers."""
    folder = work / "different"
    project = outdated_project(work)
    for number in range(PROJECTS):
        one = folder / f"p{number}"
        shutil.copytree(project, one, symlinks=True)
        for path in [one / ".copier-answers.yml", *one.glob("*.md")]:
            path.write_text(path.read_text().replace("demo", f"demo{number}"))
        commit(one)
    return folder


def table(rounds: int, before: Path) -> str:
    """All rows under their heading, and where they were taken."""
    script = str(before.resolve() / ".venv" / "bin" / "scaffold")
    revision = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=before, check=True, capture_output=True, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as name:
        rows = [compare(pair, rounds) for pair in pairs(Path(name), script)]
    heading = head("what", "now", f"at {revision}", "ratio", "aim", "peak memory")
    return "\n".join([heading, *rows, "", where(rounds)])


def main() -> None:
    """Print the table, and write it into the page when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, help="a checkout of the earlier scaffold, installed")
    parser.add_argument("--rounds", type=int, default=7, help="pairs to run")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    result = table(options.rounds, options.before)
    print(result)
    if options.write:
        page.write("before", result)


if __name__ == "__main__":
    main()
