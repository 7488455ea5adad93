"""Run the tests on one submission: a judge with the tests, a worker with the student's code, scaffold between them.

The judge never runs a line of the student's code, and the worker never sees a test. All their messages pass through
this module, so that a call that takes too long, or a worker that ends, fails that test alone.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from scaffold.core.classroom.grading.frames import read_import_failure, read_uncounted, read_verdict
from scaffold.core.classroom.grading.runner import (
    Runner,
    SandboxedProcess,
    Workspace,
    import_roots,
    send_settings,
    start,
)
from scaffold.core.classroom.grading.submission import SandboxFiles
from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult, Verdict, joined
from scaffold.tools.files import open_to_all, temporary_folder
from scaffold.tools.git import trees
from scaffold.tools.process import Child
from scaffold.tools.watchdog import PATIENCE

_MAX_FRAME = 1 << 28
"""The longest frame from the judge, in bytes."""
_MAX_VERDICTS, _MAX_IMPORTS = 10_000, 100
"""More tests, and more imports that failed, are ignored: in one process with the tests, they can be made up."""
_TOTAL = "all tests together took longer than {}"
_WITHHELD = "it did not pass"
"""In the place of a text of the student's program that may repeat what a hidden test contains."""
_EXIT_SECONDS = 0.3
"""How long to wait for the exit status of a process that stopped answering, in seconds."""


def run_tests(runner: Runner, files: SandboxFiles, slot: int = 0) -> SessionResult:
    """Run the tests on a submission.

    Args:
        runner: How tests are run.
        files: What the judge and the worker see.
        slot: A number that no other session has at the same time.
    """
    counted = [file for file in runner.layout.files if not runner.only or _is_named(file, runner.only)]
    together = [file for file in counted if _is_named(file, runner.together)]
    isolated = [file for file in counted if file not in runner.together]
    visible, hidden = _by_visibility(runner, together)
    results = []
    with temporary_folder() as stage:
        # In one process with the student's code, no hidden test may lie beside a visible one, whose texts are shown.
        for number, (tests, is_isolated) in enumerate(((isolated, True), (visible, False), (hidden, False))):
            if tests:
                results.append(_Session(runner, files, stage / str(number), slot, is_isolated).run(tests))
    return joined(results)


def _by_visibility(runner: Runner, tests: Sequence[str]) -> tuple[list[str], list[str]]:
    """The test files that students receive, and those that they do not."""
    is_hidden = runner.layout.is_hidden
    return [test for test in tests if not is_hidden(test)], [test for test in tests if is_hidden(test)]


def _is_named(file: str, names: Sequence[str]) -> bool:
    """Whether some of the names are the file, or tests in it."""
    return any(name == file or name.startswith(f"{file}::") for name in names)


class _Session:
    """A judge and, when the student's code is isolated, a worker that is restarted whenever it ended."""

    def __init__(self, runner: Runner, files: SandboxFiles, stage: Path, slot: int, is_isolated: bool) -> None:
        self._runner, self._is_isolated = runner, is_isolated
        self._files = {"judge": files.judge, "worker": files.worker} if is_isolated else {"judge": files.together}
        self._notebooks = dict(files.notebooks)
        self._workspaces = {role: Workspace(stage / role, stage / "shared", slot) for role in self._files}
        self._stage = stage
        self._worker: SandboxedProcess | None = None
        self._verdicts: dict[str, Verdict] = {}
        self._uncounted: tuple[str, ...] = ()
        self._imported: dict[bytes, str] = {}  # import request → why it failed; empty when it succeeded
        self._why_no_worker = "it ended before"
        self._worker_is_ready = False
        self._by_clock = self._by_cpu = 0.0  # when the current test must end; 0 before the first one
        self._cpu_before = 0.0  # of the worker, when the current test began
        self._cpu_of_workers = 0.0  # of those that ended
        self._was_interrupted = False
        self._has_hidden = False  # whether the hidden tests are laid out
        self._knows_hidden = False  # whether the student's code may know what is in them
        self._failed_imports: dict[ImportFailure, None] = {}
        self._new_failed_imports: list[ImportFailure] = []  # since the last verdict

    def run(self, tests: Sequence[str]) -> SessionResult:
        """Run test files."""
        visible, hidden = _by_visibility(self._runner, tests)
        self._see_hidden(not visible)
        for role, tree in self._files.items():
            is_hidden = self._runner.layout.is_hidden
            own = {path: file for path, file in tree.items() if not visible or not is_hidden(path)}
            trees.lay_out(own, self._workspaces[role].folder)
        (self._stage / "shared").mkdir()
        open_to_all(self._stage)
        runner, workspace = self._runner, self._workspaces["judge"]
        judge = start(runner, "judge", workspace)
        seconds = runner.limits.total_seconds
        judge.watchdog.deadline(seconds, time.monotonic() + PATIENCE * seconds, seconds, _TOTAL)
        # The judge imports the student's modules itself only where it runs in one process with their code.
        modules, roots = (
            (list(runner.layout.modules), []) if self._is_isolated else ([], import_roots(runner, workspace))
        )
        chosen = {"only": list(runner.only), "together": list(runner.together), "is_isolated": self._is_isolated}
        settings = {
            "tests": [part for part in (visible, hidden) if part],
            **chosen,
            "modules": modules,
            "import_roots": roots,
            "patience": PATIENCE,
            "configuration": runner.layout.configuration,
            "notebooks": {} if self._is_isolated else self._notebooks,
            "teachers": [path for path in self._files["judge"] if runner.layout.is_teachers(path)],
        }
        try:
            if self._is_isolated:
                self._start_worker()
            send_settings(runner, judge, workspace, settings)
            return self._result(self._serve(judge), judge)
        finally:
            judge.terminate()
            self._stop_worker()

    def _result(self, is_complete: bool, judge: SandboxedProcess) -> SessionResult:
        imports = tuple(dict.fromkeys([*self._failed_imports, *self._new_failed_imports]))
        if is_complete:
            return SessionResult(tuple(self._verdicts.values()), imports=imports, uncounted=self._uncounted)
        status = judge.child.status(_EXIT_SECONDS)
        stopped = judge.watchdog.reason or f"the tests ended in the middle (exit status {status})"
        # In one process with the tests, a student's code can forge verdicts: an incomplete session counts for nothing.
        return SessionResult(tuple(self._verdicts.values()) if self._is_isolated else (), stopped, imports)

    def _serve(self, judge: SandboxedProcess) -> bool:
        """Handle the judge's frames (their kinds are listed in judge/judge.py). Returns whether it reached the end."""
        while (frame := judge.child.receive(_MAX_FRAME)) is not None:
            kind, content = frame[:1], frame[1:]
            if kind in b"CGI" and self._is_isolated:
                self._knows_hidden = self._knows_hidden or (self._has_hidden and kind == b"C")
                judge.child.send(self._call_worker(content, imports=kind == b"I"))
            elif kind == b"S":
                total = self._runner.limits.total_seconds
                if judge.watchdog.cpu_seconds() + self._cpu_of_all_workers() > total:
                    judge.watchdog.reason = _TOTAL.format(f"{total} s")
                    return False
                self._begin_test()
            elif kind == b"T":
                self._add_verdict(content)
            elif kind == b"H" and self._is_isolated:
                self._lay_out_hidden()
                judge.child.send(b"")
            elif kind == b"N":
                self._uncounted = read_uncounted(content)
            elif kind == b"F" and not self._is_isolated:
                self._add_import_failure(content)
            elif kind == b"E":
                return True
        return False

    def _lay_out_hidden(self) -> None:
        """Let the judge see the hidden tests, now that all others are done and their texts are known.

        No student's code ever wrote to the judge's own folder: there is no link in it to follow.
        """
        self._see_hidden(True)
        hidden = {path: file for path, file in self._files["judge"].items() if self._runner.layout.is_hidden(path)}
        folder = self._workspaces["judge"].folder
        trees.lay_out(hidden, folder)
        for path in hidden:
            for place in (path, *map(str, PurePosixPath(path).parents[:-1])):
                open_to_all(folder / place, only=True)
        self._be_ready()

    def _see_hidden(self, now: bool) -> None:
        self._has_hidden = now
        self._knows_hidden = now and not self._is_isolated

    def _add_verdict(self, content: bytes) -> None:
        verdict = read_verdict(content, self._was_interrupted)
        if verdict is None or len(self._verdicts) >= _MAX_VERDICTS:
            return
        if self._has_hidden and not self._runner.layout.is_hidden(verdict.test.partition("::")[0]):
            verdict = replace(verdict, message=_WITHHELD)
        if self._is_isolated:
            verdict = replace(verdict, cpu=self._cpu_of_test(verdict))
        self._was_interrupted = False
        if not verdict.passed:  # a test may expect that an import fails
            self._failed_imports |= dict.fromkeys(self._new_failed_imports)
        self._new_failed_imports.clear()
        # A test reports once: a second report is a forgery.
        self._verdicts.setdefault(verdict.test, verdict)

    def _cpu_of_test(self, verdict: Verdict) -> float:
        """The CPU time that the student's code took in a test, or the test's whole time where that is not known."""
        if self._worker is None or not self._worker.watchdog.measures_cpu:
            return verdict.seconds
        return round(max(0.0, self._worker.watchdog.cpu_seconds() - self._cpu_before), 3)

    def _cpu_of_all_workers(self) -> float:
        return self._cpu_of_workers + (self._worker.watchdog.cpu_seconds() if self._worker else 0.0)

    def _add_import_failure(self, content: bytes) -> None:
        """Remember why a module could not be imported, from an answer of the worker's or a report of the judge's."""
        failure = read_import_failure(content)
        if failure is None or len(self._failed_imports) + len(self._new_failed_imports) >= _MAX_IMPORTS:
            return
        self._new_failed_imports.append(replace(failure, hidden=self._knows_hidden))

    def _begin_test(self) -> None:
        """See that a worker is ready, then start the test's time."""
        self._be_ready()
        seconds = self._runner.limits.seconds
        if self._worker:
            self._worker.child.send(b"")
            self._cpu_before = self._worker.watchdog.cpu_seconds()
        self._by_cpu, self._by_clock = self._cpu_before + seconds, time.monotonic() + PATIENCE * seconds

    def _be_ready(self) -> None:
        """See that a worker runs and has imported what was imported before; no test has begun."""
        self._by_clock, self._was_interrupted = 0.0, False
        if self._is_isolated and self._worker is None:
            self._start_worker()
            self._import_again()

    def _import_again(self) -> None:
        """Import into a new worker what was imported before; stop when that ends it."""
        for request, error in list(self._imported.items()):
            if not error and self._worker:
                self._call_worker(request, imports=True)

    def _call_worker(self, request: bytes, *, imports: bool) -> bytes:
        """The frame for the judge: `V` and the worker's answer, or `X` and why there is none."""
        if imports and self._imported.get(request):
            return self._no_answer(self._imported[request])
        if self._worker is None and not self._by_clock:
            self._start_worker()
        worker = self._worker
        if worker is None:
            return self._no_answer(self._why_no_worker)
        started, cpu = time.monotonic(), worker.watchdog.cpu_seconds() if imports else 0.0
        self._set_deadline(worker, started, cpu, imports=imports)
        answer = self._receive_answer(worker.child, request)
        worker.watchdog.clear()
        if imports:
            self._imported[request] = ""
            if self._by_clock:  # an import does not count as the test's own time
                used = worker.watchdog.cpu_seconds() - cpu
                self._by_clock += time.monotonic() - started
                self._by_cpu += used
                self._cpu_before += used
        if answer is not None:
            if imports:
                self._add_import_failure(answer)
            return b"V" + answer
        self._why_no_worker = self._failure(worker)
        if imports:
            self._imported[request] = self._why_no_worker
            self._new_failed_imports.append(ImportFailure("", 0, self._why_no_worker, interrupted=True))
        self._stop_worker()
        return self._no_answer(self._why_no_worker)

    def _set_deadline(self, worker: SandboxedProcess, started: float, cpu: float, *, imports: bool) -> None:
        limits = self._runner.limits
        if imports or not self._by_clock:
            seconds = limits.import_seconds
            by_cpu = (cpu or worker.watchdog.cpu_seconds()) + seconds
            worker.watchdog.deadline(by_cpu, started + PATIENCE * seconds, seconds, "it took longer than {} to import")
        else:
            worker.watchdog.deadline(self._by_cpu, self._by_clock, limits.seconds, "it took longer than {}")

    def _no_answer(self, reason: str) -> bytes:
        """The frame that says why the worker did not answer: what happens now is no verdict on the student's code."""
        self._was_interrupted = True
        return b"X" + reason.encode()

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
            self._cpu_of_workers += self._worker.watchdog.cpu_seconds()
            self._worker.terminate()
        self._worker = None
