# ruff: noqa: E501
"""`scaffold class grade --cluster`: a real Dask scheduler with two worker processes, one of which is killed."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import Run
from grading_support import SOLUTION, class_with_submissions, need_sandbox, points
from support import BIN, Result, spawn

SLOW = {"src/answer.py": "import time\n\ntime.sleep(0.5)\n" + SOLUTION["src/answer.py"]}
WRONG = {
    "src/answer.py": "def greet(name):\n    return 'Hello ' + name\n\n\ndef answer(values):\n    while True:\n        pass\n"
}


@dataclass
class Cluster:
    """A scheduler and its workers, as processes on this machine."""

    address: str
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(sealed: Path) -> Iterator[Cluster]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    flags = ["--host", "127.0.0.1", "--no-dashboard"]
    port = ["--port", address.rpartition(":")[2]]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *flags, *port]
    processes = [subprocess.Popen(command, **quiet)]  # type: ignore[call-overload]
    # Without a nanny process, which would restart a killed worker.
    work = [sys.executable, "-m", "distributed.cli.dask_worker", address, *flags, "--no-nanny", "--nthreads", "1"]
    processes += [
        subprocess.Popen([*work, "--local-directory", str(sealed / f"worker{n}")], **quiet)  # type: ignore[call-overload]
        for n in range(2)
    ]
    yield Cluster(address, processes[1:])
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.thorough
def test_everybody_is_graded_although_a_worker_fails(cluster: Cluster, work: Path) -> None:
    from distributed import Client

    need_sandbox()
    course = class_with_submissions(work / "ml1", {**{f"s{n}": SLOW for n in range(6)}, "loop": WRONG})
    found: list[Result] = []
    args = ("class", "grade", "hw1", "-C", course.folder, "--cluster", cluster.address, "--json")
    with Client(cluster.address, timeout=600) as client:
        client.wait_for_workers(2, timeout=600)
        grading = threading.Thread(target=lambda: found.append(spawn(BIN / "scaffold", *args)))
        grading.start()
        pids = client.run(os.getpid)
        address = next(address for address, pid in pids.items() if pid == cluster.workers[0].pid)
        while grading.is_alive() and not client.processing([address])[address]:
            pass
        cluster.workers[0].kill()
        grading.join()
        assert len(client.nthreads()) == 1
    assert found[0].code == 0, found
    assert points(found[0]) == {**{f"s{n}": 4 for n in range(6)}, "loop": 1}


def test_there_is_no_cluster(work: Path, run: Run) -> None:
    need_sandbox()
    course = class_with_submissions(work / "ml1", {"ada": {}})
    failed = run("class", "grade", "hw1", "-C", course.folder, "--cluster", "nonsense://nowhere")
    assert (failed.code, failed.err.startswith("error: There is no Dask scheduler at nonsense://nowhere.")) == (1, True)
