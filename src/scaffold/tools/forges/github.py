"""GitHub and GitHub Enterprise Server; docs.github.com/rest documents every request that is made here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from scaffold.tools.forges.api import ApiResponse
from scaffold.tools.forges.base import EXPIRED, IN, INVITED, ForgeError, PullRequest, Push
from scaffold.tools.forges.hosted import HostedForge, Vendor, quote_part, read_pushes
from scaffold.tools.forges.rate_limiter import RateLimiter

PUBLIC = "https://github.com"
# Content-generating requests: rate-limits-for-the-rest-api, best-practices-for-using-the-rest-api.
_LIMITS = RateLimiter(((80, 60), (500, 3600)), 1)


class GitHubForge(HostedForge):
    """Repositories of an organisation or a user on GitHub."""

    vendor = Vendor("GitHub", PUBLIC, ("GITHUB_TOKEN", "GH_TOKEN"), "x-access-token", _LIMITS)
    permission = "push"
    _readers_hint = "Set it to `No permission`: Settings → Member privileges → Base permissions."

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The last hundred pushes to a branch, newest first."""
        response = self._api.get(f"{self._api_path(name)}/activity", ref=f"refs/heads/{branch}", per_page=100)
        return read_pushes((event.get("after"), event.get("timestamp")) for event in response.rows)

    def access(self, name: str) -> dict[str, str]:
        """Username in lower case → `in`, `invited` or `expired`. Raises ForgeError."""
        states = {}
        for invitation in self._all_rows(f"{self._api_path(name)}/invitations"):
            states[_login(invitation.get("invitee"))] = EXPIRED if invitation.get("expired") else INVITED
        return states | dict.fromkeys(self._members(name), IN)

    def renew_invitation(self, name: str, username: str) -> None:
        """Withdraw an invitation that was not accepted in time, and invite again. Raises ForgeError."""
        for invitation in self._all_rows(f"{self._api_path(name)}/invitations"):
            if _login(invitation.get("invitee")) == username.casefold() and invitation.get("expired"):
                self._api.write("DELETE", f"{self._api_path(name)}/invitations/{invitation.get('id')}", {})
        self.add_collaborator(name, username)

    def _members(self, name: str) -> Iterator[str]:
        """The usernames of those who may push, in lower case."""
        for member in self._all_rows(f"{self._api_path(name)}/collaborators"):
            permissions = member.get("permissions")
            # An organisation's base permission lets its members read, and not push.
            if not isinstance(permissions, dict) or permissions.get("push", True):
                yield _login(member)

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
        return response.fields

    def _is_organisation(self) -> bool:
        return bool(self._account.get("type") == "Organization")

    def _check_rights(self) -> None:
        me = self._api.get("/user")  # not allowed for a GitHub App, which acts for nobody
        if me.status == 401:
            raise self._request_error(me, "the token cannot be used")
        # Only classic tokens have scopes: docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
        scopes = me.headers.get("x-oauth-scopes")
        if me.ok and scopes is not None and "repo" not in re.split(r"[,\s]+", scopes):
            message = f"The token has no scope `repo`: it cannot create private repositories ({scopes or 'no scope'})."
            raise ForgeError(message, f"Create a new one and set {self.vendor.tokens[0]}.")
        login = str(me.fields.get("login", ""))
        if not self._is_organisation():
            return self._require_account(login, self.owner)
        membership = self._api.get(f"/user/memberships/orgs/{quote_part(self.owner)}").fields
        if (
            membership.get("role") == "member"
            and self._organisation.get("members_can_create_private_repositories") is False
        ):
            message = f"{login} is a member of {self.owner}, and members may not create private repositories there."
            raise ForgeError(message, "Use a token of an owner, or change Settings → Member privileges.")
        return None

    def _readers(self) -> Iterable[str]:
        # Only owners see the base permission.
        if not self._is_organisation() or self._organisation.get("default_repository_permission") in (None, "none"):
            return ()
        return map(_login, self._all_rows(f"/orgs/{quote_part(self.owner)}/members", role="member"))

    @cached_property
    def _organisation(self) -> dict[str, Any]:
        return self._api.get(f"/orgs/{quote_part(self.owner)}").fields

    def _shows_everybody(self, repository: Mapping[str, Any]) -> bool:
        return repository.get("private") is False

    def _request_repository(self, name: str) -> ApiResponse:
        path = f"/orgs/{quote_part(self.owner)}/repos" if self._is_organisation() else "/user/repos"
        return self._api.write("POST", path, {"name": name, "private": True, "auto_init": False})

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
        # Gitea's API has no filter `head`, and returns all.
        matching = [
            data
            for data in response.rows
            if isinstance(data.get("head"), dict) and data["head"].get("ref") == pull_request.branch
        ]
        return self._web_url(matching[0]) if matching else ""

    def _web_url(self, data: Mapping[str, Any]) -> str:
        return str(data.get("html_url", ""))

    def _api_path(self, name: str) -> str:
        return f"/repos/{quote_part(self.owner)}/{quote_part(name)}"


def _login(account: object) -> str:
    """The username of an account of the API's, in lower case; empty for anything else."""
    return str(account.get("login") or "").casefold() if isinstance(account, dict) else ""
