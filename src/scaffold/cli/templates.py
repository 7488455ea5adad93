"""`scaffold template release`: for template authors."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold.cli.common import command
from scaffold.core.outcome import Outcome


def app() -> typer.Typer:
    """The `template` group."""
    group = typer.Typer(help="Commands for template authors.", no_args_is_help=True)
    # Without a callback typer would fold a group of one command into that command.
    group.callback()(lambda: None)
    command(group, "release", "template release")(release)
    return group


def release(
    names: Annotated[list[str] | None, typer.Argument(help="Templates; all of them when left out.")] = None,
    templates: Annotated[Path, typer.Option("--templates", help="The folder of the templates' sources.")] = Path(
        "templates"
    ),
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder of the bundles; scaffold's own when left out.")
    ] = None,
    amend: Annotated[
        bool, typer.Option("--amend", help="Replace the newest release; only before it has shipped.")
    ] = False,
) -> Outcome:
    """Assemble templates and add what changed to their bundles of releases.

    Example: scaffold template release ml-tabular
    """
    from scaffold.commands import template

    return template.release_templates(templates, names or [], out, amend=amend)
