"""A watched process ends when it used too much CPU time; waiting costs it nothing but the clock's patience."""

import sys
import threading
import time
from pathlib import Path

import pytest

from scaffold.tools.process import Child
from scaffold.tools.watchdog import PATIENCE, ResourceLimits, Watchdog, cpu_used, process_tree

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells CPU times by /proc")
FAR = 10_000.0
BUSY = "while True: pass"
WAITS = "import sys; sys.stdin.read()"


def watched(code: str) -> tuple[Child, Watchdog]:
    """A Python process, and its watchdog."""
    child = Child([sys.executable, "-I", "-c", code], Path("/"))
    return child, Watchdog(child.pid, child.kill, ResourceLimits(1000, 64))


@pytest.mark.thorough
def test_cpu_time_ends_a_process(work: Path) -> None:
    child, watchdog = watched(BUSY)
    watchdog.deadline(watchdog.cpu_seconds() + 0.2, time.monotonic() + FAR, 0.2, "it took longer than {}")
    assert child.receive(1) is None
    watchdog.stop()
    child.close()
    assert watchdog.reason == "it took longer than 0.2 s"


def test_a_process_that_waits_is_ended_by_the_clock(work: Path) -> None:
    child, watchdog = watched(WAITS)
    watchdog.deadline(watchdog.cpu_seconds() + FAR, time.monotonic(), 10, "it took longer than {}")
    assert child.receive(1) is None
    watchdog.stop()
    child.close()
    assert watchdog.reason == f"it took longer than {10 * PATIENCE} s by the clock"


def test_children_that_ended_count(work: Path) -> None:
    burn = "import time\\nwhile time.process_time() < 0.6: pass"  # /proc counts in ticks, and may lose some
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', '{burn}']); print('done', flush=True)"
    child, watchdog = watched(f"{code}; {WAITS}")
    moment = threading.Event()
    while watchdog.cpu_seconds() < 0.3:
        moment.wait(0.01)
    assert watchdog.measures_cpu
    assert cpu_used(process_tree(child.pid)) >= 0.3
    child.kill()
    watchdog.stop()
    child.close()


def test_a_process_that_is_gone_keeps_its_last_reading(work: Path) -> None:
    child, watchdog = watched(BUSY)
    moment = threading.Event()
    while (before := watchdog.cpu_seconds()) == 0:
        moment.wait(0.01)
    child.kill()
    watchdog.stop()
    child.close()
    assert watchdog.cpu_seconds() >= before
    assert cpu_used([2**22 + 1]) == 0


SHARED = f"""
import mmap, os
shared = mmap.mmap(-1, 120 << 20)
shared.write(bytes(120 << 20))
if os.fork():
    shared[:] = shared[:1] * len(shared)
    print(end="\\4\\0\\0\\0done", flush=True)
{WAITS}
"""


@pytest.mark.thorough
def test_memory_without_a_file_counts_and_shared_memory_counts_once(work: Path) -> None:
    for limit, is_ended in ((60, True), (300, False)):
        child = Child([sys.executable, "-I", "-c", SHARED], Path("/"))
        watchdog = Watchdog(child.pid, child.kill, ResourceLimits(limit, 64))
        watchdog.deadline(FAR, time.monotonic() + 60, FAR, "it took longer than {}")
        answer = child.receive(10)
        if is_ended:
            while child.receive(10):
                pass
        else:
            assert answer == b"done"
        child.kill()
        watchdog.stop()
        child.close()
        assert watchdog.reason == ("it used more than 60 MB of memory" if is_ended else "")
