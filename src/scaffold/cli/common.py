"""What all commands share: `--json`, `-q`, `-v`, and the way an Outcome becomes an exit code."""

import contextlib
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from scaffold import console
from scaffold.cli import completion
from scaffold.core.outcome import Outcome
from scaffold.errors import ScaffoldError

_JSON = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, failures included.")]
_QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="Only warnings and errors.")]
_VERBOSE = Annotated[bool, typer.Option("--verbose", "-v", help="Show more details.")]
Answer = Annotated[
    list[str] | None,
    typer.Option(
        "--answer", "-d", metavar="KEY=VALUE", help="Answer a question; repeatable.", autocompletion=completion.answers
    ),
]
_SHARED = {"as_json": _JSON, "quiet": _QUIET, "verbose": _VERBOSE}


class CommandFailedError(Exception):
    """Carries an exception out of typer, with the name of the command that raised it."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def command(app: typer.Typer, name: str, title: str = "") -> Callable[[Callable[..., Outcome]], Callable[..., Outcome]]:
    """Register a function that returns an Outcome as the command `name`.

    Args:
        app: The Typer app that the command belongs to.
        name: The name that the user types.
        title: The full name for JSON, as `catalog add`; `name` when empty.
    """
    full_name = title or name

    def register(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
        def run(*args: Any, as_json: bool, quiet: bool, verbose: bool, **kwargs: Any) -> None:
            console.style = console.Style(as_json, quiet, verbose)
            try:
                outcome = function(*args, **kwargs)
                console.show(full_name, outcome)
            except (Exception, KeyboardInterrupt) as error:
                raise CommandFailedError(full_name) from error
            raise typer.Exit(outcome.exit_code)

        # typer reads a function's signature: the command's own parameters, and behind them the shared ones.
        own = inspect.signature(function, eval_str=True).parameters.values()
        shared = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation)
            for key, annotation in _SHARED.items()
        ]
        vars(run)["__signature__"] = inspect.Signature([*own, *shared])
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *shared]}
        run.__doc__ = function.__doc__
        app.command(name)(run)
        return function

    return register


def template_names(incomplete: str) -> list[tuple[str, str]]:
    """Completion: the templates whose names begin with `incomplete`, each with its title."""
    from scaffold.core.templates import catalog

    # Every command that needs a damaged file reports it; completion must not print in the middle of a line.
    known = catalog.built_in()
    with contextlib.suppress(ScaffoldError):
        for item in catalog.registered():
            with contextlib.suppress(ScaffoldError):
                known += catalog.entries(item)
    return [(entry.name, entry.title) for entry in known if entry.name.startswith(incomplete)]
