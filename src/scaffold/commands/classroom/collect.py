"""`scaffold class collect`: what students submitted goes into the class store."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom import assignment, course, owners, rules
from scaffold.core.classroom.delivery import collect as collecting
from scaffold.core.classroom.delivery import handout
from scaffold.core.classroom.delivery.batch import FAILED
from scaffold.core.classroom.delivery.report import PARTLY_DONE, counted, listed, students
from scaffold.core.classroom.starter import prepare
from scaffold.core.outcome import Notice, Outcome, Progress, Text, silent


def collect(
    folder: Path, name: str, at: str = "", only: Sequence[str] = (), section: str = "", progress: Progress = silent
) -> Outcome:
    """Collect everybody's work on an assignment; done again, it collects what is new.

    Args:
        folder: the class.
        name: the assignment.
        at: a time (ISO 8601, or `due`): what came later is kept and does not count; now when empty.
        only: students or teams; all when empty.
        section: only its students.
        progress: told what is being done.

    Raises:
        ScaffoldError: there is no class or no such assignment, or the roster is not clean.
        UsageError: `at` is no time.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    rule = rules.read(task)
    moment = rules.parse_moment(at, rule) if at else None
    who = owners.choose(prepare.everybody(room, task), only, section)
    with course.locked(room):
        rows = collecting.collect(handout.open_class(room), task, rule, who, moment, progress)
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": task.name,
        "at": moment.isoformat() if moment else None,
        "students": students(rows),
    }
    table = listed(rows)
    notices = [Notice(f"{len(failed)} of {len(rows)} failed.", "Collect again when it is mended.")] if failed else []
    return Outcome(data, [table, Text(f"{task.name}: {counted(rows)}.")], notices, PARTLY_DONE if failed else 0)
