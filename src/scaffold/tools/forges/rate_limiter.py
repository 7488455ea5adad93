"""Keep to a server's limits on write requests; one limiter per server, shared by all threads."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class RateLimiter:
    """A sliding-window rate limiter with a minimum gap between two writes.

    Attributes:
        windows: Limits as (writes, seconds): at most so many writes within so many seconds.
        gap: The seconds between two writes, at least.
        sleep: The function to wait with.
        clock: The function that returns the time in seconds.
    """

    windows: tuple[tuple[int, float], ...] = ()
    gap: float = 0.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _writes: deque[float] = field(default_factory=deque, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def wait(self) -> None:
        """Wait until one more write is allowed."""
        with self._lock:
            now = self.clock()
            start = self._reserve(now)
        if start > now:
            self.sleep(start - now)

    def estimate_seconds(self, writes: int) -> float:
        """How many seconds this many writes take at least, when nothing was written before."""
        unused = RateLimiter(self.windows, self.gap)
        return max((unused._reserve(0.0) for _ in range(writes)), default=0.0)

    def _reserve(self, now: float) -> float:
        """Reserve the earliest time from `now` on at which one more write is allowed. Returns that time."""
        writes, start = self._writes, now
        if writes:
            start = max(start, writes[-1] + self.gap)
        for limit, seconds in self.windows:
            if len(writes) >= limit:
                start = max(start, writes[-limit] + seconds)
        writes.append(start)
        while len(writes) > max((limit for limit, _ in self.windows), default=1):
            writes.popleft()
        return start
