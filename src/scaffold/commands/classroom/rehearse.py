"""`scaffold class rehearse`: check that the solution gets all points and the starter none, before handing out."""

from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.grading.autograder import load_autograder
from scaffold.core.classroom.grading.rehearse import Rehearsal, RehearsedTest, rehearse_assignment
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.tools.sandbox import find_sandbox


def rehearse(
    folder: Path, name: str, seeds: int = 3, *, no_sandbox: bool = False, progress: Progress = silent
) -> Outcome:
    """Grade the teacher's solution several times and the starter once; exit code 1 when the assignment is not ready.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        seeds: How many times to grade the solution, each time with another random seed.
        no_sandbox: Run without a sandbox.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: The assignment cannot be graded at all.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    sandbox = find_sandbox(allow_none=no_sandbox)
    with lock_course(course):
        rehearsal = rehearse_assignment(load_autograder(course, assignment, sandbox, progress), seeds, progress)
    data = {
        "assignment": assignment.name,
        "sandbox": sandbox.name,
        "ready": rehearsal.is_ready,
        "solution": list(rehearsal.solution),
        "starter": rehearsal.starter,
        "floor": rehearsal.floor,
        "tests": [
            {"test": test.test, "passed": test.passed, "starter": test.starter, "message": test.message}
            for test in rehearsal.tests
        ],
    }
    notices = [] if sandbox.is_safe else [Notice("It ran without a sandbox.", "Run: scaffold doctor")]
    return Outcome(data, _blocks(rehearsal, seeds), notices, 0 if rehearsal.is_ready else 1)


def _blocks(rehearsal: Rehearsal, seeds: int) -> list[Block]:
    rows = [_cells(test, seeds) for test in rehearsal.tests if test.passed < seeds or test.starter]
    solution = " ".join(f"{100 * share:g} %" for share in rehearsal.solution)
    starter = f"The starter: {100 * rehearsal.starter:g} %, at most {100 * rehearsal.floor:g} %."
    blocks: list[Block] = [Table(("test", "solution", "starter", ""), rows)] if rows else []
    blocks.append(Text(f"{len(rehearsal.tests)} tests. Your solution: {solution}. {starter}"))
    if rehearsal.starter > rehearsal.floor:
        text = "The starter gets points without any work. If that is intended, raise [grading] starter_percent."
        blocks.append(Text(text))
    if not rehearsal.is_ready and any(test.passed < seeds for test in rehearsal.tests):
        text = "A test that needs the student's code in its own process belongs under [grading] together."
        blocks.append(Text(text))
    ready = "It can be handed out." if rehearsal.is_ready else "It should not be handed out like this."
    return [*blocks, Text(ready)]


def _cells(test: RehearsedTest, seeds: int) -> tuple[str, ...]:
    message = test.message.splitlines()[0] if test.message else ""
    return test.test, f"{test.passed} of {seeds}", "passes" if test.starter else "–", message
