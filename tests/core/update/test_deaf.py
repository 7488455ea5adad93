"""A stranger's project names programs in its own `.git/config`: looking at it, or updating many, runs none of them."""

import shlex
from pathlib import Path

import pytest

import needs
from conftest import Run
from core.update.test_hostile_projects import programs
from support import git, write
from update_support import LINES, changed, write_and_commit

pytestmark = needs.shell


@pytest.fixture
def hostile(project: Path, tmp_path: Path) -> Path:
    """A project whose repository runs a program whenever git lets it; the program leaves a mark."""
    write_and_commit(project, {"src/a.txt": changed(LINES, l2="x")})
    programs(project)
    for mark in tmp_path.rglob("ran"):
        mark.unlink()
    return project


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("status", "{}"), 0),
        (("diff", "{}"), 0),
        (("update", "{}", "--check"), 1),
        (("update", "{}", "--dry-run", "-y", "-v"), 0),
        (("update", "--all", ".", "-y"), 4),
        (("update", "--all", ".", "-y", "--dry-run"), 0),
    ],
)
def test_nothing_that_a_project_names_is_run(
    hostile: Path, tmp_path: Path, run: Run, args: tuple[str, ...], code: int
) -> None:
    done = run(*(arg.format(hostile) for arg in args))
    assert done.code == code, done
    assert not list(tmp_path.rglob("ran"))


def test_an_update_of_many_leaves_such_a_project_to_its_owner(hostile: Path, run: Run) -> None:
    (row,) = run("update", "--all", ".", "-y", "--json").data["projects"]
    assert row["state"] == "failed"
    assert "core.alternaterefscommand, core.askpass, core.editor" in row["error"]
    assert row["hint"] == f"If they are yours: scaffold update {hostile}"


def test_an_interrupted_update_of_such_a_project_is_not_restored_by_looking_at_it(hostile: Path, run: Run) -> None:
    pending = f'{{"phase": "applying", "head": "{"1" * 40}", "tree": "{"1" * 40}", "version": "0.2.0"}}'
    write(hostile, {".git/scaffold/update.json": pending})
    done = run("status", hostile, "--json")
    assert (done.code, done.data["projects"][0]["error"]) == (1, "project-runs-programs")


def test_the_owner_s_own_filters_work_in_their_own_update(project: Path, tmp_path: Path, run: Run) -> None:
    write_and_commit(project, {".gitattributes": "new.txt filter=mine\n"})
    git(project, "config", "filter.mine.smudge", f"touch {shlex.quote(str(tmp_path / 'smudged'))}; cat")
    git(project, "config", "filter.mine.clean", "cat")
    assert run("update", project, "-y").code == 0
    assert (tmp_path / "smudged").exists()
    assert git(project, "status", "--porcelain") == ""
