"""What machines and people do to scaffold is no bug (exit code 3): one sentence, and the right exit code."""

import os
import sys
from pathlib import Path

import pytest

import needs
from conftest import Run
from scaffold.tools import git as git_door
from scaffold.tools.process import Completed
from support import BIN, git, git_repository, spawn, write

LONG = "x" * 300
ANSWERS = "{{ _copier_answers|to_nice_yaml }}"
FULL = Path("/dev/full")


@pytest.fixture
def template(work: Path) -> Path:
    """A plain template with a question of each kind, at release 1.0.0."""
    questions = "word: {type: str, default: x}\nnumber: {type: int, default: 1}\nlist: {type: yaml, default: []}\n"
    files = {"copier.yml": questions, "f.jinja": "{{ word }}{{ number }}{{ list }}\n"}
    write(work / "t", {**files, "{{ _copier_conf.answers_file }}.jinja": ANSWERS})
    git(git_repository(work / "t"), "tag", "1.0.0")
    return work / "t"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("args", [["list"], ["list", "--json"], ["--version"]])
def test_a_full_stdout(args: list[str]) -> None:
    done = spawn("sh", "-c", 'exec "$@" > /dev/full', "sh", BIN / "scaffold", *args)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: The disk is full: ")


@pytest.mark.thorough
@needs.shell
@pytest.mark.parametrize("closing", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(closing: str) -> None:
    for args, code in ((["list"], 0), (["show", "nope"], 1)):
        done = spawn("sh", "-c", f'exec "$@" {closing}', "sh", BIN / "scaffold", *args)
        assert (done.code, "bug" in done.err) == (code, False)


@pytest.mark.parametrize(
    "args",
    [
        ("show", LONG), ("new", "acme/hello", LONG, "-y"), ("new", "acme/hello", f"a/{LONG}/b", "-y"), ("status", LONG),
        ("update", LONG, "-y"), ("update", LONG, "x", "-y"), ("diff", LONG), ("profile", LONG), ("adopt", LONG, "t"),
        ("new", "acme/hello", "x", "-y", "--answers", LONG), ("catalog", "add", "long", LONG),
    ],
)  # fmt: skip
def test_a_name_that_is_too_long(run: Run, acme: str, args: tuple[str, ...]) -> None:
    assert run(*args, "--json").code in {1, 2, 4}


ODD = {
    "a cycle": ("word: &x [1, *x]\n", "an alias of itself"),
    "an empty number": ('number: !!int ""\n', "is no int"),
    "no such day": ("word: 2020-99-99\n", "is no timestamp"),
    "a bomb": ("a: &a [x]\n" + "b: [" + "*a, " * 200 + "]\n", "too many aliases"),
    "depth": ("list: " + "[" * 3000, "nested too deeply"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", ODD)
def test_odd_yaml_in_answers(run: Run, template: Path, work: Path, name: str) -> None:
    text, reason = ODD[name]
    write(work, {"answers.yml": text})
    refused = run("new", template, "mine", "-y", "--no-install", "--answers", "answers.yml", "--json")
    assert (refused.code, reason in refused.json["error"]["message"]) == (2, True), refused

    assert run("new", template, "mine", "-y", "--no-install").code == 0
    recorded = (work / "mine/.copier-answers.yml").read_text()
    write(work / "mine", {".copier-answers.yml": recorded + text})
    git(work / "mine", "commit", "-qam", "odd")
    for command in ("status", "diff", "update"):
        done = run(command, work / "mine", *(["-y"] if command == "update" else []), "--json")
        assert done.code == 1
        assert reason in done.out


@pytest.mark.thorough
@pytest.mark.parametrize("name", [name for name in ODD if name != "no such day"])
def test_a_mistake_in_copier_yml_names_file_and_line(run: Run, work: Path, name: str) -> None:
    text, reason = ODD[name]
    write(work / "t", {"copier.yml": "ok: 1\n" + text, "f": "1"})
    refused = run("new", "./t", "mine", "-y", "--no-install", "--json")
    assert (refused.code, refused.json["error"]["code"]) == (1, "template-invalid")
    message = refused.json["error"]["message"]
    assert message.startswith("The template's copier.yml is not valid YAML: ")
    assert reason in message
    assert name in ("a bomb", "depth") or "line 2: " in message


@pytest.mark.parametrize("value", ["2020-01-01", "2020-01-01 10:00:00", "[2020-01-01]", "!!binary aGk=", "!!set {a}"])
@pytest.mark.parametrize("question", ["word", "number", "list"])
def test_a_date_as_an_answer(run: Run, template: Path, work: Path, question: str, value: str) -> None:
    write(work, {"answers.yml": f"{question}: {value}\n"})
    assert run("new", template, "mine", "-y", "--no-install", "--answers", "answers.yml").code in {0, 2}


def test_one_bad_project_stops_no_other(run: Run, template: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("all/a", "all/b"):
        assert run("new", template, name, "-y", "--no-install").code == 0
    recorded = work / "all/a/.copier-answers.yml"
    recorded.write_text(recorded.read_text() + "word: &x [*x]\n")
    git(work / "all/a", "commit", "-qam", "odd")
    rows = run("update", "--all", "all", "-y", "--json").data["projects"]
    assert [row["state"] for row in rows] == ["failed", "current"]
    from scaffold.core.update import apply

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(apply, "require_known_answers", broken)
    rows = run("update", "--all", "all", "-y", "--json").data["projects"]
    assert "scaffold has a bug: ZeroDivisionError" in rows[1]["error"]


def test_a_repository_of_another_user_is_called_so(run: Run, template: Path, work: Path) -> None:
    assert run("new", template, "mine", "-y", "--no-install").code == 0
    script = write(work, {"git": f'#!{sys.executable}\nimport sys\nsys.stderr.write("fatal: detected dubious ownership '
                                 f"in repository at '{work}/mine'\\n\")\nsys.exit(128)\n"}) / "git"  # fmt: skip
    script.chmod(0o755)
    failed = spawn(
        BIN / "scaffold", "status", "mine", "--json", env={"PATH": f"{work}{os.pathsep}{os.environ['PATH']}"}
    )
    (row,) = failed.data["projects"]
    assert (failed.code, row["error"]) == (1, "repository-of-another")
    assert row["hint"] == f"If you trust them: git config --global --add safe.directory {work}/mine"


def test_a_disk_that_git_finds_full_is_called_so() -> None:
    said = b"error: unable to write file x: No space left on device\nfatal: cannot store\n"
    assert git_door.failure(["bundle", "unbundle"], Completed(128, err=said)).code == "disk-full"


def test_a_gitignore_of_the_user_s_that_shrinks_the_first_commit_is_said(run: Run, work: Path, home: Path) -> None:
    write(work / "t", {"copier.yml": "", ".gitignore": "*.log\n", "a.csv": "1", "b.log": "1", "c d.csv": "1"})
    write(home, {"ignored": "*.csv\n"})
    git(home, "config", "--global", "core.excludesFile", str(home / "ignored"))
    (warning,) = run("new", "./t", "mine", "-y", "--no-install", "--json").json["warnings"]
    assert warning == {
        "message": (
            "Your own gitignore (core.excludesFile) kept 2 of the project's files out of the commit: a.csv, c d.csv."
        ),
        "hint": "Commit them, too: cd mine && git add --force a.csv 'c d.csv' && git commit --amend --no-edit",
    }


SECRET = "word: {type: str, default: x}\ntoken: {type: str, secret: true, default: hunter2}\n"


def test_secret_answers_are_in_no_output(run: Run, work: Path) -> None:
    write(work / "t", {"copier.yml": SECRET, "f.jinja": "{{ token }}"})
    for args in (
        ["new", "./t", "mine", "-y", "--no-install", "-d", "token=s3cret"],
        ["show", "./t", "-d", "token=s3cret"],
    ):
        done = run(*args, "--json")
        assert done.code == 0
        assert "s3cret" not in done.out
        assert "hunter2" not in done.out
    assert (work / "mine/f").read_text() == "s3cret"


@pytest.mark.parametrize("more", ["", "_preserve_symlinks: true\n"], ids=["ours", "copier's"])
@pytest.mark.parametrize("pin", ["no-number", "99"])
def test_a_refused_secret_is_in_no_message(run: Run, work: Path, more: str, pin: str) -> None:
    write(work / "t", {"copier.yml": more + "pin: {type: int, secret: true, default: 1, choices: [1, 2]}\n"})
    done = run("new", "./t", "mine", "-y", "--no-install", "-d", f"pin={pin}", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "answer-invalid")
    assert pin not in done.out


@pytest.mark.parametrize("more", ["", "_preserve_symlinks: true\n"], ids=["ours", "copier's"])
def test_the_template_s_message_is_shown_once_rendered_once(run: Run, work: Path, more: str) -> None:
    text = "_message_after_copy: 'Welcome to {{ word }}.'\nword: '{{ \"{{\" }} x }}'\n"
    write(work / "t", {"copier.yml": text + more, "f": "1"})
    assert run("new", "./t", "mine", "-y", "--no-install").out.count("Welcome to {{ x }}.") == 1
    assert run("new", "./t", "two", "-y", "--no-install", "--json").data["message"] == "Welcome to {{ x }}."
