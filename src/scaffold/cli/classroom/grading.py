"""`scaffold class …`: rehearse, collect and grade."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.classroom.options import Assignment, At, Folder, NoSandbox, Only, Section
from scaffold.core.outcome import Outcome


def rehearse(
    assignment: Assignment,
    folder: Folder = Path(),
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=100, help="How many times, each with another random seed.")
    ] = 3,
    no_sandbox: NoSandbox = False,
) -> Outcome:
    """Grade your own solution and the starter before you hand anything out.

    The solution must get all points every time, and the starter none (or what `starter_percent` allows).

    Example: scaffold class rehearse hw1 --seeds 5
    """
    from scaffold.commands.classroom import rehearse as command_

    with console.progress() as progress:
        return command_.rehearse(folder, assignment, seeds, no_sandbox=no_sandbox, progress=progress)


def collect(
    assignment: Assignment,
    folder: Folder = Path(),
    at: At = "",
    only: Only = None,
    section: Section = "",
) -> Outcome:
    """Fetch submissions into the class store, with the time when the server received them.

    A collected submission is kept, whatever is pushed over it later. Run again, it collects what is new.

    Examples:
        scaffold class collect hw1

        scaffold class collect hw1 --at due     late submissions are kept, and do not count
    """
    from scaffold.commands.classroom import collect as command_

    with console.progress() as progress:
        return command_.collect(folder, assignment, at, only or (), section, progress)


def grade(
    assignment: Assignment,
    folder: Folder = Path(),
    at: At = "",
    only: Only = None,
    section: Section = "",
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="Submissions at a time; by default one per CPU core.")
    ] = 0,
    no_sandbox: NoSandbox = False,
    cluster: Annotated[
        str,
        typer.Option("--cluster", metavar="ADDRESS", help="Grade on a Dask cluster, for instance tcp://10.0.0.1:8786."),
    ] = "",
    reports: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FOLDER", help="Score JUnit reports, STUDENT.xml each; run no tests."),
    ] = None,
) -> Outcome:
    """Run your tests, visible and hidden, on what was collected, each submission in a sandbox.

    Your tests and test settings replace the students', and a student's code never runs in the process that judges it.

    Examples:
        scaffold class grade hw1

        scaffold class grade hw1 --only ada --jobs 1

        scaffold class grade hw1 --junit reports    points from another test runner: reports/STUDENT.xml
    """
    from scaffold.commands.classroom import grade as command_

    options = command_.GradeOptions(only or (), section, at, jobs, no_sandbox, cluster, reports)
    with console.progress() as progress:
        return command_.grade(folder, assignment, options, progress)
