"""The protocol of a forge; tests/tools/forges/test_conformance.py runs every adapter against it.

A repository on a forge belongs to a student: nothing here forces a push, deletes anything, or runs what is in it.
"""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scaffold.errors import ScaffoldError


class ForgeError(ScaffoldError):
    """The forge refused a request, or could not be reached."""


class RepositoryNotFoundError(ForgeError):
    """The repository does not exist, or is not visible with this token."""


class UnusableRepositoryError(ForgeError):
    """What is in a repository cannot be used; that says nothing of the forge, or of other repositories."""


class RejectedError(ForgeError):
    """The push was rejected because it would have discarded commits on the forge."""


@dataclass(frozen=True)
class PullRequest:
    """A pull request to open.

    Attributes:
        branch: The branch with the change.
        target: The branch to merge it into.
        title: The title, one line.
        text: The description.
    """

    branch: str
    target: str
    title: str
    text: str


@dataclass(frozen=True)
class Push:
    """A push: the tip that it left on the branch (empty where the server does not say) and when it was received."""

    commit: str
    received: datetime.datetime


IN, INVITED, EXPIRED, ABSENT = "in", "invited", "expired", "not in"
"""A student's access: they may push, were invited, did not accept in time, or none of these."""


class Forge(Protocol):
    """Where students' repositories are.

    Attributes:
        is_local: Whether `heads` costs nothing, so that it is called before every fetch.
    """

    is_local: bool

    def clone_url(self, name: str) -> str:
        """The URL or path that a student clones."""

    def check(self, *, used: bool) -> None:
        """Check that the forge can be used, before anything is written.

        Args:
            used: Whether repositories were created there before: then an empty folder is the wrong one.

        Raises:
            ScaffoldError: It cannot be used.
        """

    def preflight(self, usernames: Collection[str]) -> None:
        """Check before the first write that the token may create private repositories, which no other student reads.

        Args:
            usernames: The students' usernames.

        Raises:
            ScaffoldError: The token's account lacks a right, or students could read the work of others.
        """

    def estimate_seconds(self, writes: int) -> float:
        """How many seconds this many writes take at least: new repositories, collaborators, pull requests."""

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches of a repository: name → commit; None where there is no repository.

        Raises:
            ForgeError: The forge did not answer.
        """

    def create_repository(self, name: str) -> None:
        """Create an empty private repository, atomically; does nothing where it exists.

        Raises:
            ForgeError: It cannot be created, or one that everybody can read has its name.
        """

    def is_public(self, name: str) -> bool:
        """Whether more people can read a repository than were given access. Raises ForgeError."""

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches (name → commit of `store`) that are new or are fast-forwarded.

        Raises:
            RejectedError: A branch has commits that the new commit does not contain.
            ForgeError: The push was refused.
        """

    def fetch(self, store: Path, name: str, refs: str) -> None:
        """Fetch all branches into `store` as `refs`/BRANCH, and remove refs of branches that no longer exist.

        Raises:
            ForgeError: The repository cannot be read.
        """

    def access(self, name: str) -> dict[str, str] | None:
        """Who has access: username in lower case → `in`, `invited` or `expired`; None where there are no accounts.

        Raises:
            ForgeError: The forge did not answer.
        """

    def add_collaborator(self, name: str, username: str) -> bool:
        """Give a student access. Returns whether the forge has accounts. Raises ForgeError."""

    def renew_invitation(self, name: str, username: str) -> None:
        """Invite a student again who did not accept in time. Raises ForgeError."""

    def open_pull_request(self, name: str, pull_request: PullRequest) -> str:
        """Open a pull request, unless one is open. Returns its URL; empty where the forge has only branches."""

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch that the server remembers, newest first; empty where it tells of none.

        A push of which the server does not tell the branch has no commit.
        """
