"""Give a student or a team another id, and keep their work in the store and in the journal.

Their repositories keep their names, and their personal values stay the same. Each step can be repeated, so that the
same command finishes what was interrupted.
"""

from scaffold.core.classroom import people, roster
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.journal import Journal
from scaffold.core.classroom.roster_cells import is_id, team_id
from scaffold.core.classroom.store import Store
from scaffold.errors import ScaffoldError


def rename(course: Course, old: str, new: str, store: Store, journal: Journal) -> int:
    """Give an owner another id.

    Args:
        course: The class, whose lock is held.
        old: The id that the work has.
        new: The id that the roster has.
        store: The class store.
        journal: The journal.

    Returns:
        How many refs of the store were renamed.

    Raises:
        ScaffoldError: The roster still has the old id or lacks the new one, or both have work.
    """
    _check(course, old, new, store)
    # The first step, because a repository name that is derived from the new id would be another repository.
    journal.rename(old, new)
    moved = store.rename_owner(old, new)
    people.rename_known(course, old, new)
    return moved


def _check(course: Course, old: str, new: str, store: Store) -> None:
    students = roster.require_clean(course.roster).students
    enrolled = {student.id for student in students} | {team_id(student.team) for student in students if student.team}
    if new not in enrolled:
        raise ScaffoldError(
            f"The roster has no student or team `{new}`.", f"Give {old} the new id in {course.roster.name} first."
        )
    if old in enrolled:
        raise ScaffoldError(
            f"The roster still has `{old}`, and `{new}` too: they are two students.",
            f"Remove {old} from {course.roster.name} first, if they are one.",
        )
    owners = store.owners()
    if new in owners and old in owners:
        raise ScaffoldError(
            f"Both {old} and {new} have work in the store.",
            f"Keep them apart: give {new} another id in {course.roster.name}.",
        )
    if not is_id(old) or (old not in owners and course.first_id(new) == new):
        hint = "See who has: scaffold class roster diff"
        raise ScaffoldError(f"Nothing in the store belongs to `{old}`.", hint)
