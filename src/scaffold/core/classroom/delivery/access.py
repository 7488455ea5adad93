"""Students' access to their repositories: what the forge says, and what is done so that everybody gets in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.roster import Student
from scaffold.errors import ScaffoldError
from scaffold.tools.forges.base import ABSENT, EXPIRED, Forge

NO_USERNAME, NO_ACCOUNTS = "no username", "no accounts"


@dataclass(frozen=True)
class StudentAccess:
    """A student's access to a repository.

    Attributes:
        student: The student.
        state: `in`, `invited`, `expired` or `not in`; or `no username`, or `no accounts` on a forge without them.
        done: What was done about it: `invited`, `invited again` or `failed`; empty for nothing.
        why: Why that failed.
    """

    student: Student
    state: str
    done: str = ""
    why: str = ""

    @property
    def needs_invitation(self) -> bool:
        """Whether an invitation would change anything."""
        return self.state in (ABSENT, EXPIRED)


def read_access(forge: Forge, owner: Owner) -> list[StudentAccess]:
    """The access of an owner's students to their repository. Raises ForgeError."""
    if not any(student.username for student in owner.members):
        return [StudentAccess(student, NO_USERNAME) for student in owner.members]
    states = forge.access(owner.repository)

    def state(student: Student) -> str:
        if not student.username:
            return NO_USERNAME
        return NO_ACCOUNTS if states is None else states.get(student.username.casefold(), ABSENT)

    return [StudentAccess(student, state(student)) for student in owner.members]


def invite(forge: Forge, owner: Owner, *, is_new: bool = False) -> list[StudentAccess]:
    """Give access to those of an owner's students who have none.

    Args:
        forge: The forge.
        owner: The student or team.
        is_new: Whether the repository was just created, so that nobody has access.

    Raises:
        ForgeError: The forge does not answer.
    """
    nobody = [StudentAccess(student, ABSENT if student.username else NO_USERNAME) for student in owner.members]
    return list(_invited(forge, owner.repository, nobody if is_new else read_access(forge, owner)))


def _invited(forge: Forge, repository: str, students: list[StudentAccess]) -> Iterator[StudentAccess]:
    """Each student after an attempt, so that one wrong username keeps no team mate out."""
    for access in students:
        if not access.needs_invitation:
            yield access
            continue
        is_again = access.state == EXPIRED
        add = forge.renew_invitation if is_again else forge.add_collaborator
        try:
            add(repository, access.student.username)
        except ScaffoldError as error:
            yield replace(access, done="failed", why=error.message)
        else:
            yield replace(access, done="invited again" if is_again else "invited")


def describe(students: list[StudentAccess]) -> str:
    """What was done for whom, in words; empty for nothing."""
    return ", ".join(f"{access.student.username} {access.done}" for access in students if access.done)
