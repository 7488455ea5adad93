"""Any git server, by the URL pattern of its repositories, which exist already or which the server creates on push."""

import os
from collections.abc import Mapping
from pathlib import Path

from scaffold.tools.forges.base import ForgeError, RepositoryNotFoundError
from scaffold.tools.forges.credentials import git_environment
from scaffold.tools.forges.remote import PlainGitForge, Remote

TOKEN, USER = "SCAFFOLD_GIT_TOKEN", "SCAFFOLD_GIT_USER"


class GitForge(PlainGitForge):
    """Repositories at a URL with `{repository}` in it."""

    is_local = False

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def clone_url(self, name: str) -> str:
        """The URL that a student clones."""
        return self.pattern.replace("{repository}", name)

    def check(self, *, used: bool) -> None:
        """Nothing to check: git can ask a server about a repository only."""

    def create_repository(self, name: str) -> None:
        """Nothing to do: git has no command that creates a repository on a server."""

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, never by force. Raises ForgeError."""
        try:
            self._remote(name).push(store, branches)
        except RepositoryNotFoundError as error:
            hint = "This server does not create repositories on push: create it there first."
            raise ForgeError(error.message, hint) from error

    def _remote(self, name: str) -> Remote:
        url = self.clone_url(name)
        env = git_environment(url, os.environ.get(USER, "git"), os.environ.get(TOKEN, ""))
        return Remote(url, local="://" not in url or url.startswith("file://"), env=env)
