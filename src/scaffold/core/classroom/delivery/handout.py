"""Hand an assignment out, or resume a hand-out that was interrupted."""

from collections.abc import Sequence

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Classroom, Row, open_forge
from scaffold.core.classroom.journal import Journal, Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter.prepare import PreparedStarter, prepare_run, write_starters
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Progress

HANDOUT = "handout"
"""The command's name in the journal."""


def open_classroom(course: Course) -> Classroom:
    """Open the forge, the store and the journal of a course whose lock is held.

    Raises:
        ScaffoldError: The class folder cannot be written, or the forge cannot be used.
    """
    forge, journal = open_forge(course), Journal(course.data_folder)
    forge.check(used=journal.has_handed_out())
    store = open_store(course)
    store.remove_stale_locks()
    return Classroom(course, forge, store, journal)


def start_handout(
    classroom: Classroom, assignment: Assignment, prepared: PreparedStarter, owners: Sequence[Owner], progress: Progress
) -> list[Row]:
    """Write the starters into the store, then hand them out.

    Raises:
        ScaffoldError: Something would leak; nothing was handed out.
    """
    owner_ids = [owner.id for owner in owners]
    run = classroom.journal.begin(HANDOUT, assignment.name, prepared.version, owner_ids)
    progress.step("Writing the store")
    return _hand_out(classroom, run, assignment, prepared, owners, progress)


def resume_handout(classroom: Classroom, run: Run, progress: Progress) -> list[Row]:
    """Resume a hand-out.

    Raises:
        ScaffoldError: The roster, the assignment or its starter cannot be used.
    """
    assignment, owners, prepared = prepare_run(classroom.course, classroom.store, run, progress)
    return _hand_out(classroom, run, assignment, prepared, owners, progress)


def _hand_out(
    classroom: Classroom,
    run: Run,
    assignment: Assignment,
    prepared: PreparedStarter,
    owners: Sequence[Owner],
    progress: Progress,
) -> list[Row]:
    classroom.forge.preflight([student.username for owner in owners for student in owner.members if student.username])
    received = classroom.journal.handed_out(assignment.name)
    # Needed even if the store has all starters: the run that wrote them may have been killed before the leak search.
    starters = write_starters(
        classroom.course, assignment, classroom.store, prepared, owners, update_older=False, received=received
    )
    return batch.hand_out(classroom, run, starters, owners, progress)
