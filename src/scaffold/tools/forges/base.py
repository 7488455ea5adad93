"""What scaffold asks of a place for students' repositories; one conformance suite holds every adapter to it.

A repository on a forge belongs to a student: nothing here forces, deletes, or runs what stands in it.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scaffold.errors import ScaffoldError


class ForgeError(ScaffoldError):
    """The forge refused, or could not be reached."""


class NoRepositoryError(ForgeError):
    """The repository is not there, or whoever asks may not see it."""


class RejectedError(ForgeError):
    """The push would have thrown away commits that are there: it was not done."""


@dataclass(frozen=True)
class Proposal:
    """A change that a student is asked to take.

    Attributes:
        branch: where it is.
        target: the branch that it is meant for.
        title: one line.
        text: what the student reads.
    """

    branch: str
    target: str
    title: str
    text: str


class Forge(Protocol):
    """A place for students' repositories.

    Attributes:
        is_near: whether asking for branches costs nothing, so that it is done before they are fetched.
    """

    is_near: bool

    def address(self, name: str) -> str:
        """What a student clones."""

    def check(self, *, used: bool) -> None:
        """See that the place can be used at all, before anything is done.

        Args:
            used: repositories have been there: an empty place is not the right one.

        Raises:
            ScaffoldError: it cannot.
        """

    def seconds(self, writes: int) -> float:
        """How long so many writes (a repository made, a student let in, a change asked for) take at least here."""

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches of a repository: name → commit; None where there is no repository.

        Raises:
            ForgeError: the forge did not say.
        """

    def create(self, name: str) -> None:
        """Make an empty repository, whole or not at all; nothing where there is one.

        Raises:
            ForgeError: it cannot be made.
        """

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches (name → commit of `store`) that are new, or whose commits the new ones contain.

        Raises:
            RejectedError: a branch holds commits that the new one does not.
            ForgeError: the push was refused.
        """

    def fetch(self, store: Path, name: str, refs: str) -> None:
        """Bring all branches into `store`, as `refs`/BRANCH; what is there under these names is replaced.

        Raises:
            ForgeError: it cannot be read.
        """

    def invite(self, name: str, username: str) -> bool:
        """Let a student in. Returns whether there is anything to let them in to: a folder has no accounts."""

    def propose(self, name: str, proposal: Proposal) -> str:
        """Ask for a change to be taken. Returns its address; empty where there are only branches."""

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip; None where it does not tell."""
