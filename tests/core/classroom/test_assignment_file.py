"""`assignment.toml`: what a teacher may write, and what is said of a mistake."""

from pathlib import Path

import pytest

from scaffold.core.classroom.assignment_file import AssignmentFile, read_assignment_file
from scaffold.errors import ScaffoldError
from support import write


def read(work: Path, text: str) -> AssignmentFile:
    return read_assignment_file(write(work / "hw1", {"assignment.toml": text}))


@pytest.mark.parametrize("points", ["2", "2.5", "0.25"])
def test_points_need_not_be_whole(work: Path, points: str) -> None:
    text = f"points = {points}\n[[exercises]]\nid = 'a'\ntests = ['tests/test_a.py']\npoints = {points}\n"
    file = read(work, text)
    assert (file.points, file.exercises[0].points) == (float(points), float(points))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "[limits]\nsecond = 3\n",
            "hw1/assignment.toml [limits] has an unknown key `second`.",
            "Did you mean `seconds`?",
        ),
        (
            "[late]\nper_day = 10\nhidden = ['tests/hidden']\n",
            "hw1/assignment.toml [late] has an unknown key `hidden`.",
            "Move it to the top, above the first [table]: hidden = …",
        ),
        (
            "[personal]\nfile = 'p.toml'\n[personal.values]\nregion = ['a']\nhidden = ['tests/hidden']\n",
            "hw1/assignment.toml [personal]: `hidden` is a key of the file, not of this table.",
            "Move it above the first [table]: hidden = …",
        ),
        ("[limits]\nseconds = 0\n", "hw1/assignment.toml [limits]: `seconds` must be 1 or more.", "It is in line 2"),
        ("[late]\nper_day = '10'\n", "hw1/assignment.toml [late]: `per_day` must be a number.", "It is in line 2"),
        (
            "[[exercises]]\nid = 'a'\ntests = ['x']\n[[exercises]]\nid = 'b'\n",
            "hw1/assignment.toml [[exercises]]: an exercise has an `id` and `tests`.",
            "It is in line 4",
        ),
        (
            "[grading]\ntogether = 'x'\n",
            "hw1/assignment.toml [grading]: `together` must be a list of strings.",
            "line 2",
        ),
    ],
)
def test_a_mistake_is_named_with_table_key_and_line(work: Path, text: str, message: str, hint: str) -> None:
    with pytest.raises(ScaffoldError) as refused:
        read(work, text)
    assert refused.value.message == message
    assert hint in refused.value.hint
