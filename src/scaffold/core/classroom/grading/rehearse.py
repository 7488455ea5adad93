"""Before anything is published: does the solution get all points and the starter none, by the very judge that grades?

It is asked several times, each with other random numbers, another order of sets, and the values and data of somebody
else: a threshold that is passed by luck shows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading import scoring
from scaffold.core.classroom.grading.autograder import Exam
from scaffold.core.classroom.grading.session import Trial
from scaffold.core.classroom.rules import Exercise
from scaffold.core.classroom.starter import build
from scaffold.core.outcome import Progress
from scaffold.tools.files import write_atomically


@dataclass(frozen=True)
class Line:
    """A test in a rehearsal.

    Attributes:
        test: its id.
        passed: how many times the solution passed it.
        starter: whether the starter passes it.
        message: why the solution did not pass it.
    """

    test: str
    passed: int
    starter: bool
    message: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """What came of it.

    Attributes:
        solution: the solution's share of the points each time, from 0 to 1.
        starter: the starter's.
        floor: what the starter may have.
        lines: the tests; those that the solution always skips are left out.
    """

    solution: tuple[float, ...]
    starter: float
    floor: float
    lines: tuple[Line, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the assignment can be handed out."""
        return bool(self.lines) and all(share == 1 for share in self.solution) and self.starter <= self.floor


def rehearse(exam: Exam, seeds: int, progress: Progress) -> Rehearsal:
    """Grade the teacher's solution some times, and the starter once.

    Raises:
        ScaffoldError: the starter cannot be made, or an exercise names a test that is not there.
    """
    trials = []
    for seed in range(seeds):
        progress.count("Grading your solution", seed + 1, seeds)
        with_seed = replace(exam, court=replace(exam.court, seed=seed))
        trials.append(with_seed.try_(exam.source.tree, f"rehearsal-{seed}"))
    progress.step("Grading the starter")
    begun = exam.try_(build.make(exam.source).tree, "rehearsal-0")
    # What stands for a file that cannot be imported is no test.
    verdicts = [one for each in trials for one in each.verdicts if not one.skipped and "::" in one.test]
    ran = list(dict.fromkeys(one.test for one in verdicts))
    named = [name for exercise in exam.rules.exercises for name in exercise.tests]
    absent = [name for name in named if not any(scoring.is_meant(test, name) for test in ran)]
    tests = [*ran, *absent]
    exercises = scoring.parts_of(exam.rules, tests) if tests else []
    shares = [_share(each, exam, exercises) for each in (*trials, begun)]
    lines = tuple(_line(test, trials, begun) for test in tests)
    done = Rehearsal(tuple(shares[:-1]), shares[-1], exam.rules.floor, lines)
    if done.is_ready:
        write_atomically(_path(exam.course, exam.task.name), exam.source.commit)
    return done


def is_rehearsed(course: Course, assignment: str, commit: str) -> bool:
    """Whether this commit of an assignment was rehearsed, and could be handed out."""
    path = _path(course, assignment)
    return path.is_file() and path.read_text(encoding="utf-8") == commit


def _path(course: Course, assignment: str) -> Path:
    return course.home / "grading" / f"{assignment}.rehearsed"


def _share(done: Trial, exam: Exam, exercises: Sequence[Exercise]) -> float:
    score = scoring.score(done, exercises, exam.rules)
    return round(score.points / score.most, 6) if score.most else 0.0


def _line(test: str, trials: Sequence[Trial], begun: Trial) -> Line:
    found = [next((one for one in done.verdicts if one.test == test), None) for done in trials]
    why = next((one.message for one in found if one and not one.passed), "")
    if any(one is None for one in found):
        why = why or next(scoring.absent(test, done) for done, one in zip(trials, found, strict=True) if one is None)
    passes = any(one.test == test and one.passed for one in begun.verdicts)
    return Line(test, sum(one is not None and one.passed for one in found), passes, why)
