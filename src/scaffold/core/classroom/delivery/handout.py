"""Handing an assignment out, from its beginning or from where it was interrupted."""

from collections.abc import Sequence

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Class, Row
from scaffold.core.classroom.journal import Journal, Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.starter.prepare import Prepared
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Progress

COMMAND = "handout"


def open_class(course: Course) -> Class:
    """A class at work, its lock held.

    Raises:
        ScaffoldError: its folder cannot be written, or the forge cannot be used.
    """
    forge, journal = batch.forge_of(course), Journal(course.home)
    forge.check(used=journal.has_pushed())
    store = open_store(course)
    store.unlock()
    return Class(course, forge, store, journal)


def begin(room: Class, task: Assignment, ready: Prepared, who: Sequence[Owner], progress: Progress) -> list[Row]:
    """Write what is to be handed out into the store, then hand it out.

    Raises:
        ScaffoldError: something would leak; nothing was handed out.
    """
    run = room.journal.begin(COMMAND, task.name, ready.version, [owner.id for owner in who])
    progress.step("Writing the store")
    return _hand_out(room, run, task, ready, who, progress)


def resume(room: Class, run: Run, progress: Progress) -> list[Row]:
    """Go on with a hand-out.

    Raises:
        ScaffoldError: the roster, the assignment or its starter cannot be used.
    """
    task, who, ready = prepare.again(room.course, room.store, run, progress)
    return _hand_out(room, run, task, ready, who, progress)


def _hand_out(
    room: Class, run: Run, task: Assignment, ready: Prepared, who: Sequence[Owner], progress: Progress
) -> list[Row]:
    has = room.journal.was_given(task.name)
    # Also when all of it is in the store: the run that wrote it may have been stopped before it was searched.
    lines = prepare.write(room.course, task, room.store, ready, who, newer=False, has=has)
    return batch.hand_out(room, run, lines, who, progress)
