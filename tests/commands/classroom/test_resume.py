"""After a kill -9 at any step, `resume` ends in the state of an undisturbed run.

Nothing waits or guesses here: a `git` first on PATH kills scaffold's process group before or after the N-th command,
and the journal kills it before, in the middle of, and after its N-th line.
"""

import itertools
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from classroom_support import STUDENTS, Course
from conftest import Run
from core.update.conftest import Forked, Shim
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.journal import Journal
from scaffold.tools.forges import folder
from support import git

pytest_plugins = ["core.update.conftest"]
State = tuple[dict[str, str], dict[str, dict[str, str]], set[tuple[str, ...]]]
README = "# First homework, fixed\n"


@pytest.fixture(autouse=True)
def nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """git was killed, too: treat its lock files as stale at once instead of after ten seconds."""
    monkeypatch.setattr(folder, "STALE_LOCK_SECONDS", 0)


def state(course: Course) -> State:
    """What must be the same: the store, the students' repositories, and the completed steps in the journal."""
    lines = [
        json.loads(line)
        for line in (course.folder / ".scaffold/journal.jsonl").read_bytes().splitlines()
        if is_json(line)
    ]
    steps = {
        (line["assignment"], line["owner"], line["event"], line.get("commit", "")) for line in lines if "owner" in line
    }
    steps = {step for step in steps if step[2] not in ("created", "failed")}
    return course.store_refs(), {student: course.heads(student) for student in STUDENTS}, steps


def is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def fresh(course: Course, keep: Path) -> None:
    shutil.rmtree(course.folder)
    shutil.copytree(keep, course.folder, symlinks=True)
    os.chdir(course.folder)


@pytest.fixture(params=["handout", "update"])
def begun(request: pytest.FixtureRequest, course: Course, run: Run, work: Path) -> tuple[list[str], Course]:
    """A command, and the class before it."""
    if request.param == "update":
        assert run("class", "handout", "hw1").code == 0
        course.commit_work("ada", {"mine.txt": "x\n"})
        course.commit_work("bob", {"README.md": "# Mine\n"})
        course.assign({"README.md": README})
        return ["class", "update", "hw1", "--fast-forward", "-m", "Look."], course
    return ["class", "handout", "hw1"], course


def steps_of(log: list[str]) -> range:
    """From the first git command that writes."""
    first = next(number for number, line in enumerate(log, start=1) if "fast-import" in line or "fetch" in line)
    return range(first, len(log) + 1)


@pytest.mark.thorough
def test_killed_at_any_git_command(
    begun: tuple[list[str], Course],
    run: Run,
    work: Path,
    forked: Forked,
    shim: Shim,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    args, course = begun
    keep = Path(shutil.copytree(course.folder, work / "keep", symlinks=True))
    monkeypatch.setattr(batch, "JOBS", 1)  # git commands are counted
    shim.arm()
    assert forked(*args, path=shim.folder) == 0
    after, log = state(course), shim.log
    for number in steps_of(log):
        for when in ("before", "after"):
            fresh(course, keep)
            shim.arm((number, when))
            assert forked(*args, path=shim.folder) == -9, (number, when)

            assert run("class", "resume").code == 0, (number, when, log[number - 1])
            if not has_begun(course, args[1]):
                assert run(*args).code == 0

            assert state(course) == after, (number, when, log[number - 1])
            assert run("class", "resume").out.startswith("Nothing was left unfinished.")


def has_begun(course: Course, command: str) -> bool:
    """Whether the journal has the run."""
    path = course.folder / ".scaffold/journal.jsonl"
    return path.exists() and f'"command": "{command}"' in path.read_text()


def kill_in_journal(at: int, when: str) -> Callable[..., None]:
    real, numbers = Journal._append, itertools.count(1)  # several threads write

    def append(self: Journal, entry: dict[str, object]) -> None:
        number = next(numbers)
        if number == at and when == "before":
            os.killpg(0, signal.SIGKILL)
        if number == at and when == "within":
            with self.path.open("ab") as file:
                file.write(b'{"event": "pus')
            os.killpg(0, signal.SIGKILL)
        real(self, entry)
        if number == at and when == "after":
            os.killpg(0, signal.SIGKILL)

    return append


@pytest.mark.thorough
@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_killed_at_every_line_of_the_journal(
    when: str, begun: tuple[list[str], Course], run: Run, work: Path, forked: Forked, monkeypatch: pytest.MonkeyPatch
) -> None:
    args, course = begun
    keep = Path(shutil.copytree(course.folder, work / "keep", symlinks=True))
    had = (
        (keep / ".scaffold/journal.jsonl").read_text().count("\n") if (keep / ".scaffold/journal.jsonl").exists() else 0
    )
    assert run(*args).code == 0
    after = state(course)
    lines = (course.folder / ".scaffold/journal.jsonl").read_text().count("\n") - had
    assert lines >= 5
    for number in range(1, lines + 1):
        fresh(course, keep)
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "_append", kill_in_journal(number, when))
            assert forked(*args) == -9

        resumed = run("class", "resume")
        assert resumed.code == 0, resumed.out
        if number == 1 and when != "after":  # the beginning of the run is not in the journal yet
            assert run(*args).code == 0

        assert state(course) == after, number


@pytest.mark.thorough
def test_resume_finishes_the_version_that_was_begun(
    course: Course, run: Run, forked: Forked, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("class", "handout", "hw1")
    course.assign({"README.md": README})
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", kill_in_journal(2, "before"))
        assert forked("class", "update", "hw1") == -9
    course.assign({"README.md": "# Something newer\n"})
    assert run("class", "resume").code == 0
    assert {course.read(student, "README.md", "starter-2") for student in STUDENTS} == {README.strip()}
    assert run("class", "update", "hw1").code == 0
    assert {course.read(student, "README.md", "starter-3") for student in STUDENTS} == {"# Something newer"}


def test_status_reports_unfinished_runs(
    course: Course, run: Run, forked: Forked, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_append", kill_in_journal(3, "before"))
        assert forked("class", "handout", "hw1") == -9
    done = run("class", "status")
    assert done.err == "warning: The handout of hw1 is not finished.\n\nhint: Continue it: scaffold class resume\n"
    assert run("class", "status", "--json").data["unfinished"] == 1
    run("class", "resume")
    assert run("class", "status", "--json").data["unfinished"] == 0


def test_an_empty_repository_is_finished(course: Course, run: Run) -> None:
    """Created but never pushed to, as after a network failure."""
    course.repositories.mkdir()
    git(course.folder, "init", "--quiet", "--bare", str(course.bare("bob")))
    assert run("class", "handout", "hw1").code == 0
    assert len(course.files("bob")) == 4
