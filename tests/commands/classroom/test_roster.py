"""`scaffold class roster check`."""

import json
from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import Run
from support import write

RESULT = {"id": "bob", "name": "Bob", "state": "graded", "score": None, "received": None, "commit": None}


def test_the_class_is_found_from_within_an_assignment(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course.folder / "hw1/src")
    assert run("class", "roster", "check").code == 0


def test_every_problem_is_reported_at_once(course: Course, run: Run) -> None:
    (course.folder / "roster.csv").write_text("id,name\nada,Ada\n../x,Bob\nada,;rm\n")
    done = run("class", "roster", "check")
    assert (done.code, done.err) == (1, "")
    assert done.out.count("roster.csv:") == 3
    found = run("class", "roster", "check", "--json")
    assert found.code == 1
    assert [row["line"] for row in found.data["problems"]] == [3, 4, 4]


def test_another_file(course: Course, run: Run, work: Path) -> None:
    write(work, {"export.csv": "Student,ID,SIS User ID\n    Points Possible,,\nA,1,s1\n"})
    done = run("class", "roster", "check", work / "export.csv")
    assert (done.code, "s1" in done.out) == (0, True)
    assert done.err.startswith("warning: export.csv:2 was skipped: `Points Possible` is Canvas's own row.")
    assert run("class", "roster", "check", work / "none.csv").code == 1


def test_columns_are_shown_as_they_were_understood(course: Course, run: Run, work: Path) -> None:
    write(work, {"export.csv": "Matrikelnummer;Name;Vorname;Note\n1;Müller;Zoë;1,3\n".encode("cp1252")})
    done = run("class", "roster", "check", work / "export.csv")
    assert done.code == 0
    assert "student_id   Matrikelnummer" in done.out
    assert "Not used: Note." in done.out
    assert "was read as Windows-1252: is `Müller` right?" in done.err
    data = run("class", "roster", "check", work / "export.csv", "--json").data
    assert data["columns"] == {"student_id": "Matrikelnummer", "first_name": "Vorname", "last_name": "Name"}
    assert data["unused"] == ["Note"]


def test_students_without_an_account_are_named(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_course(work / "ml1", forge='[forge]\nkind = "github"\norganisation = "ml1"\n')
    monkeypatch.chdir(made.folder)
    done = run("class", "roster", "check")
    assert (done.code, "2 of 3 students have no username on github: bob, eve." in done.err) == (0, True)


NEWER = "student_id,name,email,username,section,team\nada,Ada L,,ada-new,A,red\nb2,Bob,,,A,red\nzoe,Zoë,,,B,\n"


def test_diff(course: Course, run: Run, work: Path) -> None:
    assert run("class", "roster", "diff", "--json").data["joined"] == ["ada", "bob", "eve"]
    assert run("class", "handout", "hw1").code == 0
    assert "0 joined, 0 left, 0 changed." in run("class", "roster", "diff").out
    write(work, {"new.csv": NEWER})
    expected = {
        "joined": ["b2", "zoe"],
        "left": ["bob", "eve"],
        "changed": [{"id": "ada", "fields": {"username": ["ada-l", "ada-new"]}}],
        "moved": [{"old": "bob", "new": "b2", "why": "same name"}],
    }
    for_file = run("class", "roster", "diff", work / "new.csv", "--json")
    assert {key: for_file.data[key] for key in expected} == expected
    (course.folder / "roster.csv").write_text(NEWER)
    done = run("class", "roster", "diff", "--json")
    assert {key: done.data[key] for key in expected} == expected
    shown = run("class", "roster", "diff")
    assert "username: ada-l → ada-new" in shown.out
    assert "scaffold class roster rename bob b2" in shown.err


@pytest.mark.thorough
def test_people_who_left_are_named_by_every_command(course: Course, run: Run) -> None:
    assert run("class", "handout", "hw1").code == 0
    (course.folder / "roster.csv").write_text(NEWER)
    for args in (["status"], ["status", "hw1"], ["collect", "hw1"], ["update", "hw1", "--plan"], ["handout", "hw1"]):
        done = run("class", *args)
        assert "not in the roster: bob (Bob), eve (Eve Ž)." in done.err, args


PERSONAL = '[personal]\nfile = "me.toml"\n[personal.values]\nseed = {from = 1, to = 1000000}\n'


@pytest.mark.thorough
def test_a_new_id_keeps_the_work(course: Course, run: Run) -> None:
    course.assign({"assignment.toml": f'title = "x"\nhidden = ["tests/hidden"]\n{PERSONAL}'})
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("bob", {"work.txt": "mine\n"})
    assert run("class", "collect", "hw1").code == 0
    results = {"assignment": "hw1", "title": "x", "hidden": [], "students": [RESULT]}
    write(course.folder, {"results/hw1/results.json": json.dumps(results), "results/hw1/feedback/bob.md": "edited\n"})
    write(course.folder, {"results/hw1/results.csv": "student_id,name,points,report\nbob,Bob,7,3\n"})
    before, values = course.store_refs(), course.read("bob", "me.toml")
    (course.folder / "roster.csv").write_text(NEWER)
    assert run("class", "roster", "rename", "bob", "b2").code == 0
    for _ in range(2):  # what was interrupted can be repeated
        done = run("class", "roster", "rename", "bob", "b2", "--json")
        assert (done.code, done.data) == (0, {"old": "bob", "new": "b2", "refs": 0})
    assert course.store_refs() == {ref.replace("/bob/", "/b2/"): commit for ref, commit in before.items()}
    assert {row["id"]: row["state"] for row in run("class", "status", "hw1", "--json").data["students"]} == {
        "ada": "not started",
        "b2": "at work",
        "zoe": "not handed out",
    }
    assert {row["id"]: row["state"] for row in run("class", "collect", "hw1", "--json").data["students"]} == {
        "ada": "nothing yet",
        "b2": "has it",
        "zoe": "not handed out",
    }
    course.assign({"README.md": "# Better\n"})
    assert run("class", "update", "hw1").code == 0
    assert course.read("bob", "me.toml", "starter-2") == values
    assert sorted(path.name for path in course.repositories.iterdir()) == ["hw1-ada.git", "hw1-bob.git", "hw1-eve.git"]
    assert (course.folder / "results/hw1/feedback/b2.md").read_text() == "edited\n"
    stored = json.loads((course.folder / "results/hw1/results.json").read_text())["students"]
    assert [student["id"] for student in stored] == ["b2"]
    # The teacher's own points are in the table, and not in results.json.
    assert (course.folder / "results/hw1/results.csv").read_text() == "student_id,name,points,report\nb2,Bob,7,3\n"
    assert "eve (Eve Ž)." in run("class", "status").err
    (course.folder / "roster.csv").write_text("student_id,name\nada,Ada L\n")
    assert "b2 (Bob), eve (Eve Ž)." in run("class", "status").err
    (course.folder / "roster.csv").write_text(NEWER.replace("b2", "bob"))
    assert run("class", "roster", "rename", "b2", "bob", "--json").data["refs"] > 0
    assert not set(before) - set(course.store_refs())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("bob", "nobody", "The roster has no student or team `nobody`"),
        ("bob", "ada", "The roster still has `bob`, and `ada` too"),
        ("nobody", "ada", "Nothing in the store belongs to `nobody`"),
        ("../x", "ada", "Nothing in the store belongs to `../x`"),
    ],
)
def test_an_id_that_cannot_be_renamed(course: Course, run: Run, old: str, new: str, words: str) -> None:
    failed = run("class", "roster", "rename", old, new)
    assert (failed.code, words in failed.err) == (1, True), failed.err


def test_two_people_with_work_are_never_one(course: Course, run: Run) -> None:
    assert run("class", "handout", "hw1").code == 0
    (course.folder / "roster.csv").write_text("student_id,name\nada,Ada\neve,Eve\n")
    failed = run("class", "roster", "rename", "bob", "ada")
    assert (failed.code, "Both bob and ada have work in the store." in failed.err) == (1, True)
