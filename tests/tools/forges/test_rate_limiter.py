"""The rate limiter keeps to its limits, and waits no longer than necessary."""

from itertools import pairwise
from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.rate_limiter import RateLimiter


class Clock:
    """A clock that advances only by sleep, or when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, estimate_seconds: float) -> None:
        self.now += estimate_seconds


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_window_has_more_writes_than_allowed(idle: list[float]) -> None:
    clock = Clock()
    rate_limiter, turns = RateLimiter(((3, 10), (7, 60)), 1, clock.sleep, clock), []
    for estimate_seconds in idle:
        clock.now += estimate_seconds
        rate_limiter.wait()
        turns.append(clock.now)
    for many, span in ((3, 10), (7, 60)):
        for first, last in zip(turns, turns[many:], strict=False):
            assert last - first >= span - 1e-6
    assert all(after - before >= 1 - 1e-6 for before, after in pairwise(turns))


def test_no_limits_no_waits() -> None:
    clock = Clock()
    rate_limiter = RateLimiter((), 0, clock.sleep, clock)
    for _ in range(1000):
        rate_limiter.wait()
    assert clock.now == 0
    assert rate_limiter.estimate_seconds(1000) == 0


def test_githubs_limits() -> None:
    rate_limiter = GitHubForge("x").vendor.rate_limiter
    assert rate_limiter.estimate_seconds(0) == 0
    assert rate_limiter.estimate_seconds(80) == 79
    assert 499 <= rate_limiter.estimate_seconds(500) < 520
    assert 3600 <= rate_limiter.estimate_seconds(501) < 3602
    # 10,000 students: a repository and a collaborator each, 500 writes an hour.
    assert 39 * 3600 <= rate_limiter.estimate_seconds(20_000) <= 40 * 3600


def test_threads_share_a_limiter() -> None:
    clock = Clock()
    slept: list[float] = []
    rate_limiter = RateLimiter((), 1, slept.append, clock)
    threads = [Thread(target=rate_limiter.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slept) == [float(second) for second in range(1, 20)]
