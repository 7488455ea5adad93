"""Where the teacher's tests run in a student's notebook, whatever the student did to it."""

import json

import pytest

from notebook_support import NBGRADER, cell, graded, notebook
from scaffold.core.classroom.grading.notebooks import steps
from scaffold.core.classroom.grading.submission import read_layout, split_files
from scaffold.core.classroom.starter.strip import strip
from scaffold.tools.git.trees import File

STARTER = strip({"lab.ipynb": File(NBGRADER.encode())}).tree["lab.ipynb"].content


def run_order(student: bytes | None, teacher: str = NBGRADER) -> list[str]:
    """The first line of each cell that would run; the name of a test."""
    return [step.get("test") or step["source"].partition("\n")[0] for step in steps("n.ipynb", teacher.encode(), student)["cells"]]  # fmt: skip  # noqa: E501


ORDER = ["FACTOR = 1", "def square(x):", "test-a", "def cube(x):", "test-b"]


def test_the_tests_are_the_teachers() -> None:
    changed = STARTER.replace(b"assert square(2) == 4", b"pass").replace(b"FACTOR = 1", b"FACTOR = 0")
    run = steps("lab.ipynb", NBGRADER.encode(), changed)
    assert run_order(changed) == ORDER
    sources = [step["source"] for step in run["cells"]]
    assert "BEGIN HIDDEN TESTS" in sources[2]
    assert (sources[0], run["kernel"], run["problem"]) == ("FACTOR = 1", "python3", "")


@pytest.mark.parametrize("gone", range(7))
def test_a_deleted_cell_of_the_teachers_comes_back_in_its_place(gone: int) -> None:
    content = json.loads(STARTER)
    deleted = content["cells"].pop(gone)
    student = cell("mine = 1")
    content["cells"].insert(gone, {**student, "id": "mine"})
    order = run_order(json.dumps(content).encode())
    fixed = bool(deleted["metadata"].get("nbgrader", {}).get("locked"))
    assert [name for name in order if name != "mine = 1"] == [
        name for name in ORDER if fixed or not deleted["source"].startswith(name)
    ]
    assert "mine = 1" in order


def test_a_second_copy_of_a_test_is_no_test() -> None:
    content = json.loads(STARTER)
    content["cells"].append({**content["cells"][3], "source": "pass"})
    assert run_order(json.dumps(content).encode()) == [*ORDER, "pass"]


def test_without_ids_cells_are_found_by_their_text() -> None:
    teacher = notebook(cell("One.", "markdown"), cell("x = 1 # SOLUTION"), cell("# HIDDEN\nassert x"), cell("Two.", "markdown"), cell("y = 2"), with_ids=False)  # fmt: skip  # noqa: E501
    student = notebook(cell("One.", "markdown"), cell("x = 3"), cell("x += 1"), cell("Two.", "markdown"), cell("y = 2"), with_ids=False)  # fmt: skip  # noqa: E501
    assert run_order(student.encode(), teacher) == ["x = 3", "x += 1", "hidden-1", "y = 2"]


@pytest.mark.parametrize(
    "student",
    [None, b"", b"{", b"[]", b'{"cells": 1}', b'{"cells": [1]}', b'{"cells": [{"source": [1]}]}', b"[" * 100_000],
)
def test_a_notebook_that_cannot_be_read_is_a_problem_of_every_test(student: bytes | None) -> None:
    run = steps("lab.ipynb", NBGRADER.encode(), student)
    assert run["problem"] == ("lab.ipynb is missing" if student is None else "lab.ipynb is not a readable notebook")
    assert [step["test"] for step in run["cells"] if "test" in step] == ["test-a", "test-b"]


def test_a_notebook_in_the_folder_of_tests_is_the_students() -> None:
    teacher = {"tests/lab.ipynb": File(NBGRADER.encode()), "tests/test_a.py": File(b"")}
    layout = read_layout(teacher, (), ["tests/lab.ipynb"])
    student = {"tests/lab.ipynb": File(STARTER), "tests/test_a.py": File(b"mine")}
    files = split_files(student, teacher, layout, {})
    assert files.together == {"tests/lab.ipynb": File(STARTER), "tests/test_a.py": File(b"")}
    assert list(files.notebooks) == ["tests/lab.ipynb"]
    # The solutions are never where the student's code runs, not even if the student has no notebook.
    assert split_files({}, teacher, layout, {}).together["tests/lab.ipynb"] == File(b"")


def test_blocks_of_otter_in_a_students_notebook_are_only_cells() -> None:
    hostile = notebook(
        cell("# BEGIN QUESTION\nname: [", "raw"),
        cell("# BEGIN TESTS", "raw"),
        {**cell("x == 1"), "outputs": 5},
        cell("```otter", "markdown"),
    )
    assert run_order(hostile.encode()) == ["x == 1", "FACTOR = 1", "test-a", "test-b"]


def test_a_students_metadata_makes_no_test() -> None:
    hostile = notebook(
        graded("pass", "mine", 100),
        {**cell("x"), "metadata": []},
        {**cell("y"), "metadata": {"nbgrader": 1, "scaffold": {"prompt": False}}},
    )
    assert run_order(hostile.encode()) == ["pass", "x", "y", "FACTOR = 1", "test-a", "test-b"]
