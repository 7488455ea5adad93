"""Notebooks of nbgrader and Otter: handed out without solutions, and graded by cell."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from classroom_support import Course
from conftest import Run
from grading_support import class_with_submissions, interpreter, messages, need_sandbox, points
from notebook_support import NBGRADER, OTTER, graded, marked, notebook
from scaffold.core.classroom.starter.strip import strip
from scaffold.tools.git.trees import File

ASSIGNMENT = f"""\
title = "Squares"
limits = {{seconds = 10, import_seconds = 20, memory_mb = 1500}}

[grading]
python = "{Path(sys.executable).as_posix()}"
together = ["lab.ipynb"]
"""
NO_MODULES = dict.fromkeys(
    ("src/answer.py", "tests/conftest.py", "tests/test_answer.py", "tests/test_greet.py", "tests/hidden/test_more.py")
)


def starter_of(text: str) -> str:
    """A notebook without its solutions."""
    return strip({"lab.ipynb": File(text.encode())}).tree["lab.ipynb"].content.decode()


def edited(text: str, changes: Mapping[str, str | None]) -> str:
    """A student's notebook: cells that begin with a text get another one; None deletes them."""
    content = json.loads(text)
    for begin, new in changes.items():
        found = [cell for cell in content["cells"] if "".join(cell["source"]).startswith(begin)]
        assert found, begin
        if new is None:
            content["cells"].remove(found[0])
        else:
            found[0]["source"] = new
    return json.dumps(content)


def class_with_notebook(folder: Path, text: str, submissions: Mapping[str, str | None], table: str = "") -> Course:
    """A class whose only tests are in a notebook."""
    files = {"assignment.toml": ASSIGNMENT + table, "lab.ipynb": text, **NO_MODULES}
    students = {owner: {"lab.ipynb": student, **NO_MODULES} for owner, student in submissions.items()}
    return class_with_submissions(folder, students, files)


@pytest.mark.thorough
def test_nbgraders_notebook_is_graded_by_cell(work: Path, run: Run) -> None:
    need_sandbox()
    starter = starter_of(NBGRADER)
    right = {"def square": "def square(x):\n    return x * x", "def cube": "def cube(x):\n    return x ** 3"}
    students = {
        "right": edited(starter, right),
        "half": edited(starter, {**right, "def cube": "def cube(x):\n    return abs(x ** 3)"}),
        # Passes what students see, and fails what is hidden; their copy of a test says nothing.
        "visible": edited(starter, {**right, "def square": "def square(x):\n    return 4", "assert square": "pass"}),
        "deleted": edited(starter, {**right, "assert square": None, "FACTOR": None}),
        "nothing": starter,
        "absent": None,
        "broken": "{",
    }
    course = class_with_notebook(work / "ml1", NBGRADER, students)
    done = run("class", "grade", "hw1", "-C", course.folder, "--jobs", "2", "--json")
    assert points(done) == {"right": 6, "half": 5, "visible": 4, "deleted": 6, "nothing": 0, "absent": 0, "broken": 0}
    assert messages(done, "half")["test-b"] == "3 of 4 points"
    assert messages(done, "nothing")["test-b"].startswith("NotImplementedError")
    assert messages(done, "absent")["test-a"] == "lab.ipynb is missing"
    assert messages(done, "broken")["test-a"] == "lab.ipynb is not a readable notebook"
    assert "To grade by hand: lab.ipynb essay (5 points)." in done.out
    run("class", "feedback", "hw1", "-C", course.folder)
    assert "`test-b`: it gives a part of its points" in (course.folder / "results/hw1/feedback/half.md").read_text()
    assert "a hidden test: your notebook is missing" in (course.folder / "results/hw1/feedback/absent.md").read_text()
    text = (course.folder / "results/hw1/feedback/visible.md").read_text()
    assert "not passed: a hidden test: the result is not the expected one" in text
    assert "FACTOR" not in text


@pytest.mark.thorough
def test_otters_notebook_is_graded_by_question(work: Path, run: Run) -> None:
    need_sandbox()
    starter = starter_of(OTTER)
    right = {"def square": "def square(x):\n    return x * x", "cube =": "def cube(x):\n    return x ** 3"}
    students = {
        "right": edited(starter, right),
        # One of the two tests of q1; of q2, which is all or nothing, the one that students see.
        "half": edited(
            starter, {"def square": "def square(x):\n    return abs(x) * x", "cube =": "cube = lambda x: 8"}
        ),
        "nothing": starter,
    }
    course = class_with_notebook(work / "ml1", OTTER, students)
    done = run("class", "grade", "hw1", "-C", course.folder, "--jobs", "2", "--json")
    assert points(done) == {"right": 5, "half": 1, "nothing": 0}
    assert messages(done, "half")["q1-2"] == "assert: expected True, got False"
    assert "To grade by hand: lab.ipynb q3 (4 points)." in done.out


@pytest.mark.thorough
def test_a_cell_that_never_ends_costs_its_own_test(work: Path, run: Run) -> None:
    need_sandbox()
    teacher = notebook(
        marked("### BEGIN SOLUTION\ndone = True\n### END SOLUTION", "one", solution=True),
        graded("assert done", "a", 1),
        marked("### BEGIN SOLUTION\nagain = 1\n### END SOLUTION", "two", solution=True),
        graded("assert again", "b", 2),
    )
    starter = starter_of(teacher)
    content = json.loads(starter)
    content["cells"][0]["source"] = "while True:\n    pass"
    content["cells"][2]["source"] = "again = 1"
    endless = json.dumps(content)
    content["cells"][0]["source"] = "import os\nos._exit(0)"
    table = "\n".join(line for line in ASSIGNMENT.splitlines() if not line.startswith("limits")) + "\n"
    limits = "[limits]\nseconds = 1\nimport_seconds = 1\nmemory_mb = 1500\n"
    files = {"assignment.toml": table + limits, "lab.ipynb": teacher, **NO_MODULES}
    students = {
        "endless": {"lab.ipynb": endless, **NO_MODULES},
        "ended": {"lab.ipynb": json.dumps(content), **NO_MODULES},
    }
    course = class_with_submissions(work / "ml1", students, files)
    done = run("class", "grade", "hw1", "-C", course.folder, "--jobs", "1", "--json")
    assert points(done) == {"endless": 2, "ended": 0}
    assert messages(done, "endless")["a"] == "it took longer than 2 s"
    assert messages(done, "ended") == {
        "a": "it ended the program in the middle of the test",
        "b": "an earlier cell ended the kernel",
    }


AUTOTEST = notebook(
    marked(
        "### BEGIN SOLUTION\nmean = lambda x: sum(x) / len(x)\nnames = {'b', 'a'}\n### END SOLUTION",
        "one",
        solution=True,
    ),
    graded("### AUTOTEST mean([1, 2, 4]); names\n### HASHED AUTOTEST mean([3])", "a", 3),
)


@pytest.mark.thorough
def test_autotests_compare_with_the_solution(work: Path, run: Run) -> None:
    need_sandbox()
    starter = starter_of(AUTOTEST)
    students = {
        # Another way of rounding, another order of a set.
        "right": "mean = lambda x: sum(value / len(x) for value in x)\nnames = {'a', 'b'}",
        "wrong": "mean = lambda x: 3\nnames = {'a', 'b'}",
        "error": "names = 1",
        "nothing": "# YOUR CODE HERE",
    }
    texts = {owner: edited(starter, {"# YOUR CODE": text}) for owner, text in students.items()}
    course = class_with_notebook(work / "ml1", AUTOTEST, texts)
    done = run("class", "grade", "hw1", "-C", course.folder, "--jobs", "2", "--json")
    assert points(done) == {"right": 3, "wrong": 0, "error": 0, "nothing": 0}
    assert messages(done, "wrong")["a"] == "assert: `mean([1, 2, 4])` is not what it should be: int 3"
    assert "2.33333" not in (course.folder / "results/hw1/results.json").read_text()
    rehearsed = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "2", "--json")
    assert (rehearsed.code, rehearsed.data["solution"], rehearsed.data["starter"]) == (0, [1, 1], 0)


@pytest.mark.thorough
def test_a_notebook_is_rehearsed(work: Path, run: Run) -> None:
    need_sandbox()
    course = class_with_notebook(work / "ml1", NBGRADER, {"ada": None})
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "1", "--json")
    assert (done.code, done.data["solution"], done.data["starter"]) == (0, [1], 0)
    assert [line["test"] for line in done.data["tests"]] == ["lab.ipynb::test-a", "lab.ipynb::test-b"]
    assert "To grade by hand: lab.ipynb essay (5 points)." in done.out


def test_a_notebook_that_nothing_would_grade_is_refused(course: Course, run: Run) -> None:
    course.assign({"lab.ipynb": NBGRADER})
    for command in ("handout", "rehearse"):
        failed = run("class", command, "hw1")
        assert (failed.code, "hw1/lab.ipynb has cells to grade" in failed.err) == (1, True)
        assert 'ungraded = ["lab.ipynb"] leaves them to you' in " ".join(failed.err.split())
    assert not any(course.repositories.iterdir())
    text = 'title = "x"\nhidden = ["tests/hidden"]\n\n[grading]\nungraded = ["lab.ipynb"]\n'
    course.assign({"assignment.toml": text})
    assert run("class", "handout", "hw1").code == 0
    assert "BEGIN" not in course.read("ada", "lab.ipynb")


@pytest.mark.thorough
def test_an_environment_without_jupyter_is_told(work: Path, run: Run) -> None:
    need_sandbox()
    table = ASSIGNMENT.replace(Path(sys.executable).as_posix(), interpreter(work).as_posix())
    files = {"assignment.toml": table, "lab.ipynb": NBGRADER, **NO_MODULES}
    course = class_with_submissions(work / "ml1", {"ada": {"lab.ipynb": NBGRADER, **NO_MODULES}}, files)
    failed = run("class", "grade", "hw1", "-C", course.folder)
    assert (failed.code, "its environment cannot run one: ModuleNotFoundError" in " ".join(failed.err.split())) == (
        1,
        True,
    )
    assert "--dev nbclient ipykernel" in failed.err
