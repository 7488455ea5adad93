"""Check an assignment before it is handed out: the solution must get all points and the starter none.

The grader is the one that grades submissions. The solution is graded several times, each time with another random
seed, another order of sets, and the values and data of another student, so that a test that passes by chance shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading import scoring
from scaffold.core.classroom.grading.autograder import Autograder, values_of
from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult
from scaffold.core.classroom.rules import Exercise
from scaffold.core.classroom.starter import build, checks
from scaffold.core.outcome import Progress
from scaffold.tools.files import write_atomically


@dataclass(frozen=True)
class RehearsedTest:
    """A test in a rehearsal.

    Attributes:
        test: The test's id.
        passed: How many times the solution passed it.
        starter: Whether the starter passes it.
        message: Why the solution did not pass it.
        seconds: The CPU time of the longest run, in seconds.
        limit: The CPU time that it may take, in seconds.
    """

    test: str
    passed: int
    starter: bool
    message: str = ""
    seconds: float = 0.0
    limit: float = 0.0


@dataclass(frozen=True)
class Rehearsal:
    """The result of a rehearsal.

    Attributes:
        solution: The solution's share of the points in each run, from 0 to 1.
        starter: The starter's share of the points, from 0 to 1.
        floor: The share of the points that the starter may have, from 0 to 1.
        tests: The tests, without those that the solution always skips.
        together: Tests that the solution passes only in one process with the tests.
        interrupted: Tests of the solution that timed out or died once, and were run again.
        imports: Modules of the solution that cannot be imported.
        uncounted: Tests and test files that no exercise names.
        notes: What else the teacher should look at.
    """

    solution: tuple[float, ...]
    starter: float
    floor: float
    tests: tuple[RehearsedTest, ...]
    together: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    imports: tuple[ImportFailure, ...] = ()
    uncounted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def slowest(self) -> RehearsedTest | None:
        """The test that comes nearest to its time limit; None without tests."""
        return max(self.tests, key=lambda test: test.seconds / test.limit, default=None)

    @property
    def is_ready(self) -> bool:
        """Whether the assignment can be handed out."""
        return bool(self.tests) and all(share == 1 for share in self.solution) and self.starter <= self.floor


def rehearse_assignment(autograder: Autograder, seeds: int, progress: Progress) -> Rehearsal:
    """Grade the teacher's solution `seeds` times, and the starter once.

    Raises:
        ScaffoldError: The starter cannot be made, or an exercise names a test that does not exist.
    """
    results = []
    for seed in range(seeds):
        progress.count("Grading your solution", seed + 1, seeds)
        with_seed = replace(autograder, runner=replace(autograder.runner, seed=seed))
        # The first run says what AUTOTEST lines are compared with.
        with_seed = with_seed if seed else replace(with_seed, values=None)
        results.append(with_seed.run_alone(autograder.source.tree, f"rehearsal-{seed}"))
        autograder = replace(autograder, values=values_of(results[0]))
    progress.step("Grading the starter")
    made = build.make_starter(autograder.source)
    starter_result = autograder.run_alone(made.tree, "rehearsal-0")
    names = _test_names(autograder, results)
    exercises = scoring.exercises_with_tests(autograder.rules, names) if names else []
    *solution, starter = (_points_share(result, autograder, exercises) for result in (*results, starter_result))
    tests = tuple(_rehearsed_test(name, autograder, results, starter_result) for name in names)
    failed = [test.test for test in tests if test.passed < seeds]
    rehearsal = Rehearsal(
        tuple(solution),
        starter,
        autograder.rules.floor,
        tests,
        _passed_together(autograder, failed, progress),
        tuple(dict.fromkeys(verdict.test for result in results for verdict in result.verdicts if verdict.tries > 1)),
        tuple(dict.fromkeys(failure for result in results for failure in result.imports)),
        _uncounted(autograder, results[0]),
        (*made.notes, *checks.differing_points(made.tree, autograder.rules)),
    )
    if rehearsal.is_ready:
        write_atomically(_path(autograder.course, autograder.assignment.name), autograder.source.commit)
    return rehearsal


def _passed_together(autograder: Autograder, failed: Sequence[str], progress: Progress) -> tuple[str, ...]:
    """Which of these tests the solution passes in one process with them; parameters are left out of the names."""
    names = tuple(dict.fromkeys(test.partition("[")[0] for test in failed))
    isolated = tuple(name for name in names if not scoring.is_among(name, autograder.rules.together))
    if not isolated:
        return ()
    progress.step("Running what failed in one process with the tests")
    runner = replace(autograder.runner, only=isolated, together=isolated)
    result = replace(autograder, runner=runner).run_tests(autograder.source.tree, "rehearsal-0")
    verdicts = {
        name: [verdict.passed for verdict in result.verdicts if scoring.matches(verdict.test, name)]
        for name in isolated
    }
    return tuple(name for name, passed in verdicts.items() if passed and all(passed))


def _uncounted(autograder: Autograder, result: SessionResult) -> tuple[str, ...]:
    """The tests that no exercise names, and the test files of which no exercise names any test."""
    only = autograder.runner.only
    files = [file for file in autograder.runner.layout.files if only and not _names_any(file, only)]
    return (*files, *result.uncounted)


def _names_any(file: str, names: Sequence[str]) -> bool:
    return any(name.partition("::")[0] == file for name in names)


def is_rehearsed(course: Course, assignment: str, commit: str) -> bool:
    """Whether a rehearsal of this commit of the assignment succeeded."""
    path = _path(course, assignment)
    return path.is_file() and path.read_text(encoding="utf-8") == commit


def _path(course: Course, assignment: str) -> Path:
    return course.data_folder / "grading" / f"{assignment}.rehearsed"


def _test_names(autograder: Autograder, results: Sequence[SessionResult]) -> list[str]:
    """The ids of the tests that ran, and the names in the exercises that none of them matches."""
    verdicts = [verdict for result in results for verdict in result.verdicts]
    # A file that cannot be imported has a verdict, too, under an id without `::`; it is not a test.
    ran = dict.fromkeys(verdict.test for verdict in verdicts if not verdict.skipped and "::" in verdict.test)
    named = [name for exercise in autograder.rules.exercises for name in exercise.tests]
    return [*ran, *(name for name in named if not any(scoring.matches(test, name) for test in ran))]


def _points_share(result: SessionResult, autograder: Autograder, exercises: Sequence[Exercise]) -> float:
    score = scoring.score(result, exercises, autograder.rules)
    return round(score.points / score.most, 6) if score.most else 0.0


def _rehearsed_test(
    test: str, autograder: Autograder, results: Sequence[SessionResult], starter_result: SessionResult
) -> RehearsedTest:
    verdicts = [next((verdict for verdict in result.verdicts if verdict.test == test), None) for result in results]
    message = next((verdict.message for verdict in verdicts if verdict and not verdict.passed), "")
    not_run = [result for result, verdict in zip(results, verdicts, strict=True) if verdict is None]
    if not_run:
        message = message or scoring.why_not_run(test, not_run[0])
    passed = sum(verdict is not None and verdict.passed for verdict in verdicts)
    passes = any(verdict.test == test and verdict.passed for verdict in starter_result.verdicts)
    limits = autograder.rules.limits
    # In one process with the tests, imports cannot be told from the test itself (judge/judge.py).
    imports = limits.import_seconds if scoring.is_among(test, autograder.rules.together) else 0
    seconds = max((verdict.cpu for verdict in verdicts if verdict), default=0.0)
    return RehearsedTest(test, passed, passes, message, seconds, limits.seconds + imports)
