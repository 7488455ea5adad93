"""The process that runs the tests: pytest, over stand-ins for the student's modules, and nobody else's word for it.

Frames to the outside begin with a letter: C a call for the worker, I the same when it imports, S a test begins, T what
became of a test, E the end. Answers begin with V (the worker's answer) or X (why there is none, in words).
"""

import contextlib
import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, BinaryIO

import pytest

from scaffold.judge import limits, proxies, wire

_MESSAGE = 1500
"""So many letters of why a test failed are told."""
_AGAIN = 0.5
"""Seconds after which a test that goes on after its time is told again."""


class OutOfTimeError(Exception):
    """The test itself took too long."""


class Outside:
    """Who started this process."""

    def __init__(self, answers: BinaryIO, reports: BinaryIO) -> None:
        self._answers, self._reports = answers, reports
        self.link = proxies.Link(self.call)
        self.is_calling = False

    def tell(self, letter: bytes, content: Any = None) -> None:
        """Say something that needs no answer."""
        wire.write(self._reports, letter + wire.to_bytes(content))

    def call(self, request: bytes, imports: bool) -> bytes:
        """Have the worker do something. Raises StudentError when it did not live to answer."""
        self.is_calling = True
        try:
            wire.write(self._reports, (b"I" if imports else b"C") + request)
            answer = wire.read(self._answers) or b"X"
        finally:
            self.is_calling = False
        if answer[:1] == b"V":
            return answer[1:]
        self.link.generation += 1
        raise proxies.StudentError(answer[1:].decode())


class Plugin:
    """What pytest tells of its tests."""

    def __init__(self, outside: Outside, about: dict[str, Any]) -> None:
        self._outside, self._about = outside, about
        self._reports: list[pytest.TestReport] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be imported has no tests: say why."""
        if report.failed:
            self._outside.tell(b"T", {"id": report.nodeid, "passed": False, "message": _why(report), "seconds": 0})

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only what counts is run."""
        wanted = self._about["only"]
        if wanted:
            items[:] = [item for item in items if any(_is_meant(item.nodeid, name) for name in wanted)]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Give a test its time."""
        self._reports.clear()
        self._outside.tell(b"S", item.nodeid)
        # What a new worker needs to begin is not the test's own time.
        limit = self._about["limits"]
        with _alarm(self._outside, limit["seconds"] + limit["import_seconds"]):
            result = yield
        reports = self._reports
        # Nothing but a test that ran and passed counts: none that was skipped, or was expected to fail.
        passed = [report.when for report in reports if report.passed and not hasattr(report, "wasxfail")]
        failed = [report for report in reports if not report.passed]
        content = {
            "id": item.nodeid,
            "passed": passed == ["setup", "call", "teardown"],
            "skipped": any(report.skipped for report in reports),
            "message": _why(failed[0]) if failed else "",
            "seconds": round(sum(report.duration for report in reports), 3),
        }
        self._outside.tell(b"T", content)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what there is to say of a test."""
        self._reports.append(report)


def _is_meant(test: str, name: str) -> bool:
    """Whether a name is the test's, its function's before parameters, or its class's or file's."""
    return test == name or test.startswith((f"{name}[", f"{name}::"))


def _why(report: pytest.TestReport | pytest.CollectReport) -> str:
    if report.skipped:
        return f"it was skipped: {report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr}"[
            :_MESSAGE
        ]
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(getattr(crash, "message", "") or report.longrepr)
    text = re.sub(r"^(E +)?(scaffold\.judge\.proxies\.(StudentError: )?|student\.)", "", text, flags=re.MULTILINE)
    lines = [line.removeprefix("E   ") for line in text.splitlines() if line.strip()]
    return "\n".join(lines if crash else lines[-3:])[:_MESSAGE]


@contextlib.contextmanager
def _alarm(outside: Outside, seconds: float) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        if not outside.is_calling:  # otherwise the outside ends the call
            raise OutOfTimeError(f"it took longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def main() -> None:
    """Run the tests that the first frame names."""
    outside = Outside(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    quiet = os.open(os.devnull, os.O_RDWR)
    for taken in (0, 1):
        os.dup2(quiet, taken)
    about = json.loads(wire.read(outside._answers) or b"{}")
    limits.drop(about["limits"])
    os.chdir(about["folder"])
    # Only what runs in one process with the student's code may import it.
    sys.path[:0] = about["roots"]
    if about["tops"]:
        sys.meta_path.insert(0, proxies.Finder(outside.link, about["tops"]))
    flags = (
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "--continue-on-collection-errors",
        "--color=no",
        "--no-header",
    )
    where = (f"--basetemp={about['shared']}/tests", f"--rootdir={about['folder']}")
    code = pytest.main([*flags, *where, *about["tests"]], [Plugin(outside, about)])
    outside.tell(b"E", {"code": int(code)})


if __name__ == "__main__":
    main()
