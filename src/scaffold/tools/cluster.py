"""The only door to Dask distributed: work spread over the machines of a cluster, some of which may die."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from scaffold.errors import ScaffoldError

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 4
"""So many items for each thread of the cluster are sent ahead; the rest is made when there is room."""


def spread(
    address: str, work: Callable[[Item], Result], items: Iterator[tuple[str, Item]]
) -> Iterator[tuple[str, Result | Exception]]:
    """Do work on a cluster; what was on a machine that died is done again on another.

    Args:
        address: the scheduler's, as `tcp://HOST:8786`.
        work: a function that the workers can import.
        items: a key and what the work is done on, made when there is room for it.

    Yields:
        The key, and what came of it or why nothing did, in the order in which they are ready.

    Raises:
        ScaffoldError: Dask is not installed, or the cluster cannot be reached or has no workers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise ScaffoldError("--cluster needs Dask distributed.", "pip install 'portfolio-scaffold[cluster]'") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ScaffoldError(f"There is no Dask scheduler at {address}.", "For example: tcp://10.0.0.1:8786") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ScaffoldError(f"The cluster at {address} has no workers.", f"Start some: dask worker {address}")
        keys = {}
        running = as_completed()

        def add() -> None:
            for key, item in items:
                future = client.submit(work, item, pure=False)
                keys[future.key] = key
                running.add(future)
                return

        for _ in range(_AHEAD * threads):
            add()
        for future in running:
            add()
            key = keys.pop(future.key)
            failed = future.exception()
            yield key, failed if failed is not None else future.result()
            future.release()
