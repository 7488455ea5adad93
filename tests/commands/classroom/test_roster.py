"""`scaffold class roster check`."""

from pathlib import Path

import pytest

from classroom_support import Course
from conftest import Run
from support import write


def test_the_class_is_found_from_within_an_assignment(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.folder / "hw1/src")
    assert run("class", "roster", "check").code == 0


def test_every_problem_is_reported_at_once(course: Course, run: Run) -> None:
    (course.folder / "roster.csv").write_text("id,name\nada,Ada\n../x,Bob\nada,;rm\n")
    done = run("class", "roster", "check")
    assert (done.code, done.err) == (1, "")
    assert done.out.count("roster.csv:") == 3
    found = run("class", "roster", "check", "--json")
    assert found.code == 1
    assert [row["line"] for row in found.data["problems"]] == [3, 4, 4]


def test_another_file(course: Course, run: Run, work: Path) -> None:
    write(work, {"export.csv": "Student,ID,SIS User ID\n    Points Possible,,\nA,1,s1\n"})
    done = run("class", "roster", "check", work / "export.csv")
    assert (done.code, "s1" in done.out) == (0, True)
    assert done.err.startswith("warning: export.csv:2 was skipped: `Points Possible` is Canvas's own row.")
    assert run("class", "roster", "check", work / "none.csv").code == 1
