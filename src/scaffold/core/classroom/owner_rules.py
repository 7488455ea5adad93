"""The rules for one student or team: extensions of the due time, and what is left of their late days."""

import datetime
import difflib
from collections.abc import Sequence

from scaffold.core.classroom import roster
from scaffold.core.classroom.assignment import Assignment, assignment_names, find_assignment
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.owners import Owner, group_into_owners
from scaffold.core.classroom.rules import Rules, choose_submission, read_rules
from scaffold.core.classroom.store import Store
from scaffold.core.outcome import Notice

_NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)


def owner_rules(
    course: Course, store: Store, assignment: Assignment, rules: Rules, owners: Sequence[Owner]
) -> dict[str, Rules]:
    """Owner → the rules of an assignment for them.

    Raises:
        ScaffoldError: The roster or another assignment has an error.
    """
    left = _late_days_left(course, store, assignment) if course.late_days else {}
    return {
        owner.id: rules.for_owner(owner, min((left.get(student.id, 0) for student in owner.members), default=0))
        for owner in owners
    }


def _late_days_left(course: Course, store: Store, until: Assignment) -> dict[str, int]:
    """Student → the late days that the assignments with an earlier due time left."""
    students = roster.require_clean(course.roster).students
    left = {student.id: course.late_days for student in students}
    assignments = [find_assignment(course, name) for name in assignment_names(course)]
    for rules, assignment in sorted(
        ((read_rules(assignment), assignment) for assignment in assignments),
        key=lambda pair: (pair[0].due or _NEVER, pair[1].name),
    ):
        if assignment.name == until.name:
            break
        submissions = store.submissions(assignment.name)
        for owner in group_into_owners(course, assignment, students):
            available = min(left[student.id] for student in owner.members)
            own = rules.for_owner(owner, available)
            chosen = choose_submission(submissions.get(owner.id, ()), own)
            used = min(available, own.late.days_late(chosen.received, own.due)) if chosen else 0
            for student in owner.members:
                left[student.id] -= used
    return left


def unknown_extensions(course: Course, assignment: Assignment, rules: Rules) -> list[Notice]:
    """Extensions for people who are not in the roster: a misspelt id extends nothing."""
    if not rules.extensions:
        return []
    owners = group_into_owners(course, assignment, roster.read(course.roster).students)
    known = {one.casefold() for owner in owners for one in (owner.id, *(student.id for student in owner.members))}
    notices = []
    for name in sorted(set(rules.extensions) - known):
        near = difflib.get_close_matches(name, known, n=1)
        message = f"{assignment.name}/{ASSIGNMENT_FILE} [extensions] names `{name}`, who is not in the roster."
        notices.append(Notice(message, f"Did you mean `{near[0]}`?" if near else "See: scaffold class roster check"))
    return notices
