"""Grading: the same tests, by the same judge, for the teacher's solution and for everybody.

Which tests there are is what the teacher's own solution passes: a test that does not run for a student has not passed.
"""

import json
import queue
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from scaffold import __version__
from scaffold.core.classroom import (
    collecting,
    elsewhere,
    environment,
    junit,
    personal,
    rules,
    scoring,
    starter,
    submitted,
    trial,
)
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.elsewhere import Paper
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Exercise, Rules
from scaffold.core.classroom.scoring import Score
from scaffold.core.classroom.starter import Source
from scaffold.core.classroom.store import Store, Submission
from scaffold.core.classroom.submitted import Trees
from scaffold.core.classroom.trial import Court, Trial
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically
from scaffold.tools.sandbox import Sandbox
from scaffold.tools.trees import Tree

GRADED, NOTHING, FAILED = "graded", "nothing collected", "failed"
_REHEARSAL = "rehearsal"


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
        return trial.hold(self.court, self.given(student, owner), slot)

    def given(self, student: Tree, owner: str) -> Trees:
        """What the boxes see of it."""
        own = personal.files(self.course, self.task, owner, self.source.tree)
        return submitted.trees(student, self.source.tree, self.court.plan, own)

    def paper(self, student: Tree, owner: str) -> Paper:
        """The same, for another machine."""
        court, locked = self.court, environment.locked(self.source.tree)
        given, python = self.given(student, owner), interpreter(self.course, self.rules)
        rest = (court.together, court.only, locked, python, not court.sandbox.is_safe)
        return Paper(given, court.plan, court.limits, *rest)


@dataclass(frozen=True)
class Graded:
    """What came of one owner's submission.

    Attributes:
        owner: whose.
        state: `graded`, `nothing collected` or `failed`.
        detail: why, where it failed.
        submission: what was graded.
        score: its points; None where there are none to tell.
    """

    owner: Owner
    state: str
    detail: str = ""
    submission: Submission | None = None
    score: Score | None = None


def open_exam(course: Course, task: Assignment, sandbox: Sandbox, progress: Progress) -> Exam:
    """Read the teacher's version and see that there is an environment for it.

    Raises:
        ScaffoldError: it has no tests, or its environment cannot be built.
    """
    rule = rules.read(task)
    source = starter.read_source(task)
    plan = submitted.layout(source.tree, task.hidden)
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
        progress("Running your own solution")
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


def grade(
    exam: Exam, store: Store, who: Sequence[Owner], chosen: Mapping[str, Submission], jobs: int, progress: Progress
) -> list[Graded]:
    """Grade what was chosen on this machine, some at a time.

    Args:
        exam: the assignment.
        store: where submissions are.
        who: the owners.
        chosen: owner → the submission that counts.
        jobs: how many at a time.
        progress: told how many are done.
    """
    exercises = expected(exam, progress)
    slots: queue.Queue[int] = queue.Queue()
    for slot in range(jobs):
        slots.put(slot)

    def one(owner: Owner) -> Graded:
        submission = chosen.get(owner.id)
        if submission is None:
            return _marked(exam, owner, None, None, exercises)
        slot = slots.get()
        try:
            done = exam.try_(submitted.read(store.folder, submission.commit), owner.id, slot)
        except ScaffoldError as error:
            return Graded(owner, FAILED, error.message, submission)
        finally:
            slots.put(slot)
        return _marked(exam, owner, submission, done, exercises)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            return list(_counted(pool.map(one, who), len(who), progress))
        except BaseException:
            exam.court.halted.set()
            pool.shutdown(cancel_futures=True)
            raise


def grade_on(
    address: str,
    exam: Exam,
    store: Store,
    who: Sequence[Owner],
    chosen: Mapping[str, Submission],
    progress: Progress,
) -> list[Graded]:
    """The same on a Dask cluster; the teacher's own solution is tried here. Raises ScaffoldError."""
    exercises = expected(exam, progress)
    rows = {owner.id: _marked(exam, owner, None, None, exercises) for owner in who if owner.id not in chosen}
    by_id = {owner.id: owner for owner in who}

    def papers() -> Iterator[tuple[str, Paper]]:
        for owner, submission in chosen.items():
            try:
                yield owner, exam.paper(submitted.read(store.folder, submission.commit), owner)
            except ScaffoldError as error:
                rows[owner] = Graded(by_id[owner], FAILED, error.message, submission)

    def marked() -> Iterator[Graded]:
        for owner, done in elsewhere.hold_all(address, papers()):
            if isinstance(done, ScaffoldError):
                yield Graded(by_id[owner], FAILED, done.message, chosen[owner])
            else:
                yield _marked(exam, by_id[owner], chosen[owner], done, exercises)

    rows |= {row.owner.id: row for row in _counted(marked(), len(chosen), progress)}
    return [rows[owner.id] for owner in who]


def grade_reports(
    exam: Exam, reports: Path, who: Sequence[Owner], chosen: Mapping[str, Submission], progress: Progress
) -> list[Graded]:
    """The points for what another runner found out: a JUnit report `ID.xml` for each owner in a folder."""
    exercises = expected(exam, progress)

    def one(owner: Owner) -> Graded:
        submission = chosen.get(owner.id)
        try:
            done = junit.read(reports / f"{owner.id}.xml", exercises) if submission else None
        except ScaffoldError as error:
            return Graded(owner, FAILED, error.message, submission)
        return _marked(exam, owner, submission, done, exercises)

    return [one(owner) for owner in who]


def _counted(rows: Iterator[Graded], count: int, progress: Progress) -> Iterator[Graded]:
    progress(f"Grading, 0 of {count}")
    for number, row in enumerate(rows, start=1):
        progress(f"Grading, {number} of {count}")
        yield row


def _marked(
    exam: Exam, owner: Owner, submission: Submission | None, done: Trial | None, exercises: Sequence[Exercise]
) -> Graded:
    if submission is None or done is None:
        none = Trial((), "nothing was collected")
        return Graded(owner, NOTHING, score=scoring.score(none, exercises, exam.rules))
    days = exam.rules.late.days_late(submission.received, exam.rules.due)
    return Graded(owner, GRADED, "", submission, scoring.score(done, exercises, exam.rules, days))


def choose(exam: Exam, store: Store, who: Sequence[Owner], at: str = "") -> dict[str, Submission]:
    """The submission of each owner that counts. Raises UsageError when `at` is no time."""
    moment = rules.parse_moment(at, exam.rules) if at else None
    known = store.submissions(exam.task.name)
    found = {owner.id: collecting.choose(known.get(owner.id, ()), exam.rules, moment) for owner in who}
    return {owner: one for owner, one in found.items() if one is not None}


def as_data(row: Graded) -> dict[str, object]:
    """A row as JSON has it."""
    return {
        "id": row.owner.id,
        "state": row.state,
        "detail": row.detail,
        "commit": row.submission.commit if row.submission else None,
        "received": row.submission.received.isoformat() if row.submission else None,
        **({"score": asdict(row.score)} if row.score else {"score": None}),
    }
