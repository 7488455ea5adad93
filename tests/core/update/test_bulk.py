"""`scaffold update --all FOLDER`: many projects, each distinct base and new rendered once."""

import os
import shutil
from pathlib import Path

import pytest

from conftest import Run
from core.update.conftest import Shim
from support import git, write
from update_support import LINES, Condition, changed, committed, write_and_commit

pytestmark = pytest.mark.thorough


@pytest.fixture
def classroom(project: Path, work: Path) -> Path:
    """Six projects below a folder: two kinds of answers, in an order that mixes them."""
    home = work / "class"
    home.mkdir()
    for number in range(6):
        place = Path(shutil.copytree(project, home / f"group {number % 2}/student{number}", symlinks=True))
        if number % 3 == 0:
            answers = (place / ".copier-answers.yml").read_text().replace("name: it", "name: other")
            write_and_commit(place, {".copier-answers.yml": answers, "README.md": "# other\n\n" + LINES})
    shutil.rmtree(project)
    return home


def test_each_distinct_base_and_new_is_rendered_once(
    classroom: Path, run: Run, shim: Shim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{shim.folder}{os.pathsep}{os.environ['PATH']}")

    done = run("update", "--all", classroom, "-y", "--json")

    assert (done.code, [row["state"] for row in done.data["projects"]]) == (0, ["updated"] * 6)
    assert sum("clone" in line.split() for line in shim.log) == 2  # each release is read once
    assert [row["project"] for row in done.data["projects"]] == sorted(row["project"] for row in done.data["projects"])
    for place in classroom.glob("*/*"):
        assert committed(place)["src/a.txt"].content.decode() == changed(LINES, l18="theirs")
        assert git(place, "status", "--porcelain") == ""
    assert committed(classroom / "group 1/student3")["README.md"].content.startswith(b"# other\n")


def test_one_that_fails_does_not_stop_the_others(classroom: Path, run: Run) -> None:
    clash, dirty, broken, gone = (classroom / f"group {n % 2}/student{n}" for n in range(4))
    write_and_commit(clash, {"src/a.txt": changed(LINES, l18="mine")})
    write(dirty, {"README.md": "dirty\n"})
    write(broken, {".copier-answers.yml": "<<<<<<< yours\n"})
    write_and_commit(gone, {".copier-answers.yml": "_commit: 0.1.0\n_src_path: /no/such/template\n"})
    before = [Condition.of(place) for place in (dirty, broken, gone)]

    done = run("update", "--all", classroom, "-y", "--json")

    rows = {Path(row["project"]).name: row for row in done.data["projects"]}
    assert done.code == 4
    assert {name: row["state"] for name, row in rows.items()} == {
        "student0": "conflicts",
        "student1": "failed",
        "student2": "failed",
        "student3": "failed",
        "student4": "updated",
        "student5": "updated",
    }
    for name in ("student1", "student2", "student3"):
        assert rows[name]["error"]
        assert rows[name]["hint"]
    assert [Condition.of(place) for place in (dirty, broken, gone)] == before
    people = run("update", "--all", classroom, "-y")
    assert "6 projects, 2 done, 4 left to you." in people.out


def test_a_refused_commit_counts_as_left_to_you(classroom: Path, run: Run) -> None:
    place = classroom / "group 0/student0"
    write(place, {".git/hooks/pre-commit": "#!/bin/sh\nexit 1\n"})
    (place / ".git/hooks/pre-commit").chmod(0o755)
    done = run("update", place, classroom / "group 0/student2", "-y", "--json")
    assert (done.code, [row["state"] for row in done.data["projects"]]) == (4, ["staged", "updated"])


def test_dry_run_check_and_status_of_all(classroom: Path, run: Run) -> None:
    before = [Condition.of(place) for place in sorted(classroom.glob("*/*"))]
    planned = run("update", "--all", classroom, "-y", "--dry-run", "--json")
    assert (planned.code, {row["state"] for row in planned.data["projects"]}) == (0, {"planned"})
    check = run("update", "--all", classroom, "--check", "--json")
    assert (check.code, [row["current"] for row in check.data["projects"]]) == (1, [False] * 6)
    assert [Condition.of(place) for place in sorted(classroom.glob("*/*"))] == before

    run("update", "--all", classroom, "-y", "-q")

    assert run("update", "--all", classroom, "--check").code == 0


def test_check_of_many_with_one_that_cannot_tell(project: Path, run: Run, work: Path) -> None:
    run("update", project, "-y")
    done = run("update", project, work / "absent", "--check", "--json")
    assert (done.code, [row["current"] for row in done.data["projects"]]) == (4, [True, False])
    assert "There is no folder" in done.data["projects"][1]["error"]


def test_a_folder_without_projects(run: Run, work: Path) -> None:
    assert run("update", "--all", work, "-y", "--json").json["error"]["hint"].startswith("Projects are folders")
    assert run("update", "--all", work / "absent", "-y").code == 1


def test_abort_takes_one_project(project: Path, run: Run) -> None:
    done = run("update", project, project, "--abort", "--json")
    assert (done.code, "one project" in done.json["error"]["message"]) == (2, True)


def test_a_template_that_shows_the_folders_name_is_rendered_for_each(run: Run, work: Path) -> None:
    from update_support import Template

    questions = "name: {type: str, default: it}\n"
    made = Template(work / "named").release("1.0", {"a.txt.jinja": "{{ _copier_conf.dst_path.name }} one\n"}, questions)
    for name in ("first", "second"):
        assert run("new", made.folder, work / "all" / name, "-y", "--no-install").code == 0
    made.release("2.0", {"a.txt.jinja": "{{ _copier_conf.dst_path.name }} two\n"})

    assert run("update", "--all", work / "all", "-y").code == 0

    assert (work / "all/first/a.txt").read_text() == "first two\n"
    assert (work / "all/second/a.txt").read_text() == "second two\n"
