"""The reasons in a plan are true, and one thing that happened has one row."""

from pathlib import Path

import pytest

from conftest import Run
from update_support import LINES, Edit, at_base, both, changed, move, plan_of, put, remove, write_and_commit

BASE = {"a.txt": LINES, "kept.txt": "k\n"}


def rows(folder: Path, edit: Edit, new: dict[str, str]) -> list[tuple[str, str, str]]:
    plan = plan_of(at_base(folder, BASE, edit), BASE, {**new, "kept.txt": "k\n"})
    return [(row.path, row.action, row.reason) for row in plan.changes]


def test_a_file_that_both_moved_is_one_conflict(tmp_path: Path) -> None:
    edit = both(move("a.txt", "mine.txt"), put("mine.txt", changed(LINES, l2="mine")))
    assert rows(tmp_path / "p", edit, {"theirs.txt": changed(LINES, l18="theirs")}) == [
        ("mine.txt", "conflict", "you moved a.txt here, the template moved it to theirs.txt")
    ]


def test_two_files_that_both_moved_are_two_conflicts(tmp_path: Path) -> None:
    base = {"a.txt": LINES, "b.txt": "b\n" * 30}
    folder = at_base(tmp_path / "p", base, both(move("a.txt", "a1.txt"), move("b.txt", "b1.txt")))
    plan = plan_of(folder, base, {"a2.txt": LINES, "b2.txt": "b\n" * 30})
    assert [(row.path, row.reason) for row in plan.changes] == [
        ("a1.txt", "you moved a file here, the template moved it to a2.txt"),
        ("b1.txt", "you moved a file here, the template moved it to b2.txt"),
    ]


def test_a_file_that_the_template_moved_and_you_rewrote_is_one_conflict(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "p", put("a.txt", changed(LINES, l2="mine")), {"b.txt": changed(LINES, l2="theirs")})
    assert row == ("b.txt", "conflict", "both changed the same place")


def test_a_file_that_you_moved_and_the_template_dropped(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "p", move("a.txt", "mine.txt"), {})
    assert row == ("mine.txt", "conflict", "the template dropped it, you moved it: your file is in place")


def test_a_file_that_you_deleted_and_the_template_moved(tmp_path: Path) -> None:
    (row,) = rows(tmp_path / "p", remove("a.txt"), {"folder/a.txt": LINES})
    assert row == ("folder/a.txt", "keep", "you deleted it; the template moved it here: it stays deleted")


@pytest.mark.thorough
def test_the_reasons_of_set_name_the_answers(project: Path, run: Run) -> None:
    planned = run("set", "docker=false", "license=Apache-2.0", "-C", project, "--dry-run", "--json").data["changes"]
    assert {row["path"]: row["reason"] for row in planned} == {
        ".copier-answers.yml": "the change of answers changed it",
        "Dockerfile": "the change of answers dropped it, and you never changed it",
        "LICENSE": "the change of answers changed it",
    }
    run("set", "docker=false", "-C", project)
    write_and_commit(project, {"LICENSE": "mine\n"})
    back = run("set", "docker=true", "license=Apache-2.0", "-C", project, "--json").data["changes"]
    assert {row["path"]: row["reason"] for row in back} == {
        ".copier-answers.yml": "the change of answers changed it",
        "Dockerfile": "new with these answers",
        "LICENSE": "both changed the same place",
    }
