"""Which cells of a notebook are graded, and that somebody decides whether they are."""

from pathlib import Path

import pytest

from notebook_support import NBGRADER, OTTER, cell, graded, marked, notebook
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.grading.notebooks import manual_cells
from scaffold.core.classroom.rules import Rules
from scaffold.core.classroom.starter.graded_cells import plans, read_plan, require_decision
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File

ASSIGNMENT = Assignment("hw1", Path(), "hw1")
PLAIN = notebook(cell("x = 1 # SOLUTION"), cell("print(x)"))
HIDDEN = notebook(cell("x = 1 # SOLUTION"), cell("# HIDDEN\nassert x"), cell("assert x\n### BEGIN HIDDEN TESTS\nassert x\n### END HIDDEN TESTS"))  # fmt: skip  # noqa: E501


def test_notebooks_with_cells_to_grade_are_found() -> None:
    notebooks = {"nbgrader": NBGRADER, "otter": OTTER, "hidden": HIDDEN, "plain": PLAIN, "broken": "{"}
    tree = {f"{name}.ipynb": File(text.encode()) for name, text in notebooks.items()}
    assert list(plans(tree)) == ["nbgrader.ipynb", "otter.ipynb", "hidden.ipynb"]
    assert list(plans(tree, ["otter.ipynb"])) == ["nbgrader.ipynb", "hidden.ipynb"]


def test_what_only_a_person_grades_needs_no_decision() -> None:
    essay = notebook(marked("Because.", "essay", "markdown", grade=True, solution=True, points=5))
    tree = {"essay.ipynb": File(essay.encode())}
    require_decision(ASSIGNMENT, tree, Rules())
    assert manual_cells(tree, ()) == [("essay.ipynb", "essay", 5)]


def test_a_notebook_that_cannot_be_read_needs_a_decision() -> None:
    wrong = notebook(marked("assert x", "a", grade=True, locked=True))
    with pytest.raises(ScaffoldError, match=r"hw1/lab.ipynb has cells to grade"):
        require_decision(ASSIGNMENT, {"lab.ipynb": File(wrong.encode())}, Rules())


def test_hidden_tests_without_points_are_worth_one_each() -> None:
    plan = read_plan("lab.ipynb", HIDDEN.encode())
    assert [(item.name, item.points, item.hidden) for item in plan.graded] == [
        ("hidden-1", 1, True),
        ("hidden-2", 1, True),
    ]


def test_a_notebook_is_graded_or_left_out_by_name() -> None:
    tree = {"lab.ipynb": File(NBGRADER.encode())}
    with pytest.raises(ScaffoldError, match=r"hw1/lab.ipynb has cells to grade") as error:
        require_decision(ASSIGNMENT, tree, Rules())
    assert 'together = ["lab.ipynb"]' in error.value.hint
    assert 'ungraded = ["lab.ipynb"]' in error.value.hint
    require_decision(ASSIGNMENT, tree, Rules(together=("lab.ipynb",)))
    require_decision(ASSIGNMENT, tree, Rules(ungraded=("lab.ipynb",)))


def test_a_notebook_that_students_do_not_have_cannot_be_graded() -> None:
    hidden = Assignment("hw1", Path(), "hw1", hidden=("lab.ipynb",))
    with pytest.raises(ScaffoldError, match="is hidden, and `together` would grade"):
        require_decision(hidden, {"lab.ipynb": File(NBGRADER.encode())}, Rules(together=("lab.ipynb",)))


def test_a_notebook_without_tests_cannot_be_graded() -> None:
    with pytest.raises(ScaffoldError, match=r"hw1/lab.ipynb has no cell with tests"):
        require_decision(ASSIGNMENT, {"lab.ipynb": File(PLAIN.encode())}, Rules(together=("lab.ipynb",)))


WRONG = {
    "no `points`": notebook(marked("assert x", "a", grade=True, locked=True)),
    "no `grade_id`": notebook(graded("assert x", "", 1)),
    "another cell has the name `a`": notebook(graded("assert x", "a", 1), graded("assert y", "a", 1)),
}


@pytest.mark.parametrize("problem", WRONG)
def test_metadata_that_cannot_be_graded_is_an_error(problem: str) -> None:
    with pytest.raises(MarkerError, match=f"lab.ipynb, cell \\d:1: .*{problem}"):
        read_plan("lab.ipynb", WRONG[problem].encode())


def test_expressions_of_autotest_lines() -> None:
    cell = graded("x = 1\n### AUTOTEST f(2); f(3)\n    ### HASHED AUTOTEST g(x)\n### AUTOTESTED y", "a", 1)
    assert [item.autotests for item in read_plan("lab.ipynb", notebook(cell).encode()).graded] == [
        ("f(2)", "f(3)", "g(x)")
    ]
