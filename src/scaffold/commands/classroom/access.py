"""`scaffold class access`: who can push to their repository, and invitations for those who cannot."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery import access as access_
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.access import StudentAccess
from scaffold.core.classroom.delivery.batch import FAILED, Row
from scaffold.core.classroom.delivery.handout import open_classroom
from scaffold.core.classroom.delivery.report import count_states, exit_code
from scaffold.core.classroom.owners import Owner, select_owners
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent


def access(
    folder: Path, name: str, only: Sequence[str] = (), *, dry_run: bool = False, progress: Progress = silent
) -> Outcome:
    """Show who has access to their repository, and invite those who have none or did not accept in time.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        only: Students or teams to look at; all when empty.
        dry_run: Invite nobody.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: There is no class or no such assignment, or the roster has problems.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    owners = select_owners(all_owners(course, assignment), only)
    found: dict[str, list[StudentAccess]] = {}
    with lock_course(course):
        classroom = open_classroom(course)
        handed_out = classroom.journal.handed_out(assignment.name)
        owners = [owner for owner in owners if owner.id in handed_out]

        def look(owner: Owner) -> Row:
            look_at = access_.read_access if dry_run else access_.invite
            found[owner.id] = look_at(classroom.forge, owner)
            return Row(owner, "")

        rows = list(batch.for_each_owner(owners, look, progress.counter("Checking access")))
    failed = [row for row in rows if row.state == FAILED]
    students = [(row.owner, student) for row in rows for student in found.get(row.owner.id, ())]
    data = {
        "assignment": assignment.name,
        "dry_run": dry_run,
        "students": [
            {
                "id": one.student.id,
                "owner": owner.id,
                "username": one.student.username,
                "access": one.state,
                "done": one.done,
                "detail": one.why,
            }
            for owner, one in students
        ],
        "failed": [{"id": row.owner.id, "detail": row.detail} for row in failed],
    }
    cells = [
        (one.student.id, one.student.name, one.student.username, one.state, one.why or one.done) for _, one in students
    ]
    cells += [(row.owner.id, row.owner.title, "", FAILED, row.detail) for row in failed]
    text = Text(f"{assignment.name}: {count_states(one.state for _, one in students)}.")
    failures = [*failed, *(one for _, one in students if one.why)]
    notices = [Notice(f"{len(failures)} could not be checked or invited.", "Run it again when that is fixed.")]
    table = Table(("student", "name", "username", "access", ""), cells)
    return Outcome(data, [table, text], notices if failures else [], exit_code(failures))
