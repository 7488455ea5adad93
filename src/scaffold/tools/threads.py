"""Run a function in threads, and notice Ctrl-C while they work."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, wait
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_LOOK_SECONDS = 0.2
"""How long the main thread waits before it looks whether a signal has come."""


def map_in_order(pool: Executor, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """As `Executor.map`, but Ctrl-C always ends it.

    Python runs a signal's handler in the main thread. A signal that another thread received, or that came just before
    the main thread began to wait, does not end a wait without a limit, and on Windows no signal does.
    """
    futures = [pool.submit(function, item) for item in items]
    try:
        for future in futures:
            while not future.done():
                wait([future], _LOOK_SECONDS)
            yield future.result()
    finally:
        for future in futures:
            future.cancel()
