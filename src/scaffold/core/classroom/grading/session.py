"""Run the tests on one submission: a judge with the tests, a worker with the student's code, scaffold between them.

The judge never runs a line of the student's code, and the worker never sees a test. All their messages pass through
this module, so that a call that takes too long, or a worker that ends, fails that test alone.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom.grading.runner import (
    Runner,
    SandboxedProcess,
    Workspace,
    import_roots,
    send_settings,
    start,
)
from scaffold.core.classroom.grading.submission import SandboxFiles
from scaffold.tools.files import open_to_all, temporary_folder
from scaffold.tools.git import trees
from scaffold.tools.process import Child

_MAX_FRAME = 1 << 28
"""The longest frame from the judge, in bytes."""
_EXIT_SECONDS = 0.3
"""How long to wait for the exit status of a process that stopped answering, in seconds."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a test.

    Attributes:
        test: The test's id, as pytest names it.
        passed: Whether it ran and passed.
        skipped: Whether it was skipped.
        message: Why it did not pass.
        seconds: How long it took, in seconds.
    """

    test: str
    passed: bool
    skipped: bool = False
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class SessionResult:
    """The outcome of a test session: a verdict per test, and what ended the session early (empty for nothing)."""

    verdicts: tuple[Verdict, ...]
    stopped: str = ""


def run_tests(runner: Runner, files: SandboxFiles, slot: int = 0) -> SessionResult:
    """Run the tests on a submission.

    Args:
        runner: How tests are run.
        files: What the judge and the worker see.
        slot: A number that no other session has at the same time.
    """
    counted = [file for file in runner.layout.files if _counts(runner, file)]
    isolated = [file for file in counted if file not in runner.together]
    together = [file for file in counted if file in runner.together]
    verdicts: list[Verdict] = []
    stopped = []
    with temporary_folder() as stage:
        for number, (tests, is_isolated) in enumerate(((isolated, True), (together, False))):
            if tests:
                result = _Session(runner, files, stage / str(number), slot, is_isolated).run(tests)
                verdicts += result.verdicts
                stopped += [result.stopped] if result.stopped else []
    return SessionResult(tuple(verdicts), "; ".join(stopped))


def _counts(runner: Runner, file: str) -> bool:
    return not runner.only or any(name == file or name.startswith(f"{file}::") for name in runner.only)


class _Session:
    """A judge and, when the student's code is isolated, a worker that is restarted whenever it ended."""

    def __init__(self, runner: Runner, files: SandboxFiles, stage: Path, slot: int, is_isolated: bool) -> None:
        self._runner, self._is_isolated = runner, is_isolated
        self._files = {"judge": files.judge, "worker": files.worker} if is_isolated else {"judge": files.together}
        self._workspaces = {role: Workspace(stage / role, stage / "shared", slot) for role in self._files}
        self._stage = stage
        self._worker: SandboxedProcess | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._imported: dict[bytes, str] = {}  # import request → why it failed; empty when it succeeded
        self._why_no_worker = "it ended before"
        self._worker_is_ready = False
        self._deadline = 0.0

    def run(self, tests: Sequence[str]) -> SessionResult:
        """Run test files."""
        for role, tree in self._files.items():
            trees.lay_out(tree, self._workspaces[role].folder)
        (self._stage / "shared").mkdir()
        open_to_all(self._stage)
        runner, workspace = self._runner, self._workspaces["judge"]
        judge = start(runner, "judge", workspace)
        seconds = runner.limits.total_seconds
        judge.watchdog.deadline(seconds, f"all tests together took longer than {seconds} s")
        # The judge imports the student's modules itself only where it runs in one process with their code.
        modules, roots = (
            (list(runner.layout.modules), []) if self._is_isolated else ([], import_roots(runner, workspace))
        )
        settings = {"tests": list(tests), "only": list(runner.only), "modules": modules, "import_roots": roots}
        try:
            if self._is_isolated:
                self._start_worker()
            send_settings(runner, judge, workspace, settings)
            return self._result(self._serve(judge.child), judge)
        finally:
            judge.terminate()
            self._stop_worker()

    def _result(self, is_complete: bool, judge: SandboxedProcess) -> SessionResult:
        if is_complete:
            return SessionResult(tuple(self._verdicts.values()))
        status = judge.child.status(_EXIT_SECONDS)
        stopped = judge.watchdog.reason or f"the tests ended in the middle (exit status {status})"
        # In one process with the tests, a student's code can forge verdicts: an incomplete session counts for nothing.
        return SessionResult(tuple(self._verdicts.values()) if self._is_isolated else (), stopped)

    def _serve(self, judge: Child) -> bool:
        """Handle the judge's frames (their kinds are listed in judge/judge.py). Returns whether it reached the end."""
        while (frame := judge.receive(_MAX_FRAME)) is not None:
            kind, content = frame[:1], frame[1:]
            if kind in b"CI" and self._is_isolated:
                judge.send(self._call_worker(content, imports=kind == b"I"))
            elif kind == b"S":
                self._begin_test()
            elif kind == b"T":
                self._add_verdict(content)
            elif kind == b"E":
                return True
        return False

    def _add_verdict(self, content: bytes) -> None:
        try:
            report = json.loads(content)
            verdict = Verdict(
                str(report["id"]),
                report["passed"] is True,
                report.get("skipped") is True,
                str(report["message"]),
                float(report["seconds"]),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        # A test reports once: a second report is a forgery.
        self._verdicts.setdefault(verdict.test, verdict)

    def _begin_test(self) -> None:
        """See that a worker runs and has imported what was imported before, then start the test's time."""
        self._deadline = 0.0
        if self._is_isolated and self._worker is None:
            self._start_worker()
            self._import_again()
        if self._worker:
            self._worker.child.send(b"")
        self._deadline = time.monotonic() + self._runner.limits.seconds

    def _import_again(self) -> None:
        """Import into a new worker what was imported before; stop when that ends it."""
        for request, error in list(self._imported.items()):
            if not error and self._worker:
                self._call_worker(request, imports=True)

    def _call_worker(self, request: bytes, *, imports: bool) -> bytes:
        """The frame for the judge: `V` and the worker's answer, or `X` and why there is none."""
        if imports and self._imported.get(request):
            return b"X" + self._imported[request].encode()
        if self._worker is None and not self._deadline:
            self._start_worker()
        worker, limits = self._worker, self._runner.limits
        if worker is None:
            return b"X" + self._why_no_worker.encode()
        started = time.monotonic()
        if imports or not self._deadline:
            worker.watchdog.deadline(limits.import_seconds, f"it took longer than {limits.import_seconds} s to import")
        else:
            worker.watchdog.deadline(self._deadline - started, f"it took longer than {limits.seconds} s")
        answer = self._receive_answer(worker.child, request)
        worker.watchdog.clear()
        if imports:
            self._imported[request] = ""
            self._deadline += time.monotonic() - started if self._deadline else 0
        if answer is not None:
            return b"V" + answer
        self._why_no_worker = self._failure(worker)
        if imports:
            self._imported[request] = self._why_no_worker
        self._stop_worker()
        return b"X" + self._why_no_worker.encode()

    def _receive_answer(self, worker: Child, request: bytes) -> bytes | None:
        """The worker's answer to a request, sent once the worker is ready; None for no answer."""
        self._worker_is_ready = self._worker_is_ready or worker.receive(_MAX_FRAME) is not None
        if not self._worker_is_ready or not worker.send(request):
            return None
        return worker.receive(self._runner.limits.output_mb << 20)

    def _failure(self, worker: SandboxedProcess) -> str:
        status = worker.child.status(_EXIT_SECONDS)
        if worker.watchdog.reason:
            return worker.watchdog.reason
        if status is None:
            return f"it returned more than {self._runner.limits.output_mb} MB, or no answer at all"
        return f"it ended the program in the middle of the test (exit status {status})"

    def _start_worker(self) -> None:
        workspace = self._workspaces["worker"]
        self._worker_is_ready = False
        self._worker = start(self._runner, "worker", workspace)
        settings = {"import_roots": import_roots(self._runner, workspace), "seed": self._runner.seed}
        send_settings(self._runner, self._worker, workspace, settings)

    def _stop_worker(self) -> None:
        if self._worker:
            self._worker.terminate()
        self._worker = None
