"""Otter's source notebooks: their blocks become metadata, and what is wrong in them is an error with its cell."""

import json
import re

import pytest

from notebook_support import OTTER, cell, notebook, printed
from scaffold.core.classroom.grading.notebooks import exercises, hidden_cells, manual_cells
from scaffold.core.classroom.rules import Exercise
from scaffold.core.classroom.starter.graded_cells import read_plan
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.core.classroom.starter.strip import strip
from scaffold.tools.git.trees import File

BEGIN, END = cell("# BEGIN QUESTION\nname: q1", "raw"), cell("# END QUESTION", "raw")
TESTS, END_TESTS = cell("# BEGIN TESTS", "raw"), cell("# END TESTS", "raw")


def question(*tests: dict[str, object], settings: str = "") -> str:
    """A notebook with one question."""
    begin = cell(f"# BEGIN QUESTION\nname: q1\n{settings}", "raw")
    return notebook(begin, cell("x = 1 # SOLUTION"), TESTS, *tests, END_TESTS, END)


def found(text: str) -> list[Exercise]:
    return list(exercises({"lab.ipynb": File(text.encode())}, ["lab.ipynb"]))


def cells_of(text: str) -> list[dict[str, object]]:
    stripped = strip({"lab.ipynb": File(text.encode())}).tree["lab.ipynb"].content
    cells: list[dict[str, object]] = json.loads(stripped)["cells"]
    return cells


def test_a_student_gets_no_raw_cells_and_no_settings() -> None:
    cells = cells_of(OTTER)
    assert [item["source"] for item in cells] == [
        "# Squares",
        "Square it.",
        "def square(x):\n    ...",
        "square(3)\n# Expected: 9",
        "cube = ...",
        "assert cube(2) == 8",
        "Why?",
        "YOUR ANSWER HERE",
    ]
    assert not re.search("scaffold|Because|-4|hidden", json.dumps(cells))
    assert cells[3]["metadata"]["editable"] is False  # type: ignore[index]


def test_questions_have_their_points() -> None:
    tree = {"lab.ipynb": File(OTTER.encode())}
    assert [(item.id, item.points, len(item.tests), item.all_or_nothing) for item in found(OTTER)] == [
        ("q1", 2, 2, False),
        ("q2", 3, 2, True),
    ]
    assert manual_cells(tree, ()) == [("lab.ipynb", "q3", 4)]
    assert hidden_cells(tree, ["lab.ipynb"]) == ["lab.ipynb::q1-2", "lab.ipynb::q2-2"]


TWO = (cell("assert x"), cell("assert x == 1"))
OWN = cell('""" # BEGIN TEST CONFIG\npoints: 3\n""" # END TEST CONFIG\nassert x')


@pytest.mark.parametrize(
    ("tests", "settings", "points"),
    [
        (TWO, "", {"q1": 1}),
        (TWO, "points: 4", {"q1": 4}),
        (TWO, "points: [1, 2]", {"q1-1": 1, "q1-2": 2}),
        (TWO, "points:\n  each: 2", {"q1": 4}),
        ((OWN, TWO[1]), "points: 4", {"q1-1": 3, "q1-2": 1}),
        ((OWN, TWO[1]), "", {"q1-1": 3, "q1-2": 0}),
        (TWO[:1], "points: 2", {"q1": 2}),
    ],
)
def test_points_are_divided_as_otter_divides_them(
    tests: tuple[dict[str, object], ...], settings: str, points: dict[str, float]
) -> None:
    assert {item.id: item.points for item in found(question(*tests, settings=settings))} == points


def test_a_test_that_is_a_function_is_called() -> None:
    config = cell("# ASSIGNMENT CONFIG\ntests:\n  ok_format: false", "raw")
    test = cell("def test_x(x, env):\n    assert env['x'] == x\n\ntest_x(x, globals())")
    text = notebook(config, BEGIN, TESTS, test, END_TESTS, END)
    assert cells_of(text)[0]["source"] == (
        "def test_x(x, env):\n    assert env['x'] == x\n\ntest_x(x=x, env=globals())"
    )


WRONG = {
    "has no `END QUESTION`": notebook(BEGIN),
    "`END TESTS` is inside `BEGIN QUESTION`": notebook(BEGIN, END_TESTS, END),
    "`BEGIN TESTS` is not in a question": notebook(TESTS, END_TESTS),
    "`BEGIN QUESTION` is inside `BEGIN QUESTION`": notebook(BEGIN, BEGIN, END),
    "the question has no `name`": notebook(cell("# BEGIN QUESTION\npoints: 1", "raw"), END),
    "its settings are not YAML": notebook(cell("# BEGIN QUESTION\nname: [", "raw"), END),
    "a test is a code cell": question(cell("text", "markdown")),
    "what this test must print is not saved": question(cell("x == 1")),
    "the test is not valid Python": question(cell("x ==")),
    "has no `END TEST CONFIG`": question(cell('""" # BEGIN TEST CONFIG\npoints: 1\nassert x')),
    "has 2 tests, and `points` for 1": question(*TWO, settings="points: [1]"),
    "have more points than it has": question(OWN, TWO[1], settings="points: 1"),
    "is manual, and has tests": question(*TWO, settings="manual: true"),
    "use raw cells": notebook(BEGIN, cell("```otter\n# END QUESTION\n```", "markdown"), END),
    "Otter made this notebook": notebook(cell('import otter\ngrader = otter.Notebook("lab.ipynb")')),
}


@pytest.mark.parametrize("problem", WRONG)
def test_what_is_wrong_is_an_error(problem: str) -> None:
    with pytest.raises(MarkerError, match=re.escape(problem)):
        read_plan("lab.ipynb", WRONG[problem].encode())


def test_a_saved_output_is_what_a_test_expects() -> None:
    plan = read_plan("lab.ipynb", question(printed("x", "1")).encode())
    assert [item.expected for item in plan.graded] == ["1"]
