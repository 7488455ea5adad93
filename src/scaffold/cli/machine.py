"""`scaffold doctor`."""

import typer

from scaffold import console
from scaffold.cli.common import command
from scaffold.core.outcome import Outcome


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    command(app, "doctor")(doctor)


def doctor() -> Outcome:
    """Check what this machine has and lacks, with the command that adds it.

    It asks the package index once, as uv is configured. It ends with 1 when something required is missing.

    Examples:
        scaffold doctor

        scaffold doctor --json
    """
    from scaffold.commands import doctor as doctor_command
    from scaffold.core.project import current_folder

    with console.progress() as progress:
        return doctor_command.examine(current_folder(), progress)
