"""`scaffold class …`: feedback, similarity, progress page and gradebook export."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.classroom.options import Assignment, Folder, Only, Section
from scaffold.core.outcome import Outcome


def feedback(
    assignment: Assignment,
    folder: Folder = Path(),
    send: Annotated[bool, typer.Option("--send", help="Push it to the branch `feedback` of each repository.")] = False,
    only: Only = None,
    section: Section = "",
) -> Outcome:
    """Write for every student what did not work and why, in plain words; hidden tests stay hidden.

    Examples:
        scaffold class feedback hw1             written to results/hw1/feedback, for you to read

        scaffold class feedback hw1 --send      pushed to a branch `feedback`; no other branch changes
    """
    from scaffold.commands.classroom import feedback as command_

    with console.progress() as progress:
        return command_.write(folder, assignment, only or (), section, send=send, progress=progress)


def similarity(
    assignment: Assignment,
    folder: Folder = Path(),
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="How many pairs to show.")] = 20,
) -> Outcome:
    """Show which submissions have more in common than the starter explains.

    Names, comments, numbers and the order of functions do not matter. No code leaves your machine.

    Example: scaffold class similarity hw1
    """
    from scaffold.commands.classroom import similarity as command_

    return command_.compare(folder, assignment, top)


def page(assignment: Assignment, folder: Folder = Path()) -> Outcome:
    """Write a web page: who started, which tests pass, how that changed, who may need help.

    It shows what was last collected and graded. It is written into the class's results/, which git ignores.

    Example: scaffold class page hw1
    """
    from scaffold.commands.classroom import page as command_

    return command_.page(folder, assignment)


def export(
    platform: Annotated[str, typer.Argument(help="canvas, moodle or brightspace.")],
    file: Annotated[Path, typer.Argument(help="The platform's own export of its gradebook.")],
    assignment: Assignment,
    folder: Folder = Path(),
    column: Annotated[
        str, typer.Option("--column", metavar="TEXT", help="Its name or position; needed where there are several.")
    ] = "",
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Also fill Moodle's column of comments with the feedback.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file to write, for the import.")
    ] = None,
) -> Outcome:
    """Write the points of an assignment into one column of a learning platform's own export.

    Shows what would change. Points are scaled to what the column is worth. No row and no column is added, and every
    other byte of the file stays the same.

    Examples:
        scaffold class export canvas grades.csv hw1 --column "Homework 1"

        scaffold class export moodle grades.csv hw1 --feedback --out filled.csv
    """
    from scaffold.commands.classroom import export as command_

    return command_.export(folder, assignment, command_.ExportOptions(platform, file, column, out, feedback))
