"""The program: one Typer app, and the only place where an exception becomes an exit code."""

import io
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from scaffold import __version__, console
from scaffold.cli import catalogs, classroom, coercion, machine, projects, templates, updates
from scaffold.cli.common import CommandFailedError
from scaffold.errors import BugError, InterruptedByUserError, ScaffoldError, UsageError

coercion.install()
app = typer.Typer(
    name="scaffold",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
projects.register(app)
updates.register(app)
machine.register(app)
app.add_typer(classroom.app(), name="class")
app.add_typer(catalogs.app(), name="catalog")
app.add_typer(templates.app(), name="template")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scaffold {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Make AI/ML repositories that run the minute they are made.

    Examples:
        scaffold list                          the templates

        scaffold new ml-tabular bikes          make a repository, answering its questions

        scaffold new ml-tabular bikes -y --run take the defaults, train, test
    """


def entry() -> None:
    """The console script."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it is closed: nobody wants to read it
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that this console cannot print must not end the program
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))


def main(args: list[str]) -> int:
    """Run one command line and return its exit code (docs/scripting.md). No traceback reaches the user."""
    console.style = console.Style(as_json="--json" in args)
    try:
        return app(args=args, prog_name="scaffold", standalone_mode=False) or 0
    except typer.Exit as done:
        return done.exit_code
    except TyperException as error:
        if not error.format_message():  # no command was named, and typer has shown the help
            return error.exit_code
        console.show_error("", UsageError(_sentence(error.format_message()), "Run: scaffold --help"))
        return error.exit_code
    except CommandFailedError as failure:
        return _failed(failure.command, failure.__cause__)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted("")
    except Exception as error:
        return _failed("", error)


def _failed(command: str, error: BaseException | None) -> int:
    if isinstance(error, ScaffoldError):
        console.show_error(command, error)
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, EOFError)):
        return _interrupted(command)
    if isinstance(error, OSError) and (friendly := _of_the_system(error)):
        console.show_error(command, friendly)
        return friendly.exit_code
    where = f"`{command}`" if command else "the command line"
    bug = BugError(f"scaffold has a bug: {type(error).__name__} in {where}.", _write_log(command, error))
    console.show_error(command, bug)
    return bug.exit_code


def _of_the_system(error: OSError) -> ScaffoldError | None:
    """What to say of a full disk, a folder that cannot be read and the like, wherever it was met."""
    from scaffold.tools import files

    return files.friendly_os_error(error, Path(error.filename) if isinstance(error.filename, str) else Path.cwd())


def _interrupted(command: str) -> int:
    failure = InterruptedByUserError("Interrupted; nothing half made was left behind.")
    console.show_error(command, failure)
    return failure.exit_code


def _write_log(command: str, error: BaseException | None) -> str:
    from platformdirs import user_log_path

    from scaffold.tools import files, git
    from scaffold.tools.terminal import escaped

    log = user_log_path("scaffold", appauthor=False) / "bug.log"
    trace = "".join(traceback.format_exception(error)) if error else ""
    try:
        files.write_atomically(log, escaped(git.redact(f"scaffold {__version__}, {command}\n{trace}\n{_versions()}")))
    except (ScaffoldError, OSError):
        return f"Report it; its log {log} could not be written."
    return f"Report it with the log {log}"


def _versions() -> str:
    """What a report of a bug must say of the machine, a line each."""
    import platform

    from scaffold.tools import git

    try:
        git_version = ".".join(map(str, git.version()))
    except ScaffoldError as error:
        git_version = error.message
    rows = {
        "scaffold": __version__,
        "Python": platform.python_version(),
        "git": git_version,
        "system": platform.platform(),
    }
    return "".join(f"{name}: {value}\n" for name, value in rows.items())


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else text + "."
