"""GitLab, also self-hosted; docs.gitlab.com/api documents every request that is made here."""

from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import ApiResponse
from scaffold.tools.forges.base import PullRequest, Push
from scaffold.tools.forges.hosted import HostedForge, Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter

MAINTAINER = 40
"""The access level of students: GitLab protects the first branch, and lower levels may not push to it."""


class GitLabForge(HostedForge):
    """Projects of a group or a user on GitLab."""

    vendor = Vendor("GitLab", "https://gitlab.com", ("GITLAB_TOKEN",), "oauth2", RateLimiter())

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch among the project's last hundred, newest first."""
        response = self._api.get(f"{self._api_path(name)}/events", action="pushed", per_page=100)
        events = response.data or () if response.ok else ()
        matching = [event for event in events if event["push_data"]["ref"] == branch]
        return read_pushes((event["push_data"].get("commit_to"), event.get("created_at")) for event in matching)

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
        return response.data

    def _request_repository(self, name: str) -> ApiResponse:
        body = {"name": name, "path": name, "namespace_id": self._account["id"], "visibility": "private"}
        return self._api.write("POST", "/projects", body)

    def _repository_exists(self, name: str) -> bool:
        return self._api.get(self._api_path(name)).ok

    def _request_collaborator(self, name: str, username: str) -> ApiResponse:
        body = {"username": username, "access_level": MAINTAINER}
        response = self._api.write("POST", f"{self._api_path(name)}/members", body)
        # 409: the student is a member already.
        return ApiResponse(200, response.data) if response.status == 409 else response

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
        return self._web_url(response.data[0]) if response.ok and response.data else ""

    def _web_url(self, data: Any) -> str:
        return str(data.get("web_url", ""))

    def _api_path(self, name: str) -> str:
        return f"/projects/{quote_part(f'{self.owner}/{name}')}"
