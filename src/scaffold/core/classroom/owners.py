"""Whose repository it is: a student's or, where an assignment is for teams, a team's."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster import Student, team_id
from scaffold.errors import ScaffoldError

_LONGEST = 100
"""What the name of a repository may be on every forge."""


@dataclass(frozen=True)
class Owner:
    """Who shares one repository.

    Attributes:
        id: a student's, or a team's.
        members: who it is.
        repository: what it is called on the forge.
    """

    id: str
    members: tuple[Student, ...]
    repository: str

    @property
    def title(self) -> str:
        """Names as people write them, or the id."""
        return ", ".join(student.name or student.id for student in self.members)


def of(course: Course, assignment: Assignment, students: Iterable[Student]) -> list[Owner]:
    """Everybody's repository for an assignment, in the roster's order.

    Raises:
        ScaffoldError: two of them would have one name, or a name is too long.
    """
    groups: dict[str, list[Student]] = {}
    for student in students:
        owner = team_id(student.team) if assignment.teams and student.team else student.id
        groups.setdefault(owner, []).append(student)
    found = [
        Owner(name, tuple(members), _repository(course, assignment, name, members)) for name, members in groups.items()
    ]
    seen: dict[str, str] = {}
    for one in found:
        other = seen.setdefault(one.repository.casefold(), one.id)
        if other != one.id:
            raise ScaffoldError(f"{other} and {one.id} would share the repository {one.repository}.", _NAMED)
        if len(one.repository) > _LONGEST or one.repository.lower().endswith((".git", ".lock")):
            raise ScaffoldError(f"`{one.repository}` cannot name a repository.", _NAMED)
    return found


_NAMED = "class.toml says how they are named: [repositories] name."


def _repository(course: Course, assignment: Assignment, owner: str, members: Sequence[Student]) -> str:
    shown = course.token_of("pseudonym", owner).hex()[:12] if course.pseudonyms else owner
    section = team_id(members[0].section) or "none"
    username = members[0].username
    if "{username}" in course.pattern and (not username or len(members) > 1):
        raise ScaffoldError(f"{owner} has no one username to name a repository by.", "Mend the roster, or class.toml.")
    return course.pattern.format(assignment=assignment.name, owner=shown, section=section, username=username)


def choose(owners: Sequence[Owner], only: Sequence[str], section: str = "") -> list[Owner]:
    """Those that were named, by the id or username of a student or by a team; all when nobody was.

    Raises:
        ScaffoldError: there is no such student, team or section.
    """
    wanted = [name for item in only for name in item.split(",") if name]
    called: dict[str, Owner] = {}
    for owner in owners:
        for name in (owner.id, *(name for student in owner.members for name in (student.id, student.username) if name)):
            called.setdefault(name.casefold(), owner)
    for name in wanted:
        if name.casefold() not in called:
            near = difflib.get_close_matches(name.casefold(), called, n=1)
            hint = f"Did you mean `{called[near[0]].id}`?" if near else "See all: scaffold class roster check"
            raise ScaffoldError(f"The roster has no student or team `{name}`.", hint)
    chosen = {called[name.casefold()].id for name in wanted}
    found = [owner for owner in owners if not wanted or owner.id in chosen]
    if section:
        found = [owner for owner in found if any(student.section == section for student in owner.members)]
        if not found:
            raise ScaffoldError(f"Nobody of those is in section `{section}`.", "See all: scaffold class roster check")
    return found
