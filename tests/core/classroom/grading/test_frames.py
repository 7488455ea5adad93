"""What a sandboxed process reports is checked and bounded before anything is done with it."""

import json

import pytest

from scaffold.core.classroom.grading.frames import clean, read_import_failure, read_verdict

REPORT = {"id": "t.py::test", "passed": False, "message": "no", "seconds": 1, "cpu": 0.5}


def verdict(**changes: object) -> object:
    return read_verdict(json.dumps({**REPORT, **changes}).encode(), was_interrupted=False)


def test_texts_are_clean_and_short_and_times_are_numbers() -> None:
    found = verdict(message="\ud800\0" + "x" * 9999, seconds=float("inf"), cpu=float("nan"), id="\udcff" + "y" * 9999)
    assert found is not None
    assert found.message.startswith("??x")  # type: ignore[attr-defined]
    assert json.dumps(found.__dict__).encode().decode()
    assert (len(found.message), found.seconds, found.cpu) == (2000, 0.0, 0.0)  # type: ignore[attr-defined]
    assert len(found.test) == 500  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"1", b"{}", b"[" * 100_000, b'{"passed": true}', b'"' + b"x" * (2 << 20) + b'"', b"\xff"],
)
def test_what_is_no_report(content: bytes) -> None:
    assert read_verdict(content, was_interrupted=False) is None
    assert read_import_failure(content) is None


def test_only_true_has_passed() -> None:
    assert not verdict(passed="yes").passed  # type: ignore[attr-defined]
    assert not verdict(passed=1).passed  # type: ignore[attr-defined]
    assert verdict(passed=True).passed  # type: ignore[attr-defined]


def test_an_import_that_failed() -> None:
    report = {"error": {"place": ["src/\udcff.py", 10**30], "summary": "\ud800"}}
    found = read_import_failure(json.dumps(report).encode())
    assert found is not None
    assert (found.file, found.message) == ("src/?.py", "?")
    assert clean("a\0b", 2) == "a?"
