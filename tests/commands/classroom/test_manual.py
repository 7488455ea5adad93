"""Points and comments that the teacher gives: they survive grading, and are in feedback, page, table and export."""

import csv
import json

import pytest

from classroom_support import Course
from conftest import Run
from support import write

ASSIGNMENT = """\
title = "First homework"
hidden = ["tests/hidden"]

[late]
per_day = 10

[[manual]]
id = "report"
title = "The report"
points = 4
"""
HEADER = "student_id,name,report,report comment,comment\n"


def entry(student: str, points: float, days_late: int = 0, state: str = "graded") -> dict[str, object]:
    """The entry of results.json for tests that are worth 6 points."""
    factor = 1 - days_late / 10
    part = {"id": "tests", "title": "Tests", "points": points, "most": 6, "tests": [], "hint": ""}
    score = {
        "points": points * factor,
        "most": 6,
        "days_late": days_late,
        "before": points,
        "parts": [part],
        "stopped": "",
        "factor": factor,
    }
    about = {"id": student, "name": student, "state": state, "detail": "", "why": "", "commit": "c" * 40}
    return {**about, "received": "2026-03-01T11:00:00+00:00", "score": score}


@pytest.fixture
def graded(course: Course, run: Run) -> Course:
    """Ada has all points of the tests and was a day late, bob has half of them, eve submitted nothing."""
    course.assign({"assignment.toml": ASSIGNMENT})
    students = [entry("ada", 6, days_late=1), entry("bob", 3), entry("eve", 0, state="nothing collected")]
    content = {"assignment": "hw1", "title": "First homework", "hidden": [], "students": students}
    write(
        course.folder,
        {
            "results/hw1/results.json": json.dumps(content),
            "results/hw1/manual.csv": HEADER
            + 'ada,Ada L,"3,5","Well argued.\n\n=HYPERLINK(""x"")",Bravo!\nbob,Bob,,,\n',
            "grades.csv": "Identifier,ID number,Grade,Feedback comments\nP1,ada,,\nP2,bob,,\nP3,eve,,\n",
        },
    )
    assert run("class", "handout", "hw1").code == 0
    return course


def test_manual_points_are_in_the_feedback(graded: Course, run: Run) -> None:
    assert run("class", "feedback", "hw1").code == 0
    ada = (graded.folder / "results/hw1/feedback/ada.md").read_text()
    assert "**8.55 of 10 points**" in ada
    assert "It was 1 day late: 8.55 of 9.5 points remain." in ada
    assert '## The report: 3.5 of 4\n\nWell argued.\n\n=HYPERLINK("x")\n' in ada
    assert "## Comment\n\nBravo!\n" in ada
    assert "## The report: not graded yet, of 4" in (graded.folder / "results/hw1/feedback/bob.md").read_text()
    rows = list(csv.DictReader((graded.folder / "results/hw1/results.csv").read_text().splitlines()))
    assert [(row["student_id"], row["points"], row["report"]) for row in rows] == [
        ("ada", "8.55", "3.5"),
        ("bob", "3.0", ""),
        ("eve", "0.0", ""),
    ]


def test_manual_points_are_exported_when_they_are_complete(graded: Course, run: Run) -> None:
    done = run("class", "export", "moodle", "grades.csv", "hw1", "--feedback", "--out", "filled.csv", "--json")
    assert [(change["who"], change["after"]) for change in done.data["changes"]] == [("ada", "8.55")]
    said = " ".join(notice["message"] for notice in done.json["warnings"])
    assert "3: bob (waits for your points: The report), 4: eve (nothing collected)." in said
    comment = next(csv.DictReader((graded.folder / "filled.csv").read_text().splitlines()))["Feedback comments"]
    assert comment.startswith(
        "<p><strong>First homework: feedback</strong><br><br><strong>8.55 of 10 points</strong> for"
    )
    assert "<br>Bravo!" in comment


def test_a_student_who_submitted_nothing_can_have_points(graded: Course, run: Run) -> None:
    write(graded.folder, {"results/hw1/manual.csv": HEADER + "eve,Eve,2,oral exam,\n"})
    assert run("class", "feedback", "hw1").code == 0
    eve = (graded.folder / "results/hw1/feedback/eve.md").read_text()
    assert "**2 of 10 points** (nothing collected).\n\n## The report: 2 of 4\n\noral exam\n" in eve
    done = run("class", "export", "moodle", "grades.csv", "hw1", "--json")
    assert [(change["who"], change["after"]) for change in done.data["changes"]] == [("eve", "2")]


def test_manual_points_are_on_the_page(graded: Course, run: Run) -> None:
    assert run("class", "page", "hw1").code == 0
    page = (graded.folder / "results/hw1/page.html").read_text()
    assert "8.55 / 10" in page
    assert "3 / 10 (without The report, not graded yet)" in page


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (HEADER + "ada,,5,,\n", "manual.csv:2: report is `5`"),
        (HEADER + "ada,,-1,,\n", "report is `-1`"),
        (HEADER + "ada,,nan,,\n", "report is `nan`"),
        (HEADER + "ada,,good,,\n", "It must be a number from 0 to 4."),
        (HEADER + "ada,,1,,\nbob,,1,,\nada,,2,,\n", "manual.csv:4: `ada` has two rows"),
        ("student_id,comment\nada,x\n", "has no column `report`"),
    ],
)
def test_a_table_with_an_error(graded: Course, run: Run, table: str, words: str) -> None:
    write(graded.folder, {"results/hw1/manual.csv": table})
    for args in (["feedback", "hw1"], ["export", "moodle", "grades.csv", "hw1"], ["page", "hw1"]):
        failed = run("class", *args)
        assert (failed.code, words in failed.err) == (1, True), failed


@pytest.mark.thorough
def test_edited_feedback_is_never_overwritten(graded: Course, run: Run) -> None:
    folder = graded.folder / "results/hw1/feedback"
    assert run("class", "feedback", "hw1").err == ""
    before = (folder / "ada.md").read_text()
    (folder / "bob.md").write_text("# My own words\n")
    write(graded.folder, {"results/hw1/manual.csv": HEADER + "ada,,4,,\nbob,,4,,\n"})
    done = run("class", "feedback", "hw1", "--json")
    assert {row["id"]: row["state"] for row in done.data["students"]} == {
        "ada": "written",
        "bob": "edited, kept",
        "eve": "written",
    }
    assert done.json["warnings"][0]["message"].startswith("You edited the feedback of bob: it is kept")
    assert (folder / "bob.md").read_text() == "# My own words\n"
    assert (folder / "ada.md").read_text() != before
    sent = run("class", "feedback", "hw1", "--send")
    assert sent.code == 0
    assert graded.read("bob", "feedback.md", "feedback") == "# My own words"
    exported = run("class", "export", "moodle", "grades.csv", "hw1", "--feedback", "--json")
    assert {one["who"]: one["after"] for one in exported.data["comments"]}[
        "bob"
    ] == "<p><strong>My own words</strong></p>"
    (folder / "bob.md").unlink()
    assert run("class", "feedback", "hw1").err == ""
    assert "**7 of 10 points**" in (folder / "bob.md").read_text()


def test_a_new_id_keeps_manual_points(graded: Course, run: Run) -> None:
    roster = (graded.folder / "roster.csv").read_text()
    (graded.folder / "roster.csv").write_text(roster.replace("ada,", "a2,"))
    assert run("class", "roster", "rename", "ada", "a2").code == 0
    assert run("class", "feedback", "hw1").code == 0
    assert "**8.55 of 10 points**" in (graded.folder / "results/hw1/feedback/a2.md").read_text()
