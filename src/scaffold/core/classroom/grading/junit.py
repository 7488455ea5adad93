"""Results of another runner of tests, as JUnit XML: they are believed, and get points by the same rules."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from scaffold.core.classroom.grading.session import Trial, Verdict
from scaffold.core.classroom.rules import Exercise
from scaffold.errors import ScaffoldError

_BAD = ("failure", "error", "skipped")


def read(path: Path, exercises: Sequence[Exercise]) -> Trial:
    """What a report says of the tests that count.

    Args:
        path: the report, as `pytest --junit-xml` writes it.
        exercises: the tests by their names.

    Raises:
        ScaffoldError: it cannot be read, or is no JUnit report.
    """
    try:
        data = path.read_bytes()
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise ScaffoldError(f"{path} declares entities, which no report of tests does.", "Is it a student's?")
        cases = list(ElementTree.fromstring(data).iter("testcase"))  # noqa: S314
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.", "A file for each student: ID.xml") from error
    except ElementTree.ParseError as error:
        raise ScaffoldError(f"{path} is no JUnit report: {error}.", "Make it anew: pytest --junit-xml") from error
    names = {_dotted(test): test for exercise in exercises for test in exercise.tests}
    found: dict[str, Verdict] = {}
    for case in cases:
        test = names.get((case.get("classname", ""), case.get("name", "")))
        if test:
            verdict = _verdict(test, case)
            # A test that is told twice has passed when it passed both times.
            found[test] = verdict if not verdict.passed else found.get(test, verdict)
    return Trial(tuple(found.values()))


def _verdict(test: str, case: ElementTree.Element) -> Verdict:
    bad = next((child for child in case if child.tag in _BAD), None)
    seconds = case.get("time", "0")
    took = float(seconds) if re.fullmatch(r"\d+(\.\d+)?", seconds) else 0.0
    if bad is None:
        return Verdict(test, True, seconds=took)
    return Verdict(test, False, bad.tag == "skipped", bad.get("message", "") or (bad.text or ""), took)


def _dotted(test: str) -> tuple[str, str]:
    """The `classname` and `name` that pytest gives a test."""
    head, bracket, parameters = test.partition("[")
    file, *inner = head.split("::")
    return ".".join([file.removesuffix(".py").replace("/", "."), *inner[:-1]]), inner[-1] + bracket + parameters
