"""Gitea and Forgejo: their API differs from GitHub's in a few places (docs.gitea.com/api)."""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from scaffold.tools.forges.base import IN, ForgeError, Push
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.hosted import Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter


class GiteaForge(GitHubForge):
    """Repositories of an organisation or a user on a Gitea or Forgejo server."""

    vendor = Vendor("Gitea", "", ("GITEA_TOKEN", "FORGEJO_TOKEN"), "git", RateLimiter())
    permission = "write"
    _page_size = "limit"
    _readers_hint = "Remove them from the team that includes all repositories."

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch among the repository's last fifty events, newest first."""
        response = self._api.get(f"{self._api_path(name)}/activities/feeds", limit=50)
        pushes = [event for event in response.rows if event.get("op_type") == "commit_repo"]
        matching = [event for event in pushes if event.get("ref_name") == f"refs/heads/{branch}"]
        return read_pushes((_tip(event.get("content")), event.get("created")) for event in matching)

    def access(self, name: str) -> dict[str, str]:
        """Username in lower case → `in`: Gitea adds accounts at once. Raises ForgeError."""
        return dict.fromkeys(self._members(name), IN)

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v1"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"token {token}"}

    @cached_property
    def _account(self) -> Any:
        organisation = self._api.get(f"/orgs/{quote_part(self.owner)}")
        return {"type": "Organization"} if organisation.ok else super()._account

    def _check_rights(self) -> None:
        me = self._api.get("/user")  # a token may lack the scope for it
        if me.status == 401:
            raise self._request_error(me, "the token cannot be used")
        login = str(me.fields.get("login", ""))
        if not self._is_organisation():
            return self._require_account(login, self.owner)
        path = f"/users/{quote_part(login)}/orgs/{quote_part(self.owner)}/permissions"
        if login and self._api.get(path).fields.get("can_create_repository") is False:
            message = f"{login} may not create repositories in {self.owner}."
            raise ForgeError(message, "Use a token of an owner, or of a team that may.")
        return None

    def _readers(self) -> Iterable[str]:
        if not self._is_organisation():
            return
        response = self._api.get(f"/orgs/{quote_part(self.owner)}/teams", limit=50)
        for team in response.rows:
            if team.get("includes_all_repositories") and team.get("permission") not in ("owner", "admin"):
                yield from (str(member.get("login")) for member in self._all_rows(f"/teams/{team.get('id')}/members"))


def _tip(content: object) -> str:
    """The tip in the content of a push event, which is JSON in a string; empty where it has none."""
    try:
        return str(json.loads(str(content))["HeadCommit"]["Sha1"])
    except (ValueError, KeyError, TypeError):
        return ""
