"""Run work on a Dask cluster, some of whose machines may fail. The only module that imports distributed."""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any, TypeVar

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")
_AHEAD = 4
"""How many items per thread of the cluster are submitted ahead; the rest are made when others are done."""
_LOOK_SECONDS = 5
"""How long nothing may be ready before the workers are counted."""


def spread(
    address: str,
    check: Callable[[], str],
    work: Callable[[Item], Result],
    items: Iterator[tuple[str, Item]],
    notes: list[str],
) -> Iterator[tuple[str, Result | Exception]]:
    """Run a function on a cluster; what was on a machine that failed is run again on another.

    Args:
        address: The scheduler's address, as in `tcp://HOST:8786`.
        check: Called on every worker before any work: why this worker cannot do it; empty where it can.
        work: A function that the workers can import.
        items: Keys and arguments; the iterator is advanced only when there is room.
        notes: Receives a sentence for each worker that is left out.

    Yields:
        The key, and the result or the exception, in the order in which they are ready.

    Raises:
        ScaffoldError: Dask is not installed, the cluster cannot be reached, or no worker can do the work (any more).
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ScaffoldError("--cluster needs Dask distributed.", "pip install 'portfolio-scaffold[cluster]'") from error
    try:
        client = Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise ScaffoldError(f"There is no Dask scheduler at {address}.", "For example: tcp://10.0.0.1:8786") from error
    with client:
        workers = _able_workers(client, address, check, notes)
        yield from _run_all(client, address, workers, work, items)


def _able_workers(client: "Client", address: str, check: Callable[[], str], notes: list[str]) -> list[str]:
    """The addresses of the workers that can do the work. Raises ScaffoldError where there is none."""
    # A worker without scaffold cannot load the function: that is its answer.
    answers = client.run(check, on_error="return")
    reasons = {worker: answer if isinstance(answer, str) else _describe(answer) for worker, answer in answers.items()}
    able = [worker for worker, reason in reasons.items() if not reason]
    left_out = [f"The worker {worker} is left out: {reason}" for worker, reason in reasons.items() if reason]
    if not able:
        if left_out:
            raise ScaffoldError(f"No worker of {address} can grade. {left_out[0]}", "See: scaffold doctor, there.")
        raise ScaffoldError(f"The cluster at {address} has no workers.", f"Start some: dask worker {address}")
    notes += left_out
    return able


def _run_all(
    client: "Client",
    address: str,
    workers: list[str],
    work: Callable[[Item], Result],
    items: Iterator[tuple[str, Item]],
) -> Iterator[tuple[str, Result | Exception]]:
    from distributed import wait

    room = _AHEAD * sum(threads for worker, threads in client.nthreads().items() if worker in workers)
    running: dict[Any, str] = {}
    more = True
    while more or running:
        while more and len(running) < room:
            key, item = next(items, ("", None))
            more = item is not None
            if item is not None:
                running[client.submit(work, item, pure=False, workers=workers)] = key
        if not running:
            return
        try:
            ready = wait(list(running), timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            if not set(workers) & set(_alive(client, address)):
                message = f"No worker of {address} that can grade is left."
                raise ScaffoldError(message, "Start some, and grade again.") from None
            continue
        except (CancelledError, OSError) as error:
            raise _lost(address) from error
        for future in ready:
            key, exception = running.pop(future), future.exception()
            yield key, exception if exception is not None else future.result()
            future.release()


def _alive(client: "Client", address: str) -> list[str]:
    """The workers that the scheduler knows. Raises ScaffoldError where it does not answer."""
    try:
        return list(client.nthreads())
    except OSError as error:
        raise _lost(address) from error


def _lost(address: str) -> ScaffoldError:
    return ScaffoldError(f"The Dask scheduler at {address} does not answer any more.", "Start it, and grade again.")


def _describe(error: object) -> str:
    return error.message if isinstance(error, ScaffoldError) else f"{type(error).__name__}: {error}"
