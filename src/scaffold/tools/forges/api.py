"""A client for a forge's JSON API: it keeps to rate limits, retries where that is safe, and never shows the token."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from scaffold.tools.forges import network
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
        headers: The headers, by their names in lower case.
    """

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return 200 <= self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        """The object that a successful response holds; empty for anything else, whatever the server sent."""
        return self.data if self.ok and isinstance(self.data, dict) else {}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of the list that a successful response holds; empty for anything else."""
        return [row for row in self.data if isinstance(row, dict)] if self.ok and isinstance(self.data, list) else []

    @property
    def reason(self) -> str:
        """Why the server refused, in its own words; empty where it does not say.

        GitHub has `message` and `errors` with messages, or with a field and a code; GitLab has a text, a list or an
        object of lists as `message`, or `error` and `error_description`.
        """
        data = self.data if isinstance(self.data, dict) else {}
        parts = [data.get(key) for key in ("message", "errors", "error_description") if data.get(key)]
        texts = dict.fromkeys(text for part in parts or [data.get("error")] for text in _texts(part))
        return " ".join("; ".join(texts).split())[:300]


@dataclass(frozen=True)
class Api:
    """The API of one server.

    Attributes:
        root: The URL that all paths begin with.
        headers: The headers of every request; one of them has the token.
        rate_limiter: The limits on writing.
        sleep: The function to wait with.
        clock: The function that returns the time, in seconds since 1970.
    """

    root: str
    headers: Mapping[str, str] = field(repr=False)
    rate_limiter: RateLimiter = field(default_factory=RateLimiter)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time

    @cached_property
    def _pool(self) -> "PoolManager":
        from urllib3 import Retry, Timeout

        # A redirect could send the token to another server, so none is followed. A write may have succeeded although
        # the connection broke, so only reads are sent again.
        retries = Retry(connect=2, read=2, other=0, allowed_methods=["GET"], redirect=False, status=False)
        return network.pool(self.root, maxsize=_MAX_CONNECTIONS, retries=retries, timeout=Timeout(_TIMEOUT))

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
            headers = {name.lower(): value for name, value in response.headers.items()}
            last = ApiResponse(response.status, _parse(response.data), headers)
            delay = _retry_delay(last, attempt, self.clock())
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
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "If your institution has its own, name its file: export SSL_CERT_FILE=/path/to/ca.pem"
                raise ForgeError(f"The certificate of {self._host} is not one that is trusted here.", hint) from error
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


def _texts(part: Any) -> Iterator[str]:
    """The texts in a part of an error, however it is nested; of GitHub's errors without a message, field and code."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for item in part:
            yield from _texts(item)
    elif isinstance(part, dict):
        if isinstance(part.get("message"), str):
            yield part["message"]
        elif "code" in part:
            yield " ".join(str(part[key]) for key in ("resource", "field", "code") if part.get(key))
        else:
            for name, value in part.items():
                yield from (f"{name}: {text}" for text in _texts(value))


def _retry_delay(response: ApiResponse, attempt: int, now: float) -> float | None:
    """How many seconds the server asks to wait; None where it did not report a rate limit.

    docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: 403 or 429, at times 404, with Retry-After, or
    with X-RateLimit-Remaining 0 until X-RateLimit-Reset; otherwise wait a minute, and longer each time. A secondary
    limit may have none of these headers, and says so in its message. 429: RFC 6585.
    """
    headers, is_used_up = response.headers, response.headers.get("x-ratelimit-remaining") == "0"
    is_limited = response.status == 429 or "retry-after" in headers or is_used_up
    if response.status == 403 and re.search(r"rate limit|abuse detection", response.reason, re.IGNORECASE):
        is_limited = True
    if response.status not in (403, 404, 429) or not is_limited:
        return None
    if headers.get("retry-after", "").isdigit():
        return float(headers["retry-after"])
    if is_used_up and headers.get("x-ratelimit-reset", "").isdigit():
        return max(0.0, float(headers["x-ratelimit-reset"]) - now)
    return 60.0 * (attempt + 1)
