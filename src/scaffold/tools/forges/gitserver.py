"""Any git server, by the pattern of its repositories' URLs. They exist already, or the server makes them on push."""

import os
from collections.abc import Mapping
from pathlib import Path

from scaffold.tools.forges.base import ForgeError, NoRepositoryError
from scaffold.tools.forges.credentials import git_environment
from scaffold.tools.forges.remote import BranchesOnly, Remote

TOKEN, USER = "SCAFFOLD_GIT_TOKEN", "SCAFFOLD_GIT_USER"


class GitForge(BranchesOnly):
    """Repositories at a URL with `{repository}` in it."""

    is_near = False

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def address(self, name: str) -> str:
        """What a student clones."""
        return self.pattern.replace("{repository}", name)

    def check(self, *, used: bool) -> None:
        """A server can be asked only for a repository: the first one tells."""

    def create(self, name: str) -> None:
        """Nothing: git has no word for it."""

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, by no force. Raises ForgeError."""
        try:
            self._remote(name).push(store, branches)
        except NoRepositoryError as error:
            hint = "This forge makes no repositories: make it on the server first (class.toml has the pattern)."
            raise ForgeError(error.message, hint) from error

    def _remote(self, name: str) -> Remote:
        url = self.address(name)
        env = git_environment(url, os.environ.get(USER, "git"), os.environ.get(TOKEN, ""))
        return Remote(url, local="://" not in url or url.startswith("file://"), env=env)
