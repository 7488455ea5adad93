"""Gitea and Forgejo: their interface is GitHub's but for a few words (docs.gitea.com/api)."""

import datetime
from functools import cached_property
from typing import Any

from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.hosted import Vendor, moment, quoted
from scaffold.tools.forges.pace import Pace


class GiteaForge(GitHubForge):
    """Repositories of an organisation or a user of a Gitea or Forgejo server."""

    vendor = Vendor("Gitea", "", ("GITEA_TOKEN", "FORGEJO_TOKEN"), "git", Pace())
    permission = "write"

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip, if that is among its last fifty events."""
        found = self._api.get(f"{self._place(name)}/activities/feeds", limit=50)
        pushes = [event for event in found.data or () if event.get("op_type") == "commit_repo"] if found.ok else []
        mine = [event for event in pushes if event.get("ref_name") == f"refs/heads/{branch}"]
        return moment(mine[0].get("created")) if mine else None

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v1"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"token {token}"}

    @cached_property
    def _account(self) -> Any:
        group = self._api.get(f"/orgs/{quoted(self.owner)}")
        return {"type": "Organization"} if group.ok else super()._account
