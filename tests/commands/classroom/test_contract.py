"""What all class commands share: the JSON contract, errors outside a class, and fast start-up."""

import pytest

from classroom_support import Course
from conftest import Run


def test_every_command_fails_outside_a_class(run: Run) -> None:
    for args in (
        ["status"],
        ["handout", "hw1"],
        ["roster", "check"],
        ["roster", "diff"],
        ["roster", "rename", "a", "b"],
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
        assert "is not in a class" in failed.err
        assert "hint: Create one: scaffold class init" in failed.err


@pytest.mark.parametrize("args", [["status", "hw1"], ["handout", "hw1"], ["update", "hw1", "--plan"]])
def test_the_folder_of_repositories_does_not_exist(course: Course, run: Run, args: list[str]) -> None:
    run("class", "handout", "hw1")
    course.repositories.rename(course.folder / "away")
    failed = run("class", *args)
    assert (failed.code, failed.err) == (
        1,
        f"error: The folder of repositories {course.repositories} does not exist.\n\n"
        "hint: Is the disk mounted? class.toml names the folder.\n",
    )
    assert not course.repositories.exists()


SUCCESSES = {
    "class init": (["class", "init", "new"], {"class", "files", "forge"}),
    "class roster check": (
        ["class", "roster", "check"],
        {"roster", "columns", "unused", "students", "problems", "skipped"},
    ),
    "class roster diff": (["class", "roster", "diff"], {"roster", "joined", "left", "changed", "moved"}),
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
    "class collect": (["class", "collect", "hw1"], {"assignment", "at", "students", "other_branches"}),
    "class status": (["class", "status"], {"class", "title", "assignments", "unfinished"}),
    "class status hw1": (["class", "status", "hw1"], {"assignment", "students", "unfinished"}),
    "class resume": (["class", "resume"], {"runs"}),
    "class forget": (["class", "forget", "--yes"], {"class", "removed", "dry_run"}),
}


TESTED_IN_OWN_MODULE = {
    f"class {name}"
    for name in (
        "similarity",
        "import",
        "export",
        "page",
        "grade",
        "rehearse",
        "feedback",
        "roster rename",
        "access",
        "backup",
        "restore",
    )
}
"""Commands that need more than a new class: their own tests check their JSON."""


@pytest.mark.parametrize("name", SUCCESSES)
def test_success_in_json(course: Course, run: Run, name: str) -> None:
    args, keys = SUCCESSES[name]
    done = run(*args, "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.data) == keys
    assert done.json["command"] == name.removesuffix(" --dry-run").removesuffix(" --plan").removesuffix(" hw1")


@pytest.mark.parametrize("name", SUCCESSES)
def test_success_for_people(course: Course, run: Run, name: str) -> None:
    done = run(*SUCCESSES[name][0])
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
    here = {name.removesuffix(" --dry-run").removesuffix(" --plan").removesuffix(" hw1") for name in SUCCESSES}
    assert names - TESTED_IN_OWN_MODULE == here


@pytest.mark.thorough
@pytest.mark.parametrize("args", [["class", "--help"], ["class", "status"], ["class", "handout", "hw1", "--dry-run"]])
def test_nothing_heavy_is_loaded(course: Course, args: list[str]) -> None:
    import sys

    from cli.test_startup import HEAVY, PROBE, loaded
    from support import spawn

    assert HEAVY & loaded(spawn(sys.executable, "-c", PROBE, *args)) == set()
