"""What scripts rely on, for every command: the JSON envelope, the streams, the exit codes.

The keys below are a contract: taking one away or changing what it means raises `console.SCHEMA`.
"""

from pathlib import Path

import pytest

import scaffold
from conftest import Run
from scaffold import console
from scaffold.errors import CODES
from support import BIN, spawn, write

ENVELOPE = ["schema", "scaffold", "command", "ok", "exit_code", "data", "warnings", "error"]

GOOD: dict[str, tuple[list[str], set[str]]] = {
    "list": (["list"], {"templates"}),
    "show": (
        ["show", "acme/hello"],
        {
            "template",
            "version",
            "title",
            "stage",
            "summary",
            "months",
            "skills",
            "minutes",
            "disk_mb",
            "questions",
            "files",
            "data",
        },
    ),
    "profile": (["profile", "{table}"], {"file", "rows", "columns", "findings", "notes", "target"}),
    "new": (
        ["new", "acme/hello", "mine", "-y"],
        {
            "project",
            "template",
            "version",
            "answers",
            "broken",
            "files",
            "merged",
            "message",
            "locked",
            "committed",
            "installed",
            "hooks",
            "pushed",
            "ran",
        },
    ),
    "new --dry-run": (
        ["new", "acme/hello", "mine", "-y", "--dry-run"],
        {"project", "template", "version", "files", "merged", "would_ask", "dry_run"},
    ),
    "doctor": (["doctor"], {"ready", "checks"}),
    "catalog add": (["catalog", "add", "again", "{released}"], {"catalog", "source", "templates"}),
    "catalog list": (["catalog", "list"], {"catalogs"}),
    "catalog update": (["catalog", "update"], {"catalogs"}),
    "catalog remove": (["catalog", "remove", "acme"], {"catalog", "removed"}),
    "template release": (["template", "release", "--templates", "{templates}", "--out", "out"], {"releases"}),
}

BAD: dict[str, tuple[list[str], int, str]] = {
    "show": (["show", "nope"], 1, "show"),
    "profile": (["profile", "nope.csv"], 1, "profile"),
    "new": (["new", "nope", "-y"], 1, "new"),
    "new, a usage error": (["new", "acme/hello", "-y", "-d", "x"], 2, "new"),
    "new, nobody to ask": (["new", "acme/hello"], 2, "new"),
    "catalog add": (["catalog", "add", "A", "."], 1, "catalog add"),
    "catalog update": (["catalog", "update", "nope"], 1, "catalog update"),
    "catalog remove": (["catalog", "remove", "nope"], 1, "catalog remove"),
    "template release": (["template", "release", "--templates", "nope"], 1, "template release"),
    "an unknown command": (["nope"], 2, ""),
    "an unknown option": (["list", "--nope"], 2, ""),
    "a missing argument": (["show"], 2, ""),
}


def filled(args: list[str], released: Path, templates: Path) -> list[str]:
    table = write(templates, {"table.csv": "size,price\n1,2\n3,4\n"}) / "table.csv"
    return [arg.format(released=released, templates=templates, table=table) for arg in args]


@pytest.mark.parametrize("name", GOOD)
def test_success_in_json(run: Run, acme: str, released: Path, templates: Path, name: str) -> None:
    args, keys = GOOD[name]
    done = run(*filled(args, released, templates), "--json")
    assert (done.code, done.err) == (0, "")
    assert list(done.json) == ENVELOPE
    assert set(done.data) == keys
    assert {**done.json, "data": None, "warnings": None} == {
        "schema": console.SCHEMA,
        "scaffold": scaffold.__version__,
        "command": name.removesuffix(" --dry-run"),
        "ok": True,
        "exit_code": 0,
        "data": None,
        "warnings": None,
        "error": None,
    }
    for notice in done.json["warnings"]:
        assert set(notice) == {"message", "hint"}
    assert done.out.count("\n") == 1


@pytest.mark.parametrize("name", GOOD)
def test_success_for_people(run: Run, acme: str, released: Path, templates: Path, name: str) -> None:
    args = filled(GOOD[name][0], released, templates)
    done = run(*args)
    assert done.code == 0
    assert done.out.strip()
    assert "\x1b" not in done.out + done.err
    assert all(line.startswith(("warning: ", "hint: ")) or not line for line in done.err.splitlines())


@pytest.mark.parametrize("name", GOOD)
def test_quiet_says_nothing_of_success(run: Run, acme: str, released: Path, templates: Path, name: str) -> None:
    done = run(*filled(GOOD[name][0], released, templates), "-q")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize("name", BAD)
def test_failure_in_json(run: Run, acme: str, name: str) -> None:
    args, code, command = BAD[name]
    failed = run(*args, "--json")
    assert (failed.code, failed.err) == (code, "")
    assert list(failed.json) == ENVELOPE
    assert (failed.json["ok"], failed.json["exit_code"], failed.json["command"]) == (False, code, command)
    assert (failed.json["data"], failed.json["warnings"]) == (None, [])
    assert set(failed.json["error"]) == {"code", "message", "hint"}
    assert failed.json["error"]["code"] in CODES
    assert failed.json["error"]["message"].endswith((".", "?"))
    assert failed.json["error"]["hint"]
    assert failed.out.count("\n") == 1


@pytest.mark.parametrize("quiet", [(), ("-q",)])
@pytest.mark.parametrize("name", BAD)
def test_failure_for_people(run: Run, acme: str, name: str, quiet: tuple[str, ...]) -> None:
    args, code, _ = BAD[name]
    failed = run(*args, *quiet)
    assert (failed.code, failed.out) == (code, "")
    sentence, blank, hint = failed.err.splitlines()
    assert sentence.startswith("error: ")
    assert blank == ""
    assert hint.startswith("hint: ")


@pytest.mark.parametrize(("args", "code"), [(["list"], 0), (["show", "nope"], 1), (["nope"], 2), (["new"], 2)])
def test_the_process_ends_with_the_code_in_the_envelope(args: list[str], code: int) -> None:
    done = spawn(BIN / "scaffold", *args, "--json")
    assert (done.code, done.json["exit_code"]) == (code, code)


def test_partly_done_is_4(run: Run, acme: str, tmp_path: Path) -> None:
    done = run("new", "acme/hello", "mine", "-y", "--remote", tmp_path / "nowhere.git", "--push", "--json")
    assert (done.code, done.json["exit_code"], done.json["ok"]) == (4, 4, False)
    assert done.data["project"]
    assert done.json["error"] is None
    for_people = run("new", "acme/hello", "two", "-y", "--remote", tmp_path / "nowhere.git", "--push")
    assert for_people.code == 4
    assert for_people.err.startswith("warning: The push was refused:")


def test_every_command_is_in_the_contract(run: Run) -> None:
    from typer.main import get_command

    from scaffold.cli.main import app

    def walk(group: object, prefix: str) -> set[str]:
        found: set[str] = set()
        for name, command in getattr(group, "commands", {}).items():
            below = walk(command, f"{prefix}{name} ")
            found |= below or {f"{prefix}{name}"}
        return found

    # The commands of `update` and after it, and those of a class, have contract tests of their own.
    elsewhere = {"update", "set", "diff", "status", "adopt"}
    found = {name for name in walk(get_command(app), "") if not name.startswith("class ")}
    assert found - elsewhere == {name.removesuffix(" --dry-run") for name in GOOD}


@pytest.mark.thorough
def test_text_of_any_script_is_json_that_any_console_can_print(run: Run, work: Path) -> None:
    write(work, {"ž中🚲/copier.yml": "", "ž中🚲/f": ""})
    done = spawn(BIN / "scaffold", "new", "./ž中🚲", "ž", "-y", "--json", env={"PYTHONIOENCODING": "ascii"})
    assert (done.code, done.err) == (0, "")
    assert done.data["project"] == str(work / "ž")


@pytest.mark.thorough
def test_a_console_that_cannot_print_a_letter_gets_another(work: Path) -> None:
    write(work, {"ž中🚲/copier.yml": "", "ž中🚲/f": ""})
    for args in (["new", "./ž中🚲", "ž", "-y"], ["new", "./ž中🚲", "ž", "-y"], ["show", "./ž中🚲"]):
        done = spawn(BIN / "scaffold", *args, env={"PYTHONIOENCODING": "ascii"})
        assert done.code == (1 if (done.err and "not empty" in done.err) else 0), done
        assert "bug" not in done.err
        assert (done.out + done.err).isascii()
