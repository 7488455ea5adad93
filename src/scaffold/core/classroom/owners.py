"""Whose repository it is: a student's or, where an assignment is for teams, a team's."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster import Student, team_id
from scaffold.errors import ScaffoldError

_MAX_NAME_LENGTH = 100
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


def group_into_owners(course: Course, assignment: Assignment, students: Iterable[Student]) -> list[Owner]:
    """Everybody's repository for an assignment, in the roster's order.

    Raises:
        ScaffoldError: two of them would have one name, or a name is too long.
    """
    groups: dict[str, list[Student]] = {}
    for student in students:
        name = team_id(student.team) if assignment.teams and student.team else student.id
        groups.setdefault(name, []).append(student)
    owners = [
        Owner(owner_id, tuple(members), _repository(course, assignment, owner_id, members))
        for owner_id, members in groups.items()
    ]
    seen: dict[str, str] = {}
    for owner in owners:
        holder = seen.setdefault(owner.repository.casefold(), owner.id)
        if holder != owner.id:
            raise ScaffoldError(f"{holder} and {owner.id} would share the repository {owner.repository}.", _NAME_HINT)
        if len(owner.repository) > _MAX_NAME_LENGTH or owner.repository.lower().endswith((".git", ".lock")):
            raise ScaffoldError(f"`{owner.repository}` cannot name a repository.", _NAME_HINT)
    return owners


_NAME_HINT = "class.toml says how they are named: [repositories] name."


def _repository(course: Course, assignment: Assignment, owner: str, members: Sequence[Student]) -> str:
    shown = course.derive_bytes("pseudonym", owner).hex()[:12] if course.pseudonyms else owner
    section = team_id(members[0].section) or "none"
    username = members[0].username
    if "{username}" in course.pattern and (not username or len(members) > 1):
        raise ScaffoldError(f"{owner} has no one username to name a repository by.", "Mend the roster, or class.toml.")
    return course.pattern.format(assignment=assignment.name, owner=shown, section=section, username=username)


def select_owners(owners: Sequence[Owner], only: Sequence[str], section: str = "") -> list[Owner]:
    """Those that were named, by the id or username of a student or by a team; all when nobody was.

    Raises:
        ScaffoldError: there is no such student, team or section.
    """
    wanted = [name for item in only for name in item.split(",") if name]
    by_name: dict[str, Owner] = {}
    for owner in owners:
        for name in (owner.id, *(name for student in owner.members for name in (student.id, student.username) if name)):
            by_name.setdefault(name.casefold(), owner)
    for name in wanted:
        if name.casefold() not in by_name:
            near = difflib.get_close_matches(name.casefold(), by_name, n=1)
            hint = f"Did you mean `{by_name[near[0]].id}`?" if near else "See all: scaffold class roster check"
            raise ScaffoldError(f"The roster has no student or team `{name}`.", hint)
    chosen = {by_name[name.casefold()].id for name in wanted}
    selected = [owner for owner in owners if not wanted or owner.id in chosen]
    if section:
        selected = [owner for owner in selected if any(student.section == section for student in owner.members)]
        if not selected:
            raise ScaffoldError(f"Nobody of those is in section `{section}`.", "See all: scaffold class roster check")
    return selected
