"""GitLab, its own servers included: docs.gitlab.com/api has every request that is made here."""

import datetime
from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import Answer
from scaffold.tools.forges.base import Proposal
from scaffold.tools.forges.hosted import HostedForge, Vendor, moment, quoted
from scaffold.tools.forges.pace import Pace

MAINTAINER = 40
"""Below it nobody may push to the branch that GitLab protects by itself: the first one, on which students work."""


class GitLabForge(HostedForge):
    """Projects of a group or a user of GitLab."""

    vendor = Vendor("GitLab", "https://gitlab.com", ("GITLAB_TOKEN",), "oauth2", Pace())

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip, if that is among its last hundred pushes."""
        found = self._api.get(f"{self._place(name)}/events", action="pushed", per_page=100)
        mine = [event for event in found.data or () if event["push_data"]["ref"] == branch] if found.ok else []
        return moment(mine[0].get("created_at")) if mine else None

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v4"

    def _headers(self, token: str) -> dict[str, str]:
        return {"PRIVATE-TOKEN": token}

    @cached_property
    def _account(self) -> Any:
        found = self._api.get(f"/namespaces/{quoted(self.owner)}")
        if not found.ok:
            raise self._refused(found, f"there is no group or user {self.owner}")
        return found.data

    def _make(self, name: str) -> Answer:
        body = {"name": name, "path": name, "namespace_id": self._account["id"], "visibility": "private"}
        return self._api.write("POST", "/projects", body)

    def _is_there(self, name: str) -> bool:
        return self._api.get(self._place(name)).ok

    def _let_in(self, name: str, username: str) -> Answer:
        body = {"username": username, "access_level": MAINTAINER}
        answer = self._api.write("POST", f"{self._place(name)}/members", body)
        # 409: a member already.
        return Answer(200, answer.data) if answer.status == 409 else answer

    def _ask_to_take(self, name: str, proposal: Proposal) -> Answer:
        body = {
            "source_branch": proposal.branch,
            "target_branch": proposal.target,
            "title": proposal.title,
            "description": proposal.text,
        }
        return self._api.write("POST", f"{self._place(name)}/merge_requests", body)

    def _proposed(self, name: str, proposal: Proposal) -> str:
        found = self._api.get(f"{self._place(name)}/merge_requests", state="opened", source_branch=proposal.branch)
        return self._page(found.data[0]) if found.ok and found.data else ""

    def _page(self, request: Any) -> str:
        return str(request.get("web_url", ""))

    def _place(self, name: str) -> str:
        return f"/projects/{quoted(f'{self.owner}/{name}')}"
