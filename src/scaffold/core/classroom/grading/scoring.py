"""From tests to points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scaffold.core.classroom.grading.session import Trial, Verdict
from scaffold.core.classroom.rules import Exercise, Rules
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class Part:
    """What an exercise brought.

    Attributes:
        id: the exercise's.
        title: what it is called.
        points: what it brought.
        most: what it is worth.
        tests: what became of its tests.
        hint: for those who do not pass all of them.
    """

    id: str
    title: str
    points: float
    most: float
    tests: tuple[Verdict, ...]
    hint: str = ""


@dataclass(frozen=True)
class Score:
    """What a submission brought.

    Attributes:
        points: all of it, lateness taken off.
        most: what can be reached.
        days_late: the days that were begun after the due time.
        before: the points before lateness was taken off.
        parts: by exercise.
        stopped: what ended the run early; empty for nothing.
    """

    points: float
    most: float
    days_late: int
    before: float
    parts: tuple[Part, ...]
    stopped: str = ""


def parts_of(rules: Rules, expected: Sequence[str]) -> list[Exercise]:
    """The exercises with the tests that count, each by its whole name; without exercises, one of all tests.

    Raises:
        ScaffoldError: an exercise names a test that the solution does not pass, or that is not there.
    """
    if not rules.exercises:
        return [Exercise("tests", "Tests", rules.points or len(expected), tuple(expected))]
    found = []
    for one in rules.exercises:
        for name in one.tests:
            if not any(is_meant(test, name) for test in expected):
                raise ScaffoldError(
                    f"Exercise `{one.id}` counts on {name}, which is not there, or which your solution does not pass.",
                    "See why: scaffold class rehearse",
                )
        tests = tuple(test for test in expected if any(is_meant(test, name) for name in one.tests))
        found.append(replace(one, tests=tests))
    return found


def is_meant(test: str, name: str) -> bool:
    """Whether a name is the test's, its function's before parameters, or its class's or file's."""
    return test == name or test.startswith((f"{name}[", f"{name}::"))


def score(trial: Trial, exercises: Sequence[Exercise], rules: Rules, days_late: int = 0) -> Score:
    """The points: an exercise's, by the share of its tests that passed."""
    parts = tuple(_part(one, trial) for one in exercises)
    most = sum(part.most for part in parts)
    scale = rules.points / most if rules.points and most else 1.0
    before = scale * sum(part.points for part in parts)
    points = before * rules.late.factor(days_late)
    return Score(round(points, 4), round(scale * most, 4), days_late, round(before, 4), parts, trial.stopped)


def _part(exercise: Exercise, trial: Trial) -> Part:
    known = {verdict.test: verdict for verdict in trial.verdicts}
    tests = tuple(known.get(test) or Verdict(test, False, message=absent(test, trial)) for test in exercise.tests)
    share = sum(test.passed for test in tests) / len(tests) if tests else 0.0
    return Part(exercise.id, exercise.title, exercise.points * share, exercise.points, tests, exercise.hint)


def absent(test: str, trial: Trial) -> str:
    """Why a test did not run: its file could not be imported, or the run was ended before."""
    file = next((verdict for verdict in trial.verdicts if verdict.test == test.partition("::")[0]), None)
    return file.message if file else trial.stopped or "it did not run"
