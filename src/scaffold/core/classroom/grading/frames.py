"""Read what the judge and the worker report: a student may have forged it, so every part is checked and bounded."""

import json
import math
from typing import Any

from scaffold.core.classroom.grading.verdict import ImportFailure, Verdict

_MAX_REPORT = 1 << 20
"""A longer report is ignored, in bytes: its parts are short, and parsing takes many times the memory."""
_MAX_TEST, _MAX_MESSAGE, _MAX_PATH, _MAX_SUMMARY = 500, 2000, 200, 500
"""The longest id, message, path and reason, in characters."""


def read_verdict(content: bytes, was_interrupted: bool) -> Verdict | None:
    """The verdict on a test; None for a report that is none.

    Args:
        content: The report.
        was_interrupted: Whether the worker did not answer during the test.
    """
    try:
        report = _parse(content)
        has_passed = report["passed"] is True
        return Verdict(
            clean(report["id"], _MAX_TEST),
            has_passed,
            report.get("skipped") is True,
            clean(report["message"], _MAX_MESSAGE),
            _seconds(report["seconds"]),
            _seconds(report.get("cpu", 0)),
            not has_passed and (report.get("interrupted") is True or was_interrupted),
            share=0.0 if has_passed else min(1.0, _seconds(report.get("share", 0))),
            values=tuple(clean(value, _MAX_MESSAGE) for value in report.get("values", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def read_uncounted(content: bytes) -> tuple[str, ...]:
    """The ids of the tests that count for no exercise; none where the report is none."""
    try:
        return tuple(clean(test, _MAX_TEST) for test in _parse(content))
    except (ValueError, TypeError, RecursionError):
        return ()


def read_import_failure(content: bytes) -> ImportFailure | None:
    """Why a module could not be imported; None where it was imported, or the report is none."""
    try:
        error = _parse(content).get("error")
        place, message = error["place"], error["summary"]
        return ImportFailure(clean(place[0], _MAX_PATH), int(place[1]), clean(message, _MAX_SUMMARY))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        return None


def clean(text: object, most: int) -> str:
    """A text that can be written to a file: without halves of characters (surrogates) and NUL, and not too long."""
    return str(text)[:most].encode("utf-8", "replace").decode().replace("\0", "?")


def _parse(content: bytes) -> Any:
    if len(content) > _MAX_REPORT:
        raise ValueError("too long")
    return json.loads(content)


def _seconds(value: Any) -> float:
    seconds = float(value)
    return seconds if math.isfinite(seconds) and seconds >= 0 else 0.0
