"""`scaffold class resume`: continue a hand-out or an update that was interrupted, and name what else was."""

from pathlib import Path

from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.handout import open_classroom, resume_handout
from scaffold.core.classroom.delivery.report import batch_outcome
from scaffold.core.classroom.delivery.send import UPDATE, resume_update
from scaffold.core.classroom.grading.unfinished import unfinished_runs
from scaffold.core.classroom.journal import Journal
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, silent


def resume(folder: Path, progress: Progress = silent) -> Outcome:
    """Finish every hand-out and update that was interrupted or failed for some students.

    Raises:
        ScaffoldError: There is no class, or the work cannot be continued.
    """
    course = find_course(folder)
    grading = [
        Notice(
            f"Grading {name} was interrupted when {count} {'was' if count == 1 else 'were'} graded.",
            f"Go on: scaffold class grade {name}",
        )
        for name, count in unfinished_runs(course).items()
    ]
    if not Journal(course.data_folder).unfinished():
        nothing = [] if grading else [Text("Nothing was left unfinished.")]
        return Outcome({"runs": []}, nothing, grading)
    with lock_course(course):
        classroom = open_classroom(course)
        outcomes = []
        for run in classroom.journal.unfinished():
            resume_run = resume_update if run.command == UPDATE else resume_handout
            outcomes.append(batch_outcome(run.assignment, run.version, resume_run(classroom, run, progress)))
    blocks: list[Block] = [block for outcome in outcomes for block in outcome.blocks]
    notices: list[Notice] = [*grading, *(notice for outcome in outcomes for notice in outcome.warnings)]
    data = {"runs": [outcome.data for outcome in outcomes]}
    return Outcome(data, blocks, notices, max(outcome.exit_code for outcome in outcomes))
