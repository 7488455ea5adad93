"""The program's edges: help, versions, bugs, interruptions, streams."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import needs
import scaffold
from conftest import Run
from scaffold.commands import listing
from scaffold.core.outcome import Outcome
from support import BIN, spawn, write


def test_version(run: Run) -> None:
    assert run("--version").out == f"scaffold {scaffold.__version__}\n"


def test_python_m() -> None:
    assert spawn(sys.executable, "-m", "scaffold", "--version").out == f"scaffold {scaffold.__version__}\n"


@pytest.mark.parametrize(
    "args",
    [["--help"], ["-h"], ["new", "--help"], ["list", "-h"], ["catalog", "--help"], ["template", "release", "-h"]],
)
def test_help(run: Run, args: list[str]) -> None:
    shown = run(*args)
    assert (shown.code, shown.err) == (0, "")
    assert "Usage: scaffold" in shown.out


@pytest.mark.parametrize("command", [[], ["new"], ["list"], ["show"], ["catalog", "add"], ["template", "release"]])
def test_help_starts_with_an_example(run: Run, command: list[str]) -> None:
    shown = run(*command, "--help").out
    assert "Example" in shown
    assert 0 < shown.index("Example") < (shown.index("Options") if "Options" in shown else len(shown))


@pytest.mark.parametrize("args", [[], ["catalog"], ["template"]])
def test_no_command_shows_the_help_and_no_error(run: Run, args: list[str]) -> None:
    shown = run(*args)
    assert shown.code == 2
    assert "Usage: scaffold" in shown.out + shown.err
    assert "error:" not in shown.err


def test_an_unknown_command_is_told_the_nearest(run: Run) -> None:
    failed = run("lst")
    assert failed.err.startswith("error: No such command 'lst'. Did you mean 'list'")
    assert failed.err.endswith("?\n\nhint: Run: scaffold --help\n")


def test_colour_only_where_it_is_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in run("show", "nope").err
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1;31merror" in run("show", "nope").err
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in run("show", "nope").err
    assert "\x1b[3" not in run("show", "nope").err


def test_markup_in_what_is_said_is_text(run: Run) -> None:
    assert run("show", "[bold]x[/bold]").err.startswith("error: There is no template `[bold]x[/bold]`.")


# -- bugs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in `scaffold list`."""

    def broken() -> Outcome:
        raise ZeroDivisionError("at https://ada:tok3n@example.org/x")

    monkeypatch.setattr(listing, "list_templates", broken)


@pytest.mark.usefixtures("bug")
def test_a_bug_says_where_its_log_is(run: Run, sealed: Path) -> None:
    log = sealed / "xdg/state/scaffold/log/bug.log"
    failed = run("list")
    assert (failed.code, failed.out) == (3, "")
    assert (
        failed.err == f"error: scaffold has a bug: ZeroDivisionError in `list`.\n\nhint: Report it with the log {log}\n"
    )
    text = log.read_text()
    assert text.startswith(f"scaffold {scaffold.__version__}, list\nTraceback")
    assert "ZeroDivisionError: at https://example.org/x" in text


@pytest.mark.usefixtures("bug")
def test_a_bug_in_json(run: Run) -> None:
    failed = run("list", "--json")
    assert (failed.code, failed.json["exit_code"], failed.json["command"]) == (3, 3, "list")
    assert "ZeroDivisionError" in failed.json["error"]["message"]


@pytest.mark.usefixtures("bug")
def test_a_bug_whose_log_cannot_be_written(run: Run, sealed: Path) -> None:
    write(sealed, {"xdg/state": "a file"})
    failed = run("list")
    assert failed.code == 3
    assert failed.err.endswith("could not be written.\n")


def test_a_damaged_installation_shows_no_traceback(installed: Path) -> None:
    (installed / "commands/listing.py").write_text("list_templates = None\n")
    failed = spawn(sys.executable, "-m", "scaffold", "list")
    assert (failed.code, failed.out) == (3, "")
    assert "Traceback" not in failed.err
    assert "TypeError in `list`" in failed.err


def test_a_bug_in_showing_is_a_bug_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "list_templates", lambda: Outcome({}, [object()]))  # type: ignore[list-item]
    failed = run("list")
    assert failed.code == 3
    assert failed.err.startswith("error: scaffold has a bug: ")


def test_a_settings_file_that_is_damaged_is_no_bug(run: Run, acme: str, sealed: Path) -> None:
    write(sealed / "config", {"settings.toml": "["})
    failed = run("new", "acme/hello", "mine", "-y")
    assert failed.code == 1
    assert "settings.toml is not valid TOML" in failed.err


# -- interruptions and streams -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_interrupted(run: Run, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]) -> None:
    def interrupted() -> Outcome:
        signal.raise_signal(signal.SIGINT)
        return Outcome({})

    monkeypatch.setattr(listing, "list_templates", interrupted)
    stopped = run("list", *more)
    assert stopped.code == 130
    if more:
        assert (stopped.json["exit_code"], stopped.json["command"], stopped.err) == (130, "list", "")
    else:
        assert (stopped.out, stopped.err) == ("", "error: Interrupted; nothing half made was left behind.\n")


def test_a_reader_that_went_away(acme: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen([BIN / "scaffold", "list"], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    _, said = process.communicate()
    assert "Traceback" not in said
    assert "bug" not in said


@pytest.mark.thorough
@needs.shell
def test_a_folder_that_is_gone(cli: Run, tmp_path: Path, built_in: Path) -> None:
    script = f'mkdir gone && cd gone && rmdir ../gone && exec "{BIN / "scaffold"}" "$@"'
    for args in (["list"], ["doctor"], ["new", "acme/hello", "-y"]):
        done = spawn("sh", "-c", script, "sh", *args, cwd=tmp_path)
        assert done.code in {0, 1}, done
        assert "Traceback" not in done.err
