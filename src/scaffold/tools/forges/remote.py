"""git's own conversation with a repository on a forge, so that nothing that stands in it is run and nothing is lost.

A repository in a folder may be writable by a student, hooks and configuration included, and git runs both as whoever
pushes there. What git starts at the other end is told to leave them alone.
"""

import datetime
import os
import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.tools import git
from scaffold.tools.files import temporary_folder
from scaffold.tools.forges.base import ForgeError, NoRepositoryError, Proposal, RejectedError
from scaffold.tools.git.bare import NO_HOOKS, BareRepository, make_bare
from scaffold.tools.process import Completed

_DEAF = f"git -c core.hooksPath={os.devnull} -c core.fsmonitor=false -c core.alternateRefsCommand=true"
# receive-pack runs gc afterwards, which has a hook of its own (gc.recentObjectsHook).
_RECEIVE = f"{_DEAF} -c receive.autogc=false receive-pack"
_UPLOAD = f"{_DEAF} upload-pack"
_OURS = (*NO_HOOKS, "-c", "gc.auto=0", "-c", "maintenance.auto=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
_ABSENT = re.compile(
    r"does not appear to be a git repository|repository .* not found|not found: did you run|does not exist"
    r"|returned error: 404|project you were looking for could not be found"
)


@dataclass(frozen=True)
class Remote:
    """One repository somewhere.

    Attributes:
        url: a URL or a path.
        local: whether it is on this machine, so that git starts its other end here.
        env: what git is to have in its environment: configuration with a token in it.
    """

    url: str
    local: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    def heads(self, store: Path) -> dict[str, str] | None:
        """Its branches; None where there is none. Raises ForgeError."""
        done = self._git(store, "ls-remote", "--heads", *self._deaf("--upload-pack", _UPLOAD), "--", self.url)
        if not done.ok:
            error = self._error(("ls-remote",), done)
            if isinstance(error, NoRepositoryError):
                return None
            raise error
        rows = (line.split("\trefs/heads/", 1) for line in done.stdout.splitlines() if "\trefs/heads/" in line)
        return {name: commit for commit, name in rows}

    def push(self, store: Path, branches: Mapping[str, str]) -> None:
        """Set branches, by no force. Raises ForgeError."""
        specs = [f"{commit}:refs/heads/{name}" for name, commit in branches.items()]
        deaf = self._deaf("--receive-pack", _RECEIVE)
        flags = ("--quiet", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
        done = self._git(store, "push", *flags, *deaf, "--", self.url, *specs)
        if not done.ok:
            raise self._error(("push",), done)

    def fetch(self, store: Path, refs: str) -> None:
        """Bring its branches to `refs`/BRANCH. Raises ForgeError."""
        flags = ("--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--recurse-submodules=no")
        deaf = self._deaf("--upload-pack", _UPLOAD)
        done = self._git(store, "fetch", *flags, *deaf, "--", self.url, f"+refs/heads/*:{refs}/*")
        if not done.ok:
            raise self._error(("fetch",), done)

    def _deaf(self, option: str, program: str) -> tuple[str, ...]:
        return (f"{option}={program}",) if self.local else ()

    def _git(self, store: Path, *args: str) -> Completed:
        return BareRepository(store, _OURS).attempt(*args, env={**_QUIET, **self.env})

    def _error(self, args: tuple[str, ...], done: Completed) -> ForgeError:
        said = f"{done.stdout}\n{done.stderr}"
        message = git.failure(args, done).message
        if re.search(r"\(non-fast-forward\)|\(fetch first\)|\(stale info\)|failed to update ref", said):
            return RejectedError(f"{self.url} has commits that the push would throw away.", "Nothing was forced.")
        if _ABSENT.search(said):
            return NoRepositoryError(
                f"There is no repository {self.url}, or you may not see it.", "Make it, or ask for access."
            )
        if re.search(r"Authentication failed|could not read Username|Permission denied|returned error: 40[13]", said):
            hint = "A token goes into the environment: SCAFFOLD_GIT_TOKEN; or set up git's own credentials."
            return ForgeError(f"{self.url} does not let you in.", hint)
        if "No space left on device" in said:
            return ForgeError(f"The disk is full: {self.url} could not be written.", "Free some space first.")
        refused = re.search(r"\[(?:remote )?rejected\] \((.+?)\)$", said, re.MULTILINE)
        return ForgeError(f"{self.url} refused the push: {refused[1]}." if refused else message)


class Repositories:
    """What every forge does by git alone."""

    @abstractmethod
    def _remote(self, name: str) -> Remote:
        """The repository of this name. Raises ForgeError."""

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches. Raises ForgeError."""
        with temporary_folder() as parent:
            return self._remote(name).heads(make_bare(parent / "empty.git").folder)

    def fetch(self, store: Path, name: str, refs: str) -> None:
        """Bring all branches into `store`. Raises ForgeError."""
        self._remote(name).fetch(store, refs)


class BranchesOnly(Repositories):
    """A forge that is nothing but git: where others have accounts and requests, it has only branches."""

    def seconds(self, writes: int) -> float:  # noqa: ARG002
        """Git knows no limits."""
        return 0.0

    def invite(self, name: str, username: str) -> bool:  # noqa: ARG002
        """Git has no accounts."""
        return False

    def propose(self, name: str, proposal: Proposal) -> str:  # noqa: ARG002
        """The branch is all there is."""
        return ""

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:  # noqa: ARG002
        """Git does not tell."""
        return None
