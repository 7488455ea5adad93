"""A client for a forge's JSON API: it keeps to rate limits, retries where that is safe, and never shows the token."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from scaffold.tools.forges.base import ForgeError
from scaffold.tools.forges.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

MAX_ATTEMPTS = 4
"""How often a request is sent that met a rate limit or, if it only reads, a server error."""
MAX_WAIT_SECONDS = 300.0
"""The longest wait that a server may ask for; a longer one is an error that says to resume later."""
_TIMEOUT = 60.0
_MAX_CONNECTIONS = 8
"""Connections that are kept open for threads that send requests at the same time."""
_SERVER_ERRORS = (500, 502, 503, 504)


@dataclass(frozen=True)
class ApiResponse:
    """A response of the server.

    Attributes:
        status: The HTTP status code (RFC 9110).
        data: The JSON of the body; None where there is none.
    """

    status: int
    data: Any

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Api:
    """The API of one server.

    Attributes:
        root: The URL that all paths begin with.
        headers: The headers of every request; one of them has the token.
        rate_limiter: The limits on writing.
        sleep: The function to wait with.
    """

    root: str
    headers: Mapping[str, str] = field(repr=False)
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    sleep: Callable[[float], None] = time.sleep

    @cached_property
    def _pool(self) -> "PoolManager":
        from urllib3 import PoolManager, Retry, Timeout

        # A redirect could send the token to another server, so none is followed. A write may have succeeded although
        # the connection broke, so only reads are sent again.
        retries = Retry(connect=2, read=2, allowed_methods=["GET"], redirect=False, status=False)
        return PoolManager(maxsize=_MAX_CONNECTIONS, retries=retries, timeout=Timeout(_TIMEOUT))

    def get(self, path: str, **query: str | int) -> ApiResponse:
        """Send a GET request. Raises ForgeError when there is no response."""
        return self._request("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> ApiResponse:
        """Send a request that creates or changes something.

        It is not sent again after a server error (5xx), because it may have succeeded: the caller checks that.

        Raises:
            ForgeError: There is no response.
        """
        return self._request(method, path, body)

    def _request(self, method: str, path: str, body: Mapping[str, Any] | None) -> ApiResponse:
        last = ApiResponse(0, None)
        for attempt in range(MAX_ATTEMPTS):
            if body is not None:
                self.rate_limiter.wait()
            response = self._send(method, path, body)
            last = ApiResponse(response.status, _parse(response.data))
            delay = _retry_delay(response, attempt)
            if delay is None and (body is not None or response.status not in _SERVER_ERRORS):
                return last
            self._wait(1.0 * attempt if delay is None else delay)
        if last.status in _SERVER_ERRORS:
            return last
        raise ForgeError(f"{self._host} allows no more requests for now.", "Later: scaffold class resume")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> "BaseHTTPResponse":
        from urllib3.exceptions import HTTPError

        headers = {**self.headers, "Accept": "application/json", "User-Agent": "scaffold"}
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        try:
            return self._pool.request(method, f"{self.root}{path}", body=content, headers=headers)
        except HTTPError as error:
            # The error's own text may contain the request.
            raise ForgeError(f"{self._host} cannot be reached.", "Later: scaffold class resume") from error

    def _wait(self, seconds: float) -> None:
        if seconds > MAX_WAIT_SECONDS:
            message = f"{self._host} asks to wait {seconds / 60:.0f} minutes: its rate limit is reached."
            raise ForgeError(message, "Then: scaffold class resume")
        self.sleep(seconds)

    @property
    def _host(self) -> str:
        return urlsplit(self.root).netloc


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _retry_delay(response: "BaseHTTPResponse", attempt: int) -> float | None:
    """How many seconds the server asks to wait; None where it did not report a rate limit.

    docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, at times 404, with Retry-After, or
    with X-RateLimit-Remaining 0 until X-RateLimit-Reset; otherwise wait a minute, and longer each time. 429: RFC 6585.
    """
    headers, is_used_up = response.headers, response.headers.get("X-RateLimit-Remaining") == "0"
    is_limited = response.status == 429 or "Retry-After" in headers or is_used_up
    if response.status not in (403, 404, 429) or not is_limited:
        return None
    if headers.get("Retry-After", "").isdigit():
        return float(headers["Retry-After"])
    if is_used_up and headers.get("X-RateLimit-Reset", "").isdigit():
        return max(0.0, float(headers["X-RateLimit-Reset"]) - time.time())
    return 60.0 * (attempt + 1)
