"""`scaffold class similarity`: a copied submission comes first, and code of the starter does not count."""

import random
from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import Run

STEPS = (
    "    values = sorted({0} for {0} in values if {0} is not None)\n",
    "    while values and values[-1] > {1}:\n        values.pop()\n",
    "    total = sum(({0} - {1}) ** 2 for {0} in values)\n",
    "    counts = {{{0}: values.count({0}) for {0} in set(values)}}\n    values += list(counts.values())[:{1}]\n",
    "    try:\n        values.remove({1})\n    except ValueError:\n        values.append({1})\n",
    "    low, high = min(values, default={1}), max(values, default={1})\n    values = [high + low - {0} for {0} in values]\n",  # noqa: E501
    "    if len(values) > {1}:\n        return answer(values[: {1}]) + answer(values[{1} :])\n",
    "    for at, {0} in enumerate(values):\n        if at % 2:\n            values[at] = {0} * {1}\n",
    "    text = ','.join(str({0}) for {0} in values)\n    values = [int({0}) for {0} in text.split(',') if {0}]\n",
    "    with open('log.txt', 'a') as file:\n        print(*values, sep='\\n', file=file)\n",
    "    assert all(isinstance({0}, int) for {0} in values), f'{{values}} are no numbers'\n",
    "    head, *rest = values or [{1}]\n    values = [head, *reversed(rest)]\n",
)


def solution(student: int) -> str:
    """A program that differs from all others: its steps in a different order, with different names."""
    chance = random.Random(student)
    steps = "".join(step.format(chance.choice("abcdxyz"), chance.randint(1, 9)) for step in chance.sample(STEPS, k=7))
    return f"def answer(values):\n{steps}    return sum(values)\n"


@pytest.fixture
def forty(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A class of forty students with an assignment that was handed out."""
    roster = "student_id,name\n" + "".join(f"s{at:02},Student {at}\n" for at in range(40))
    course = make_course(work / "ml1", roster)
    monkeypatch.chdir(course.folder)
    assert run("class", "handout", "hw1").code == 0
    return course


@pytest.mark.thorough
def test_the_planted_pair_comes_first(forty: Course, run: Run) -> None:
    for at in range(38):
        forty.commit_work(f"s{at:02}", {"src/answer.py": solution(at)})
    stolen = solution(5).replace("values", "numbers").replace("    return", "    # my own idea\n    return")
    forty.commit_work("s38", {"src/answer.py": f'"""Mine."""\n\nTHREE = 3\n\n\n{stolen}'})
    run("class", "collect", "hw1")
    done = run("class", "similarity", "hw1", "--json")
    assert done.data["submissions"] == 39
    first, *rest = done.data["pairs"]
    assert {first["first"], first["second"]} == {"s05", "s38"}
    assert first["overlap"] > 0.75
    assert first["place"]["path"] == "src/answer.py"
    assert rest[0]["overlap"] < 0.7 * first["overlap"]
    shown = run("class", "similarity", "hw1", "--top", "1")
    assert "Student 5" in shown.out
    assert "src/answer.py:" in shown.out
    assert "Similar code need not be copied code" in shown.err


@pytest.mark.thorough
def test_code_of_the_starter_does_not_count(course: Course, run: Run) -> None:
    long = "def given(values):\n" + "".join(step.format("v", 3) for step in STEPS) + "    return values\n"
    course.assign({"src/given.py": long})
    run("class", "handout", "hw1")
    for student in ("ada", "bob"):
        course.commit_work(student, {"src/given.py": f"# {student}\n{long}", f"{student}.py": "x = 1\n"})
    run("class", "collect", "hw1")
    done = run("class", "similarity", "hw1", "--json")
    assert (done.code, done.data) == (0, {"assignment": "hw1", "submissions": 2, "pairs": [], "more": 0})


@pytest.mark.thorough
def test_copied_code_is_found_in_another_file_and_order(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    parts = [f"def part{at}(values):\n{step.format('v', at)}    return values\n" for at, step in enumerate(STEPS)]
    course.commit_work("ada", {"src/answer.py": "\n".join(parts)})
    course.commit_work("eve", {"deep/down/mine.py": "\n".join(reversed(parts))})
    run("class", "collect", "hw1")
    (pair,) = run("class", "similarity", "hw1", "--json").data["pairs"]
    assert (pair["first"], pair["second"]) == ("ada", "eve")
    assert set(pair) == {"first", "second", "shared", "overlap", "place"}
    assert pair["overlap"] > 0.5
    assert (pair["place"]["path"], pair["place"]["other"]) == ("src/answer.py", "deep/down/mine.py")


def test_before_anything_was_collected(course: Course, run: Run) -> None:
    failed = run("class", "similarity", "hw1")
    assert (failed.code, "scaffold class collect hw1" in failed.err) == (1, True)
