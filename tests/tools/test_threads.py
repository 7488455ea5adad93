"""Functions in threads: their results in order, and Ctrl-C, which may reach any thread."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scaffold.tools.threads import map_in_order


def test_results_come_in_the_order_of_the_items() -> None:
    second = threading.Event()

    def double(number: int) -> int:
        if number == 1:
            second.wait(30)
        else:
            second.set()
        return 2 * number

    with ThreadPoolExecutor(2) as pool:
        assert list(map_in_order(pool, double, [1, 2])) == [2, 4]


def test_an_error_comes_in_its_place() -> None:
    with ThreadPoolExecutor(2) as pool:
        found = map_in_order(pool, int, ["1", "two", "3"])
        assert next(found) == 1
        with pytest.raises(ValueError, match="two"):
            next(found)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows sends Ctrl-C to a thread of its own")
def test_ctrl_c_that_another_thread_receives_ends_the_wait() -> None:
    over, ended = threading.Event(), threading.Event()

    def is_interrupted(_: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        over.wait(30)
        ended.set()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()  # its thread takes the signal, because the main one does not
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            with pytest.raises(KeyboardInterrupt):
                list(map_in_order(pool, is_interrupted, [1]))
            assert not ended.is_set()
        finally:
            over.set()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
