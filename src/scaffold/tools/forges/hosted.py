"""What the forges with accounts have in common: an HTTP API for repositories, collaborators and pull requests.

git itself uses HTTPS with the same token (credentials.py).
"""

import datetime
import re
import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from scaffold.errors import ScaffoldError
from scaffold.tools.forges.api import Api, ApiResponse
from scaffold.tools.forges.base import ForgeError, PullRequest, Push, RepositoryNotFoundError
from scaffold.tools.forges.credentials import find_token, git_environment
from scaffold.tools.forges.rate_limiter import RateLimiter
from scaffold.tools.forges.remote import GitTransport, Remote

_PER_PAGE, _MAX_PAGES = 50, 200
"""A server may give fewer than it is asked for: Gitea at most 50."""
PUSH_ATTEMPTS = 4
"""How often to push to a repository that was just created: a server may need a moment."""


@dataclass(frozen=True)
class Vendor:
    """What is known about a kind of forge before the first request.

    Attributes:
        name: The vendor's name.
        url: The address of the vendor's own server; empty where everybody runs their own.
        tokens: Environment variables that may contain the token.
        user: The user name that goes with the token when git authenticates.
        rate_limiter: The published limits on write requests.
    """

    name: str
    url: str
    tokens: tuple[str, ...]
    user: str
    rate_limiter: RateLimiter


class HostedForge(GitTransport):
    """Private repositories URL/OWNER/NAME.git."""

    vendor: ClassVar[Vendor]
    is_local = False
    _page_size = "per_page"
    _readers_hint = "Remove them from it: students need access to their own repository only."

    def __init__(self, owner: str, url: str = "", sleep: Callable[[float], None] = time.sleep) -> None:
        self.owner = owner
        self.url = (url or self.vendor.url).rstrip("/")
        self.sleep = sleep
        self._rate_limiter = replace(self.vendor.rate_limiter, sleep=sleep)

    def clone_url(self, name: str) -> str:
        """The URL that a student clones."""
        return f"{self.url}/{self.owner}/{name}.git"

    def estimate_seconds(self, writes: int) -> float:
        """How many seconds this many writes take at least, by the forge's published limits."""
        return self._rate_limiter.estimate_seconds(writes)

    def check(self, *, used: bool) -> None:  # noqa: ARG002
        """Check that there is a valid token, and that the owner exists. Raises ScaffoldError."""
        _ = self._account  # requested once, then cached

    def preflight(self, usernames: Collection[str]) -> None:
        """Check the token's account and rights, and that no student may read every repository. Raises ForgeError."""
        self._check_rights()
        readers = {name.casefold() for name in self._readers()}
        found = sorted(name for name in usernames if name.casefold() in readers)
        if found:
            more = f" and {len(found) - 3} more" if len(found) > 3 else ""
            raise ForgeError(
                f"{', '.join(found[:3])}{more} can read every repository of {self.owner}, also those of others.",
                self._readers_hint,
            )

    def is_public(self, name: str) -> bool:
        """Whether more people can read a repository than were given access. Raises ForgeError."""
        response = self._api.get(self._api_path(name))
        if not response.ok:
            raise self._request_error(response, f"{self.owner}/{name} cannot be read")
        return self._shows_everybody(response.fields)

    def create_repository(self, name: str) -> None:
        """Create an empty private repository; does nothing where it exists. Raises ForgeError."""
        response = self._request_repository(name)
        if response.ok:
            return
        # A write request that failed may have succeeded on the server: check before reporting an error.
        existing = self._api.get(self._api_path(name))
        if not existing.ok:
            raise self._request_error(response, f"the repository {self.owner}/{name} cannot be created")
        if self._shows_everybody(existing.fields):
            raise public_error(self.clone_url(name))

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, never by force. Raises ForgeError."""
        for attempt in range(PUSH_ATTEMPTS):
            try:
                return self._remote(name).push(store, branches)
            except RepositoryNotFoundError:
                if attempt == PUSH_ATTEMPTS - 1:
                    raise
                self.sleep(float(2**attempt))
        return None

    def add_collaborator(self, name: str, username: str) -> bool:
        """Give a student write access. Returns True. Raises ForgeError."""
        response = self._request_collaborator(name, username)
        if not response.ok:
            raise self._request_error(response, f"{username} cannot be added to {self.owner}/{name}")
        return True

    def renew_invitation(self, name: str, username: str) -> None:
        """Invite a student again who did not accept in time. Raises ForgeError."""
        self.add_collaborator(name, username)

    def open_pull_request(self, name: str, pull_request: PullRequest) -> str:
        """Open a pull request, unless one is open for the branch. Returns its URL. Raises ForgeError."""
        url = self._find_pull_request(name, pull_request)
        if url:
            return url
        response = self._request_pull_request(name, pull_request)
        # As in `create_repository`: a failed write request may have succeeded.
        url = self._web_url(response.fields) if response.ok else self._find_pull_request(name, pull_request)
        if not url:
            what = f"the pull request for {pull_request.branch} cannot be opened in {self.owner}/{name}"
            raise self._request_error(response, what)
        return url

    @abstractmethod
    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes to a branch that the server remembers, newest first."""

    @property
    @abstractmethod
    def _root(self) -> str:
        """The URL of the API."""

    @abstractmethod
    def _headers(self, token: str) -> dict[str, str]:
        """The headers that authenticate a request."""

    @property
    @abstractmethod
    def _account(self) -> Any:
        """The API's data about the owner of the repositories. Raises ForgeError where there is no such owner."""

    @abstractmethod
    def _request_repository(self, name: str) -> ApiResponse:
        """Send the request that creates a repository."""

    @abstractmethod
    def _api_path(self, name: str) -> str:
        """The path of a repository in the API."""

    @abstractmethod
    def _shows_everybody(self, repository: Mapping[str, Any]) -> bool:
        """Whether a repository, as the API describes it, can be read by more people than were given access."""

    @abstractmethod
    def _check_rights(self) -> None:
        """Raise ForgeError if the token's account cannot create repositories of the owner."""

    @abstractmethod
    def _readers(self) -> Iterable[str]:
        """The usernames of those who may read every repository of the owner, as far as the server tells."""

    @abstractmethod
    def access(self, name: str) -> dict[str, str]:
        """Username in lower case → `in`, `invited` or `expired`. Raises ForgeError."""

    @abstractmethod
    def _request_collaborator(self, name: str, username: str) -> ApiResponse:
        """Send the request that adds a collaborator."""

    @abstractmethod
    def _request_pull_request(self, name: str, pull_request: PullRequest) -> ApiResponse:
        """Send the request that opens a pull request."""

    @abstractmethod
    def _find_pull_request(self, name: str, pull_request: PullRequest) -> str:
        """The URL of an open pull request for the same branch; empty for none."""

    @abstractmethod
    def _web_url(self, data: Mapping[str, Any]) -> str:
        """The web page of a pull request, from the API's data."""

    @cached_property
    def _token(self) -> str:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            message = f"The token is not sent to {self.url}: only https encrypts it."
            raise ScaffoldError(message, "Use an https address in class.toml.")
        return find_token(self.vendor.tokens, parts.netloc)

    @cached_property
    def _api(self) -> Api:
        return Api(self._root, self._headers(self._token), self._rate_limiter, self.sleep)

    def _remote(self, name: str) -> Remote:
        url = self.clone_url(name)
        return Remote(url, env=git_environment(url, self.vendor.user, self._token))

    def _request_error(self, response: ApiResponse, what: str) -> ForgeError:
        """The error for a response that is not a success."""
        host = urlsplit(self.url).netloc
        if response.status == 401:
            return ForgeError(f"{host} rejected the token.", f"Create a new one and set {self.vendor.tokens[0]}.")
        if 300 <= response.status < 400:
            hint = "Correct class.toml or the roster."
            return ForgeError(f"{host} reports that {self.owner} has moved: {what}.", hint)
        hint = "Check the token's permissions." if response.status in (403, 404) else "Then: scaffold class resume"
        # docs.github.com/rest/authentication/authenticating-to-the-rest-api: `required; url=https://…`
        if page := re.search(r"url=(https://[^\s;]+)", response.headers.get("x-github-sso", "")):
            hint = f"The organisation wants the token to be authorised for single sign-on: {page[1]}"
        return ForgeError(f"{host}: {what} ({response.reason.rstrip('.') or response.status}).", hint)

    def _all_rows(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """The objects of a list in the API, page by page. Raises ForgeError."""
        rows: list[dict[str, Any]] = []
        for page in range(1, _MAX_PAGES + 1):
            response = self._api.get(path, **{self._page_size: _PER_PAGE, "page": page, **query})
            if not response.ok:
                raise self._request_error(response, f"{path} cannot be read")
            rows += response.rows
            if len(response.rows) < _PER_PAGE:
                break
        return rows

    def _require_account(self, login: str, account: str) -> None:
        """Raise ForgeError where repositories of a user would be created under another account."""
        if login and login.casefold() != account.casefold():
            raise ForgeError(
                f"{self.owner} is a user, and the token is of {login}: repositories would be created there.",
                f'Use a token of {self.owner}, or in class.toml: organisation = "{login}"',
            )


def quote_part(part: str) -> str:
    """A name as one segment of a URL path."""
    return quote(part, safe="")


def public_error(url: str) -> ForgeError:
    """The error for a repository that everybody can read."""
    return ForgeError(f"{url} exists and is not private: others could read it.", "Make it private, or rename it.")


def read_pushes(events: Iterable[tuple[Any, Any]]) -> list[Push]:
    """The pushes of a server's events, given as tip and time, in the server's order; without those of no time."""
    pushes = [(tip if isinstance(tip, str) else "", parse_timestamp(time)) for tip, time in events]
    return [Push(tip, time) for tip, time in pushes if time]


def parse_timestamp(text: Any) -> datetime.datetime | None:
    """An RFC 3339 time, as servers write it; None for anything else."""
    try:
        time = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
