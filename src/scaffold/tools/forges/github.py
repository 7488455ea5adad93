"""GitHub, and GitHub Enterprise Server: docs.github.com/rest has every request that is made here."""

import datetime
from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import Answer
from scaffold.tools.forges.base import Proposal
from scaffold.tools.forges.hosted import HostedForge, Vendor, moment, quoted
from scaffold.tools.forges.pace import Pace

PUBLIC = "https://github.com"


class GitHubForge(HostedForge):
    """Repositories of an organisation or a user of GitHub."""

    # Content-generating requests: rate-limits-for-the-rest-api, best-practices-for-using-the-rest-api.
    vendor = Vendor("GitHub", PUBLIC, ("GITHUB_TOKEN", "GH_TOKEN"), "x-access-token", Pace(((80, 60), (500, 3600)), 1))
    permission = "push"

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip."""
        found = self._api.get(f"{self._place(name)}/activity", ref=f"refs/heads/{branch}", per_page=1)
        return moment(found.data[0].get("timestamp")) if found.ok and found.data else None

    @property
    def _root(self) -> str:
        return "https://api.github.com" if self.url == PUBLIC else f"{self.url}/api/v3"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}

    @cached_property
    def _account(self) -> Any:
        found = self._api.get(f"/users/{quoted(self.owner)}")
        if not found.ok:
            raise self._refused(found, f"there is no organisation or user {self.owner}")
        return found.data

    def _is_organisation(self) -> bool:
        return bool(self._account.get("type") == "Organization")

    def _make(self, name: str) -> Answer:
        path = f"/orgs/{quoted(self.owner)}/repos" if self._is_organisation() else "/user/repos"
        return self._api.write("POST", path, {"name": name, "private": True, "auto_init": False})

    def _is_there(self, name: str) -> bool:
        return self._api.get(self._place(name)).ok

    def _let_in(self, name: str, username: str) -> Answer:
        path = f"{self._place(name)}/collaborators/{quoted(username)}"
        return self._api.write("PUT", path, {"permission": self.permission})

    def _ask_to_take(self, name: str, proposal: Proposal) -> Answer:
        body = {"title": proposal.title, "head": proposal.branch, "base": proposal.target, "body": proposal.text}
        return self._api.write("POST", f"{self._place(name)}/pulls", body)

    def _proposed(self, name: str, proposal: Proposal) -> str:
        found = self._api.get(f"{self._place(name)}/pulls", state="open", head=f"{self.owner}:{proposal.branch}")
        mine = (
            [one for one in found.data or () if one.get("head", {}).get("ref") == proposal.branch] if found.ok else []
        )
        return self._page(mine[0]) if mine else ""

    def _page(self, request: Any) -> str:
        return str(request.get("html_url", ""))

    def _place(self, name: str) -> str:
        return f"/repos/{quoted(self.owner)}/{quoted(name)}"
