"""How fast may a server be asked to write? One token bucket for each, shared by all threads."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Pace:
    """What a server's published limits allow: so many writes in so many seconds, and a gap between two.

    Attributes:
        windows: (writes, seconds): so many writes at most within so many seconds.
        gap: seconds between two writes at least.
        sleep: how to wait.
        clock: what the time is, in seconds.
    """

    windows: tuple[tuple[int, float], ...] = ()
    gap: float = 0.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _past: deque[float] = field(default_factory=deque, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def wait(self) -> None:
        """Wait for one's turn to write."""
        with self._lock:
            now = self.clock()
            turn = self._take(now)
        if turn > now:
            self.sleep(turn - now)

    def seconds(self, writes: int) -> float:
        """How long so many writes take at least when nothing was written before."""
        start = Pace(self.windows, self.gap)
        return max((start._take(0.0) for _ in range(writes)), default=0.0)

    def _take(self, now: float) -> float:
        """The earliest time from `now` on at which one more write is allowed; it is taken."""
        past, turn = self._past, now
        if past:
            turn = max(turn, past[-1] + self.gap)
        for writes, span in self.windows:
            if len(past) >= writes:
                turn = max(turn, past[-writes] + span)
        past.append(turn)
        while len(past) > max((writes for writes, _ in self.windows), default=1):
            past.popleft()
        return turn
