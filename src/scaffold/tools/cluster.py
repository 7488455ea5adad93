"""Run work on a Dask cluster, some of whose machines may fail. The only module that imports distributed."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from scaffold.errors import ScaffoldError

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 4
"""How many items per thread of the cluster are submitted ahead; the rest are made when others are done."""


def spread(
    address: str, work: Callable[[Item], Result], items: Iterator[tuple[str, Item]]
) -> Iterator[tuple[str, Result | Exception]]:
    """Run a function on a cluster; what was on a machine that failed is run again on another.

    Args:
        address: The scheduler's address, as in `tcp://HOST:8786`.
        work: A function that the workers can import.
        items: Keys and arguments; the iterator is advanced only when there is room.

    Yields:
        The key, and the result or the exception, in the order in which they are ready.

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

        def submit_next() -> None:
            for key, item in items:
                future = client.submit(work, item, pure=False)
                keys[future.key] = key
                running.add(future)
                return

        for _ in range(_AHEAD * threads):
            submit_next()
        for future in running:
            submit_next()
            key = keys.pop(future.key)
            exception = future.exception()
            yield key, exception if exception is not None else future.result()
            future.release()
