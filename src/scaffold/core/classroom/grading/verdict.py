"""The verdicts of a test session: what passed, what was cut short, and what could not be imported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

LOST = "what it made before no longer exists"
"""The beginning of the message of a test that needs an object of a program that ended (judge/proxies.py)."""
TRIES = 2
"""A test that timed out or died is run again once, alone."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a test; the field names are keys of results.json.

    Attributes:
        test: The test's id, as pytest names it.
        passed: Whether it ran and passed.
        skipped: Whether it was skipped.
        message: Why it did not pass.
        seconds: How long it took, in seconds.
        cpu: The CPU time that counts against its limit, in seconds.
        interrupted: Whether it timed out, or the program ended in the middle of it.
        tries: How many times it was run.
        share: What it is worth although it did not pass, from 0 to 1: a notebook's cell can give a part of its points.
        values: What the expressions of its AUTOTEST lines are, where it is the solution's.
    """

    test: str
    passed: bool
    skipped: bool = False
    message: str = ""
    seconds: float = 0.0
    cpu: float = 0.0
    interrupted: bool = False
    tries: int = 1
    share: float = 0.0
    values: tuple[str, ...] = ()

    @property
    def worth(self) -> float:
        """Its share of its points, from 0 to 1."""
        return 1.0 if self.passed else self.share

    @property
    def is_final(self) -> bool:
        """Whether it needs no further try: a busy machine can make a test time out."""
        return not self.interrupted or self.tries >= TRIES


@dataclass(frozen=True)
class ImportFailure:
    """A module of the student's that could not be imported; the field names are keys of results.json.

    Attributes:
        file: The file with the error; empty where there is none, as for a module that is missing.
        line: The line in it; 0 for none.
        message: What is wrong, one line.
        interrupted: Whether the import timed out, or ended the program.
        hidden: Whether file and message may repeat what a hidden test contains: they are no feedback for students.
    """

    file: str
    line: int
    message: str
    interrupted: bool = False
    hidden: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file and self.line else f"{self.file}: " if self.file else ""
        return place + self.message


@dataclass(frozen=True)
class SessionResult:
    """The outcome of a test session.

    Attributes:
        verdicts: A verdict for each test that ran, and for each test file that could not be imported.
        stopped: What ended the session early; empty for nothing.
        imports: The student's modules that could not be imported.
        tries: How many times the whole session was run; 0 where there was nothing to run it on.
        uncounted: Tests that were found and not run, because no exercise names them.
    """

    verdicts: tuple[Verdict, ...]
    stopped: str = ""
    imports: tuple[ImportFailure, ...] = ()
    tries: int = 1
    uncounted: tuple[str, ...] = ()

    @property
    def interrupted(self) -> tuple[str, ...]:
        """The ids of the tests and files that timed out or died, and need another try; without `bereft`."""
        return tuple(verdict.test for verdict in self.verdicts if not verdict.is_final and LOST not in verdict.message)

    @property
    def bereft(self) -> tuple[str, ...]:
        """Those of `interrupted` that only lost objects, because an earlier test ended the program."""
        return tuple(verdict.test for verdict in self.verdicts if not verdict.is_final and LOST in verdict.message)

    @property
    def is_final(self) -> bool:
        """Whether nothing needs another try."""
        return not self.interrupted and not self.bereft and not (self.stopped and self.tries < TRIES)

    def with_second_try(self, again: "SessionResult") -> "SessionResult":
        """This result after a second try of what was interrupted, or of everything where the session was stopped."""
        tried = {verdict.test: replace(verdict, tries=TRIES) for verdict in again.verdicts}
        if self.stopped:
            return replace(again, verdicts=tuple(tried.values()), tries=TRIES)
        kept = [verdict for verdict in self.verdicts if verdict.is_final]
        # A test that the second session did not reach was cut short by it.
        lost = [
            replace(verdict, tries=TRIES)
            for verdict in self.verdicts
            if not verdict.is_final and verdict.test not in tried and (again.stopped or "::" in verdict.test)
        ]
        imports = [failure for failure in self.imports if not failure.interrupted]
        imports = list(dict.fromkeys([*imports, *again.imports]))
        verdicts = (*kept, *tried.values(), *lost)
        return SessionResult(verdicts, again.stopped, tuple(imports), TRIES, self.uncounted)


def joined(results: Sequence[SessionResult]) -> SessionResult:
    """The result of several sessions that ran different tests."""
    return SessionResult(
        tuple(verdict for result in results for verdict in result.verdicts),
        "; ".join(result.stopped for result in results if result.stopped),
        tuple(dict.fromkeys(failure for result in results for failure in result.imports)),
        uncounted=tuple(test for result in results for test in result.uncounted),
    )


def cut_short(test: str, result: SessionResult, message: str) -> Verdict:
    """The verdict on a test that did not run because its session was stopped, or its file was not imported."""
    file = next((verdict for verdict in result.verdicts if verdict.test == test.partition("::")[0]), None)
    if file:
        return replace(file, test=test)
    was_interrupted = bool(result.stopped) and result.tries > 0
    return Verdict(test, False, message=message, interrupted=was_interrupted, tries=result.tries)
