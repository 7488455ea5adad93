"""An assignment that is ready to be graded: the teacher's version, the court, and which tests count.

Which tests there are is what the teacher's own solution passes: a test that does not run for a student has not passed.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from scaffold import __version__
from scaffold.core.classroom import rules
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading import environment, scoring, session, submission
from scaffold.core.classroom.grading.remote import Paper
from scaffold.core.classroom.grading.runner import Court
from scaffold.core.classroom.grading.session import Trial
from scaffold.core.classroom.grading.submission import Trees
from scaffold.core.classroom.rules import Exercise, Rules
from scaffold.core.classroom.starter import build, personal
from scaffold.core.classroom.starter.build import Source
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically
from scaffold.tools.git.trees import Tree
from scaffold.tools.sandbox import Sandbox

_REHEARSAL = "rehearsal"
"""Whose values and data the solution is tried with."""


@dataclass(frozen=True)
class Exam:
    """An assignment, ready to be graded.

    Attributes:
        course: the class.
        task: the assignment.
        rules: what is worth what.
        source: the teacher's version.
        court: how tests are run.
    """

    course: Course
    task: Assignment
    rules: Rules
    source: Source
    court: Court

    def try_(self, student: Tree, owner: str, slot: int = 0) -> Trial:
        """Run the tests on some version of the assignment, with the values and data of one owner."""
        return session.hold(self.court, self.given(student, owner), slot)

    def given(self, student: Tree, owner: str) -> Trees:
        """What the boxes see of it."""
        own = personal.files(self.course, self.task, owner, self.source.tree)
        return submission.trees(student, self.source.tree, self.court.plan, own)

    def paper(self, student: Tree, owner: str) -> Paper:
        """The same, for another machine."""
        court, locked = self.court, environment.locked(self.source.tree)
        given, python = self.given(student, owner), interpreter(self.course, self.rules)
        rest = (court.together, court.only, locked, python, not court.sandbox.is_safe)
        return Paper(given, court.plan, court.limits, *rest)


def read(course: Course, task: Assignment, sandbox: Sandbox, progress: Progress) -> Exam:
    """Read the teacher's version and see that there is an environment for it.

    Raises:
        ScaffoldError: it has no tests, or its environment cannot be built.
    """
    rule = rules.read(task)
    source = build.read_source(task)
    plan = submission.layout(source.tree, task.hidden)
    for file in rule.together:
        if file not in plan.files:
            raise ScaffoldError(f"{task.name}/assignment.toml [grading]: there is no test file {file}.")
    found = environment.find(course.home, environment.locked(source.tree), interpreter(course, rule), progress)
    only = tuple(name for exercise in rule.exercises for name in exercise.tests)
    return Exam(course, task, rule, source, Court(sandbox, found, plan, rule.limits, rule.together, only))


def interpreter(course: Course, rule: Rules) -> str:
    """The interpreter that the assignment names; empty where it names none."""
    return str((course.folder / Path(rule.python).expanduser()).absolute()) if rule.python else ""


def expected(exam: Exam, progress: Progress) -> list[Exercise]:
    """What counts: the tests that the teacher's solution passes; found out once for each commit of the assignment.

    Raises:
        ScaffoldError: the solution fails a test.
    """
    about = repr((exam.source.commit, exam.rules, exam.court.environment.python, __version__))
    key = sha256(about.encode()).hexdigest()
    path = exam.course.home / "grading" / f"{exam.task.name}.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    if known.get("key") != key:
        progress.step("Running your own solution")
        done = exam.try_(exam.source.tree, _REHEARSAL)
        known = {"key": key, "tests": passed(done)}
        write_atomically(path, json.dumps(known))
    return scoring.parts_of(exam.rules, known["tests"])


def passed(done: Trial) -> list[str]:
    """The tests that the solution passes; those that it skips do not count.

    Raises:
        ScaffoldError: it fails one, or passes none.
    """
    failed = [verdict for verdict in done.verdicts if not verdict.passed and not verdict.skipped]
    if failed or done.stopped:
        why = (
            f"{failed[0].test}: {failed[0].message.splitlines()[0] if failed[0].message else 'it failed'}"
            if failed
            else done.stopped
        )
        raise ScaffoldError(
            f"Your own solution does not pass: {why}",
            "See all: scaffold class rehearse",
        )
    tests = [verdict.test for verdict in done.verdicts if verdict.passed]
    if not tests:
        raise ScaffoldError("Your own solution passes no test.", "See why: scaffold class rehearse")
    return tests
