# ruff: noqa: E501
"""A class of students of every kind, more than thirty, from the hand-out to the exported points: every point is checked."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

import needs
from classroom_support import Course
from conftest import Run
from grading_support import ASSIGNMENT, SOLUTION, TESTS, Files, interpreter, need_sandbox, points
from odd_repositories import REFUSED, dated, push, received
from support import git, write

IN_TIME, IN_GRACE, ONE_DAY, FIVE_DAYS = "2026-03-01T11:00", "2026-03-01T12:05", "2026-03-02T09:00", "2026-03-06T11:00"
RULES = """
[[exercises]]
id = "sum"
title = "The sum"
points = 6
tests = ["tests/test_answer.py"]
hidden_tests = ["tests/hidden/test_more.py"]

[[exercises]]
id = "greeting"
points = 2
tests = ["tests/test_greet.py"]

[[exercises]]
id = "file"
points = 2
tests = ["tests/test_save.py"]
"""
SAVE_TEST = "from src.answer import save\n\n\ndef test_save(tmp_path):\n    assert save(tmp_path / 'out.txt').read_text() == 'saved'\n"
SAVE = '\n\ndef save(path):\n    """Write a file."""\n    ### BEGIN SOLUTION\n    path.write_text("saved")\n    return path\n    ### END SOLUTION\n'
TEACHERS = {**SOLUTION, **TESTS, "src/answer.py": SOLUTION["src/answer.py"] + SAVE, "tests/test_save.py": SAVE_TEST}
GOOD = TEACHERS["src/answer.py"].replace("### ", "## ")
SUM, GREET, FILE = GOOD.split("\n\n\ndef ")[1:4]


def code(*, answer: str = "", greet: str = "", save: str = "", before: str = "") -> Files:
    """A right solution with other bodies of functions."""
    parts = [
        f"def answer(values):\n    {answer}" if answer else f"def {SUM}",
        f"def greet(name):\n    {greet}" if greet else f"def {GREET}",
        f"def save(path):\n    {save}" if save else f"def {FILE}",
    ]
    return {"src/answer.py": before + "\n\n\n".join(parts) + "\n"}


Work = tuple[str, Files]


@dataclass(frozen=True)
class Kind:
    """A kind of student: what they push when, what else they do, and the points that they must get."""

    points: float
    work: tuple[Work, ...] = ()
    odd: Callable[[Path], None] | None = None
    state: str = "graded"


WRONG = code(answer="return -1")
HALF = code(answer="return 5 if values else 0")
CHEAT = "import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item):\n    item.obj = lambda **_: None\n"
ABSENT = "nothing collected"


def on_time(files: Files) -> tuple[Work, ...]:
    return ((IN_TIME, files),)


def with_date(date: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        dated(date)(folder)
        received(folder, int(datetime.fromisoformat(f"{IN_TIME}+00:00").timestamp()))

    return change


def on_another_branch(folder: Path) -> None:
    git(folder, "update-ref", "refs/heads/mine", "main")


def with_many_folders(folder: Path) -> None:
    push(folder, {f"{'d/' * 250}x.txt": "x", **code()}, IN_TIME)


KINDS: dict[str, Kind] = {
    "everything right": Kind(10, on_time(code())),
    "half of the sum": Kind(8, on_time(HALF)),
    "one exercise only": Kind(2, on_time(code(answer="raise NotImplementedError", save="raise NotImplementedError"))),
    "never started": Kind(0, state=ABSENT),
    "only a text": Kind(0, on_time({"README.md": "I tried.\n"})),
    "a syntax error": Kind(0, on_time({"src/answer.py": "def answer(:\n"})),
    "a missing package": Kind(0, on_time(code(before="import nowhere\n\n\n"))),
    "a renamed module": Kind(0, on_time({"src/answer.py": None, "src/answers.py": GOOD})),
    "deleted everything": Kind(0, on_time({"src/answer.py": None, "README.md": None})),
    "in the time of grace": Kind(10, ((IN_GRACE, code()),)),
    "a day late": Kind(9, ((ONE_DAY, code()),)),
    "five days late": Kind(0, ((FIVE_DAYS, code()),)),
    "in time and worse after five days": Kind(10, ((IN_TIME, code()), (FIVE_DAYS, WRONG))),
    "half in time and all a day later": Kind(9, ((IN_TIME, HALF), (ONE_DAY, code()))),
    "a loop that never ends": Kind(8, on_time(code(greet="while True: pass"))),
    "sleeps": Kind(8, on_time(code(greet="import time; time.sleep(1000)"))),
    "ends the program": Kind(4, on_time(code(answer="import os; os._exit(0)"))),
    "too much memory": Kind(4, on_time(code(answer="return len(bytearray(3 << 30))"))),
    "prints a lot": Kind(10, on_time(code(before="print('x' * 1000000)\n\n\n"))),
    "skips": Kind(4, on_time(code(answer="import pytest; pytest.skip('no')"))),
    "exits": Kind(4, on_time(code(answer="raise SystemExit(0)"))),
    "deleted the tests": Kind(10, on_time({**code(), "tests/test_answer.py": None, "tests/conftest.py": None})),
    "other tests": Kind(4, on_time({**WRONG, "tests/test_answer.py": "def test_answer(): pass\n", "conftest.py": CHEAT, "tests/conftest.py": CHEAT})),
    "settings of pytest": Kind(4, on_time({**WRONG, "cheat.py": CHEAT, "pytest.ini": "[pytest]\naddopts = -p cheat\n", "src/pytest.ini": "[pytest]\naddopts = -p cheat\n"})),
    "a link as a result": Kind(8, on_time(code(save="path.symlink_to('/opt/scaffold/work/tests/test_save.py'); return path"))),
    "says what it was asked": Kind(4, on_time(code(answer="raise ValueError(f'it took longer than {values}')"))),
    "half characters": Kind(4, on_time(code(answer="raise ValueError('\\ud800')"))),
    "nested folders": Kind(10, odd=with_many_folders),
    "a date before all time": Kind(10, on_time(code()), with_date("-5 +0000")),
    "a date of the far future": Kind(10, on_time(code()), with_date("99999999999999 +0000")),
    "another branch": Kind(0, odd=on_another_branch, state=ABSENT),
    **{name: Kind(0, on_time(code()), odd, ABSENT) for name, (odd, _) in REFUSED.items() if name != "a tag"},
}  # fmt: skip
IDS = {name: f"s{number}" for number, name in enumerate(KINDS)}


@needs.posix
@pytest.mark.thorough
def test_every_point_of_a_class(course: Course, run: Run, work: Path) -> None:
    need_sandbox()
    rules = ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("late = {", "late = {grace_minutes = 10, ")
    write(course.folder, {"roster.csv": "student_id,name\n" + "".join(f"{IDS[name]},{name}\n" for name in KINDS)})
    write(course.folder / "hw1", TEACHERS)
    course.assign({"assignment.toml": rules + RULES})
    assert run("class", "handout", "hw1").code == 0
    for name, kind in KINDS.items():
        folder = course.bare(IDS[name])
        for when, files in kind.work:
            push(folder, files, when)
        if kind.odd:
            kind.odd(folder)

    collected = run("class", "collect", "hw1", "--json")
    assert collected.code == 4
    failed = {row["id"]: row["detail"] for row in collected.data["students"] if row["state"] == "failed"}
    assert set(failed) == {IDS[name] for name in REFUSED if name != "a tag"}
    assert not [detail for detail in failed.values() if "please report it" in detail]

    graded = run("class", "grade", "hw1", "--json")
    assert graded.code == 0, graded.err
    assert {name: points(graded)[IDS[name]] for name in KINDS} == {name: kind.points for name, kind in KINDS.items()}
    states = {row["id"]: row["state"] for row in graded.data["students"]}
    assert {name: states[IDS[name]] for name in KINDS} == {name: kind.state for name, kind in KINDS.items()}

    sent = {row["id"]: row["state"] for row in run("class", "feedback", "hw1", "--send", "--json").data["students"]}
    assert {name: sent[IDS[name]] for name in KINDS if sent[IDS[name]] != "sent"} == {
        name: "failed" for name in REFUSED if name != "a tag"
    }
    for path in (course.folder / "results/hw1/feedback").iterdir():
        told = [line for line in path.read_text().splitlines() if "hidden" in line]
        assert not any("3" in line for line in told), told

    moodle = "Identifier,ID number,Grade\n" + "".join(f"P{student},{student},\n" for student in IDS.values())
    write(course.folder, {"grades.csv": moodle})
    assert run("class", "export", "moodle", "grades.csv", "hw1", "--out", "filled.csv").code == 0
    filled = csv.DictReader(io.StringIO((course.folder / "filled.csv").read_text()))
    exported = {row["ID number"]: row["Grade"] for row in filled}
    assert {name: float(exported[IDS[name]]) for name in KINDS if KINDS[name].state == "graded"} == {
        name: kind.points for name, kind in KINDS.items() if kind.state == "graded"
    }
    for command in (("page",), ("similarity",), ("update", "--plan"), ("status",)):
        assert run("class", command[0], "hw1", *command[1:], "--json").code in (0, 4)
