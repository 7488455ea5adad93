"""One student's repository, whatever is in it, is one student's row: everybody else is collected and updated."""

import os
from pathlib import Path

import pytest

import needs
from classroom_support import Course
from conftest import Run
from odd_repositories import COLLECTED, REFUSED, push
from scaffold.core.classroom.delivery import collect
from scaffold.tools.forges import remote
from support import git, write

HINT_OF_A_BUG = "scaffold cannot handle this repository"


def rows(result: object) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["state"], row["detail"]) for row in result.data["students"]}  # type: ignore[attr-defined]


@needs.posix
@pytest.mark.thorough
def test_a_class_of_odd_repositories_is_collected_and_updated(work: Path, run: Run, course: Course) -> None:
    names = {f"c{number}": name for number, name in enumerate(COLLECTED)}
    names |= {f"r{number}": name for number, name in enumerate(REFUSED)}
    students = ["ada", *names, "zoe"]
    write(course.folder, {"roster.csv": "student_id\n" + "".join(f"{student}\n" for student in students)})
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("zoe", {"src/answer.py": "mine\n"})
    for student, name in names.items():
        (COLLECTED[name] if name in COLLECTED else REFUSED[name][0])(course.bare(student))
    done = run("class", "collect", "hw1", "--json")
    assert done.code == 4
    states = rows(done)
    for student in students:
        name = names.get(student, "")
        assert states[student][0] == ("failed" if name in REFUSED else "collected"), (name, states[student])
        assert HINT_OF_A_BUG not in states[student][1]
        if name in REFUSED:
            assert REFUSED[name][1] in states[student][1], (name, states[student])
    course.assign({"README.md": "# First homework\n\nOnce more.\n"})
    for command in ("update", "page", "similarity", "status"):
        args = ["hw1", "--plan"] if command == "update" else ["hw1"]
        assert run("class", command, *args, "--json").code in (0, 4)
    planned = rows(run("class", "update", "hw1", "--plan", "--json"))
    assert (planned["ada"][0], planned["zoe"][0]) == ("clean", "clean")
    assert all(HINT_OF_A_BUG not in detail for _, detail in planned.values())


@pytest.mark.thorough
def test_equal_faults_of_neighbours_stop_nobody_else(course: Course, run: Run) -> None:
    students = [f"s{number}" for number in range(9)]
    write(course.folder, {"roster.csv": "student_id\n" + "".join(f"{student}\n" for student in students)})
    assert run("class", "handout", "hw1").code == 0
    for student in students[:6]:
        REFUSED["no history" if student < "s3" else "a blob"][0](course.bare(student))
    push(course.bare("s8"), {"src/answer.py": "mine\n"}, "2026-03-01T11:00")
    states = rows(run("class", "collect", "hw1", "--json"))
    assert [states[student][0] for student in students] == [*["failed"] * 6, *["nothing yet"] * 2, "collected"]
    assert "not tried" not in {detail for _, detail in states.values()}


@pytest.mark.thorough
def test_an_error_that_nobody_foresaw_is_that_students_row(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("class", "handout", "hw1").code == 0
    for student in ("ada", "bob"):
        course.commit_work(student, {"src/answer.py": "mine\n"})
    real = collect.read_history

    def fails(store: object, assignment: str, tips: dict[str, str], starters: object) -> object:
        if "ada" in tips:
            raise KeyError("\ud800")
        return real(store, assignment, tips, starters)  # type: ignore[arg-type]

    monkeypatch.setattr(collect, "read_history", fails)
    states = rows(run("class", "collect", "hw1", "--json"))
    assert (states["ada"][0], states["bob"][0]) == ("failed", "collected")
    assert states["ada"][1].startswith(f"{HINT_OF_A_BUG} (KeyError: '\\ud800' in test_hostile_repositories.py, line ")


@pytest.mark.thorough
def test_a_repository_that_was_imported_without_a_starter(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    assert run("class", "collect", "hw1").code == 0
    git(course.folder / ".scaffold/store.git", "update-ref", "-d", "refs/students/ada/hw1")
    states = rows(run("class", "collect", "hw1", "--json"))
    assert states["ada"][0] == "not handed out"
    assert states["bob"][0] == "nothing yet"


@needs.posix
def test_a_fetch_that_takes_too_long_is_ended(course: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("bob", {"src/answer.py": "mine\n"})
    monkeypatch.setattr(remote, "LOCAL_SECONDS", 0.5)
    monkeypatch.setattr("scaffold.tools.forges.folder._refuse_special_files", lambda _folder: None)
    os.mkfifo(course.bare("ada") / "refs/heads/pipe")
    states = rows(run("class", "collect", "hw1", "--only", "ada", "--json"))
    assert states["ada"] == ("failed", f"git fetch did not end within 0.5 s: {course.bare('ada')}.")
