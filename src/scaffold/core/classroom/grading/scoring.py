"""Turn the verdicts of tests into points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult, Verdict, cut_short
from scaffold.core.classroom.rules import Exercise, Rules
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class ExerciseScore:
    """The points of one exercise; the field names are keys of results.json.

    Attributes:
        id: The exercise's id.
        title: The exercise's title.
        points: The points reached.
        most: The points that can be reached.
        tests: The verdicts of its tests.
        hint: The hint for students who do not pass all of its tests.
    """

    id: str
    title: str
    points: float
    most: float
    tests: tuple[Verdict, ...]
    hint: str = ""


@dataclass(frozen=True)
class Score:
    """The points of one submission; the field names are keys of results.json.

    Attributes:
        points: The points reached, after the late penalty.
        most: The points that can be reached.
        days_late: The days after the due time, each day that has begun counted.
        before: The points before the late penalty.
        parts: The points of each exercise.
        stopped: What ended the test session early; empty for nothing.
        imports: The student's modules that could not be imported.
        factor: The share of the points that remains after the late penalty.
    """

    points: float
    most: float
    days_late: int
    before: float
    parts: tuple[ExerciseScore, ...]
    stopped: str = ""
    imports: tuple[ImportFailure, ...] = ()
    factor: float = 1.0

    @property
    def tests(self) -> list[Verdict]:
        """The verdicts of all tests."""
        return [test for part in self.parts for test in part.tests]


def exercises_with_tests(rules: Rules, tests: Sequence[str]) -> list[Exercise]:
    """The exercises with the full ids of their tests: those that the rules name, then the cells of notebooks.

    Where the rules name none, all other tests are one exercise.

    Args:
        rules: The rules of the assignment.
        tests: The ids of all tests that count.

    Raises:
        ScaffoldError: An exercise names a test that is not among `tests`.
    """
    exercises: list[Exercise] = []
    if not rules.exercises:
        rest = tuple(test for test in tests if not any(test in cell.tests for cell in rules.cells))
        exercises += [Exercise("tests", "Tests", len(rest), rest)] if rest else []
    for exercise in (*rules.exercises, *rules.cells):
        for name in exercise.tests:
            if not any(matches(test, name) for test in tests):
                raise ScaffoldError(
                    f"Exercise `{exercise.id}` needs {name}, which does not exist, or your solution does not pass it.",
                    "See why: scaffold class rehearse ASSIGNMENT",
                )
        matching = tuple(test for test in tests if any(matches(test, name) for name in exercise.tests))
        exercises.append(replace(exercise, tests=matching))
    return exercises


def matches(test: str, name: str) -> bool:
    """Whether a test id belongs to a name: of the test, of a parametrised test, or of a class or a file of tests."""
    return test == name or test.startswith((f"{name}[", f"{name}::"))


def is_among(test: str, names: Sequence[str]) -> bool:
    """Whether a test id belongs to one of the names."""
    return any(matches(test, name) for name in names)


def score(result: SessionResult, exercises: Sequence[Exercise], rules: Rules, days_late: int = 0) -> Score:
    """The points of a submission: those of each exercise times the share of its tests that passed."""
    parts = tuple(_exercise_score(exercise, result) for exercise in exercises)
    most = sum(part.most for part in parts)
    scale = rules.points / most if rules.points and most else 1.0
    before = scale * sum(part.points for part in parts)
    factor = rules.late.factor(days_late)
    imports = () if all(test.passed for part in parts for test in part.tests) else result.imports
    most = round(scale * most, 4)
    points = round(before * factor, 4)
    return Score(points, most, days_late, round(before, 4), parts, result.stopped, imports, factor)


def _exercise_score(exercise: Exercise, result: SessionResult) -> ExerciseScore:
    by_test = {verdict.test: verdict for verdict in result.verdicts}
    tests = tuple(by_test.get(test) or cut_short(test, result, why_not_run(test, result)) for test in exercise.tests)
    share = sum(test.worth for test in tests) / len(tests) if tests else 0.0
    if exercise.all_or_nothing and share < 1:
        share = 0.0
    return ExerciseScore(exercise.id, exercise.title, exercise.points * share, exercise.points, tests, exercise.hint)


def why_not_run(test: str, result: SessionResult) -> str:
    """Why a test did not run: its file or a module could not be imported, or the session ended early."""
    file = next((verdict for verdict in result.verdicts if verdict.test == test.partition("::")[0]), None)
    if file:
        return file.message
    reasons = [str(failure) for failure in result.imports if not failure.hidden]
    return result.stopped or next(iter(reasons), "it did not run")
