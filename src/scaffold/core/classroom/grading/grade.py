"""Grading: the same tests, by the same judge, for everybody: on this machine, on a cluster, or by another's report."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from scaffold.core.classroom import rules
from scaffold.core.classroom.grading import junit, remote, scoring
from scaffold.core.classroom.grading import submission as submitted
from scaffold.core.classroom.grading.autograder import Exam, expected
from scaffold.core.classroom.grading.remote import Paper
from scaffold.core.classroom.grading.scoring import Score
from scaffold.core.classroom.grading.session import Trial
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Exercise
from scaffold.core.classroom.store import Store, Submission
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError

GRADED, NOTHING, FAILED = "graded", "nothing collected", "failed"


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
            done = exam.try_(submitted.read(store, submission.commit), owner.id, slot)
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
                yield owner, exam.paper(submitted.read(store, submission.commit), owner)
            except ScaffoldError as error:
                rows[owner] = Graded(by_id[owner], FAILED, error.message, submission)

    def marked() -> Iterator[Graded]:
        for owner, done in remote.hold_all(address, papers()):
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
    progress.count("Grading", 0, count)
    for number, row in enumerate(rows, start=1):
        progress.count("Grading", number, count)
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
    found = {owner.id: rules.choose(known.get(owner.id, ()), exam.rules, moment) for owner in who}
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
