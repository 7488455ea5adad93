"""Gitea and Forgejo: their API differs from GitHub's in a few places (docs.gitea.com/api)."""

import json
from functools import cached_property
from typing import Any

from scaffold.tools.forges.base import Push
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.hosted import Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter


class GiteaForge(GitHubForge):
    """Repositories of an organisation or a user on a Gitea or Forgejo server."""

    vendor = Vendor("Gitea", "", ("GITEA_TOKEN", "FORGEJO_TOKEN"), "git", RateLimiter())
    permission = "write"

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch among the repository's last fifty events, newest first."""
        response = self._api.get(f"{self._api_path(name)}/activities/feeds", limit=50)
        events = response.data or () if response.ok else ()
        pushes = [event for event in events if event.get("op_type") == "commit_repo"]
        matching = [event for event in pushes if event.get("ref_name") == f"refs/heads/{branch}"]
        return read_pushes((_tip(event.get("content")), event.get("created")) for event in matching)

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v1"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"token {token}"}

    @cached_property
    def _account(self) -> Any:
        organisation = self._api.get(f"/orgs/{quote_part(self.owner)}")
        return {"type": "Organization"} if organisation.ok else super()._account


def _tip(content: object) -> str:
    """The tip in the content of a push event, which is JSON in a string; empty where it has none."""
    try:
        return str(json.loads(str(content))["HeadCommit"]["Sha1"])
    except (ValueError, KeyError, TypeError):
        return ""
