"""What a teacher is told about a starter: marks that are not ours, points that differ."""

import pytest

from notebook_support import cell, notebook
from scaffold.core.classroom.rules import Exercise, Rules
from scaffold.core.classroom.starter.checks import differing_points, unknown_markers
from scaffold.tools.git.trees import File

EXERCISES = """\
# Exercises

| | exercise | points | where |
|---|---|---:|---|
| 1 | The sum | 3 | `sum.py` |
| 2 | The mean | 2 | `mean.py` |
| | together | 5 | |
"""


@pytest.mark.parametrize(
    "line",
    [
        "# BEGIN STUDENT CODE", "# START SOLUTION", "### END ANSWER", "// BEGIN SOLUTION", "-- STOP EXERCISE",
        "    # SOLUTION START", "# IGNORE", "<!-- BEGIN QUESTION -->",
    ],
)  # fmt: skip
def test_marks_of_other_tools_are_named(line: str) -> None:
    (note,) = unknown_markers({"a.py": File(f"x = 1\n{line}\n".encode())})
    assert note.startswith("Not a marker of scaffold's, so students get it as it is: a.py:2: `")
    assert unknown_markers({"a.ipynb": File(notebook(cell(f"x = 1\n{line}")).encode())})


@pytest.mark.parametrize(
    "line",
    [
        "# Begin with the solution of exercise 1", "## Start here", "-- BEGIN TRANSACTION", "# ignore the header",
        "<!-- results:start -->", "# END OF FILE", "-----BEGIN PUBLIC KEY-----", "x = 1  # SOLUTION of the equation",
    ],
)  # fmt: skip
def test_prose_is_no_mark(line: str) -> None:
    assert unknown_markers({"a.py": File(f"{line}\n".encode()), "a.md": File(f"{line}\n".encode())}) == []


def test_points_that_students_read_and_points_that_are_graded() -> None:
    tree = {"EXERCISES.md": File(EXERCISES.encode())}
    right = (Exercise("sum", "The sum", 3, ("t",)), Exercise("mean", "The mean", 2, ("t",)))
    assert differing_points(tree, Rules(exercises=right)) == []
    assert differing_points({}, Rules(exercises=right[:1])) == []
    other = (Exercise("sum", "The sum", 4, ("t",)), Exercise("max", "The most", 2, ("t",)))
    assert differing_points(tree, Rules(exercises=other)) == [
        "EXERCISES.md gives `The sum` 3 points, and assignment.toml gives it 4.",
        "`The mean` is in EXERCISES.md, and not in assignment.toml.",
        "`The most` is in assignment.toml, and not in EXERCISES.md.",
    ]
