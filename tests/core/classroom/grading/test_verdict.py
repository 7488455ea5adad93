"""What is tried again, and what counts after the second try."""

from dataclasses import replace

from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult, Verdict, cut_short

PASSED = Verdict("t.py::a", True)
TIMED_OUT = Verdict("t.py::b", False, message="it took longer than 1 s", interrupted=True)
LOST = Verdict("t.py::c", False, message="what it made before no longer exists: the program …", interrupted=True)
WRONG = Verdict("t.py::d", False, message="assert 1 == 2")
NOT_IMPORTED = Verdict("u.py", False, message="it took longer than 6 s to import", interrupted=True)


def outcomes(result: SessionResult) -> dict[str, tuple[bool, int]]:
    return {verdict.test: (verdict.passed, verdict.tries) for verdict in result.verdicts}


def test_only_what_timed_out_or_died_is_tried_again() -> None:
    result = SessionResult((PASSED, TIMED_OUT, LOST, WRONG))
    assert (result.interrupted, result.bereft, result.is_final) == (("t.py::b",), ("t.py::c",), False)
    assert SessionResult((PASSED, WRONG)).is_final


def test_the_second_try_counts() -> None:
    first = SessionResult((PASSED, TIMED_OUT, LOST, WRONG))
    again = SessionResult((replace(TIMED_OUT, passed=True, interrupted=False), LOST))
    both = first.with_second_try(again)
    assert outcomes(both) == {
        "t.py::a": (True, 1),
        "t.py::d": (False, 1),
        "t.py::b": (True, 2),
        "t.py::c": (False, 2),
    }
    assert both.is_final


def test_a_file_that_is_imported_in_the_second_try_has_its_tests() -> None:
    failure = ImportFailure("", 0, NOT_IMPORTED.message, interrupted=True)
    first = SessionResult((PASSED, NOT_IMPORTED), imports=(failure, ImportFailure("v.py", 1, "SyntaxError: x")))
    both = first.with_second_try(SessionResult((Verdict("u.py::a", True),)))
    assert outcomes(both) == {"t.py::a": (True, 1), "u.py::a": (True, 2)}
    assert both.imports == (ImportFailure("v.py", 1, "SyntaxError: x"),)


def test_a_session_that_was_stopped_is_run_again_as_a_whole() -> None:
    first = SessionResult((PASSED,), "the tests ended in the middle (exit status 137)")
    assert not first.is_final
    both = first.with_second_try(SessionResult((PASSED, WRONG)))
    assert (both.stopped, both.is_final) == ("", True)
    assert outcomes(both) == {"t.py::a": (True, 2), "t.py::d": (False, 2)}
    stopped = first.with_second_try(first)
    assert (stopped.stopped, stopped.is_final) == (first.stopped, True)


def test_what_the_second_session_did_not_reach_was_tried_twice() -> None:
    both = SessionResult((TIMED_OUT,)).with_second_try(SessionResult((), "it ended"))
    assert outcomes(both) == {"t.py::b": (False, 2)}
    assert both.is_final


def test_tests_of_a_stopped_session_wait_for_a_second_try() -> None:
    assert not cut_short("t.py::x", SessionResult((), "it ended"), "it ended").is_final
    assert cut_short("t.py::x", SessionResult((), "nothing was collected", tries=0), "").is_final
    assert cut_short("u.py::x", SessionResult((NOT_IMPORTED,)), "").message == NOT_IMPORTED.message
