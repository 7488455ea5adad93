"""`scaffold class handout`: create a repository with the starter for every student."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import people, roster
from scaffold.core.classroom.assignment import Assignment, find_assignment
from scaffold.core.classroom.course import Course, find_course, lock_course
from scaffold.core.classroom.delivery.batch import open_forge
from scaffold.core.classroom.delivery.handout import open_classroom, start_handout
from scaffold.core.classroom.delivery.report import batch_outcome
from scaffold.core.classroom.grading.rehearse import is_rehearsed
from scaffold.core.classroom.owners import Owner, select_owners
from scaffold.core.classroom.roster_columns import FIELDS
from scaffold.core.classroom.starter.prepare import Confirm, all_owners, confirm_questions, prepare_starter
from scaffold.core.classroom.store import Store
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class HandoutOptions:
    """How to hand out.

    Attributes:
        only: Students or teams to hand out to; all when empty.
        section: The section to hand out to; all when empty.
        dry_run: Show what would be done, and write nothing.
        answered: The options that answer a question about what students may receive.
        confirm: Asks these questions; None where nobody can answer.
    """

    only: Sequence[str] = ()
    section: str = ""
    dry_run: bool = False
    answered: Collection[str] = ()
    confirm: Confirm | None = None


def handout(folder: Path, name: str, options: HandoutOptions, progress: Progress = silent) -> Outcome:
    """Hand an assignment out to everybody who does not have it yet.

    Raises:
        ScaffoldError: The roster has problems, a marker is wrong, something would leak, or students would receive more
            than usual and nobody confirmed it; nothing was handed out.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    owners = select_owners(all_owners(course, assignment), options.only, options.section)
    if options.dry_run:
        return _dry_run(course, assignment, owners, progress)
    with lock_course(course):
        classroom = open_classroom(course)
        if not classroom.journal.has_handed_out():
            _confirm_roster(course, options, progress)
        prepared = prepare_starter(assignment, classroom.store, progress)
        confirm_questions(prepared, options.answered, options.confirm, progress)
        rows = start_handout(classroom, assignment, prepared, owners, progress)
        people.remember(course, roster.require_clean(course.roster).students)
    return batch_outcome(assignment.name, prepared.version, rows, [Notice(note) for note in prepared.notes])


def _confirm_roster(course: Course, options: HandoutOptions, progress: Progress) -> None:
    """Ask before the first hand-out whether the roster's columns were understood; where nobody can answer, go on.

    Raises:
        ScaffoldError: They were not.
    """
    columns = roster.require_clean(course.roster).columns.sentence
    if not columns or not options.confirm:
        return
    progress.release_terminal("Checking the roster")
    if not options.confirm(f"{course.roster.name}: {columns}. Is that right?"):
        raise ScaffoldError(
            "The roster's columns were not understood; nothing was handed out.",
            f"Rename headings in {course.roster.name} to {', '.join(FIELDS)}, then: scaffold class roster check",
        )


def _dry_run(course: Course, assignment: Assignment, owners: Sequence[Owner], progress: Progress) -> Outcome:
    store_folder = course.data_folder / "store.git"
    store = Store(store_folder) if store_folder.is_dir() else None
    prepared = prepare_starter(assignment, store, progress)
    forge = open_forge(course)
    starters = store.student_starters(assignment.name) if store else {}
    rows = []
    for owner in owners:
        starter = starters.get(owner.id)
        state = f"has starter {starter.version}" if starter else "would be handed out"
        rows.append((owner.id, owner.title, state, forge.clone_url(owner.repository)))
    new = [owner for owner in owners if owner.id not in starters]
    seconds = forge.estimate_seconds(sum(1 + sum(bool(student.username) for student in owner.members) for owner in new))
    data = {
        "assignment": assignment.name,
        "version": prepared.version,
        "dry_run": True,
        "files": sorted(prepared.tree),
        "seconds": round(seconds),
        "students": [{"id": row[0], "state": row[2], "repository": row[3]} for row in rows],
    }
    text = (
        f"{assignment.title}: starter {prepared.version}, {len(prepared.tree)} files, {len(owners)} repositories; "
        "nothing was written."
    )
    blocks: list[Block] = [Table(("student", "name", "", "repository"), rows), Text(text)]
    if columns := roster.require_clean(course.roster).columns.sentence:
        blocks.append(Text(f"{course.roster.name}: {columns}."))
    if seconds >= 60:
        blocks.append(_estimate(seconds))
    if not is_rehearsed(course, assignment.name, prepared.source.commit):
        command = f"scaffold class rehearse {assignment.name}"
        blocks.append(Text(f"Not rehearsed yet: does the solution get all points? {command}"))
    notes = [*prepared.notes, *(question.text for question in prepared.questions)]
    return Outcome(data, blocks, [Notice(note) for note in notes])


def _estimate(seconds: float) -> Text:
    hours, minutes = divmod(round(seconds / 60), 60)
    duration = f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
    return Text(f"With the forge's rate limits this takes at least {duration}; it can be stopped and resumed.")
