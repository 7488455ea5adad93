"""`scaffold class rehearse`: check that the solution gets all points and the starter none, before handing out."""

import json
from dataclasses import asdict
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.grading.autograder import load_autograder
from scaffold.core.classroom.grading.notebooks import describe_manual
from scaffold.core.classroom.grading.rehearse import Rehearsal, RehearsedTest, rehearse_assignment
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, first_few, silent
from scaffold.tools.sandbox import find_sandbox

_LARGE_SHARE = 0.5
"""A test that takes more than this share of its time limit is reported."""


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
        autograder = load_autograder(course, assignment, sandbox, progress)
        rehearsal = rehearse_assignment(autograder, seeds, progress)
    data = {
        "assignment": assignment.name,
        "sandbox": sandbox.name,
        "ready": rehearsal.is_ready,
        "solution": list(rehearsal.solution),
        "starter": rehearsal.starter,
        "floor": rehearsal.floor,
        "tests": [
            {
                "test": test.test,
                "passed": test.passed,
                "starter": test.starter,
                "message": test.message,
                "seconds": test.seconds,
                "limit": test.limit,
            }
            for test in rehearsal.tests
        ],
        "together": list(rehearsal.together),
        "imports": [asdict(failure) for failure in rehearsal.imports],
        "uncounted": list(rehearsal.uncounted),
        "notes": list(rehearsal.notes),
    }
    notices = [] if sandbox.is_safe else [Notice("It ran without a sandbox.", "Run: scaffold doctor")]
    notices += [*_time_notices(rehearsal), *_notices(rehearsal)]
    if autograder.manual_cells:
        notices.append(Notice(describe_manual(autograder.manual_cells), "No command gives points for it."))
    return Outcome(data, _blocks(rehearsal, seeds), notices, 0 if rehearsal.is_ready else 1)


def _notices(rehearsal: Rehearsal) -> list[Notice]:
    notices = [Notice(note) for note in rehearsal.notes]
    if rehearsal.uncounted:
        count = len(rehearsal.uncounted)
        text = f"{count} tests or test files count for no exercise"
        hint = "If they should, name them in `tests` or `hidden_tests` in assignment.toml; --json lists all."
        notices.append(Notice(f"{text}: {first_few(rehearsal.uncounted)}.", hint))
    return notices


def _time_notices(rehearsal: Rehearsal) -> list[Notice]:
    notices = []
    if rehearsal.interrupted:
        notices.append(Notice(f"Timed out or died once, and ran again: {', '.join(rehearsal.interrupted)}."))
    slowest = rehearsal.slowest
    if slowest and slowest.seconds > _LARGE_SHARE * slowest.limit:
        notices.append(
            Notice(
                f"{slowest.test} needs {slowest.seconds:.1f} s of CPU time, and its limit is {slowest.limit:g} s.",
                "A correct but slower submission fails it: raise [limits] seconds in assignment.toml.",
            )
        )
    return notices


def _blocks(rehearsal: Rehearsal, seeds: int) -> list[Block]:
    rows = [_cells(test, seeds) for test in rehearsal.tests if test.passed < seeds or test.starter]
    solution = " ".join(f"{100 * share:g} %" for share in rehearsal.solution)
    starter = f"The starter: {100 * rehearsal.starter:g} %, at most {100 * rehearsal.floor:g} %."
    blocks: list[Block] = [Table(("test", "solution", "starter", ""), rows)] if rows else []
    blocks.append(Text(f"{len(rehearsal.tests)} tests. Your solution: {solution}. {starter}"))
    if rehearsal.starter > rehearsal.floor:
        text = "The starter gets points without any work. If that is intended, raise [grading] starter_percent."
        blocks.append(Text(text))
    if slowest := rehearsal.slowest:
        text = f"Nearest to its time limit: {slowest.test}, {slowest.seconds:.1f} s of {slowest.limit:g} s CPU time."
        blocks.append(Text(text))
    blocks += [Text(f"Your solution cannot be imported: {failure}") for failure in rehearsal.imports]
    if rehearsal.together:
        names = "".join(f"    {json.dumps(name)},\n" for name in rehearsal.together)
        text = "These tests need the student's code in their own process, where it could read and fool them (see"
        text += f" docs/teaching.md). If that is right, add to assignment.toml:\n\n[grading]\ntogether = [\n{names}]"
        blocks.append(Text(text))
    ready = "It can be handed out." if rehearsal.is_ready else "It should not be handed out like this."
    return [*blocks, Text(ready)]


def _cells(test: RehearsedTest, seeds: int) -> tuple[str, ...]:
    message = test.message.splitlines()[0] if test.message else ""
    return test.test, f"{test.passed} of {seeds}", "passes" if test.starter else "–", message
