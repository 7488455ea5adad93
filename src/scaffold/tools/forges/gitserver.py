"""Any git server, by the pattern of its repositories' URLs. They exist already, or the server makes them on push.

A token comes from the environment and goes to git through the environment, as configuration (git-config(1),
GIT_CONFIG_*): in no URL, no file and no list of processes.
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scaffold.tools.files import temporary_folder
from scaffold.tools.forges.base import ForgeError, NoRepositoryError
from scaffold.tools.forges.remote import BranchesOnly, Remote
from scaffold.tools.git import make_bare

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

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches. Raises ForgeError."""
        with temporary_folder() as parent:
            return self._remote(name).heads(make_bare(parent / "empty.git"))

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
        return Remote(url, local="://" not in url or url.startswith("file://"), env=_credentials(url))


def _credentials(url: str) -> dict[str, str]:
    """The environment that hands a token to git, for this server alone."""
    token = os.environ.get(TOKEN, "")
    parts = urlsplit(url)
    if not token or parts.scheme not in ("http", "https"):
        return {}
    plain = f"{os.environ.get(USER, 'git')}:{token}".encode()
    header = f"Authorization: Basic {base64.b64encode(plain).decode()}"
    server = f"{parts.scheme}://{parts.netloc}/"
    # Followed to another server, a redirect would take the header along.
    settings = ((f"http.{server}.extraHeader", header), ("http.followRedirects", "false"))
    taken = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(taken) if taken.isdigit() else 0
    env = {"GIT_CONFIG_COUNT": str(first + len(settings)), "GIT_TRACE_REDACT": "1"}
    for number, (key, value) in enumerate(settings, start=first):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env
