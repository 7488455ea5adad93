"""`scaffold class feedback`: what students read of their grades, written and, when you say so, sent."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom import assignment, course, owners
from scaffold.core.classroom.delivery import handout
from scaffold.core.classroom.delivery.batch import FAILED, Row
from scaffold.core.classroom.delivery.report import PARTLY_DONE, counted, listed, students
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.reports import feedback
from scaffold.core.classroom.starter import build, prepare
from scaffold.core.outcome import Notice, Outcome, Progress, Text, silent
from scaffold.tools.files import write_atomically


def write(
    folder: Path,
    name: str,
    only: Sequence[str] = (),
    section: str = "",
    *,
    send: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Write a `feedback.md` for everybody who was graded.

    Args:
        folder: the class.
        name: the assignment.
        only: students or teams; all when empty.
        section: only its students.
        send: push it to the branch `feedback` of their repository.
        progress: told what is being done.

    Raises:
        ScaffoldError: nothing was graded, or the forge cannot be used.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    known = {one["id"]: one for one in results.read(room, task.name)}
    hidden = results.hidden(room, task.name)
    who = [owner for owner in owners.choose(prepare.everybody(room, task), only, section) if owner.id in known]
    place = results.folder(room, task.name) / "feedback"
    letters = {owner.id: feedback.letter(task.title, known[owner.id], hidden) for owner in who}
    for owner, text in letters.items():
        write_atomically(place / f"{owner}.md", text)
    rows = [Row(owner, "written", str(place / f"{owner.id}.md")) for owner in who]
    if send:
        with course.locked(room):
            stamp = build.read_source(task).stamp
            rows = feedback.send(handout.open_class(room), task, who, letters, stamp, progress)
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": task.name,
        "folder": str(place),
        "students": students(rows),
    }
    table = listed(rows)
    after = "" if send else f" Look, then send it: scaffold class feedback {task.name} --send"
    notices = [Notice(f"{len(failed)} of {len(rows)} failed.", "Send again when it is mended.")] if failed else []
    return Outcome(data, [table, Text(f"{task.name}: {counted(rows)}.{after}")], notices, PARTLY_DONE if failed else 0)
