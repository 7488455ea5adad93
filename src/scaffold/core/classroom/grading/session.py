"""One submission before the judge: two boxes, one with the tests and one with the student's code, and we in between.

The judge's box never runs a line of the student's code, and the worker's box never sees a test. All that they say to
each other goes through here, so that a call that takes too long, or a worker that ends, is the end of that test alone.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom.grading.runner import Court, Place, Program, roots, start, tell
from scaffold.core.classroom.grading.submission import Trees
from scaffold.tools.files import open_to_all, temporary_folder
from scaffold.tools.git import trees
from scaffold.tools.process import Child

_LARGEST = 1 << 28
"""The longest frame of the judge's, in bytes."""
_SOON = 0.3
"""Seconds in which a program that stopped to answer is seen to have ended."""


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
        self._court, self._is_apart = court, is_apart
        self._trees = {"judge": given.judge, "worker": given.worker} if is_apart else {"judge": given.together}
        self._places = {role: Place(stage / role, stage / "shared", slot) for role in self._trees}
        self._stage = stage
        self._worker: Program | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._imported: dict[bytes, str] = {}
        self._gone = "it ended before"
        self._ready = False
        self._deadline = 0.0

    def run(self, files: Sequence[str]) -> Trial:
        """Run test files."""
        for role, tree in self._trees.items():
            trees.lay_out(tree, self._places[role].folder)
        (self._stage / "shared").mkdir()
        open_to_all(self._stage)
        court, place = self._court, self._places["judge"]
        judge = start(court, "judge", place)
        judge.watch.until(
            court.limits.total_seconds, f"all tests together took longer than {court.limits.total_seconds} s"
        )
        # Only what runs in one process with the student's code may import it.
        tops, found = (list(court.plan.tops), []) if self._is_apart else ([], roots(court, place))
        try:
            if self._is_apart:
                self._start_worker()
            tell(court, judge, place, {"tests": list(files), "only": list(court.only), "tops": tops, "roots": found})
            return self._judged(self._serve(judge.child), judge)
        finally:
            judge.end()
            self._end_worker()

    def _judged(self, ended: bool, judge: Program) -> Trial:
        if ended:
            return Trial(tuple(self._verdicts.values()))
        stopped = judge.watch.reason or f"the tests ended in the middle (exit status {judge.child.status(_SOON)})"
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
            self._worker.child.send(b"")
        self._deadline = time.monotonic() + self._court.limits.seconds

    def _asked(self, request: bytes, *, imports: bool) -> bytes:
        """The worker's answer, or why there is none."""
        if imports and self._imported.get(request):
            return b"X" + self._imported[request].encode()
        if self._worker is None and not self._deadline:
            self._start_worker()
        worker, limits = self._worker, self._court.limits
        if worker is None:
            return b"X" + self._gone.encode()
        start = time.monotonic()
        if imports or not self._deadline:
            worker.watch.until(limits.import_seconds, f"it took longer than {limits.import_seconds} s to import")
        else:
            worker.watch.until(self._deadline - start, f"it took longer than {limits.seconds} s")
        answer = self._answer(worker.child, request)
        worker.watch.rest()
        if imports:
            self._imported[request] = ""
            self._deadline += time.monotonic() - start if self._deadline else 0
        if answer is not None:
            return b"V" + answer
        self._gone = self._why(worker)
        if imports:
            self._imported[request] = self._gone
        self._end_worker()
        return b"X" + self._gone.encode()

    def _answer(self, worker: Child, request: bytes) -> bytes | None:
        """What a worker answers, once it is there; None for nothing."""
        self._ready = self._ready or worker.receive(_LARGEST) is not None
        if not self._ready or not worker.send(request):
            return None
        return worker.receive(self._court.limits.output_mb << 20)

    def _why(self, worker: Program) -> str:
        status = worker.child.status(_SOON)
        if worker.watch.reason:
            return worker.watch.reason
        if status is None:
            return f"it gave back more than {self._court.limits.output_mb} MB, or no answer at all"
        return f"it ended the program in the middle of the test (exit status {status})"

    def _start_worker(self) -> None:
        place = self._places["worker"]
        self._ready = False
        self._worker = start(self._court, "worker", place)
        tell(self._court, self._worker, place, {"roots": roots(self._court, place), "seed": self._court.seed})

    def _end_worker(self) -> None:
        if self._worker:
            self._worker.end()
        self._worker = None
