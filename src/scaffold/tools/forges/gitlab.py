"""GitLab, also self-hosted; docs.gitlab.com/api documents every request that is made here."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import ApiResponse
from scaffold.tools.forges.base import IN, INVITED, ForgeError, PullRequest, Push
from scaffold.tools.forges.hosted import HostedForge, Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter

REPORTER = 20
"""The lowest access level that reads the code of a private project."""
MAINTAINER = 40
"""The access level of students: GitLab protects the first branch, and lower levels may not push to it."""


class GitLabForge(HostedForge):
    """Projects of a group or a user on GitLab."""

    vendor = Vendor("GitLab", "https://gitlab.com", ("GITLAB_TOKEN",), "oauth2", RateLimiter())

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch among the project's last hundred, newest first."""
        response = self._api.get(f"{self._api_path(name)}/events", action="pushed", per_page=100)
        pushed = [(event.get("push_data"), event.get("created_at")) for event in response.rows]
        # A push of more than three branches is one event without any of them (push_event_activities_limit).
        return read_pushes(
            (data.get("commit_to") if data.get("ref") else "", when)
            for data, when in pushed
            if isinstance(data, dict) and data.get("ref") in (branch, None)
        )

    def access(self, name: str) -> dict[str, str]:
        """Username in lower case → `in`; lower roles may not push, so they count as none. Raises ForgeError."""
        return {
            str(member.get("username", "")).casefold(): IN if member.get("state", "active") == "active" else INVITED
            for member in self._all_rows(f"{self._api_path(name)}/members/all")
            if _level(member) >= MAINTAINER
        }

    @property
    def _root(self) -> str:
        return f"{self.url}/api/v4"

    def _headers(self, token: str) -> dict[str, str]:
        return {"PRIVATE-TOKEN": token}

    @cached_property
    def _account(self) -> Any:
        response = self._api.get(f"/namespaces/{quote_part(self.owner)}")
        if not response.ok:
            raise self._request_error(response, f"there is no group or user {self.owner}")
        return response.fields

    def _check_rights(self) -> None:
        token = self._api.get("/personal_access_tokens/self")  # other kinds of tokens have no such page
        if token.status == 401:
            raise self._request_error(token, "the token cannot be used")
        if token.ok and "api" not in (token.fields.get("scopes") or ("api",)):
            raise ForgeError(
                f"The token has no scope `api`: it cannot create projects ({', '.join(token.fields['scopes'])}).",
                f"Create a new one and set {self.vendor.tokens[0]}.",
            )
        if self._account.get("kind") == "user":
            login = str(self._api.get("/user").fields.get("username", ""))
            self._require_account(login, str(self._account.get("path") or self.owner))

    def _readers(self) -> Iterable[str]:
        if self._account.get("kind") != "group":
            return ()
        members = self._all_rows(f"/groups/{quote_part(self.owner)}/members/all")
        # Maintainers and owners of the group are teachers, who may be in the roster to try it out.
        return [str(member.get("username", "")) for member in members if REPORTER <= _level(member) < MAINTAINER]

    def _shows_everybody(self, repository: Mapping[str, Any]) -> bool:
        return repository.get("visibility") in ("public", "internal")

    def _request_repository(self, name: str) -> ApiResponse:
        body = {"name": name, "path": name, "namespace_id": self._account.get("id"), "visibility": "private"}
        return self._api.write("POST", "/projects", body)

    def _request_collaborator(self, name: str, username: str) -> ApiResponse:
        body = {"username": username, "access_level": MAINTAINER}
        response = self._api.write("POST", f"{self._api_path(name)}/members", body)
        if response.status != 409:
            return response
        # The student is a member already, perhaps in a role that may not push.
        members = self._all_rows(f"{self._api_path(name)}/members", query=username)
        member = next((one for one in members if str(one.get("username")).casefold() == username.casefold()), {})
        if not member or _level(member) >= MAINTAINER:
            return ApiResponse(200, response.data)
        path = f"{self._api_path(name)}/members/{member.get('id')}"
        return self._api.write("PUT", path, {"access_level": MAINTAINER})

    def _request_pull_request(self, name: str, pull_request: PullRequest) -> ApiResponse:
        body = {
            "source_branch": pull_request.branch,
            "target_branch": pull_request.target,
            "title": pull_request.title,
            "description": pull_request.text,
        }
        return self._api.write("POST", f"{self._api_path(name)}/merge_requests", body)

    def _find_pull_request(self, name: str, pull_request: PullRequest) -> str:
        path = f"{self._api_path(name)}/merge_requests"
        response = self._api.get(path, state="opened", source_branch=pull_request.branch)
        return self._web_url(response.rows[0]) if response.rows else ""

    def _web_url(self, data: Mapping[str, Any]) -> str:
        return str(data.get("web_url", ""))

    def _api_path(self, name: str) -> str:
        return f"/projects/{quote_part(f'{self.owner}/{name}')}"


def _level(member: Mapping[str, Any]) -> int:
    """A member's access level; 0 where the server does not say."""
    level = member.get("access_level")
    return level if isinstance(level, int) else 0
