"""One submission before the judge: two boxes, one with the tests and one with the student's code, and we in between.

The judge's box never runs a line of the student's code, and the worker's box never sees a test. All that they say to
each other goes through here, so that a call that takes too long, or a worker that ends, is the end of that test alone.
"""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scaffold.core.classroom.environment import Environment
from scaffold.core.classroom.rules import Limits
from scaffold.core.classroom.submitted import Layout, Trees
from scaffold.tools import trees
from scaffold.tools.files import open_to_all, temporary_folder
from scaffold.tools.process import Child
from scaffold.tools.sandbox import Box, Sandbox
from scaffold.tools.watch import Bounds, Watch

_JUDGE = Path(__file__).parents[2] / "judge"
_CODE, _WORK, _SHARED = "/opt/scaffold/lib/scaffold/judge", "/work", "/shared"
_LARGEST = 1 << 28
"""The longest frame of the judge's, in bytes."""
_SOON = 0.3
"""Seconds in which a program that stopped to answer is seen to have ended."""


@dataclass(frozen=True)
class Court:
    """What all trials of an assignment have in common.

    Attributes:
        sandbox: where they are held.
        environment: in which environment.
        plan: what is the teacher's.
        limits: what a submission may use.
        together: test files that run in one process with the student's code.
        only: tests that count; all when empty.
        seed: where random numbers and the order of sets begin.
        halted: set when all trials are to end.
    """

    sandbox: Sandbox
    environment: Environment
    plan: Layout
    limits: Limits
    together: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    seed: int = 0
    halted: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Verdict:
    """What became of a test.

    Attributes:
        test: its id, as pytest names it.
        passed: whether it ran and passed.
        skipped: whether it was skipped.
        message: why it did not pass.
        seconds: how long it took.
    """

    test: str
    passed: bool
    skipped: bool = False
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Trial:
    """What became of a submission: its tests, and what stopped them from being run to the end (empty: nothing)."""

    verdicts: tuple[Verdict, ...]
    stopped: str = ""


def hold(court: Court, given: Trees, slot: int = 0) -> Trial:
    """Run the tests on a submission.

    Args:
        court: how.
        given: what the boxes see.
        slot: a number that no other trial has at the same time.
    """
    apart = [file for file in court.plan.files if file not in court.together and _counts(court, file)]
    together = [file for file in court.plan.files if file in court.together and _counts(court, file)]
    found: list[Verdict] = []
    stopped = []
    with temporary_folder() as stage:
        for number, (files, is_apart) in enumerate(((apart, True), (together, False))):
            if files:
                trial = _Session(court, given, stage / str(number), slot, is_apart).run(files)
                found += trial.verdicts
                stopped += [trial.stopped] if trial.stopped else []
    return Trial(tuple(found), "; ".join(stopped))


def _counts(court: Court, file: str) -> bool:
    return not court.only or any(name == file or name.startswith(f"{file}::") for name in court.only)


class _Session:
    """A judge and, where the student's code is apart, a worker that is started again whenever it ended."""

    def __init__(self, court: Court, given: Trees, stage: Path, slot: int, is_apart: bool) -> None:
        self._court, self._given, self._stage, self._slot, self._is_apart = court, given, stage, slot, is_apart
        self._worker: Child | None = None
        self._watch: Watch | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._imported: dict[bytes, str] = {}
        self._gone = "it ended before"
        self._ready = False
        self._deadline = 0.0

    def run(self, files: Sequence[str]) -> Trial:
        """Run test files."""
        shared = self._stage / "shared"
        for name, tree in self._folders().items():
            trees.lay_out(tree, self._stage / name)
        shared.mkdir()
        open_to_all(self._stage)
        court = self._court
        judge_folder = self._stage / ("judge" if self._is_apart else "together")
        judge = self._start("judge", judge_folder)
        about = {
            "tests": list(files),
            "only": list(court.only),
            "tops": list(court.plan.tops) if self._is_apart else [],
            "roots": [] if self._is_apart else self._roots(judge_folder),
        }
        watch = self._watched(judge, (self._stage,))
        watch.until(court.limits.total_seconds, f"all tests together took longer than {court.limits.total_seconds} s")
        try:
            if self._is_apart:
                self._start_worker()
            judge.send(self._config(judge_folder, about))
            ended = self._serve(judge)
            return self._judged(ended, watch, judge)
        finally:
            court.sandbox.kill(judge)
            watch.stop()
            judge.close()
            self._end_worker()

    def _folders(self) -> Mapping[str, trees.Tree]:
        if self._is_apart:
            return {"judge": self._given.judge, "worker": self._given.worker}
        return {"together": self._given.together}

    def _judged(self, ended: bool, watch: Watch, judge: Child) -> Trial:
        if ended:
            return Trial(tuple(self._verdicts.values()))
        stopped = watch.reason or f"the tests ended in the middle (exit status {judge.status(_SOON)})"
        # Where a student's code can write a report itself, one without the end of the run is worth nothing.
        return Trial(tuple(self._verdicts.values()) if self._is_apart else (), stopped)

    def _serve(self, judge: Child) -> bool:
        """Do what the judge asks. Returns whether it came to its end."""
        while (frame := judge.receive(_LARGEST)) is not None:
            letter, content = frame[:1], frame[1:]
            if letter in b"CI" and self._is_apart:
                judge.send(self._asked(content, imports=letter == b"I"))
            elif letter == b"S":
                self._begin()
            elif letter == b"T":
                self._keep(content)
            elif letter == b"E":
                return True
        return False

    def _keep(self, content: bytes) -> None:
        try:
            about = json.loads(content)
            verdict = Verdict(
                str(about["id"]),
                about["passed"] is True,
                about.get("skipped") is True,
                str(about["message"]),
                float(about["seconds"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        # A test reports once.
        self._verdicts.setdefault(verdict.test, verdict)

    def _begin(self) -> None:
        """A test begins: there is a worker that has imported what was imported before, and its time begins to run."""
        self._deadline = 0.0
        if self._is_apart and self._worker is None:
            self._start_worker()
            for request, broken in list(self._imported.items()):
                if not broken and self._worker:
                    self._asked(request, imports=True)
        if self._worker:
            self._worker.send(b"")
        self._deadline = time.monotonic() + self._court.limits.seconds

    def _asked(self, request: bytes, *, imports: bool) -> bytes:
        """The worker's answer, or why there is none."""
        if imports and self._imported.get(request):
            return b"X" + self._imported[request].encode()
        if self._worker is None and not self._deadline:
            self._start_worker()
        worker, watch, limits = self._worker, self._watch, self._court.limits
        if worker is None or watch is None:
            return b"X" + self._gone.encode()
        start = time.monotonic()
        if imports or not self._deadline:
            watch.until(limits.import_seconds, f"it took longer than {limits.import_seconds} s to import")
        else:
            watch.until(self._deadline - start, f"it took longer than {limits.seconds} s")
        answer = worker.receive(limits.output_mb << 20) if self._is_ready(worker) and worker.send(request) else None
        watch.rest()
        if imports:
            self._imported[request] = ""
            self._deadline += time.monotonic() - start if self._deadline else 0
        if answer is not None:
            return b"V" + answer
        self._gone = self._why(worker, watch)
        if imports:
            self._imported[request] = self._gone
        self._end_worker()
        return b"X" + self._gone.encode()

    def _is_ready(self, worker: Child) -> bool:
        """Wait for a worker that was just started."""
        if not self._ready:
            self._ready = worker.receive(_LARGEST) is not None
        return self._ready

    def _why(self, worker: Child, watch: Watch) -> str:
        status = worker.status(_SOON)
        if watch.reason:
            return watch.reason
        if status is None:
            return f"it gave back more than {self._court.limits.output_mb} MB, or no answer at all"
        return f"it ended the program in the middle of the test (exit status {status})"

    def _start_worker(self) -> None:
        folder = self._stage / "worker"
        self._ready = False
        self._worker = self._start("worker", folder)
        self._watch = self._watched(self._worker, (self._stage,))
        self._worker.send(self._config(folder, {"roots": self._roots(folder), "seed": self._court.seed}))

    def _end_worker(self) -> None:
        if self._worker and self._watch:
            self._court.sandbox.kill(self._worker)
            self._watch.stop()
            self._worker.close()
        self._worker = self._watch = None

    def _watched(self, child: Child, folders: tuple[Path, ...]) -> Watch:
        sandbox = self._court.sandbox
        pid = child.pid if sandbox.sees_pids else 0
        limits = self._court.limits
        bounds = Bounds(limits.memory_mb, limits.processes)
        return Watch(pid, lambda: sandbox.kill(child), bounds, folders, self._court.halted)

    def _where(self, folder: Path) -> dict[str, Path]:
        return {_WORK: folder, _SHARED: self._stage / "shared"}

    def _roots(self, folder: Path) -> list[str]:
        top = self._court.sandbox.place(_WORK, self._where(folder))
        return [top if root == "." else f"{top}/{root}" for root in self._court.plan.roots]

    def _config(self, folder: Path, about: Mapping[str, object]) -> bytes:
        sandbox, where = self._court.sandbox, self._where(folder)
        limits = asdict(self._court.limits)
        if not sandbox.counts_processes:
            limits["processes"] = 0
        common = {
            "limits": limits,
            "folder": sandbox.place(_WORK, where),
            "shared": sandbox.place(_SHARED, where),
        }
        return json.dumps({**common, **about}).encode()

    def _start(self, role: str, folder: Path) -> Child:
        court = self._court
        shown = {str(path): path for path in court.environment.folders} | {_CODE: _JUDGE}
        code = court.sandbox.place(_CODE, shown)
        path = str(Path(code).parents[1])
        first = f"import sys; sys.path.insert(0, {path!r}); from scaffold.judge import {role}; {role}.main()"
        box = Box(
            (court.environment.python, "-I", "-B", "-c", first),
            shown,
            self._where(folder),
            {**_ENV, "PYTHONHASHSEED": str(court.seed)},
            court.limits.memory_mb,
            court.limits.processes,
            self._slot,
        )
        return court.sandbox.start(box)


_ENV = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # As many threads as there are cores would run for every submission at once.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
