"""After an interruption `grade` goes on where it was: what is graded is not graded again, unless it changed."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from forking import Fork
from grading_support import ASSIGNMENT, SOLUTION, class_with_submissions, interpreter, need_sandbox, points, submit
from scaffold.core.classroom.grading.autograder import Autograder
from scaffold.core.classroom.grading.verdict import SessionResult, Verdict

STUDENTS = ("ada", "bob", "eve", "zoe")
TESTS = ("tests/hidden/test_more.py::test_more", "tests/test_greet.py::test_greet")


class Runs:
    """Stands in for the tests: it counts who is graded, and an interrupt comes at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.graded: list[str] = []
        self.interrupted_at = ""
        self._is_interrupted = False
        monkeypatch.setattr(Autograder, "run_tests", self._run)

    def _run(self, _tree: object, owner: str, _slot: int = 0) -> SessionResult:
        self._is_interrupted = self._is_interrupted or owner == self.interrupted_at
        if self._is_interrupted:
            raise KeyboardInterrupt
        self.graded.append(owner)
        return SessionResult(tuple(Verdict(test, True) for test in TESTS))

    def take(self) -> list[str]:
        """Who was graded since the last call; the interrupt is over."""
        self._is_interrupted = False
        graded, self.graded = [owner for owner in self.graded if owner != "rehearsal"], []
        return graded


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    need_sandbox()
    return Runs(monkeypatch)


@pytest.mark.thorough
def test_what_was_graded_before_ctrl_c_is_not_graded_again(work: Path, run: Run, runs: Runs) -> None:
    course = class_with_submissions(work / "ml1", {student: {} for student in STUDENTS})
    args = ("class", "grade", "hw1", "-C", course.folder, "--jobs", "1")
    runs.interrupted_at = "eve"
    assert run(*args).code == 130
    assert runs.take() == ["ada", "bob"]
    resumed = run("class", "resume", "-C", course.folder)
    assert (resumed.code, resumed.err) == (
        0,
        "warning: Grading hw1 was interrupted when 2 were graded.\n\nhint: Go on: scaffold class grade hw1\n",
    )
    # A newer submission is graded, and so is everything once the assignment changed.
    submit(course, {"bob": {"notes.md": "x"}}, "2026-03-01T113000Z")
    runs.interrupted_at = "zoe"
    assert run(*args).code == 130
    assert runs.take() == ["bob", "eve"]
    with (course.folder / ".scaffold/grading/hw1.unfinished.jsonl").open("a") as file:
        file.write('{"owner": "zoe", "com')
    runs.interrupted_at = ""
    assert run(*args, "--only", "ada").code == 0
    assert runs.take() == []
    done = run(*args, "--json")
    assert (runs.take(), points(done)) == (["ada", "zoe"], dict.fromkeys(STUDENTS, 2))
    assert not (course.folder / ".scaffold/grading/hw1.unfinished.jsonl").exists()
    assert run("class", "resume", "-C", course.folder).out == "Nothing was left unfinished.\n"


@pytest.mark.thorough
def test_after_a_change_of_the_assignment_all_are_graded_again(work: Path, run: Run, runs: Runs) -> None:
    course = class_with_submissions(work / "ml1", {student: {} for student in STUDENTS})
    args = ("class", "grade", "hw1", "-C", course.folder, "--jobs", "1")
    runs.interrupted_at = "zoe"
    assert run(*args).code == 130
    course.assign({"README.md": "new\n"})
    runs.interrupted_at = ""
    runs.take()
    assert run(*args).code == 0
    assert runs.take() == list(STUDENTS)


@pytest.mark.thorough
def test_after_a_kill_the_next_run_goes_on(work: Path, run: Run, start: Callable[..., Fork]) -> None:
    need_sandbox()
    wait = {"src/answer.py": SOLUTION["src/answer.py"] + "\n\nimport time\n\ntime.sleep(1000)\n"}
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": wait, "zoe": {}})
    rules = ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("import_seconds = 6", "import_seconds = 500")
    course.assign({"assignment.toml": rules})
    args = ("class", "grade", "hw1", "-C", course.folder)
    process = start(*args, "--jobs", "3")
    kept = course.folder / ".scaffold/grading/hw1.unfinished.jsonl"
    moment = threading.Event()
    while not kept.is_file() or kept.read_bytes().count(b'"result"') < 2:
        assert process.poll() is None
        moment.wait(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = kept.read_bytes()
    submit(course, {"bob": {}}, "2026-03-01T113000Z")
    done = run(*args, "--json")
    assert points(done) == {"ada": 4, "bob": 4, "zoe": 4}
    assert (before.count(b'"ada"'), before.count(b'"bob"'), before.count(b'"zoe"')) == (1, 0, 1)
