"""`scaffold class export`: points in a platform's own export; nothing is written without --out."""

import json

import pytest

from classroom_support import Course
from conftest import Run
from support import snapshot, write

MOODLE = (
    "Identifier,Full name,ID number,Email address,Grade,Maximum Grade\n"
    "P1,Ada,ada,,,10\nP2,Bob,bob,,4,10\nP3,?,mal,,,10\n"
)


@pytest.fixture
def graded(course: Course) -> Course:
    """A class with results: eve submitted nothing, and ada and bob are a team."""
    students = [
        {"id": "red", "state": "graded", "score": {"points": 7.25, "most": 20}},
        {"id": "eve", "state": "nothing yet", "score": None},
    ]
    text = json.dumps({"assignment": "hw1", "title": "x", "hidden": [], "students": students})
    course.assign({"assignment.toml": 'title = "x"\nteams = true\nhidden = ["tests/hidden"]\n'})
    write(course.folder, {"results/hw1/results.json": text, "grades.csv": MOODLE})
    return course


def test_changes_are_shown_and_nothing_is_written(graded: Course, run: Run) -> None:
    before = snapshot(graded.folder)
    done = run("class", "export", "moodle", "grades.csv", "hw1", "--json")
    assert (done.code, done.data["written"], done.data["column"]) == (0, None, "Grade")
    assert [(change["who"], change["before"], change["after"]) for change in done.data["changes"]] == [
        ("ada", "", "3.62"),
        ("bob", "4", "3.62"),
    ]
    said = " ".join(notice["message"] for notice in done.json["warnings"])
    assert "4: mal" in said
    assert "20 here are 10 there" in said
    assert snapshot(graded.folder) == before
    assert "nothing was written" in run("class", "export", "moodle", "grades.csv", "hw1").out


def test_a_file_in_another_encoding_keeps_it(graded: Course, run: Run) -> None:
    for codec in ("cp1252", "utf-16", "utf-8-sig"):
        content = MOODLE.replace("Ada", "Zoë").encode(codec)
        write(graded.folder, {"grades.csv": content})
        assert run("class", "export", "moodle", "grades.csv", "hw1", "--out", "filled.csv").code == 0
        expected = content.decode(codec).replace("ada,,,", "ada,,3.62,").replace(",4,", ",3.62,")
        assert (graded.folder / "filled.csv").read_bytes() == expected.encode(codec)


def test_out_writes_the_file(graded: Course, run: Run) -> None:
    done = run("class", "export", "moodle", "grades.csv", "hw1", "--out", "filled.csv")
    assert done.code == 0
    assert (graded.folder / "filled.csv").read_text() == MOODLE.replace("ada,,,", "ada,,3.62,").replace(",4,", ",3.62,")
    assert (graded.folder / "grades.csv").read_text() == MOODLE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("blackboard", "grades.csv", "hw1"), "It supports: canvas"),
        (("canvas", "grades.csv", "hw1"), "not an export of Canvas"),
        (("moodle", "nothing.csv", "hw1"), "nothing.csv"),
        (("moodle", "book.xlsx", "hw1"), "is a workbook"),
    ],
)
def test_invalid_exports(graded: Course, run: Run, arguments: tuple[str, ...], words: str) -> None:
    write(graded.folder, {"book.xlsx": b"PK\x03\x04"})
    failed = run("class", "export", *arguments)
    assert (failed.code, words in failed.err) == (1, True), failed.err


def test_before_anything_was_graded(course: Course, run: Run) -> None:
    write(course.folder, {"grades.csv": MOODLE})
    failed = run("class", "export", "moodle", "grades.csv", "hw1")
    assert (failed.code, "scaffold class grade hw1" in failed.err) == (1, True)
