"""A conversation in JSON with a forge's web interface: paced, patient with its limits, silent about the token."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from scaffold.tools.forges.base import ForgeError
from scaffold.tools.forges.pace import Pace

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

TRIES = 4
"""How often a question is asked that met a limit or a bad moment of the server."""
PATIENCE = 300.0
"""Seconds that a server may ask to wait; who is asked for more is told, and can go on later."""
_TIMEOUT = 60.0
_AT_ONCE = 8
"""Connections that are kept for threads that talk at the same time."""
_ILL = (500, 502, 503, 504)


@dataclass(frozen=True)
class Answer:
    """What a server said.

    Attributes:
        status: as in RFC 9110.
        data: the JSON of its body; None where there is none.
    """

    status: int
    data: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Api:
    """One server's interface.

    Attributes:
        root: its address.
        headers: what every request carries; the token is in one of them.
        pace: how fast it may be written to.
        sleep: how to wait where the server asks for it.
    """

    root: str
    headers: Mapping[str, str] = field(repr=False)
    pace: Pace = field(default_factory=Pace)
    sleep: Callable[[float], None] = time.sleep

    @cached_property
    def _pool(self) -> "PoolManager":
        from urllib3 import PoolManager, Retry, Timeout

        # A redirect is not followed: it could lead the token to another server.
        # What was sent may be done: only a question is sent again.
        retries = Retry(connect=2, read=2, allowed_methods=["GET"], redirect=False, status=False)
        return PoolManager(maxsize=_AT_ONCE, retries=retries, timeout=Timeout(_TIMEOUT))

    def get(self, path: str, **query: str | int) -> Answer:
        """Ask. Raises ForgeError when no answer can be had."""
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Answer:
        """Ask for something to be made or changed.

        A bad moment of the server (5xx) is not tried again, as the thing may be done: whoever asked looks it up.

        Raises:
            ForgeError: no answer can be had.
        """
        return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        answer = Answer(0, None)
        for turn in range(TRIES):
            if body is not None:
                self.pace.wait()
            response = self._send(method, path, body)
            answer = Answer(response.status, _parsed(response.data))
            delay = _delay(response, turn)
            if delay is None and (body is not None or response.status not in _ILL):
                return answer
            self._rest(1.0 * turn if delay is None else delay)
        if answer.status in _ILL:
            return answer
        raise ForgeError(f"{self._host} allows no more for now.", "Later: scaffold class resume")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> "BaseHTTPResponse":
        from urllib3.exceptions import HTTPError

        headers = {**self.headers, "Accept": "application/json", "User-Agent": "scaffold"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            return self._pool.request(method, f"{self.root}{path}", body=content, headers=headers)
        except HTTPError as error:
            # The error's own words may hold what was sent.
            raise ForgeError(f"{self._host} cannot be reached.", "Later: scaffold class resume") from error

    def _rest(self, seconds: float) -> None:
        if seconds > PATIENCE:
            message = f"{self._host} asks to wait {seconds / 60:.0f} minutes: its limit is reached."
            raise ForgeError(message, "Then: scaffold class resume")
        self.sleep(seconds)

    @property
    def _host(self) -> str:
        return urlsplit(self.root).netloc


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _delay(response: "BaseHTTPResponse", turn: int) -> float | None:
    """Seconds that a server asks to wait; None where it did not speak of a limit.

    As docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api says: 403 or 429, and at times 404, with
    Retry-After, or with nothing remaining until a time; else a minute and more each time. 429 is RFC 6585's.
    """
    headers, spent = response.headers, response.headers.get("X-RateLimit-Remaining") == "0"
    if response.status not in (403, 404, 429) or not (response.status == 429 or "Retry-After" in headers or spent):
        return None
    if headers.get("Retry-After", "").isdigit():
        return float(headers["Retry-After"])
    if spent and headers.get("X-RateLimit-Reset", "").isdigit():
        return max(0.0, float(headers["X-RateLimit-Reset"]) - time.time())
    return 60.0 * (turn + 1)
