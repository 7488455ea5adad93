"""`scaffold class rehearse`: the solution gets all points and the starter none, before students see any of it."""

from pathlib import Path

from scaffold.core.classroom import assignment, course
from scaffold.core.classroom.grading import autograder
from scaffold.core.classroom.grading import rehearse as rehearsing
from scaffold.core.classroom.grading.rehearse import Line, Rehearsal
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.tools import sandbox


def rehearse(
    folder: Path, name: str, seeds: int = 3, *, no_sandbox: bool = False, progress: Progress = silent
) -> Outcome:
    """Grade the teacher's solution some times and the starter once. Exit code 1 when it is not as it should be.

    Args:
        folder: the class.
        name: the assignment.
        seeds: how many times, each with other random numbers.
        no_sandbox: run it without any.
        progress: told what is being done.

    Raises:
        ScaffoldError: the assignment cannot be graded at all.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    box = sandbox.find(allow_none=no_sandbox)
    with course.locked(room):
        done = rehearsing.rehearse(autograder.read(room, task, box, progress), seeds, progress)
    data = {
        "assignment": task.name,
        "sandbox": box.name,
        "ready": done.is_ready,
        "solution": list(done.solution),
        "starter": done.starter,
        "floor": done.floor,
        "tests": [
            {"test": line.test, "passed": line.passed, "starter": line.starter, "message": line.message}
            for line in done.lines
        ],
    }
    notices = [] if box.is_safe else [Notice("It ran without a sandbox.", "Better: apt install bubblewrap")]
    return Outcome(data, _blocks(done, seeds), notices, 0 if done.is_ready else 1)


def _blocks(done: Rehearsal, seeds: int) -> list[Block]:
    rows = [_row(line, seeds) for line in done.lines if line.passed < seeds or line.starter]
    solution = " ".join(f"{100 * share:g} %" for share in done.solution)
    starter = f"The starter: {100 * done.starter:g} %, at most {100 * done.floor:g} %."
    blocks: list[Block] = [Table(("test", "solution", "starter", ""), rows)] if rows else []
    blocks.append(Text(f"{len(done.lines)} tests. Your solution: {solution}. {starter}"))
    if done.starter > done.floor:
        text = "The starter gets points for what students have not done: [grading] starter_percent, if you mean it."
        blocks.append(Text(text))
    if not done.is_ready and any(line.passed < seeds for line in done.lines):
        text = "A test that needs the student's code in its own process belongs under [grading] together."
        blocks.append(Text(text))
    blocks.append(Text("It can be handed out." if done.is_ready else "It should not be handed out like this."))
    return blocks


def _row(line: Line, seeds: int) -> tuple[str, ...]:
    why = line.message.splitlines()[0] if line.message else ""
    return line.test, f"{line.passed} of {seeds}", "passes" if line.starter else "–", why
