"""`scaffold class update`: fix a starter that was handed out, without changing what students wrote."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom.assignment import Assignment, find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.batch import Row
from scaffold.core.classroom.delivery.forecast import CONFLICT, CURRENT
from scaffold.core.classroom.delivery.handout import open_classroom
from scaffold.core.classroom.delivery.plan import ABSENT, StudentUpdate, branch_of, plan_update
from scaffold.core.classroom.delivery.report import batch_outcome, rows_as_table, summarise
from scaffold.core.classroom.delivery.send import SendOptions, start_update
from scaffold.core.classroom.owners import select_owners
from scaffold.core.classroom.starter.prepare import Confirm, all_owners, confirm_questions, prepare_starter
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, silent


@dataclass(frozen=True)
class UpdateOptions:
    """How to update.

    Attributes:
        only: Students or teams to update; all when empty.
        section: The section to update; all when empty.
        plan: Show what would happen, and send nothing.
        fast_forward: Push the update onto the branch of students who have not started.
        message: What the teacher tells the students about the update.
        answered: The options that answer a question about what students may receive.
        confirm: Asks whether they may; None where nobody can answer.
    """

    only: Sequence[str] = ()
    section: str = ""
    plan: bool = False
    fast_forward: bool = False
    message: str = ""
    answered: Collection[str] = ()
    confirm: Confirm | None = None


def update(folder: Path, name: str, options: UpdateOptions, progress: Progress = silent) -> Outcome:
    """Forecast how the newer starter merges with each student's work, and send it as a branch.

    Raises:
        ScaffoldError: The roster has problems, a marker is wrong, something would leak, or students would receive every
            test and nobody confirmed it; nothing was sent.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    owners = select_owners(all_owners(course, assignment), options.only, options.section)
    with lock_course(course):
        classroom = open_classroom(course)
        prepared = prepare_starter(assignment, classroom.store, progress)
        updates = plan_update(classroom, assignment, prepared, owners, progress, keep_trees=not options.plan)
        notices = [Notice(note) for note in prepared.notes]
        if options.plan:
            questions = [Notice(question.text) for question in prepared.questions]
            return _plan(assignment, prepared.version, updates, notices + questions)
        if all(item.state in (ABSENT, CURRENT) for item in updates):
            rows = _rows(updates)
        else:
            confirm_questions(prepared, options.answered, options.confirm, progress)
            send_options = SendOptions(options.fast_forward, options.message)
            rows = start_update(classroom, assignment, prepared, updates, send_options, progress)
    return batch_outcome(assignment.name, prepared.version, rows, notices)


def _rows(updates: Sequence[StudentUpdate]) -> list[Row]:
    return [Row(item.owner, item.state, item.detail) for item in updates]


def _plan(assignment: Assignment, version: int, updates: Sequence[StudentUpdate], notices: Sequence[Notice]) -> Outcome:
    students = [
        {
            "id": item.owner.id,
            "state": item.state,
            "detail": item.detail,
            "conflicts": [{"path": conflict.path, "line": conflict.line} for conflict in item.outcome.conflicts]
            if item.outcome
            else [],
        }
        for item in updates
    ]
    data = {
        "assignment": assignment.name,
        "version": version,
        "branch": branch_of(version),
        "plan": True,
        "students": students,
    }
    rows = _rows(updates)
    text = Text(f"{assignment.name}, starter {version}: {summarise(rows)}; nothing was sent.")
    blocks: list[Block] = [rows_as_table(rows), text]
    if any(item.state == CONFLICT for item in updates):
        blocks.append(
            Text("Students with a conflict get the branch too; they resolve the conflict when they merge it.")
        )
    return Outcome(data, blocks, notices)
