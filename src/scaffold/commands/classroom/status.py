"""`scaffold class status`: show the state of every student's repository."""

from collections.abc import Collection, Sequence
from pathlib import Path

from scaffold.core.classroom import journal
from scaffold.core.classroom.assignment import Assignment, assignment_names, find_assignment
from scaffold.core.classroom.course import Course, find_course
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Classroom, Row, open_forge
from scaffold.core.classroom.delivery.branches import students_branches
from scaffold.core.classroom.delivery.plan import branch_of
from scaffold.core.classroom.delivery.report import rows_as_json, rows_as_table, summarise
from scaffold.core.classroom.journal import Journal
from scaffold.core.classroom.owners import Owner, select_owners
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import StarterVersion, Store, open_store
from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent
from scaffold.errors import ScaffoldError


def status(folder: Path, name: str = "", only: Sequence[str] = (), progress: Progress = silent) -> Outcome:
    """Show who has a repository, who has started, and who has which starter.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name; empty for an overview of all assignments.
        only: Students or teams to show; all when empty.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: There is no class or no such assignment, or the roster has problems.
    """
    course = find_course(folder)
    unfinished = [
        Notice(f"The {run.command} of {run.assignment} is not finished.", "Continue it: scaffold class resume")
        for run in Journal(course.data_folder).unfinished()
    ]
    if not name:
        return _overview(course, unfinished)
    assignment = find_assignment(course, name)
    owners = select_owners(all_owners(course, assignment), only)
    if not (course.data_folder / "store.git").is_dir():
        rows = [Row(owner, "not handed out") for owner in owners]
    else:
        classroom = Classroom(course, open_forge(course), open_store(course), Journal(course.data_folder))
        classroom.forge.check(used=classroom.journal.has_handed_out())
        rows = _rows(classroom, assignment, owners, progress)
    data = {
        "assignment": assignment.name,
        "students": rows_as_json(rows),
        "unfinished": len(unfinished),
    }
    return Outcome(data, [rows_as_table(rows), Text(f"{assignment.name}: {summarise(rows)}.")], unfinished)


def _overview(course: Course, unfinished: list[Notice]) -> Outcome:
    handed_out: dict[str, set[str]] = {}
    for entry in Journal(course.data_folder).entries():
        if entry.get("event") == journal.PUSHED:
            handed_out.setdefault(entry["assignment"], set()).add(entry["owner"])
    names = assignment_names(course)
    notices = [*unfinished, *(notice for name in names for notice in _mistakes(course, name))]
    store_folder = course.data_folder / "store.git"
    starters = {name: Store(store_folder).starters(name) if store_folder.is_dir() else {} for name in names}
    data = {
        "class": str(course.folder),
        "title": course.title,
        "assignments": [
            {"name": name, "starter": max(starters[name], default=0), "handed_out": len(handed_out.get(name, ()))}
            for name in names
        ],
        "unfinished": len(unfinished),
    }
    rows = [(name, str(max(starters[name], default="–")), str(len(handed_out.get(name, ())))) for name in names]
    table = Table(("assignment", "starter", "handed out"), rows)
    return Outcome(data, [Text(course.title), table], notices)


def _mistakes(course: Course, name: str) -> list[Notice]:
    """What is wrong with an assignment's file."""
    try:
        find_assignment(course, name)
    except ScaffoldError as error:
        return [Notice(error.message, error.hint)]
    return []


def _rows(classroom: Classroom, assignment: Assignment, owners: Sequence[Owner], progress: Progress) -> list[Row]:
    starters = classroom.store.student_starters(assignment.name)
    handed_out = classroom.journal.handed_out(assignment.name)
    sent = classroom.store.sent(assignment.name)

    def check(owner: Owner) -> Row:
        starter = starters.get(owner.id)
        if starter is None or owner.id not in handed_out:
            return Row(owner, "not handed out")
        heads = classroom.forge.heads(owner.repository)
        if heads is None:
            url = classroom.forge.clone_url(owner.repository)
            return Row(owner, "gone", f"there is no {url}; hand it out again")
        return _row(classroom, owner, starter, heads, {starter.commit, *sent.get(owner.id, ())})

    return list(batch.for_each_owner(owners, check, progress.counter("Checking repositories")))


def _row(
    classroom: Classroom, owner: Owner, starter: StarterVersion, heads: dict[str, str], ours: Collection[str]
) -> Row:
    head = heads.get(classroom.course.branch)
    if head is None:
        return Row(owner, "failed", f"no branch {classroom.course.branch}")
    own = [name for name in students_branches(heads, classroom.course.branch) if heads[name] != head]
    also = f", also on {', '.join(own)}" if own else ""
    if head in (starter.commit, starter.parent):
        version = starter.version if head == starter.commit else starter.version - 1
        return Row(owner, "not started", f"starter {version}{also}")
    update = branch_of(starter.version)
    sent = next((name for name, commit in heads.items() if name.startswith(update) and commit in ours), "")
    pending = f", {sent} is there" if sent else ""
    return Row(owner, "at work", f"starter {starter.version}{pending}{also}")
