"""`scaffold class …`: create, check, import and remove a class."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.classroom.options import DryRun, Folder
from scaffold.core.outcome import Outcome


def init(
    folder: Annotated[Path, typer.Argument(help="The class folder; created when it does not exist.")] = Path(),
    title: Annotated[str, typer.Option("--title", help="The title of the course.")] = "",
    forge: Annotated[
        str, typer.Option("--forge", metavar="KIND", help="Where students have accounts: github, gitlab or gitea.")
    ] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="NAME", help="The owner of the repositories on that forge.")
    ] = "",
    url: Annotated[
        str,
        typer.Option(
            "--url", help="The repositories' URL on a git server, with {repository} in it; or your own forge."
        ),
    ] = "",
    place: Annotated[
        str, typer.Option("--place", metavar="PATH", help="The folder of repositories, where there is no server.")
    ] = "",
) -> Outcome:
    """Create the folder of a class.

    Examples:
        scaffold class init ml1

        scaffold class init ml1 --forge github --organisation ml-course-2026

        scaffold class init ml1 --url "https://git.example.org/ml1/{repository}.git"
    """
    from scaffold.commands.classroom import init as command_

    return command_.init(folder, title, command_.ForgeOptions(forge, organisation, url, place))


def roster_check(
    file: Annotated[Path | None, typer.Argument(help="A file to check; by default the class's roster.")] = None,
    folder: Folder = Path(),
) -> Outcome:
    """Show how a roster's columns are read, its students, and everything that is wrong, by line.

    Reads exports of GitHub Classroom, Classroom 50, RepoBee, Canvas, Moodle and Brightspace, and CSV files and
    workbooks (.xlsx) with the usual headings.

    Examples:
        scaffold class roster check

        scaffold class roster check ~/Downloads/export.csv
    """
    from scaffold.commands.classroom import roster

    return roster.check(folder, file)


def roster_diff(
    file: Annotated[
        Path | None, typer.Argument(help="A newer roster; by default the class's, against the last hand-out.")
    ] = None,
    folder: Folder = Path(),
) -> Outcome:
    """Show who joined the class, who left it, and whose name, address, account or team changed.

    Examples:
        scaffold class roster diff ~/Downloads/export.csv    before you copy it over the roster

        scaffold class roster diff                           since the last hand-out
    """
    from scaffold.commands.classroom import roster

    return roster.diff(folder, file)


def roster_rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The id of a student or team until now.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id that the roster has now.")],
    folder: Folder = Path(),
) -> Outcome:
    """Keep the work of a student or team whose id changed: repositories, submissions, points and personal values.

    Example: scaffold class roster rename s17 s71
    """
    from scaffold.commands.classroom import roster

    return roster.rename(folder, old, new)


def import_(
    tool: Annotated[str, typer.Argument(metavar="TOOL", help="github-classroom, classroom50, pawtograder or repobee.")],
    clones: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with clones of students' repositories.")],
    assignment: Annotated[str, typer.Argument(help="The assignment's name in that tool.")],
    folder: Folder = Path(),
    starter: Annotated[
        Path | None, typer.Option("--starter", metavar="PATH", help="A repository with the starter.")
    ] = None,
) -> Outcome:
    """Continue a class that was started with another tool: its repositories stay, and can receive updates.

    Each student's starter is found in their own history. Without --starter, it is what most histories begin with.

    Example: scaffold class import github-classroom ./hw1-submissions hw1
    """
    from scaffold.commands.classroom import import_ as command_

    with console.progress() as progress:
        return command_.import_(folder, assignment, command_.ImportOptions(tool, clones, starter), progress)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    folder: Folder = Path(),
) -> Outcome:
    """Write what only this disk has into one file: students' work, journal, secret, roster, results.

    Example: scaffold class backup ~/backups/ml1.zip
    """
    from scaffold.commands.classroom import backup as command_

    return command_.backup(folder, file)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file that `scaffold class backup` wrote.")],
    folder: Folder = Path(),
) -> Outcome:
    """Continue a class on another machine: clone the course's own repository there, and restore the rest.

    Example: scaffold class restore ~/backups/ml1.zip
    """
    from scaffold.commands.classroom import backup as command_

    return command_.restore(folder, file)


def forget(
    folder: Folder = Path(),
    repositories: Annotated[
        bool, typer.Option("--repositories", help="Also remove students' repositories in a local folder.")
    ] = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove without asking.")] = False,
) -> Outcome:
    """Remove a class's personal data from this disk: roster, store, journal, secret.

    Examples:
        scaffold class forget --dry-run

        scaffold class forget --yes
    """
    from scaffold.commands.classroom import forget as command_

    return command_.forget(folder, repositories=repositories, dry_run=dry_run, yes=yes)
