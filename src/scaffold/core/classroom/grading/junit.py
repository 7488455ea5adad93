"""Read the results of another test runner, a JUnit XML file, so that they can be scored by the same rules."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from scaffold.core.classroom.grading.verdict import SessionResult, Verdict
from scaffold.core.classroom.rules import Exercise
from scaffold.errors import ScaffoldError

_NOT_PASSED = ("failure", "error", "skipped")


def read(path: Path, exercises: Sequence[Exercise]) -> SessionResult:
    """The verdicts of the tests that count; the report is trusted.

    Args:
        path: The report, as `pytest --junit-xml` writes it.
        exercises: The exercises with the tests that count.

    Raises:
        ScaffoldError: The file cannot be read, or is not a JUnit report.
    """
    try:
        data = path.read_bytes()
        # An entity can expand to gigabytes ("billion laughs"); no test runner writes one.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise ScaffoldError(f"{path} declares entities, which no test report does.", "Did a student write it?")
        cases = list(ElementTree.fromstring(data).iter("testcase"))  # noqa: S314
    except OSError as error:
        hint = "Put a report for each student there: ID.xml"
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.", hint) from error
    except ElementTree.ParseError as error:
        hint = "Write it again: pytest --junit-xml"
        raise ScaffoldError(f"{path} is not a JUnit report: {error}.", hint) from error
    tests = {_junit_name(test): test for exercise in exercises for test in exercise.tests}
    verdicts: dict[str, Verdict] = {}
    for case in cases:
        test = tests.get((case.get("classname", ""), case.get("name", "")))
        if test:
            verdict = _verdict(test, case)
            # A test that is reported twice has passed when both reports say so.
            verdicts[test] = verdict if not verdict.passed else verdicts.get(test, verdict)
    return SessionResult(tuple(verdicts.values()))


def _verdict(test: str, case: ElementTree.Element) -> Verdict:
    failure = next((child for child in case if child.tag in _NOT_PASSED), None)
    time = case.get("time", "0")
    seconds = float(time) if re.fullmatch(r"\d+(\.\d+)?", time) else 0.0
    if failure is None:
        return Verdict(test, True, seconds=seconds)
    message = failure.get("message", "") or (failure.text or "")
    return Verdict(test, False, failure.tag == "skipped", message, seconds)


def _junit_name(test: str) -> tuple[str, str]:
    """The `classname` and `name` that pytest writes for a test id."""
    head, bracket, parameters = test.partition("[")
    file, *inner = head.split("::")
    return ".".join([file.removesuffix(".py").replace("/", "."), *inner[:-1]]), inner[-1] + bracket + parameters
