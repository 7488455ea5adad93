"""The program: one Typer app, and the one place where an exception becomes an exit code."""

import sys
import traceback
from typing import Annotated

import typer
from typer.exceptions import TyperException

from scaffold import __version__, console
from scaffold.cli import catalogs, projects, templates
from scaffold.cli.common import CommandFailedError
from scaffold.errors import ScaffoldError, UsageError

INTERRUPTED = 130
BUG = 3

app = typer.Typer(
    name="scaffold",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
projects.register(app)
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
        scaffold list                          what there is

        scaffold new ml-tabular bikes          make one, answering its questions

        scaffold new ml-tabular bikes -y --run take the defaults, train, test
    """


def entry() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(args: list[str]) -> int:
    """Run one command line and return its exit code (DESIGN §5). No traceback reaches the user."""
    console.style = console.Style(as_json="--json" in args)
    try:
        return app(args=args, standalone_mode=False) or 0
    except typer.Exit as done:
        return done.exit_code
    except TyperException as error:
        console.show_error("", UsageError(_sentence(error.format_message()), "Run: scaffold --help"))
        return error.exit_code
    except CommandFailedError as failure:
        return _failed(failure.command, failure.__cause__)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()


def _failed(command: str, error: BaseException | None) -> int:
    if isinstance(error, ScaffoldError):
        console.show_error(command, error)
        return error.exit_code
    log = _write_log(command, error)
    bug = ScaffoldError(f"scaffold has a bug: {type(error).__name__} in `{command}`.", f"Report it with the log {log}")
    bug.exit_code = BUG  # type: ignore[misc]
    console.show_error(command, bug)
    return BUG


def _interrupted() -> int:
    failure = ScaffoldError("Interrupted; nothing half made was left behind.")
    failure.exit_code = INTERRUPTED  # type: ignore[misc]
    console.show_error("", failure)
    return INTERRUPTED


def _write_log(command: str, error: BaseException | None) -> str:
    from platformdirs import user_log_path

    from scaffold.tools import files, git

    log = user_log_path("scaffold", appauthor=False) / "bug.log"
    trace = "".join(traceback.format_exception(error)) if error else ""
    files.write_atomically(log, git.redact(f"scaffold {__version__}, {command}\n{trace}"))
    return str(log)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "?", "!")) else text + "."
