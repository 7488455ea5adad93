"""`scaffold class …`: hand assignments out and update them."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.classroom.options import AllTestsVisible, Assignment, DryRun, Folder, Only, Section, WithoutMarkers
from scaffold.core.outcome import Outcome


def handout(
    assignment: Assignment,
    folder: Folder = Path(),
    only: Only = None,
    section: Section = "",
    dry_run: DryRun = False,
    all_tests_visible: AllTestsVisible = False,
    without_markers: WithoutMarkers = False,
) -> Outcome:
    """Create a repository with the starter for every student.

    Solutions and hidden tests are removed, and every file is searched for leaks. Run again, it hands out to students
    who have no repository yet.

    Examples:
        scaffold class handout hw1 --dry-run      who would get what

        scaffold class handout hw1                hand out

        scaffold class handout hw1 --only ada     a student who joined late
    """
    from scaffold.commands.classroom import handout as command_

    confirm = console.confirm if console.can_ask() else None
    answered = [*(["--all-tests-visible"] * all_tests_visible), *(["--without-markers"] * without_markers)]
    options = command_.HandoutOptions(only or (), section, dry_run, answered, confirm)
    with console.progress() as progress:
        return command_.handout(folder, assignment, options, progress)


def update(
    assignment: Assignment,
    folder: Folder = Path(),
    plan: Annotated[bool, typer.Option("--plan", help="Show who would get what; send nothing.")] = False,
    fast_forward: Annotated[
        bool, typer.Option("--fast-forward", help="Push it onto the branch of students who have not started.")
    ] = False,
    message: Annotated[str, typer.Option("--message", "-m", help="What changed, for the students.")] = "",
    only: Only = None,
    section: Section = "",
    all_tests_visible: AllTestsVisible = False,
) -> Outcome:
    """Send a fixed starter to everybody: a branch for every student, merged with their work where there is no conflict.

    Commit the fixed assignment first. Nothing is ever forced, and students' own branches stay as they are.

    Examples:
        scaffold class update hw1 --plan                        who has conflicts, and in which line

        scaffold class update hw1 -m "The test of 3 was wrong"  send it
    """
    from scaffold.commands.classroom import update as command_

    confirm = console.confirm if console.can_ask() else None
    answered = ["--all-tests-visible"] if all_tests_visible else []
    options = command_.UpdateOptions(only or (), section, plan, fast_forward, message, answered, confirm)
    with console.progress() as progress:
        return command_.update(folder, assignment, options, progress)


def status(
    assignment: Annotated[str, typer.Argument(help="The assignment; by default an overview of all.")] = "",
    folder: Folder = Path(),
    only: Only = None,
) -> Outcome:
    """Show the state of students' repositories: handed out, started, with which starter.

    Example: scaffold class status hw1
    """
    from scaffold.commands.classroom import status as command_

    with console.progress() as progress:
        return command_.status(folder, assignment, only or (), progress)


def access(
    assignment: Assignment,
    folder: Folder = Path(),
    only: Only = None,
    dry_run: DryRun = False,
) -> Outcome:
    """Show who can push to their repository, and invite again those who cannot: invitations expire.

    Examples:
        scaffold class access hw1 --dry-run     who is in, invited, expired or not in

        scaffold class access hw1
    """
    from scaffold.commands.classroom import access as command_

    with console.progress() as progress:
        return command_.access(folder, assignment, only or (), dry_run=dry_run, progress=progress)


def resume(folder: Folder = Path()) -> Outcome:
    """Continue a hand-out or an update that was interrupted, or failed for some students.

    Example: scaffold class resume
    """
    from scaffold.commands.classroom import resume as command_

    with console.progress() as progress:
        return command_.resume(folder, progress)
