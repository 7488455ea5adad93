# ruff: noqa: E501
"""`scaffold class grade --cluster`: a real Dask scheduler with two worker processes, one of which is killed."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import Run
from grading_support import SOLUTION, class_with_submissions, need_sandbox, points
from scaffold.core.classroom.grading import remote
from scaffold.core.classroom.grading.remote import Job, run_job
from scaffold.errors import ScaffoldError
from scaffold.tools.cluster import spread
from support import BIN, Result, spawn

SLOW = {"src/answer.py": "import time\n\ntime.sleep(0.5)\n" + SOLUTION["src/answer.py"]}
WRONG = {
    "src/answer.py": "def greet(name):\n    return 'Hello ' + name\n\n\ndef answer(values):\n    while True:\n        pass\n"
}


@dataclass
class Cluster:
    """A scheduler and its workers, as processes on this machine."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


@pytest.fixture
def cluster(sealed: Path) -> Iterator[Cluster]:
    """A scheduler and two workers; a third one has no sandbox."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    flags = ["--host", "127.0.0.1", "--no-dashboard"]
    port = ["--port", address.rpartition(":")[2]]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *flags, *port]
    processes = [subprocess.Popen(command, **quiet)]  # type: ignore[call-overload]
    # Without a nanny process, which would restart a killed worker.
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, *flags, "--no-nanny", "--nthreads", "1"]
    processes += [
        subprocess.Popen([*command, "--local-directory", str(sealed / f"worker{n}")], env=env, **quiet)  # type: ignore[call-overload]
        for n, env in enumerate((None, None, {**os.environ, "PATH": str(sealed)}))
    ]
    yield Cluster(address, processes[0], processes[1:])
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
        client.wait_for_workers(3, timeout=600)
        grading = threading.Thread(target=lambda: found.append(spawn(BIN / "scaffold", *args)))
        grading.start()
        pids = client.run(os.getpid)
        address = next(address for address, pid in pids.items() if pid == cluster.workers[0].pid)
        while grading.is_alive() and not client.processing([address])[address]:
            pass
        cluster.workers[0].kill()
        grading.join()
        assert len(client.nthreads()) == 2
    assert found[0].code == 0, found
    assert points(found[0]) == {**{f"s{n}": 4 for n in range(6)}, "loop": 1}
    (left_out,) = [note["message"] for note in found[0].json["warnings"] if "is left out" in note["message"]]
    assert "sandbox" in left_out


@pytest.mark.thorough
def test_a_scheduler_that_ends_is_told_after_what_was_ready(cluster: Cluster) -> None:
    from distributed import Client

    with Client(cluster.address, timeout=600) as client:
        client.wait_for_workers(3, timeout=600)
    notes: list[str] = []
    items = iter([("quick", 0.0), ("endless", 9999.0)])
    results = spread(cluster.address, str, time.sleep, items, notes)
    assert next(results) == ("quick", None)
    cluster.scheduler.kill()
    with pytest.raises(ScaffoldError, match="does not answer any more"):
        next(results)
    assert notes == []


@pytest.mark.thorough
def test_what_was_graded_before_the_cluster_ended_stays(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    need_sandbox()
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": {}})

    def one_of_them(address: str, jobs: Iterator[tuple[str, Job]], notes: list[str], **_: object) -> Iterator[object]:
        notes.append("The worker tcp://10.0.0.2:1 is left out: no sandbox.")
        yield "ada", run_job(next(jobs)[1])
        raise ScaffoldError("The Dask scheduler does not answer any more.")

    monkeypatch.setattr(remote, "run_jobs", one_of_them)
    done = run("class", "grade", "hw1", "-C", course.folder, "--cluster", "tcp://10.0.0.1:8786", "--json")
    assert (done.code, points(done)["ada"]) == (4, 4)
    assert {row["id"]: row["state"] for row in done.data["students"]} == {"ada": "graded", "bob": "failed"}
    told = " ".join(note["message"] for note in done.json["warnings"])
    assert "is left out: no sandbox" in told
    assert "does not answer any more" in told
    assert "ada,Ada,graded,4" in (course.folder / "results/hw1/results.csv").read_text()


@pytest.mark.thorough
def test_a_cluster_without_an_able_worker(cluster: Cluster, work: Path, run: Run) -> None:
    from distributed import Client

    need_sandbox()
    course = class_with_submissions(work / "ml1", {"a": {}})
    with Client(cluster.address, timeout=600) as client:
        client.wait_for_workers(3, timeout=600)
        for process in cluster.workers[:2]:
            process.kill()
        while len(client.nthreads()) > 1:
            pass
        failed = run("class", "grade", "hw1", "-C", course.folder, "--cluster", cluster.address)
        assert (failed.code, "can grade. The worker" in failed.err) == (1, True)
        cluster.workers[2].kill()
        while client.nthreads():
            pass
        failed = run("class", "grade", "hw1", "-C", course.folder, "--cluster", cluster.address)
        assert (failed.code, "has no workers" in failed.err) == (1, True)


@pytest.mark.thorough
def test_there_is_no_cluster(work: Path, run: Run) -> None:
    need_sandbox()
    course = class_with_submissions(work / "ml1", {"ada": {}})
    failed = run("class", "grade", "hw1", "-C", course.folder, "--cluster", "nonsense://nowhere")
    assert (failed.code, failed.err.startswith("error: There is no Dask scheduler at nonsense://nowhere.")) == (1, True)
