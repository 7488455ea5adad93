"""The owners of repositories: students or, where an assignment is for teams, teams."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster import Student
from scaffold.core.classroom.roster_cells import team_id
from scaffold.errors import ScaffoldError

_MAX_NAME_LENGTH = 100
"""The longest repository name that every forge accepts."""
_NAME_HINT = "class.toml sets the names: [repositories] name."


@dataclass(frozen=True)
class Owner:
    """The students who share one repository.

    Attributes:
        id: The id of the student or the team.
        members: The students.
        repository: The repository's name on the forge.
        new_name: The name that the roster and class.toml give it today; empty where that is the same.
    """

    id: str
    members: tuple[Student, ...]
    repository: str
    new_name: str = ""

    @property
    def title(self) -> str:
        """The students' names, or their ids where the roster has no names."""
        return ", ".join(student.name or student.id for student in self.members)


def group_into_owners(
    course: Course, assignment: Assignment, students: Iterable[Student], made: Mapping[str, str] | None = None
) -> list[Owner]:
    """The owners of an assignment's repositories, in the roster's order.

    Args:
        course: The class.
        assignment: The assignment.
        students: The students of the roster.
        made: Owner → the repository that they were given: a name that changes later makes no second one.

    Raises:
        ScaffoldError: Two repositories would have the same name, or a name is too long.
    """
    groups: dict[str, list[Student]] = {}
    for student in students:
        owner_id = team_id(student.team) if assignment.teams and student.team else student.id
        groups.setdefault(owner_id, []).append(student)
    owners = []
    for owner_id, members in groups.items():
        name = _repository_name(course, assignment, owner_id, members)
        known = (made or {}).get(owner_id, name)
        owners.append(Owner(owner_id, tuple(members), known, name if name != known else ""))
    holders: dict[str, str] = {}
    for owner in owners:
        # Compared without case, because many forges and file systems do.
        holder = holders.setdefault(owner.repository.casefold(), owner.id)
        if holder != owner.id:
            raise ScaffoldError(f"{holder} and {owner.id} would share the repository {owner.repository}.", _NAME_HINT)
        if len(owner.repository) > _MAX_NAME_LENGTH or owner.repository.lower().endswith((".git", ".lock")):
            raise ScaffoldError(f"`{owner.repository}` cannot name a repository.", _NAME_HINT)
    return owners


def _repository_name(course: Course, assignment: Assignment, owner_id: str, members: Sequence[Student]) -> str:
    first_id = course.first_id(owner_id)
    shown = course.derive_bytes("pseudonym", first_id).hex()[:12] if course.pseudonyms else first_id
    section = team_id(members[0].section) or "none"
    username = members[0].username
    if "{username}" in course.pattern and (not username or len(members) > 1):
        hint = "Correct the roster or class.toml."
        raise ScaffoldError(f"{owner_id} has no single username for a repository name.", hint)
    return course.pattern.format(assignment=assignment.name, owner=shown, section=section, username=username)


def select_owners(owners: Sequence[Owner], only: Sequence[str], section: str = "") -> list[Owner]:
    """The owners that `only` names and that have a student in `section`; all where both are empty.

    Args:
        owners: All owners.
        only: Ids of students or teams, or usernames; an item may contain several, separated by commas.
        section: A section of the roster.

    Raises:
        ScaffoldError: There is no such student, team or section, or a name may be two of them.
    """
    wanted = [name for item in only for name in item.split(",") if name]
    by_id = {owner.id.casefold(): [owner] for owner in owners}
    by_name: dict[str, list[Owner]] = {}
    for owner in owners:
        for name in {name.casefold() for student in owner.members for name in (student.id, student.username) if name}:
            by_name.setdefault(name, []).append(owner)
    for name in wanted:
        found = {owner.id for owner in (*by_id.get(name.casefold(), ()), *by_name.get(name.casefold(), ()))}
        if not found:
            near = difflib.get_close_matches(name.casefold(), [*by_id, *by_name], n=1)
            hint = f"Did you mean `{near[0]}`?" if near else "See all: scaffold class roster check"
            raise ScaffoldError(f"The roster has no student or team `{name}`.", hint)
        if len(found) > 1:
            raise ScaffoldError(
                f"`{name}` may be {' or '.join(sorted(found))}: it is an id and somebody else's username.",
                "Give one of them another id or username in the roster.",
            )
    by_name |= by_id
    chosen = {by_name[name.casefold()][0].id for name in wanted}
    selected = [owner for owner in owners if not wanted or owner.id in chosen]
    if section:
        selected = [owner for owner in selected if any(student.section == section for student in owner.members)]
        if not selected:
            raise ScaffoldError(
                f"None of those students is in section `{section}`.", "See all: scaffold class roster check"
            )
    return selected
