"""Run git against a repository on a forge, so that nothing in it is executed and nothing in it is lost.

A student may be able to write the configuration and hooks of a repository in a shared folder, and git runs both as the
user who pushes there. The git process at the other end is told to ignore them.
"""

import os
import re
import shlex
from abc import abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.tools import git
from scaffold.tools.files import temporary_folder
from scaffold.tools.forges.base import (
    ForgeError,
    PullRequest,
    Push,
    RejectedError,
    RepositoryNotFoundError,
    UnusableRepositoryError,
)
from scaffold.tools.forges.network import git_variables
from scaffold.tools.git.bare import NO_HOOKS, BareRepository, make_bare
from scaffold.tools.process import Completed

_GIT_WITHOUT_HOOKS = f"git -c core.hooksPath={os.devnull} -c core.fsmonitor=false -c core.alternateRefsCommand=true"
# receive-pack runs `git gc` afterwards, which has a hook of its own (gc.recentObjectsHook).
_RECEIVE_PACK = f"{_GIT_WITHOUT_HOOKS} -c receive.autogc=false receive-pack"
_UPLOAD_PACK = f"{_GIT_WITHOUT_HOOKS} upload-pack"
_OPTIONS = (*NO_HOOKS, "-c", "gc.auto=0", "-c", "maintenance.auto=false")
SECONDS, LOCAL_SECONDS = 3600, 600
"""A git that takes longer is ended, on a server and on this machine: one repository must not stop all others."""
_NO_PROMPTS = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
_BROKEN = re.compile(
    r"bad object|not send all necessary objects|corrupt|loose object|unresolved delta|pack has bad|is empty|bad tree"
)
_BAD_REF = re.compile(r"^fatal: bad object (refs/\S+)$", re.MULTILINE)
_TRIES = 4
"""After a fetch git reads every ref of the store, and can fail over one that a neighbour's fetch changes meanwhile
(git 2.39: 2 of 3,900 rounds of four fetches at once)."""
_NOT_FOUND = re.compile(
    r"does not appear to be a git repository|repository .* not found|not found: did you run|does not exist"
    r"|returned error: 404|project you were looking for could not be found"
)


@dataclass(frozen=True)
class Remote:
    """One repository on a forge.

    Attributes:
        url: Its URL or path.
        local: Whether it is on this machine, where git also starts the process at the other end.
        env: Environment variables for git, such as the configuration with a token.
    """

    url: str
    local: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    def heads(self, store: Path) -> dict[str, str] | None:
        """Its branches: name → commit; None where there is no repository. Raises ForgeError."""
        program = self._program("--upload-pack", _UPLOAD_PACK)
        completed = self._git(store, "ls-remote", "--heads", *program, "--", self.url)
        if not completed.ok:
            error = self._error(("ls-remote",), completed)
            if isinstance(error, RepositoryNotFoundError):
                return None
            raise error
        rows = (line.split("\trefs/heads/", 1) for line in completed.stdout.split("\n") if "\trefs/heads/" in line)
        return {name: commit for commit, name in rows}

    def push(self, store: Path, branches: Mapping[str, str]) -> None:
        """Set branches, never by force. Raises ForgeError."""
        refspecs = [f"{commit}:refs/heads/{name}" for name, commit in branches.items()]
        program = self._program("--receive-pack", _RECEIVE_PACK)
        flags = ("--quiet", "--porcelain", "--atomic", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
        completed = self._git(store, "push", *flags, *program, "--", self.url, *refspecs)
        if not completed.ok:
            raise self._error(("push",), completed)

    def fetch(self, store: Path, refs: str) -> None:
        """Fetch its branches as `refs`/BRANCH. Raises ForgeError."""
        flags = ("--quiet", "--no-tags", "--prune", "--no-write-fetch-head", "--recurse-submodules=no")
        program = self._program("--upload-pack", _UPLOAD_PACK)
        unreadable = ""
        for _ in range(_TRIES):
            completed = self._git(store, "fetch", *flags, *program, "--", self.url, f"+refs/heads/*:{refs}/*")
            if completed.ok:
                return
            bad = _BAD_REF.search(completed.stderr)
            if bad is None or bad[1].startswith(f"{refs}/"):
                raise self._error(("fetch",), completed)
            unreadable = bad[1]
        command = f"git -C {shlex.quote(str(store))} update-ref -d {shlex.quote(unreadable)}"
        raise ForgeError(f"git cannot read {unreadable} in {store}.", f"Delete it, and try again: {command}")

    def _program(self, option: str, program: str) -> tuple[str, ...]:
        """The option that names the program at the other end, where git starts it on this machine."""
        return (f"{option}={program}",) if self.local else ()

    def _git(self, store: Path, *args: str) -> Completed:
        """Run git. Raises ForgeError when it takes too long."""
        seconds = LOCAL_SECONDS if self.local else SECONDS
        env = {**_NO_PROMPTS, **git_variables(), **self.env}
        completed = BareRepository(store, _OPTIONS).attempt_within(seconds, *args, env=env)
        if completed is None:
            raise ForgeError(
                f"git {args[0]} did not end within {seconds} s: {self.url}.", "Try it yourself to see why."
            )
        return completed

    def _error(self, args: tuple[str, ...], completed: Completed) -> ForgeError:
        output = f"{completed.stdout}\n{completed.stderr}"
        message = git.failure(args, completed).message
        if re.search(r"\(non-fast-forward\)|\(fetch first\)|\(stale info\)|failed to update ref", output):
            return RejectedError(f"{self.url} has commits that the push would discard.", "Nothing was forced.")
        if _NOT_FOUND.search(output):
            hint = "Create it, or ask for access."
            return RepositoryNotFoundError(f"There is no repository {self.url}, or you have no access to it.", hint)
        if re.search(r"Authentication failed|could not read Username|Permission denied|returned error: 40[13]", output):
            hint = "Set the environment variable SCAFFOLD_GIT_TOKEN, or set up git's own credentials."
            return ForgeError(f"{self.url} denied access.", hint)
        if "No space left on device" in output:
            return ForgeError(f"The disk is full: {self.url} could not be written.", "Free some space first.")
        if _BROKEN.search(output):
            return UnusableRepositoryError(f"{self.url} is damaged: {message}", "Ask the student to push it again.")
        rejected = re.search(r"\[(?:remote )?rejected\] \((.+?)\)$", output, re.MULTILINE)
        return ForgeError(f"{self.url} rejected the push: {rejected[1]}." if rejected else message)


class GitTransport:
    """What every forge does with git alone."""

    @abstractmethod
    def _remote(self, name: str) -> Remote:
        """The repository of this name. Raises ForgeError."""

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches: name → commit; None where there is no repository. Raises ForgeError."""
        with temporary_folder() as parent:
            return self._remote(name).heads(make_bare(parent / "empty.git").folder)

    def fetch(self, store: Path, name: str, refs: str) -> None:
        """Fetch all branches into `store`. Raises ForgeError."""
        self._remote(name).fetch(store, refs)


class PlainGitForge(GitTransport):
    """A forge without accounts, pull requests and rate limits."""

    def estimate_seconds(self, writes: int) -> float:  # noqa: ARG002
        """There are no rate limits."""
        return 0.0

    def preflight(self, usernames: Collection[str]) -> None:
        """There are no accounts and no rights."""

    def is_public(self, name: str) -> bool:  # noqa: ARG002
        """Git's protocol does not tell."""
        return False

    def access(self, name: str) -> dict[str, str] | None:  # noqa: ARG002
        """There are no accounts."""
        return None

    def add_collaborator(self, name: str, username: str) -> bool:  # noqa: ARG002
        """There are no accounts."""
        return False

    def renew_invitation(self, name: str, username: str) -> None:
        """There are no accounts."""

    def open_pull_request(self, name: str, pull_request: PullRequest) -> str:  # noqa: ARG002
        """There are only branches."""
        return ""

    def pushes(self, name: str, branch: str) -> list[Push]:  # noqa: ARG002
        """Git's protocol tells of none."""
        return []
