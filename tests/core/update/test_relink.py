"""`scaffold update --source`: a project whose template moved."""

import shutil
from pathlib import Path

import pytest

from conftest import Run
from support import git
from update_support import LINES, Condition, Template, answers_of, changed, write_and_commit


@pytest.fixture
def moved(template: Path, work: Path) -> Path:
    """The same template at another place."""
    return Path(shutil.copytree(template, work / "moved"))


def test_an_update_from_the_new_place(project: Path, moved: Path, run: Run) -> None:
    write_and_commit(project, {"src/a.txt": changed(LINES, l2="mine")})

    done = run("update", project, "--source", moved, "-y", "--json")

    assert (done.code, done.data["to"], done.json["warnings"]) == (0, "0.2.0", [])
    assert (project / "src/a.txt").read_text() == changed(LINES, l2="mine", l18="theirs")
    assert (answers_of(project)["_src_path"], answers_of(project)["_commit"]) == (str(moved), "0.2.0")
    assert git(project, "rev-list", "--count", "HEAD") == "3"
    assert run("update", project, "--check").code == 0


@pytest.mark.thorough
def test_only_the_address_changes_where_nothing_is_newer(project: Path, moved: Path, run: Run) -> None:
    run("update", project, "-y")
    done = run("update", project, "--source", moved, "--json")
    assert (done.code, [row["path"] for row in done.data["changes"]]) == (0, [".copier-answers.yml"])
    assert answers_of(project)["_src_path"] == str(moved)
    assert git(project, "log", "-1", "--format=%s") == f"Take moved from {moved}"


def test_a_dry_run_changes_nothing(project: Path, moved: Path, run: Run) -> None:
    before = Condition.of(project)
    assert run("update", project, "--source", moved, "-y", "--dry-run").code == 0
    assert Condition.of(project) == before


def test_a_history_that_was_rewritten_on_the_way_is_known_by_its_files(project: Path, moved: Path, run: Run) -> None:
    git(moved, "checkout", "--quiet", "--orphan", "new", "0.1.0")
    git(moved, "commit", "--quiet", "--message", "imported")
    git(moved, "tag", "--force", "0.1.0")
    assert run("update", project, "--source", moved, "-y", "--to", "0.1.0").code == 0
    assert answers_of(project)["_src_path"] == str(moved)


def test_another_template_is_refused(project: Path, work: Path, run: Run) -> None:
    other = Template(work / "other").release("0.1.0", {"main.c": "int main;\n"}).folder
    before = Condition.of(project)
    done = run("update", project, "--source", other, "-y", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "no-such-template")
    assert Condition.of(project) == before


def test_a_place_without_the_release_is_refused(project: Path, work: Path, run: Run) -> None:
    other = Template(work / "other").release("0.9.0", {"src/a.txt": LINES}).folder
    done = run("update", project, "--source", other, "-y", "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "no-such-release")
    assert "has no release 0.1.0" in done.json["error"]["message"]
    assert done.json["error"]["hint"] == "Its releases: 0.9.0."


@pytest.mark.parametrize("args", [["--check"], ["--abort"], ["--all", "."]])
def test_it_takes_one_project_to_update(args: list[str], project: Path, moved: Path, run: Run) -> None:
    assert run("update", "--source", moved, *args).code == 2
