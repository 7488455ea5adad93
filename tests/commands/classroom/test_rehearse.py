# ruff: noqa: E501
"""`scaffold class rehearse`."""

from pathlib import Path

import pytest

from conftest import Run
from grading_support import SOLUTION, class_with_submissions, need_sandbox


@pytest.mark.thorough
def test_an_assignment_that_is_ready(work: Path, run: Run) -> None:
    need_sandbox()
    course = class_with_submissions(work / "ml1", {"ada": {}})
    text = run("class", "handout", "hw1", "-C", course.folder, "--dry-run").out
    assert "Not rehearsed yet" in text
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "2", "--json")
    assert (done.code, done.err) == (0, "")
    keys = {
        "assignment",
        "sandbox",
        "ready",
        "solution",
        "starter",
        "floor",
        "tests",
        "together",
        "imports",
        "uncounted",
        "notes",
    }
    assert set(done.data) == keys
    assert {line["limit"] for line in done.data["tests"]} == {1}
    assert all(0 <= line["seconds"] < 1 for line in done.data["tests"])
    assert (done.data["ready"], done.data["solution"], done.data["starter"]) == (True, [1, 1], 0)
    assert {line["passed"] for line in done.data["tests"]} == {2}
    assert "Not rehearsed yet" not in run("class", "handout", "hw1", "-C", course.folder, "--dry-run").out


@pytest.mark.thorough
def test_an_assignment_that_is_not_ready(work: Path, run: Run) -> None:
    need_sandbox()
    luck = {
        "tests/test_luck.py": "from src.answer import luck\n\n\ndef test_luck():\n    assert luck() > 0.8\n",
        "tests/test_easy.py": "import src.answer\n\n\ndef test_easy():\n    assert src.answer.__name__\n",
        "src/answer.py": SOLUTION["src/answer.py"]
        + "\n\ndef luck():\n    ### BEGIN SOLUTION\n    import random\n    return random.random()\n    ### END SOLUTION\n",
    }
    course = class_with_submissions(work / "ml1", {"ada": {}}, luck)
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--json")
    assert (done.code, done.data["ready"]) == (1, False)
    by_test = {line["test"].rpartition("::")[2]: line for line in done.data["tests"]}
    # random() after seed(0), seed(1), seed(2): 0.84, 0.13, 0.96
    assert (by_test["test_luck"]["passed"], by_test["test_answer"]["passed"]) == (2, 3)
    assert by_test["test_luck"]["message"].startswith("assert 0.134")
    assert (by_test["test_easy"]["starter"], by_test["test_answer"]["starter"]) == (True, False)
    shown = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "2").out
    assert "It should not be handed out like this." in shown
    assert "[grading] starter_percent" in shown


INSIDE = """\
import pytest
from src import answer
from src.answer import greet


def test_patched(monkeypatch):
    monkeypatch.setattr(answer, "sum", lambda _: 7, raising=False)
    assert answer.answer([1]) == 7


@pytest.mark.parametrize("letter", "ab")
def test_sent(letter):
    assert answer.apply(lambda value: value + letter) == "x" + letter


def test_greet():
    assert greet("you") == "Hello you"
"""


@pytest.mark.thorough
def test_tests_that_need_one_process_are_named(work: Path, run: Run) -> None:
    need_sandbox()
    applies = "\n\ndef apply(function):\n    ### BEGIN SOLUTION\n    return function('x')\n    ### END SOLUTION\n"
    files = {"tests/test_inside.py": INSIDE, "src/answer.py": SOLUTION["src/answer.py"] + applies}
    course = class_with_submissions(work / "ml1", {"ada": {}}, files)
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1")
    assert done.code == 1
    names = '    "tests/test_inside.py::test_patched",\n    "tests/test_inside.py::test_sent",\n'
    table = f"[grading]\ntogether = [\n{names}]\n"
    assert table in done.out
    # What was printed, put into the file, is the remedy; the third test of that file stays isolated.
    text = (course.folder / "hw1/assignment.toml").read_text()
    course.assign({"assignment.toml": text.replace("[grading]\n", table)})
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1", "--json")
    assert (done.code, done.data["ready"], done.data["together"]) == (0, True, [])
    limits = {line["test"].rpartition("::")[2]: line["limit"] for line in done.data["tests"]}
    assert (limits["test_patched"], limits["test_greet"]) == (7, 1)


@pytest.mark.thorough
def test_a_solution_that_cannot_be_imported(work: Path, run: Run) -> None:
    need_sandbox()
    code = "import numpy_of_ours\n" + SOLUTION["src/answer.py"]
    course = class_with_submissions(work / "ml1", {"ada": {}}, {"src/answer.py": code})
    where = "src/answer.py:1: ModuleNotFoundError: No module named 'numpy_of_ours'"
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1")
    assert (done.code, f"Your solution cannot be imported: {where}" in done.out) == (1, True)
    failed = run("class", "grade", "hw1", "-C", course.folder)
    assert f"Your own solution does not pass: {where}" in failed.err


@pytest.mark.thorough
def test_a_slow_solution_is_told(work: Path, run: Run) -> None:
    need_sandbox()
    slow = SOLUTION["src/answer.py"].replace(
        "    return f", "    import time\n    while time.process_time() < 0.8: pass\n    return f"
    )
    course = class_with_submissions(work / "ml1", {"ada": {}}, {"src/answer.py": slow})
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1")
    assert "Nearest to its time limit: tests/test_greet.py::test_greet" in done.out
    assert "tests/test_greet.py::test_greet needs 0." in done.err
    assert "raise [limits] seconds in assignment.toml" in done.err


@pytest.mark.thorough
def test_what_counts_for_no_exercise_is_named(work: Path, run: Run) -> None:
    need_sandbox()
    exercise = (
        '\n[[exercises]]\nid = "sum"\ntitle = "The sum"\npoints = 4\ntests = ["tests/test_answer.py::test_answer"]\n'
    )
    table = "| 1 | The sum | 3 | `src/answer.py` |\n"
    course = class_with_submissions(work / "ml1", {"ada": {}}, {"EXERCISES.md": table})
    course.assign({"assignment.toml": (course.folder / "hw1/assignment.toml").read_text() + exercise})
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1", "--json")
    assert (done.code, done.data["ready"]) == (0, True)
    uncounted = ["tests/hidden/test_more.py", "tests/test_greet.py", "tests/test_answer.py::test_nothing"]
    assert sorted(done.data["uncounted"]) == sorted(uncounted)
    assert done.data["notes"] == ["EXERCISES.md gives `The sum` 3 points, and assignment.toml gives it 4."]
    assert "3 tests or test files count for no exercise: " in done.out
