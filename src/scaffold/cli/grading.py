"""`scaffold class …`: what becomes of what students hand in."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.teaching import Assignment, Folder, Only, Section
from scaffold.core.outcome import Outcome

At = Annotated[
    str, typer.Option("--at", metavar="TIME", help="What came later does not count: a date, a time, or `due`.")
]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="So many at a time; one for each core when left out.")]
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Run students' code as yourself: in a throw-away machine.")
]


def rehearse(
    assignment: Assignment,
    folder: Folder = Path(),
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=100, help="So many times, with other numbers.")] = 3,
    no_sandbox: NoSandbox = False,
) -> Outcome:
    """Grade your own solution and the starter, before students see any of it.

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
    """Fetch what students submitted into the class store, by the time when the server received it.

    What was collected once is kept, whatever is pushed over it later. Doing it again collects what is new.

    Examples:
        scaffold class collect hw1

        scaffold class collect hw1 --at due     late pushes are kept, and do not count
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
    jobs: Jobs = 0,
    no_sandbox: NoSandbox = False,
    cluster: Annotated[
        str,
        typer.Option("--cluster", metavar="ADDRESS", help="Grade on a Dask cluster, for instance tcp://10.0.0.1:8786."),
    ] = "",
    reports: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FOLDER", help="Take JUnit reports, STUDENT.xml each; run nothing."),
    ] = None,
) -> Outcome:
    """Run your tests, visible and hidden, on what was collected, each submission in a sandbox.

    Students' tests and test settings are replaced by yours, and their code never runs in the process that judges it.

    Examples:
        scaffold class grade hw1

        scaffold class grade hw1 --only ada --jobs 1

        scaffold class grade hw1 --junit reports    points for what another runner found: reports/STUDENT.xml
    """
    from scaffold.commands.classroom import grade as command_

    options = command_.Options(only or (), section, at, jobs, no_sandbox, cluster, reports)
    with console.progress() as progress:
        return command_.grade(folder, assignment, options, progress)


def feedback(
    assignment: Assignment,
    folder: Folder = Path(),
    send: Annotated[bool, typer.Option("--send", help="Push it to the branch `feedback` of each repository.")] = False,
    only: Only = None,
    section: Section = "",
) -> Outcome:
    """Write for everybody what did not work and why, in plain words; hidden tests stay hidden.

    Examples:
        scaffold class feedback hw1             written to results/hw1/feedback, for you to look at

        scaffold class feedback hw1 --send      a branch `feedback` each; their own branches are not touched
    """
    from scaffold.commands.classroom import feedback as command_

    with console.progress() as progress:
        return command_.write(folder, assignment, only or (), section, send=send, progress=progress)


def similarity(
    assignment: Assignment,
    folder: Folder = Path(),
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="Show so many pairs.")] = 20,
) -> Outcome:
    """Tell which submissions have more in common than the starter explains.

    Names, comments, numbers and the order of functions do not matter. It is done here: nothing is sent anywhere.

    Example: scaffold class similarity hw1
    """
    from scaffold.commands.classroom import similarity as command_

    return command_.compare(folder, assignment, top)


def page(assignment: Assignment, folder: Folder = Path()) -> Outcome:
    """Draw a page: who started, what passes, how that grew, who may need help.

    It is drawn from what was collected and graded last, into the class's results/, which git leaves alone.

    Example: scaffold class page hw1
    """
    from scaffold.commands.classroom import page as command_

    return command_.page(folder, assignment)


def export(
    platform: Annotated[str, typer.Argument(help="canvas, moodle or brightspace.")],
    file: Annotated[Path, typer.Argument(help="The platform's own export of its gradebook.")],
    assignment: Assignment,
    folder: Folder = Path(),
    column: Annotated[str, typer.Option("--column", metavar="TEXT", help="Which column; the only one otherwise.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there, to be imported.")] = None,
) -> Outcome:
    """Put the points of an assignment into one column of a learning platform's own export.

    Shows what would change; nobody and no column is added, and every other byte of the file stays.

    Examples:
        scaffold class export canvas grades.csv hw1 --column "Homework 1"

        scaffold class export moodle grades.csv hw1 --out filled.csv
    """
    from scaffold.commands.classroom import export as command_

    return command_.export(folder, assignment, command_.Options(platform, file, column, out))
