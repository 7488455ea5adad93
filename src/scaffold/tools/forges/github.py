"""GitHub and GitHub Enterprise Server; docs.github.com/rest documents every request that is made here."""

from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import ApiResponse
from scaffold.tools.forges.base import PullRequest, Push
from scaffold.tools.forges.hosted import HostedForge, Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter

PUBLIC = "https://github.com"
# Content-generating requests: rate-limits-for-the-rest-api, best-practices-for-using-the-rest-api.
_LIMITS = RateLimiter(((80, 60), (500, 3600)), 1)


class GitHubForge(HostedForge):
    """Repositories of an organisation or a user on GitHub."""

    vendor = Vendor("GitHub", PUBLIC, ("GITHUB_TOKEN", "GH_TOKEN"), "x-access-token", _LIMITS)
    permission = "push"

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The last hundred pushes to a branch, newest first."""
        response = self._api.get(f"{self._api_path(name)}/activity", ref=f"refs/heads/{branch}", per_page=100)
        events = response.data or () if response.ok else ()
        return read_pushes((event.get("after"), event.get("timestamp")) for event in events)

    @property
    def _root(self) -> str:
        return "https://api.github.com" if self.url == PUBLIC else f"{self.url}/api/v3"

    def _headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}

    @cached_property
    def _account(self) -> Any:
        response = self._api.get(f"/users/{quote_part(self.owner)}")
        if not response.ok:
            raise self._request_error(response, f"there is no organisation or user {self.owner}")
        return response.data

    def _is_organisation(self) -> bool:
        return bool(self._account.get("type") == "Organization")

    def _request_repository(self, name: str) -> ApiResponse:
        path = f"/orgs/{quote_part(self.owner)}/repos" if self._is_organisation() else "/user/repos"
        return self._api.write("POST", path, {"name": name, "private": True, "auto_init": False})

    def _repository_exists(self, name: str) -> bool:
        return self._api.get(self._api_path(name)).ok

    def _request_collaborator(self, name: str, username: str) -> ApiResponse:
        path = f"{self._api_path(name)}/collaborators/{quote_part(username)}"
        return self._api.write("PUT", path, {"permission": self.permission})

    def _request_pull_request(self, name: str, pull_request: PullRequest) -> ApiResponse:
        body = {
            "title": pull_request.title,
            "head": pull_request.branch,
            "base": pull_request.target,
            "body": pull_request.text,
        }
        return self._api.write("POST", f"{self._api_path(name)}/pulls", body)

    def _find_pull_request(self, name: str, pull_request: PullRequest) -> str:
        head = f"{self.owner}:{pull_request.branch}"
        response = self._api.get(f"{self._api_path(name)}/pulls", state="open", head=head)
        pull_requests = response.data or () if response.ok else ()
        # Gitea's API has no filter `head`, and returns all.
        matching = [data for data in pull_requests if data.get("head", {}).get("ref") == pull_request.branch]
        return self._web_url(matching[0]) if matching else ""

    def _web_url(self, data: Any) -> str:
        return str(data.get("html_url", ""))

    def _api_path(self, name: str) -> str:
        return f"/repos/{quote_part(self.owner)}/{quote_part(name)}"
