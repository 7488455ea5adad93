"""Run the tests with pytest, with proxies in place of the student's modules.

Frames to the host begin with a letter: C a call for the worker, G an attribute that it gets, I an import, S a test
starts, T the verdict on a test, F an import that failed here, N tests that do not count, H a request for the hidden
tests, E the end. The host's answers begin with V (the worker's answer) or X (why there is none); it answers H when the
files are there.
"""

import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

import pytest

from scaffold.judge import imports, limits, notebook, proxies, syscalls, wire

_MAX_MESSAGE = 1500
"""The longest failure message that is reported, in characters."""
_ALARM_INTERVAL = 0.5
"""Seconds after which a test that ignored the first timeout is interrupted again."""


class OutOfTimeError(Exception):
    """The test itself took too long."""


class Host:
    """The process outside the sandbox that started the judge."""

    def __init__(self, answers: BinaryIO, reports: BinaryIO, folder: str) -> None:
        self._answers, self._reports = answers, reports
        self.connection = proxies.Connection(self.call, folder)
        self.is_calling = False

    def report(self, letter: bytes, content: Any = None) -> None:
        """Send a frame that needs no answer."""
        wire.write(self._reports, letter + wire.to_bytes(content))

    def await_hidden(self) -> None:
        """Wait until the hidden tests are laid out: no other test is run beside them."""
        self.report(b"H")
        wire.read(self._answers)

    def call(self, request: bytes, operation: str) -> bytes:
        """The worker's answer to a request. Raises StudentError when the worker ended before it answered."""
        self.is_calling = True
        try:
            wire.write(self._reports, {"import": b"I", "get": b"G"}.get(operation, b"C") + request)
            answer = wire.read(self._answers) or b"X"
        finally:
            self.is_calling = False
        if answer[:1] == b"V":
            return answer[1:]
        self.connection.generation += 1
        raise proxies.StudentError(answer[1:].decode())


class Plugin:
    """A pytest plugin that reports the verdict on every test to the host."""

    def __init__(self, host: Host, settings: dict[str, Any]) -> None:
        self._host, self._settings = host, settings
        self._reports: list[pytest.TestReport] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        """Report why conftest.py cannot be imported."""
        try:
            result = yield
        except pytest.UsageError:
            raise
        except Exception as error:
            self._report_import(error)
            raise
        return result

    def pytest_exception_interact(
        self,
        node: pytest.Item | pytest.Collector,  # noqa: ARG002
        call: pytest.CallInfo[Any],
        report: pytest.TestReport | pytest.CollectReport,
    ) -> None:
        """Report why a test file cannot be imported."""
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self._report_import(call.excinfo.value)

    def _report_import(self, error: BaseException) -> None:
        """Report a module of the student's that failed here, where the tests run in one process with their code."""
        cause = getattr(error, "cause", None) or error.__cause__ or error
        explained = imports.explain(cause, self._settings["folder"], self._settings["teachers"])
        if explained["place"][0] or isinstance(cause, ModuleNotFoundError):
            self._host.report(b"F", {"error": explained})

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> notebook.Notebook | None:
        """Take a notebook's graded cells for tests."""
        path = os.path.relpath(file_path, self._settings["folder"]).replace(os.sep, "/")
        steps = self._settings["notebooks"].get(path)
        if steps is None:
            return None
        file = notebook.Notebook.from_parent(parent, path=file_path)
        file.steps, file.import_roots = steps, self._settings["import_roots"]
        file.limits = {**self._settings["limits"], "patience": self._settings["patience"]}
        return file

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report why a test file cannot be imported: it has no tests."""
        if report.failed:
            self._host.report(
                b"T", {"id": report.nodeid, "passed": False, "message": _failure_message(report), "seconds": 0}
            )

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run only the tests that count."""
        only, together, is_isolated = (self._settings[name] for name in ("only", "together", "is_isolated"))
        here = [item for item in items if _is_among(item.nodeid, together) != is_isolated]
        items[:] = [item for item in here if not only or _is_among(item.nodeid, only)]
        self._host.report(b"N", [item.nodeid for item in here if item not in items])

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Run a test with a timeout, and report the verdict."""
        self._reports.clear()
        self._host.connection.has_lost = False
        self._host.report(b"S", item.nodeid)
        # A test may need a new worker, whose imports do not count as the test's own time.
        limit, before = self._settings["limits"], sum(os.times()[:4])
        timeout = _Timeout(self._host, limit["seconds"] + limit["import_seconds"], self._settings["patience"])
        cell = item if isinstance(item, notebook.Cell) else None  # which sees to its time itself
        with timeout if cell is None else contextlib.nullcontext():
            result = yield
        reports = self._reports
        # A test that was skipped or expected to fail has not passed.
        passed = [report.when for report in reports if report.passed and not hasattr(report, "wasxfail")]
        failed = [report for report in reports if not report.passed]
        verdict = {
            "id": item.nodeid,
            "passed": passed == ["setup", "call", "teardown"],
            "skipped": any(report.skipped for report in reports),
            "message": _failure_message(failed[0]) if failed else "",
            "seconds": round(sum(report.duration for report in reports), 3),
            "cpu": round(sum(os.times()[:4]) - before if cell is None else cell.cpu, 3),
            "interrupted": bool(failed) and (timeout.is_over or self._host.connection.has_lost),
        }
        if cell is not None:
            verdict |= {"share": cell.share, "interrupted": cell.was_cut_short, "values": cell.values}
        self._host.report(b"T", verdict)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the reports of a test's phases."""
        self._reports.append(report)


def _matches(test: str, name: str) -> bool:
    """Whether a test id belongs to a name: of the test, of a parametrised test, or of a class or a file of tests."""
    return test == name or test.startswith((f"{name}[", f"{name}::"))


def _is_among(test: str, names: Sequence[str]) -> bool:
    return any(_matches(test, name) for name in names)


def _failure_message(report: pytest.TestReport | pytest.CollectReport) -> str:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        return f"it was skipped: {reason}"[:_MAX_MESSAGE]
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(getattr(crash, "message", "") or report.longrepr)
    text = re.sub(r"^(E +)?(scaffold\.judge\.proxies\.(StudentError: )?|student\.)", "", text, flags=re.MULTILINE)
    lines = [line.removeprefix("E   ") for line in text.splitlines() if line.strip()]
    return "\n".join(lines if crash else lines[-3:])[:_MAX_MESSAGE]


class _Timeout:
    """Raises OutOfTimeError in the block after so much CPU time, or `patience` times as long by the clock.

    Not on Windows, which has no such signals.
    """

    def __init__(self, host: Host, seconds: float, patience: float) -> None:
        self._host, self._seconds, self._patience = host, seconds, patience
        self._before: list[tuple[int, Any]] = []
        self.is_over = False

    def __enter__(self) -> None:
        if sys.platform != "win32":
            self._start(signal.SIGPROF, signal.ITIMER_PROF, self._seconds, f"{self._seconds:g} s")
            by_clock = self._seconds * self._patience
            self._start(signal.SIGALRM, signal.ITIMER_REAL, by_clock, f"{by_clock:g} s by the clock")

    def __exit__(self, *_exception: object) -> None:
        if sys.platform != "win32":
            for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
                signal.setitimer(timer, 0)
            for number, handler in self._before:
                signal.signal(number, handler)

    def _start(self, number: int, timer: int, seconds: float, time: str) -> None:
        def interrupt(_number: int, _frame: FrameType | None) -> None:
            if not self._host.is_calling:  # otherwise the host ends the call
                self.is_over = True
                raise OutOfTimeError(f"it took longer than {time}")

        self._before.append((number, signal.signal(number, interrupt)))
        if sys.platform != "win32":
            signal.setitimer(timer, seconds, _ALARM_INTERVAL)


def main() -> None:
    """Run the tests that the first frame names."""
    answers, reports = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(devnull, descriptor)
    settings = json.loads(wire.read(answers) or b"{}")
    host = Host(answers, reports, settings["folder"])
    limits.apply(settings["limits"])
    syscalls.give_up(links=False)
    os.chdir(settings["folder"])
    # Empty unless the tests run in one process with the student's code.
    sys.path[:0] = settings["import_roots"]
    if settings["modules"]:
        sys.meta_path.insert(0, proxies.Finder(host.connection, settings["modules"]))
    for number, tests in enumerate(settings["tests"]):
        if number:
            host.await_hidden()
        pytest.main([*_arguments(settings, number), *tests], [Plugin(host, settings)])
    host.report(b"E")


def _arguments(settings: dict[str, Any], number: int) -> list[str]:
    """The arguments of pytest's run with this number.

    Nothing but the teacher's own settings is used: none is looked for, nor found by chance beside a test.
    """
    flags = ["-q", "-p", "no:cacheprovider", "-o", "addopts=", "--continue-on-collection-errors", "--color=no"]
    folder, configuration = settings["folder"], settings["configuration"]
    flags += ["-c", os.path.join(folder, configuration) if configuration else os.devnull]  # noqa: PTH118
    folders = {"rootdir": folder, "confcutdir": folder, "basetemp": f"{settings['shared']}/tests{number or ''}"}
    return ["--no-header", *flags, *(f"--{name}={path}" for name, path in folders.items())]


if __name__ == "__main__":
    main()
