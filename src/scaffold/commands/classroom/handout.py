"""`scaffold class handout`: one repository for every student, with the starter in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import assignment, course, owners
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery import handout as handing
from scaffold.core.classroom.delivery.report import told
from scaffold.core.classroom.grading import rehearse
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.store import Store
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent


@dataclass(frozen=True)
class Options:
    """How to hand out.

    Attributes:
        only: students or teams; all when empty.
        section: only its students.
        dry_run: decide, and write nothing.
    """

    only: Sequence[str] = ()
    section: str = ""
    dry_run: bool = False


def handout(folder: Path, name: str, options: Options, progress: Progress = silent) -> Outcome:
    """Hand an assignment out to everybody who does not have it.

    Raises:
        ScaffoldError: the roster is not clean, a marker is wrong, something would leak; nothing was handed out.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    who = owners.choose(prepare.everybody(room, task), options.only, options.section)
    if options.dry_run:
        return _planned(room, task, who, progress)
    with course.locked(room):
        at_work = handing.open_class(room)
        ready = prepare.prepare(task, at_work.store, progress)
        rows = handing.begin(at_work, task, ready, who, progress)
    return told(task.name, ready.version, rows, [Notice(note) for note in ready.notes])


def _planned(
    room: course.Course, task: assignment.Assignment, who: Sequence[owners.Owner], progress: Progress
) -> Outcome:
    place = room.home / "store.git"
    store = Store(place) if place.is_dir() else None
    ready = prepare.prepare(task, store, progress)
    forge = batch.forge_of(room)
    has = store.lines(task.name) if store else {}
    states = [(one, f"has starter {has[one.id].version}" if one.id in has else "would be handed out") for one in who]
    rows = [(one.id, one.title, state, forge.address(one.repository)) for one, state in states]
    new = [one for one in who if one.id not in has]
    seconds = forge.seconds(sum(1 + sum(bool(student.username) for student in one.members) for one in new))
    data = {
        "assignment": task.name,
        "version": ready.version,
        "dry_run": True,
        "files": sorted(ready.tree),
        "seconds": round(seconds),
        "students": [{"id": row[0], "state": row[2], "repository": row[3]} for row in rows],
    }
    table = Table(("student", "name", "", "repository"), rows)
    waits = [_limit(seconds)] if seconds >= 60 else []
    text = Text(
        f"{task.title}: starter {ready.version}, {len(ready.tree)} files, {len(who)} repositories; nothing was written."
    )
    blocks: list[Block] = [table, text, *waits]
    if not rehearse.is_rehearsed(room, task.name, ready.source.commit):
        blocks.append(Text(f"Not rehearsed yet: does the solution get all points? scaffold class rehearse {task.name}"))
    return Outcome(data, blocks, [Notice(note) for note in ready.notes])


def _limit(seconds: float) -> Text:
    hours, minutes = divmod(round(seconds / 60), 60)
    span = f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
    return Text(f"The forge's limits on writing let this take at least {span}; it can be stopped and resumed.")
