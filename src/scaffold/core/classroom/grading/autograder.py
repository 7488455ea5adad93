"""An assignment that is ready to be graded: the teacher's version, how to run its tests, and which tests count.

The tests that count are those that the teacher's own solution passes: a test that does not run for a student has not
passed.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from scaffold import __version__
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading import environment, notebooks, scoring, session
from scaffold.core.classroom.grading.remote import Job
from scaffold.core.classroom.grading.runner import Runner
from scaffold.core.classroom.grading.submission import SandboxFiles, read_layout, read_submission, split_files
from scaffold.core.classroom.grading.unfinished import UnfinishedRun
from scaffold.core.classroom.grading.verdict import SessionResult, joined
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Exercise, Rules, read_rules
from scaffold.core.classroom.starter import build, graded_cells, personal
from scaffold.core.classroom.starter.build import Source
from scaffold.core.classroom.store import Submission
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import Tree
from scaffold.tools.sandbox import Sandbox

_REHEARSAL = "rehearsal"
"""The owner whose personal values and data the solution is run with."""


@dataclass(frozen=True)
class Autograder:
    """An assignment that is ready to be graded.

    Attributes:
        course: The class.
        assignment: The assignment.
        rules: Its exercises, points and limits.
        source: The teacher's version.
        runner: How tests are run.
        unfinished: The results of a run that is not complete.
        owner_rules: Owner → the rules for them, where they differ: extensions and late days.
        values: What AUTOTEST lines are compared with; None to learn it from the solution.
    """

    course: Course
    assignment: Assignment
    rules: Rules
    source: Source
    runner: Runner
    unfinished: UnfinishedRun = field(compare=False)
    owner_rules: Mapping[str, Rules] = field(default_factory=dict)
    values: notebooks.Values | None = field(default_factory=dict, compare=False)

    def rules_for(self, owner: Owner) -> Rules:
        """The rules for one owner."""
        return self.owner_rules.get(owner.id, self.rules)

    @property
    def hidden_tests(self) -> list[str]:
        """The test files, and the cells of notebooks, that students never receive as a whole."""
        layout = self.runner.layout
        return [*layout.hidden_files, *notebooks.hidden_cells(self.source.tree, layout.notebooks)]

    @property
    def manual_cells(self) -> list[tuple[str, str, float]]:
        """What a person grades in the notebooks: the path, the name of the cell, and its points."""
        return notebooks.manual_cells(self.source.tree, self.assignment.hidden)

    def grade(self, store: BareRepository, submission: Submission, owner: str, slot: int = 0) -> SessionResult:
        """The result of a submission: from a run that was interrupted, or of the tests that are run now."""
        if known := self.unfinished.find(owner, submission):
            return known
        result = self.run_tests(read_submission(store, submission.commit), owner, slot)
        self.keep(owner, submission, result)
        return result

    def keep(self, owner: str, submission: Submission, result: SessionResult) -> None:
        """Write a result, unless the run is being stopped: then the tests were cut short."""
        if not self.runner.stop_all.is_set():
            self.unfinished.add(owner, submission, result)

    def run_tests(self, tree: Tree, owner: str, slot: int = 0) -> SessionResult:
        """Run the tests on a version of the assignment, with the personal values and data of one owner."""
        return session.run_tests(self.runner, self.sandbox_files(tree, owner), slot)

    def try_again(self, first: SessionResult, tree: Tree, owner: str) -> SessionResult:
        """The result after a second try of what timed out or died: alone, so that no other submission slows it."""
        if first.is_final:
            return first
        files = self.sandbox_files(tree, owner)
        if first.stopped:
            return first.with_second_try(session.run_tests(self.runner, files))
        # What lost its objects when another test ended the program would lose them again beside it.
        groups = [group for group in (first.bereft, first.interrupted) if group]
        again = [session.run_tests(replace(self.runner, only=group), files) for group in groups]
        return first.with_second_try(joined(again))

    def run_alone(self, tree: Tree, owner: str) -> SessionResult:
        """Run the tests while nothing else is graded, with a second try of what timed out or died."""
        return self.try_again(self.run_tests(tree, owner), tree, owner)

    def sandbox_files(self, tree: Tree, owner: str) -> SandboxFiles:
        """What the judge and the worker see of a version of the assignment."""
        own = personal.student_files(self.course, self.assignment, owner, self.source.tree)
        files = split_files(tree, self.source.tree, self.runner.layout, own)
        return replace(files, notebooks=notebooks.with_values(files.notebooks, self.values))

    def job(self, tree: Tree, owner: str) -> Job:
        """The same session as `run_tests`, for another machine."""
        runner = self.runner
        return Job(
            self.sandbox_files(tree, owner),
            runner.layout,
            runner.limits,
            runner.together,
            runner.only,
            environment.lock_files(self.source.tree),
            configured_python(self.course, self.rules),
            allow_none=not runner.sandbox.is_safe,
        )


def load_autograder(course: Course, assignment: Assignment, sandbox: Sandbox, progress: Progress) -> Autograder:
    """Read the teacher's version, and find or build its environment.

    Raises:
        ScaffoldError: It has no tests, its dependencies are not locked, or its environment cannot be built.
    """
    rules = read_rules(assignment)
    source = build.read_source(assignment)
    graded_cells.require_decision(assignment, source.tree, rules)
    graded = [path for path in rules.together if notebooks.is_notebook(path) and path in source.tree]
    layout = read_layout(source.tree, assignment.hidden, graded)
    rules = _with_cells(rules, source.tree, graded)
    for name in rules.together:
        if name.partition("::")[0] not in layout.files:
            raise ScaffoldError(f"{assignment.name}/{ASSIGNMENT_FILE} [grading]: there is no test file {name}.")
    files = environment.lock_files(source.tree)
    if not rules.python:
        environment.require_lock_file(assignment, files)
    env = environment.find_or_build(course.data_folder, files, configured_python(course, rules), progress)
    if graded:
        environment.require_notebooks(assignment, env)
    counted = (*rules.exercises, *rules.cells) if rules.exercises else ()
    only = tuple(name for exercise in counted for name in exercise.tests)
    runner = Runner(sandbox, env, layout, rules.limits, rules.together, only)
    key = _fingerprint(source, rules, runner)
    return Autograder(
        course, assignment, rules, source, runner, UnfinishedRun(course, assignment.name, key + sandbox.name)
    )


def _fingerprint(source: Source, rules: Rules, runner: Runner) -> str:
    """What the verdicts on a submission depend on."""
    return sha256(repr((source.commit, rules, runner.environment.python, __version__)).encode()).hexdigest()


def _with_cells(rules: Rules, tree: Tree, paths: Sequence[str]) -> Rules:
    """The rules with the graded cells of notebooks, without those that an exercise of assignment.toml names."""
    named = [name for exercise in rules.exercises for name in exercise.tests]
    cells = [cell for cell in notebooks.exercises(tree, paths) if not scoring.is_among(cell.tests[0], named)]
    return replace(rules, cells=tuple(cells))


def configured_python(course: Course, rules: Rules) -> str:
    """The absolute path of the interpreter that the assignment names; empty where it names none."""
    return str((course.folder / Path(rules.python).expanduser()).absolute()) if rules.python else ""


def expected_exercises(autograder: Autograder, progress: Progress) -> list[Exercise]:
    """The exercises with the tests that the teacher's solution passes.

    Raises:
        ScaffoldError: The solution fails a test.
    """
    return scoring.exercises_with_tests(autograder.rules, list(_solution(autograder, progress)))


def with_expected_values(autograder: Autograder, progress: Progress) -> Autograder:
    """The autograder that knows what AUTOTEST lines give for the teacher's solution.

    Raises:
        ScaffoldError: The solution fails a test.
    """
    if not notebooks.has_autotests(autograder.source.tree, autograder.runner.layout.notebooks):
        return autograder
    return replace(autograder, values=_solution(autograder, progress))


def _solution(autograder: Autograder, progress: Progress) -> dict[str, list[str]]:
    """The tests that the solution passes → the values of their AUTOTEST lines; cached for each commit."""
    key = _fingerprint(autograder.source, autograder.rules, autograder.runner)
    path = autograder.course.data_folder / "grading" / f"{autograder.assignment.name}.json"
    try:
        cached = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        cached = {}
    if cached.get("key") != key:
        progress.step("Running your own solution")
        learning = replace(autograder, values=None)
        result = learning.run_alone(autograder.source.tree, _REHEARSAL)
        passing, values = passing_tests(result), values_of(result)
        cached = {"key": key, "tests": {test: values[test] for test in passing}}
        write_atomically(path, json.dumps(cached))
    tests: dict[str, list[str]] = cached["tests"]
    return tests


def values_of(result: SessionResult) -> dict[str, list[str]]:
    """The values of AUTOTEST lines that a run of the solution reported."""
    return {verdict.test: list(verdict.values) for verdict in result.verdicts}


def passing_tests(result: SessionResult) -> list[str]:
    """The ids of the tests that the solution passes; those that it skips do not count.

    Raises:
        ScaffoldError: It fails a test, or passes none.
    """
    failed = [verdict for verdict in result.verdicts if not verdict.passed and not verdict.skipped]
    if failed or result.stopped:
        reason = result.stopped
        if result.imports:
            reason = str(result.imports[0])
        elif failed:
            reason = f"{failed[0].test}: {failed[0].message.splitlines()[0] if failed[0].message else 'it failed'}"
        raise ScaffoldError(f"Your own solution does not pass: {reason}", "See all: scaffold class rehearse ASSIGNMENT")
    tests = [verdict.test for verdict in result.verdicts if verdict.passed]
    if not tests:
        why = f": {result.imports[0]}" if result.imports else "."
        raise ScaffoldError(f"Your own solution passes no test{why}", "See all: scaffold class rehearse ASSIGNMENT")
    return tests
