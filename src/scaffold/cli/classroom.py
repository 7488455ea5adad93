"""`scaffold class …`: for teachers."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli import grading
from scaffold.cli.common import command
from scaffold.cli.teaching import Assignment, Folder, Only, Section
from scaffold.core.outcome import Outcome

DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")]


def app() -> typer.Typer:
    """The `class` group."""
    group = typer.Typer(help="Hand assignments out to a class, and mend them afterwards.", no_args_is_help=True)
    command(group, "init", "class init")(init)
    group.add_typer(_roster(), name="roster")
    command(group, "rehearse", "class rehearse")(grading.rehearse)
    command(group, "handout", "class handout")(handout)
    command(group, "update", "class update")(update)
    command(group, "collect", "class collect")(grading.collect)
    command(group, "similarity", "class similarity")(grading.similarity)
    command(group, "grade", "class grade")(grading.grade)
    command(group, "feedback", "class feedback")(grading.feedback)
    command(group, "status", "class status")(status)
    command(group, "resume", "class resume")(resume)
    command(group, "page", "class page")(grading.page)
    command(group, "export", "class export")(grading.export)
    command(group, "import", "class import")(import_)
    command(group, "forget", "class forget")(forget)
    return group


def _roster() -> typer.Typer:
    group = typer.Typer(help="Who is in the class.", no_args_is_help=True)
    command(group, "check", "class roster check")(roster_check)
    return group


def init(
    folder: Annotated[Path, typer.Argument(help="The folder; made when absent.")] = Path(),
    title: Annotated[str, typer.Option("--title", help="What the course is called.")] = "",
    forge: Annotated[
        str, typer.Option("--forge", metavar="KIND", help="Where students have accounts: github, gitlab or gitea.")
    ] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="NAME", help="Who the repositories belong to there.")
    ] = "",
    url: Annotated[
        str,
        typer.Option("--url", help="A git server's repositories, with {repository} in it; or a forge of your own."),
    ] = "",
    place: Annotated[
        str, typer.Option("--place", metavar="PATH", help="The folder of repositories, where there is no server.")
    ] = "",
) -> Outcome:
    """Make a folder for a class.

    Examples:
        scaffold class init ml1

        scaffold class init ml1 --forge github --organisation ml-course-2026

        scaffold class init ml1 --url "https://git.example.org/ml1/{repository}.git"
    """
    from scaffold.commands.classroom import init as command_

    return command_.init(folder, title, command_.Where(forge, organisation, url, place))


def roster_check(
    file: Annotated[Path | None, typer.Argument(help="A file; the class's roster when left out.")] = None,
    folder: Folder = Path(),
) -> Outcome:
    """Tell everything that is wrong with a roster, by line.

    Takes exports of GitHub Classroom, Classroom 50, RepoBee, Canvas, Moodle and Brightspace, and CSV files with the
    usual headings.

    Example: scaffold class roster check
    """
    from scaffold.commands.classroom import roster

    return roster.check(folder, file)


def handout(
    assignment: Assignment,
    folder: Folder = Path(),
    only: Only = None,
    section: Section = "",
    dry_run: DryRun = False,
) -> Outcome:
    """Give every student a repository with the starter in it.

    Solutions and hidden tests are taken out, and everything is searched for what is left of them. Doing it again gives
    it to those who do not have it yet.

    Examples:
        scaffold class handout hw1 --dry-run      who would get what

        scaffold class handout hw1                do it

        scaffold class handout hw1 --only ada     a late arrival
    """
    from scaffold.commands.classroom import handout as command_

    options = command_.Options(only or (), section, dry_run)
    with console.progress() as progress:
        return command_.handout(folder, assignment, options, progress)


def update(
    assignment: Assignment,
    folder: Folder = Path(),
    plan: Annotated[bool, typer.Option("--plan", help="Tell who would get it how; send nothing.")] = False,
    fast_forward: Annotated[
        bool, typer.Option("--fast-forward", help="Put it onto the branch of those who have not started.")
    ] = False,
    message: Annotated[str, typer.Option("--message", "-m", help="What changed, for the students.")] = "",
    only: Only = None,
    section: Section = "",
) -> Outcome:
    """Mend a starter that was handed out: a branch for every student, merged with their work where that is clean.

    Commit the mended assignment first. Nothing is ever forced, and students' own branches stay as they are.

    Examples:
        scaffold class update hw1 --plan                        who is clean, who conflicts and in which line

        scaffold class update hw1 -m "The test of 3 was wrong"  send it
    """
    from scaffold.commands.classroom import update as command_

    options = command_.Options(only or (), section, plan, fast_forward, message)
    with console.progress() as progress:
        return command_.update(folder, assignment, options, progress)


def resume(folder: Folder = Path()) -> Outcome:
    """Go on where a hand-out or an update was interrupted, or failed for some.

    Example: scaffold class resume
    """
    from scaffold.commands.classroom import resume as command_

    with console.progress() as progress:
        return command_.resume(folder, progress)


def status(
    assignment: Annotated[str, typer.Argument(help="The assignment; all in a few words when left out.")] = "",
    folder: Folder = Path(),
    only: Only = None,
) -> Outcome:
    """Tell where students' repositories stand: there, started, with which starter.

    Example: scaffold class status hw1
    """
    from scaffold.commands.classroom import status as command_

    with console.progress() as progress:
        return command_.status(folder, assignment, only or (), progress)


def import_(
    kind: Annotated[str, typer.Argument(metavar="TOOL", help="github-classroom, classroom50 or repobee.")],
    clones: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where that tool cloned students' repositories to.")],
    assignment: Annotated[str, typer.Argument(help="The assignment, as that tool calls it.")],
    folder: Folder = Path(),
    starter: Annotated[
        Path | None, typer.Option("--starter", metavar="PATH", help="A repository with what was handed out.")
    ] = None,
) -> Outcome:
    """Go on with a class that another tool began: its repositories stay, and get updates from now on.

    What everybody was given is found in their own history; without --starter it is what most of them began with.

    Example: scaffold class import github-classroom ./hw1-submissions hw1
    """
    from scaffold.commands.classroom import import_ as command_

    with console.progress() as progress:
        return command_.import_(folder, assignment, command_.Old(kind, clones, starter), progress)


def forget(
    folder: Folder = Path(),
    repositories: Annotated[
        bool, typer.Option("--repositories", help="Students' repositories too, where they are in a folder.")
    ] = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it.")] = False,
) -> Outcome:
    """Remove a class's personal data from this disk: roster, store, journal, secret.

    Examples:
        scaffold class forget --dry-run

        scaffold class forget --yes
    """
    from scaffold.commands.classroom import forget as command_

    return command_.forget(folder, repositories=repositories, dry_run=dry_run, yes=yes)
