"""`scaffold class status`: where everybody's repository stands."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom import assignment, course, journal, owners
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Class, Row
from scaffold.core.classroom.delivery.plan import branch_of
from scaffold.core.classroom.delivery.report import counted, listed, students
from scaffold.core.classroom.journal import Journal
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.store import Given, Store, open_store
from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent


def status(folder: Path, name: str = "", only: Sequence[str] = (), progress: Progress = silent) -> Outcome:
    """Tell where an assignment stands: whose repository is there, who started, who has which starter.

    Args:
        folder: the class.
        name: the assignment; all of them in a few words when empty.
        only: students or teams; all when empty.
        progress: told what is being done.

    Raises:
        ScaffoldError: there is no class or no such assignment, or the roster is not clean.
    """
    room = course.find(folder)
    unfinished = [
        Notice(f"The {run.command} of {run.assignment} is not finished.", "Go on with it: scaffold class resume")
        for run in Journal(room.home).unfinished()
    ]
    if not name:
        return _overview(room, unfinished)
    task = assignment.find(room, name)
    who = owners.choose(prepare.everybody(room, task), only)
    if not (room.home / "store.git").is_dir():
        rows = [Row(owner, "not handed out") for owner in who]
    else:
        at_work = Class(room, batch.forge_of(room), open_store(room), Journal(room.home))
        at_work.forge.check(used=at_work.journal.has_pushed())
        rows = _rows(at_work, task, who, progress)
    data = {
        "assignment": task.name,
        "students": students(rows),
        "unfinished": len(unfinished),
    }
    table = listed(rows)
    return Outcome(data, [table, Text(f"{task.name}: {counted(rows)}.")], unfinished)


def _overview(room: course.Course, unfinished: list[Notice]) -> Outcome:
    given: dict[str, set[str]] = {}
    for entry in Journal(room.home).entries():
        if entry.get("event") == journal.PUSHED:
            given.setdefault(entry["assignment"], set()).add(entry["owner"])
    names = assignment.names(room)
    place = room.home / "store.git"
    starters = {name: Store(place).starters(name) if place.is_dir() else {} for name in names}
    data = {
        "class": str(room.folder),
        "title": room.title,
        "assignments": [
            {"name": name, "starter": max(starters[name], default=0), "handed_out": len(given.get(name, ()))}
            for name in names
        ],
        "unfinished": len(unfinished),
    }
    rows = [(name, str(max(starters[name], default="–")), str(len(given.get(name, ())))) for name in names]
    table = Table(("assignment", "starter", "handed out"), rows)
    return Outcome(data, [Text(room.title), table], unfinished)


def _rows(room: Class, task: Assignment, who: Sequence[Owner], progress: Progress) -> list[Row]:
    lines, given = room.store.lines(task.name), room.journal.was_given(task.name)

    def look(owner: Owner) -> Row:
        line = lines.get(owner.id)
        if line is None or owner.id not in given:
            return Row(owner, "not handed out")
        heads = room.forge.heads(owner.repository)
        if heads is None:
            return Row(owner, "gone", f"there is no {room.forge.address(owner.repository)}; hand it out again")
        return _standing(room, owner, line, heads)

    return list(batch.work(who, look, progress.counter("Looking at repositories")))


def _standing(room: Class, owner: Owner, line: Given, heads: dict[str, str]) -> Row:
    head = heads.get(room.course.branch)
    if head is None:
        return Row(owner, "failed", f"no branch {room.course.branch}")
    if head in (line.commit, line.parent):
        version = line.version if head == line.commit else line.version - 1
        return Row(owner, "not started", f"starter {version}")
    waits = f", {branch_of(line.version)} is there" if branch_of(line.version) in heads else ""
    return Row(owner, "at work", f"starter {line.version}{waits}")
