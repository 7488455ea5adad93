"""What the forges with accounts have in common: repositories are made, students let in and changes asked for by an API.

git itself goes over HTTPS with the same token (credentials.py).
"""

import datetime
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from scaffold.errors import ScaffoldError
from scaffold.tools.forges.api import Answer, Api
from scaffold.tools.forges.base import ForgeError, NoRepositoryError, Proposal
from scaffold.tools.forges.credentials import find_token, git_environment
from scaffold.tools.forges.pace import Pace
from scaffold.tools.forges.remote import Remote, Repositories

UNREADY = 4
"""How often a repository that was just made is asked for before it is given up: a server may take a moment."""


@dataclass(frozen=True)
class Vendor:
    """What is to be known about a kind of forge before it is talked to.

    Attributes:
        name: as people call it.
        url: where most of them are; empty where everybody has their own.
        tokens: environment variables that may hold its token.
        user: the name beside a token when git asks.
        pace: its published limits on writing.
    """

    name: str
    url: str
    tokens: tuple[str, ...]
    user: str
    pace: Pace


class HostedForge(Repositories):
    """Private repositories at URL/OWNER/NAME.git."""

    vendor: ClassVar[Vendor]
    is_near = False

    def __init__(self, owner: str, url: str = "", sleep: Callable[[float], None] = time.sleep) -> None:
        self.owner = owner
        self.url = (url or self.vendor.url).rstrip("/")
        self.sleep = sleep
        self._pace = replace(self.vendor.pace, sleep=sleep)

    def address(self, name: str) -> str:
        """What a student clones."""
        return f"{self.url}/{self.owner}/{name}.git"

    def seconds(self, writes: int) -> float:
        """How long so many writes take at least, by the forge's published limits."""
        return self._pace.seconds(writes)

    def check(self, *, used: bool) -> None:  # noqa: ARG002
        """See that there is a token, that it is taken, and that the owner is there. Raises ScaffoldError."""
        _ = self._account  # asked for once, and kept

    def create(self, name: str) -> None:
        """Make an empty private repository; nothing where there is one. Raises ForgeError."""
        answer = self._make(name)
        # A server that failed, or that says the name is taken, may have made it.
        if not answer.ok and not self._is_there(name):
            raise self._refused(answer, f"the repository {self.owner}/{name} cannot be made")

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, by no force. Raises ForgeError."""
        for turn in range(UNREADY):
            try:
                return self._remote(name).push(store, branches)
            except NoRepositoryError:
                if turn == UNREADY - 1:
                    raise
                self.sleep(float(2**turn))
        return None

    def invite(self, name: str, username: str) -> bool:
        """Let a student in, so that they can push. Returns True. Raises ForgeError."""
        answer = self._let_in(name, username)
        if not answer.ok:
            raise self._refused(answer, f"{username} cannot be let into {self.owner}/{name}")
        return True

    def propose(self, name: str, proposal: Proposal) -> str:
        """Ask for a change to be taken, unless that is asked already. Returns its address. Raises ForgeError."""
        url = self._proposed(name, proposal)
        if url:
            return url
        answer = self._ask_to_take(name, proposal)
        url = self._page(answer.data) if answer.ok else self._proposed(name, proposal)
        if not url:
            raise self._refused(answer, f"the change {proposal.branch} cannot be proposed to {self.owner}/{name}")
        return url

    @abstractmethod
    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the server received a branch's tip; None where it does not tell."""

    @property
    @abstractmethod
    def _root(self) -> str:
        """Where the interface is."""

    @abstractmethod
    def _headers(self, token: str) -> dict[str, str]:
        """What shows the token."""

    @property
    @abstractmethod
    def _account(self) -> Any:
        """What is known about the owner of the repositories. Raises ForgeError where there is none."""

    @abstractmethod
    def _make(self, name: str) -> Answer:
        """Make a repository."""

    @abstractmethod
    def _is_there(self, name: str) -> bool:
        """Whether there is a repository of this name."""

    @abstractmethod
    def _let_in(self, name: str, username: str) -> Answer:
        """Let a student in."""

    @abstractmethod
    def _ask_to_take(self, name: str, proposal: Proposal) -> Answer:
        """Ask for a change to be taken."""

    @abstractmethod
    def _proposed(self, name: str, proposal: Proposal) -> str:
        """The address of a change that is asked for already; empty where none is."""

    @abstractmethod
    def _page(self, request: Any) -> str:
        """The address of a change in the server's words."""

    @cached_property
    def _token(self) -> str:
        parts = urlsplit(self.url)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ScaffoldError(f"A token is not sent to {self.url}: only https hides it.", "Mend class.toml.")
        return find_token(self.vendor.tokens, parts.netloc)

    @cached_property
    def _api(self) -> Api:
        return Api(self._root, self._headers(self._token), self._pace, self.sleep)

    def _remote(self, name: str) -> Remote:
        url = self.address(name)
        return Remote(url, env=git_environment(url, self.vendor.user, self._token))

    def _refused(self, answer: Answer, what: str) -> ForgeError:
        """What a teacher is told of an answer that is a refusal."""
        host = urlsplit(self.url).netloc
        if answer.status == 401:
            return ForgeError(f"{host} does not take the token.", f"Make a new one: {self.vendor.tokens[0]}")
        if 300 <= answer.status < 400:
            return ForgeError(f"{host} says that {self.owner} has moved: {what}.", "Mend class.toml or the roster.")
        said = answer.data.get("message", "") if isinstance(answer.data, dict) else ""
        reason = said if isinstance(said, str) else str(said)
        line = " ".join(reason.split())[:200]
        hint = "May the token do that?" if answer.status in (403, 404) else "Then: scaffold class resume"
        return ForgeError(f"{host}: {what} ({line or answer.status}).", hint)


def quoted(part: str) -> str:
    """A name as one part of an address."""
    return quote(part, safe="")


def moment(text: Any) -> datetime.datetime | None:
    """A time as servers write it (RFC 3339); None for what is none."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
