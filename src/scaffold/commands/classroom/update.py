"""`scaffold class update`: mend a starter that was handed out, without touching what students wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import assignment, course, owners
from scaffold.core.classroom.delivery import handout, send
from scaffold.core.classroom.delivery import plan as updating
from scaffold.core.classroom.delivery.batch import Row
from scaffold.core.classroom.delivery.forecast import CONFLICT, CURRENT
from scaffold.core.classroom.delivery.plan import ABSENT, Work, branch_of
from scaffold.core.classroom.delivery.report import counted, told
from scaffold.core.classroom.starter import prepare
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent


@dataclass(frozen=True)
class Options:
    """How to update.

    Attributes:
        only: students or teams; all when empty.
        section: only its students.
        plan: tell what would happen, and send nothing.
        fast_forward: put it onto the branch of those who have not started.
        message: what the teacher says about it.
    """

    only: Sequence[str] = ()
    section: str = ""
    plan: bool = False
    fast_forward: bool = False
    message: str = ""


def update(folder: Path, name: str, options: Options, progress: Progress = silent) -> Outcome:
    """Tell what the newer starter would do to each student's work, and send it as a branch.

    Raises:
        ScaffoldError: the roster is not clean, a marker is wrong, something would leak; nothing was sent.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    who = owners.choose(prepare.everybody(room, task), options.only, options.section)
    with course.locked(room):
        at_work = handout.open_class(room)
        ready = prepare.prepare(task, at_work.store, progress)
        works = updating.plan(at_work, task, ready, who, progress, keep=not options.plan)
        notes = [Notice(note) for note in ready.notes]
        if options.plan:
            return _planned(task, ready.version, works, notes)
        if all(work.state in (ABSENT, CURRENT) for work in works):
            rows = [Row(work.owner, work.state, work.detail) for work in works]
        else:
            how = send.Options(options.fast_forward, options.message)
            rows = send.begin(at_work, task, ready, works, how, progress)
    return told(task.name, ready.version, rows, notes)


def _planned(task: assignment.Assignment, version: int, works: Sequence[Work], notes: Sequence[Notice]) -> Outcome:
    students = [
        {
            "id": work.owner.id,
            "state": work.state,
            "detail": work.detail,
            "conflicts": [{"path": clash.path, "line": clash.line} for clash in work.outcome.clashes]
            if work.outcome
            else [],
        }
        for work in works
    ]
    data = {
        "assignment": task.name,
        "version": version,
        "branch": branch_of(version),
        "plan": True,
        "students": students,
    }
    table = Table(
        ("student", "name", "", ""), [(work.owner.id, work.owner.title, work.state, work.detail) for work in works]
    )
    rows = [Row(work.owner, work.state) for work in works]
    text = Text(f"{task.name}, starter {version}: {counted(rows)}; nothing was sent.")
    blocks: list[Block] = [table, text]
    if any(work.state == CONFLICT for work in works):
        blocks.append(
            Text("Where it conflicts, the student gets the branch all the same, and git takes them through it.")
        )
    return Outcome(data, blocks, notes)
