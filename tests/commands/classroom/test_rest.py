"""`scaffold class init`, `roster check`, `status`, `forget`, and what scripts rely on."""

from pathlib import Path

import pytest

from classroom_support import STUDENTS, Course
from conftest import Run
from support import git, snapshot, write


def test_init_makes_a_class_that_can_be_used(run: Run, work: Path) -> None:
    done = run("class", "init", "ml1", "--title", 'Machine "learning" 1', "--json")
    assert (done.code, done.data["class"]) == (0, str(work / "ml1"))
    assert sorted(snapshot(work / "ml1")) == [".gitignore", "class.toml", "roster.csv"]
    assert git(work / "ml1", "check-ignore", "roster.csv", ".scaffold/secret", "repositories/x").count("\n") == 2
    assert run("class", "status", "-C", "ml1", "--json").data["title"] == 'Machine "learning" 1'
    assert run("class", "roster", "check", "-C", "ml1").code == 0
    failed = run("class", "init", "ml1")
    assert failed.code == 1
    assert "is a class already" in failed.err


def test_init_for_a_server(run: Run, work: Path) -> None:
    assert run("class", "init", "ml1", "--url", "https://git.example.org/ml1/{repository}.git").code == 0
    assert 'kind = "git"' in (work / "ml1/class.toml").read_text()
    failed = run("class", "init", "ml2", "--url", "https://me:token@git.example.org/{repository}")
    assert failed.code == 1
    assert "password or token" in failed.err
    assert not (work / "ml2").exists()


def test_init_in_a_folder_with_files_keeps_them(run: Run, work: Path) -> None:
    write(work / "ml1", {"roster.csv": "id\nada\n", "notes.md": "x\n"})
    assert run("class", "init", "ml1").code == 0
    assert (work / "ml1/roster.csv").read_text() == "id\nada\n"


def test_no_class_at_all(run: Run) -> None:
    for args in (
        ["status"],
        ["handout", "hw1"],
        ["roster", "check"],
        ["resume"],
        ["forget", "--yes"],
        ["update", "hw1"],
        ["collect", "hw1"],
        ["grade", "hw1"],
        ["rehearse", "hw1"],
        ["feedback", "hw1"],
    ):
        failed = run("class", *args)
        assert failed.code == 1
        assert "is in no class" in failed.err
        assert "hint: Make one: scaffold class init" in failed.err


def test_it_is_found_from_within_an_assignment(course: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.folder / "hw1/src")
    assert run("class", "roster", "check").code == 0


def test_roster_check_tells_everything_at_once(course: Course, run: Run) -> None:
    (course.folder / "roster.csv").write_text("id,name\nada,Ada\n../x,Bob\nada,;rm\n")
    done = run("class", "roster", "check")
    assert (done.code, done.err) == (1, "")
    assert done.out.count("roster.csv:") == 3
    found = run("class", "roster", "check", "--json")
    assert found.code == 1
    assert [row["line"] for row in found.data["problems"]] == [3, 4, 4]


def test_roster_check_of_another_file(course: Course, run: Run, work: Path) -> None:
    write(work, {"export.csv": "Student,ID,SIS User ID\n    Points Possible,,\nA,1,s1\n"})
    done = run("class", "roster", "check", work / "export.csv")
    assert (done.code, "s1" in done.out) == (0, True)
    assert done.err.startswith("warning: export.csv:2 was skipped: `Points Possible` is Canvas's own row.")
    assert run("class", "roster", "check", work / "none.csv").code == 1


def test_status_follows_a_class(course: Course, run: Run) -> None:
    def states() -> dict[str, str]:
        return {row["id"]: row["state"] for row in run("class", "status", "hw1", "--json").data["students"]}

    assert states() == dict.fromkeys(STUDENTS, "not handed out")
    assert not (course.folder / ".scaffold/store.git").exists()
    run("class", "handout", "hw1", "--only", "ada,bob")
    course.works("ada", {"x": "1\n"})
    assert states() == {"ada": "at work", "bob": "not started", "eve": "not handed out"}
    git(course.bare("bob"), "branch", "-m", "main", "trunk")
    assert states()["bob"] == "failed"
    overview = run("class", "status", "--json").data
    assert overview["assignments"] == [{"name": "hw1", "starter": 1, "handed_out": 2}]


@pytest.mark.parametrize("args", [["status", "hw1"], ["handout", "hw1"], ["update", "hw1", "--plan"]])
def test_the_disk_with_the_repositories_is_not_there(course: Course, run: Run, args: list[str]) -> None:
    run("class", "handout", "hw1")
    course.repositories.rename(course.folder / "away")
    failed = run("class", *args)
    assert (failed.code, failed.err) == (
        1,
        f"error: The folder of repositories {course.repositories} does not exist.\n\n"
        "hint: Is the disk mounted? class.toml names the folder.\n",
    )
    assert not course.repositories.exists()


def test_forget(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    before = snapshot(course.folder)
    refused = run("class", "forget")
    assert (refused.code, snapshot(course.folder)) == (2, before)
    assert "This removes roster.csv, .scaffold for good." in refused.err
    looked = run("class", "forget", "--dry-run")
    assert (looked.code, snapshot(course.folder)) == (0, before)
    done = run("class", "forget", "--yes", "--json")
    assert done.code == 0
    assert not (course.folder / ".scaffold").exists()
    assert not (course.folder / "roster.csv").exists()
    assert (course.folder / "hw1/src/answer.py").is_file()
    assert len(course.files("ada")) == 4
    assert any("Students' repositories stay" in notice["message"] for notice in done.json["warnings"])


def test_forget_students_repositories_too_and_speak_of_history(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    git(course.folder, "add", "--force", "roster.csv")
    git(course.folder, "commit", "--quiet", "-m", "roster")
    done = run("class", "forget", "--yes", "--repositories")
    assert done.code == 0
    assert not course.repositories.exists()
    assert "roster.csv is in the git history" in done.err


GOOD = {
    "class init": (["class", "init", "new"], {"class", "files", "forge"}),
    "class roster check": (["class", "roster", "check"], {"roster", "students", "problems"}),
    "class handout": (["class", "handout", "hw1"], {"assignment", "version", "students"}),
    "class handout --dry-run": (
        ["class", "handout", "hw1", "--dry-run"],
        {"assignment", "version", "dry_run", "files", "seconds", "students"},
    ),
    "class update": (["class", "update", "hw1"], {"assignment", "version", "students"}),
    "class update --plan": (
        ["class", "update", "hw1", "--plan"],
        {"assignment", "version", "branch", "plan", "students"},
    ),
    "class collect": (["class", "collect", "hw1"], {"assignment", "at", "students"}),
    "class status": (["class", "status"], {"class", "title", "assignments", "unfinished"}),
    "class status hw1": (["class", "status", "hw1"], {"assignment", "students", "unfinished"}),
    "class resume": (["class", "resume"], {"runs"}),
    "class forget": (["class", "forget", "--yes"], {"class", "removed", "dry_run"}),
}


ELSEWHERE = {f"class {name}" for name in ("similarity", "import", "export", "page", "grade", "rehearse", "feedback")}
"""Commands that need more than a class that was just made: their own tests hold their part of the contract."""


@pytest.mark.parametrize("name", GOOD)
def test_success_in_json(course: Course, run: Run, name: str) -> None:
    args, keys = GOOD[name]
    done = run(*args, "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.data) == keys
    assert done.json["command"] == name.removesuffix(" --dry-run").removesuffix(" --plan").removesuffix(" hw1")


@pytest.mark.parametrize("name", GOOD)
def test_success_for_people(course: Course, run: Run, name: str) -> None:
    done = run(*GOOD[name][0])
    assert done.code == 0
    assert done.out.strip()
    assert "\x1b" not in done.out + done.err


def test_every_command_of_a_class_is_in_the_contract() -> None:
    from typer.main import get_command

    from scaffold.cli.main import app

    group = get_command(app).commands["class"].commands  # type: ignore[attr-defined]
    names = {f"class {name}" for name in group if name != "roster"} | {
        f"class roster {name}" for name in group["roster"].commands
    }
    here = {name.removesuffix(" --dry-run").removesuffix(" --plan").removesuffix(" hw1") for name in GOOD}
    assert names - ELSEWHERE == here


@pytest.mark.parametrize("args", [["class", "--help"], ["class", "status"], ["class", "handout", "hw1", "--dry-run"]])
def test_nothing_heavy_is_loaded(course: Course, args: list[str]) -> None:
    import sys

    from cli.test_startup import HEAVY, PROBE, loaded
    from support import spawn

    assert HEAVY & loaded(spawn(sys.executable, "-c", PROBE, *args)) == set()
