"""Gitea and Forgejo: their API differs from GitHub's in a few places (docs.gitea.com/api)."""

import datetime
from functools import cached_property
from typing import Any

from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.hosted import Vendor, parse_timestamp, quote_part
from scaffold.tools.forges.rate_limiter import RateLimiter


class GiteaForge(GitHubForge):
    """Repositories of an organisation or a user on a Gitea or Forgejo server."""

    vendor = Vendor("Gitea", "", ("GITEA_TOKEN", "FORGEJO_TOKEN"), "git", RateLimiter())
    permission = "write"

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip, if that is among the repository's last fifty events."""
        response = self._api.get(f"{self._api_path(name)}/activities/feeds", limit=50)
        events = response.data or () if response.ok else ()
        pushes = [event for event in events if event.get("op_type") == "commit_repo"]
        matching = [event for event in pushes if event.get("ref_name") == f"refs/heads/{branch}"]
        return parse_timestamp(matching[0].get("created")) if matching else None

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v1"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"token {token}"}

    @cached_property
    def _account(self) -> Any:
        organisation = self._api.get(f"/orgs/{quote_part(self.owner)}")
        return {"type": "Organization"} if organisation.ok else super()._account
