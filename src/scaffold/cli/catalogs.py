"""`scaffold catalog add|list|update|remove`."""

from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.common import command
from scaffold.cli.completion import catalog_names
from scaffold.core.outcome import Outcome

Name = Annotated[str, typer.Argument(help="The catalog's name.")]
Registered = Annotated[str, typer.Argument(help="The catalog's name.", autocompletion=catalog_names)]


def app() -> typer.Typer:
    """The `catalog` group."""
    group = typer.Typer(help="Register other people's templates.", no_args_is_help=True)
    command(group, "add", "catalog add")(add)
    command(group, "list", "catalog list")(list_)
    command(group, "update", "catalog update")(update)
    command(group, "remove", "catalog remove")(remove)
    return group


def add(name: Name, place: Annotated[str, typer.Argument(help="A folder or a git URL.")]) -> Outcome:
    """Register the templates of a folder or a git repository as NAME/TEMPLATE.

    Example: scaffold catalog add acme https://git.example.org/acme/templates
    """
    from scaffold.commands import catalogs

    return catalogs.add(name, place)


def list_() -> Outcome:
    """Show the registered catalogs."""
    from scaffold.commands import catalogs

    return catalogs.list_catalogs()


def update(
    name: Annotated[
        str | None, typer.Argument(help="A catalog; all of them when left out.", autocompletion=catalog_names)
    ] = None,
) -> Outcome:
    """Fetch catalogs from git repositories again.

    Example: scaffold catalog update
    """
    from scaffold.commands import catalogs

    with console.progress() as progress:
        return catalogs.update(name, progress)


def remove(name: Registered) -> Outcome:
    """Remove a catalog; projects made from it stay."""
    from scaffold.commands import catalogs

    return catalogs.remove(name)
