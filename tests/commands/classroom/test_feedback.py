# ruff: noqa: E501
"""`scaffold class feedback`."""

from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import Run
from grading_support import ASSIGNMENT, SOLUTION, TESTS, interpreter, need_sandbox
from scaffold.core.classroom.reports.feedback import explain
from support import git, write

HALF = "def answer(values):\n    return 5 if values else 0\n\n\ndef greet(name):\n    return open('/nowhere')\n"
EXERCISES = '\n[[exercises]]\nid = "sum"\ntitle = "The sum"\npoints = 6\ntests = ["tests/test_answer.py"]\nhidden_tests = ["tests/hidden/test_more.py"]\nhint = "Square first."\n[[exercises]]\nid = "greet"\ntitle = "Greet"\npoints = 2\ntests = ["tests/test_greet.py"]\n'


@pytest.fixture
def graded(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Three students: one with all points, one with some, one without a submission."""
    need_sandbox()
    course = make_course(work / "ml1")
    monkeypatch.chdir(course.folder)
    rules = ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("due =", "# due =") + EXERCISES
    write(course.folder / "hw1", {**SOLUTION, **TESTS})
    course.assign({"assignment.toml": rules})
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": SOLUTION["src/answer.py"].replace("### ", "## ")})
    course.commit_work("bob", {"src/answer.py": HALF})
    assert run("class", "collect", "hw1").code == 0
    assert run("class", "grade", "hw1").code == 0
    return course


@pytest.mark.thorough
def test_the_text_that_students_read(graded: Course, run: Run) -> None:
    before = {student: graded.heads(student) for student in ("ada", "bob", "eve")}
    done = run("class", "feedback", "hw1", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.data) == {"assignment", "folder", "students"}
    text = (graded.folder / "results/hw1/feedback/bob.md").read_text()
    assert "**4 of 8 points**" in text
    assert "- not passed: a hidden test: the result is not the expected one" in text
    assert "test_more" not in text
    assert "9" not in text.partition("## The sum")[2].partition("##")[0]
    assert "Hint: Square first." in text
    assert "- not passed: `test_greet`: your code raised FileNotFoundError" in text
    assert "No such file or directory: '/nowhere'" in text
    assert "**8 of 8 points**" in (graded.folder / "results/hw1/feedback/ada.md").read_text()
    assert "no points yet: nothing collected" in (graded.folder / "results/hw1/feedback/eve.md").read_text()
    assert {student: graded.heads(student) for student in before} == before
    assert git(graded.folder, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_feedback_is_pushed_to_a_branch_once(graded: Course, run: Run) -> None:
    before = graded.heads("bob")
    done = run("class", "feedback", "hw1", "--send", "--json")
    assert (done.code, {row["state"] for row in done.data["students"]}) == (0, {"sent"})
    after = graded.heads("bob")
    assert {**after, "feedback": None} == {**before, "feedback": None}
    assert graded.files("bob", "feedback") == ["feedback.md"]
    again = run("class", "feedback", "hw1", "--send", "--json")
    assert {row["state"] for row in again.data["students"]} == {"has it"}
    assert graded.heads("bob") == after
    graded.commit_work("bob", {"src/answer.py": SOLUTION["src/answer.py"].replace("### ", "## ")})
    for command in (["collect", "hw1"], ["grade", "hw1"]):
        assert run("class", *command).code == 0
    newer = run("class", "feedback", "hw1", "--send", "--json")
    assert {row["id"]: row["state"] for row in newer.data["students"]} == {
        "ada": "has it",
        "bob": "sent",
        "eve": "has it",
    }
    assert "**8 of 8 points**" in graded.read("bob", "feedback.md", "feedback")
    assert git(graded.bare("bob"), "merge-base", "--is-ancestor", after["feedback"], "feedback") == ""


@pytest.mark.thorough
def test_for_people(graded: Course, run: Run) -> None:
    for args in (["grade", "hw1"], ["feedback", "hw1"], ["rehearse", "hw1", "--seeds", "1"]):
        done = run("class", *args)
        assert done.code == 0, done
        assert done.out.strip()
        assert "\x1b" not in done.out + done.err


def test_nothing_was_graded(course: Course, run: Run) -> None:
    failed = run("class", "feedback", "hw1")
    assert (failed.code, failed.err) == (
        1,
        "error: hw1 has not been graded.\n\nhint: Grade it: scaffold class grade hw1\n",
    )


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("assert 5 == 9\n + where", "the result is not the expected one"),
        ("it took longer than 10 s", "it took longer than 10 s"),
        ("NotImplementedError", "it is not written yet"),
        ("KeyError: 'secret'", "your code raised KeyError"),
        ("it was skipped: not today", "it was skipped, which is not passed"),
        ("", "it did not pass"),
        ("42 is the answer to the hidden test", "it did not pass"),
    ],
)
def test_explain(message: str, words: str) -> None:
    assert explain(message, is_hidden=False) == words


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("it took longer than 3, 4 and 5", "it took too long"),
        ("it used more than 400 MB of memory", "it used too much memory"),
        ("KeyError: 'secret'", "your code raised KeyError"),
        ("Got3Error", "your code raised an exception"),
        ("src.answer.ValueError: 3", "your code raised ValueError"),
        ("Failed: 3", "it did not pass"),
        ("it was skipped: 3", "it was skipped, which is not passed"),
    ],
)
def test_nothing_that_the_students_code_wrote_is_told_of_a_hidden_test(message: str, words: str) -> None:
    assert explain(message, is_hidden=True) == words
