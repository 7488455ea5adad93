"""Grade submissions: on this machine, on a cluster, or from the reports of another test runner."""

import queue
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from scaffold.core.classroom.grading import junit, remote, scoring
from scaffold.core.classroom.grading.autograder import Autograder, expected_exercises
from scaffold.core.classroom.grading.remote import Job
from scaffold.core.classroom.grading.scoring import Score
from scaffold.core.classroom.grading.submission import read_submission
from scaffold.core.classroom.grading.verdict import SessionResult
from scaffold.core.classroom.guard import explain_failure
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Choice, Exercise, explain_choice, parse_time
from scaffold.core.classroom.store import Store, Submission
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.threads import map_in_order

GRADED, NOTHING, FAILED = "graded", "nothing collected", "failed"


@dataclass(frozen=True)
class Graded:
    """The result for one owner.

    Attributes:
        owner: The student or team.
        state: `graded`, `nothing collected` or `failed`.
        detail: Why it failed.
        submission: The submission that was graded.
        score: Its points; None where grading failed.
        choice: Which submission counts, and why.
        result: The verdicts on its tests; None where none ran.
    """

    owner: Owner
    state: str
    detail: str = ""
    submission: Submission | None = None
    score: Score | None = None
    choice: Choice = field(default_factory=Choice)
    result: SessionResult | None = field(default=None, repr=False)

    @property
    def is_final(self) -> bool:
        """Whether no test needs another try."""
        return self.result is None or self.result.is_final


def grade_submissions(
    autograder: Autograder,
    store: Store,
    owners: Sequence[Owner],
    chosen: Mapping[str, Submission],
    jobs: int,
    progress: Progress,
) -> list[Graded]:
    """Grade on this machine, `jobs` submissions at a time.

    Args:
        autograder: The assignment.
        store: The class store.
        owners: The students or teams.
        chosen: Owner → the submission that counts.
        jobs: How many submissions to grade at a time.
        progress: Receives how many are done.

    Raises:
        ScaffoldError: The teacher's own solution does not pass.
    """
    exercises = expected_exercises(autograder, progress)
    if known := autograder.unfinished.count(chosen):
        progress.step(f"{known} of {len(chosen)} were graded before the interruption")
    slots: queue.Queue[int] = queue.Queue()
    for slot in range(jobs):
        slots.put(slot)

    def grade(owner: Owner) -> Graded:
        submission = chosen.get(owner.id)
        if submission is None:
            return _graded(autograder, owner, None, None, exercises)
        slot = slots.get()
        try:
            result = autograder.grade(store, submission, owner.id, slot)
            return _graded(autograder, owner, submission, result, exercises)
        except Exception as error:
            return Graded(owner, FAILED, explain_failure(error), submission)
        finally:
            slots.put(slot)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            return list(_with_progress(map_in_order(pool, grade, owners), len(owners), progress))
        except BaseException:
            autograder.runner.stop_all.set()
            pool.shutdown(cancel_futures=True)
            raise


def try_again(autograder: Autograder, store: Store, rows: Sequence[Graded], progress: Progress) -> list[Graded]:
    """Run what timed out or died once more, one submission at a time: a busy machine must not change points.

    Raises:
        ScaffoldError: The teacher's own solution does not pass.
    """
    exercises = expected_exercises(autograder, progress)
    waiting = [row for row in rows if not row.is_final]
    done: dict[str, Graded] = {}
    for number, row in enumerate(waiting, start=1):
        progress.count("Trying again, alone", number, len(waiting))
        if row.submission and row.result:
            try:
                tree = read_submission(store, row.submission.commit)
                result = autograder.try_again(row.result, tree, row.owner.id)
                autograder.keep(row.owner.id, row.submission, result)
                done[row.owner.id] = _graded(autograder, row.owner, row.submission, result, exercises)
            except Exception as error:
                done[row.owner.id] = Graded(row.owner, FAILED, explain_failure(error), row.submission)
    return [replace(done[row.owner.id], choice=row.choice) if row.owner.id in done else row for row in rows]


def grade_on_cluster(
    address: str,
    autograder: Autograder,
    store: Store,
    owners: Sequence[Owner],
    chosen: Mapping[str, Submission],
    progress: Progress,
    notes: list[str],
) -> list[Graded]:
    """Grade on the Dask cluster at `address`; the teacher's own solution runs on this machine.

    What was graded stays when the cluster ends in the middle; the others have failed. `notes` receives a sentence for
    each worker that is left out.

    Raises:
        ScaffoldError: The teacher's own solution does not pass, or nothing could be graded on the cluster.
    """
    exercises = expected_exercises(autograder, progress)
    rows = {owner.id: _graded(autograder, owner, None, None, exercises) for owner in owners if owner.id not in chosen}
    by_id = {owner.id: owner for owner in owners}

    def make_jobs() -> Iterator[tuple[str, Job]]:
        for owner, submission in chosen.items():
            if known := autograder.unfinished.find(owner, submission):
                rows[owner] = _graded(autograder, by_id[owner], submission, known, exercises)
                continue
            try:
                yield owner, autograder.job(read_submission(store, submission.commit), owner)
            except Exception as error:
                rows[owner] = Graded(by_id[owner], FAILED, explain_failure(error), submission)

    def graded_rows() -> Iterator[Graded]:
        allow_none = not autograder.runner.sandbox.is_safe
        for owner, result in remote.run_jobs(address, make_jobs(), notes, allow_none=allow_none):
            if isinstance(result, ScaffoldError):
                yield Graded(by_id[owner], FAILED, result.message, chosen[owner])
            else:
                autograder.keep(owner, chosen[owner], result)
                yield _graded(autograder, by_id[owner], chosen[owner], result, exercises)

    try:
        for row in _with_progress(graded_rows(), len(chosen), progress):
            rows[row.owner.id] = row
    except ScaffoldError as error:
        if not any(row.state == GRADED for row in rows.values()):
            raise
        notes.append(f"{error.message} {error.hint}")
        rows |= {owner: Graded(by_id[owner], FAILED, error.message, chosen[owner]) for owner in chosen.keys() - rows}
    return [rows[owner.id] for owner in owners]


def grade_from_reports(
    autograder: Autograder,
    reports: Path,
    owners: Sequence[Owner],
    chosen: Mapping[str, Submission],
    progress: Progress,
) -> list[Graded]:
    """Score the JUnit reports of another test runner: the file `ID.xml` for each owner in the folder `reports`."""
    exercises = expected_exercises(autograder, progress)

    def grade(owner: Owner) -> Graded:
        submission = chosen.get(owner.id)
        try:
            result = junit.read(reports / f"{owner.id}.xml", exercises) if submission else None
            return _graded(autograder, owner, submission, result, exercises)
        except Exception as error:
            return Graded(owner, FAILED, explain_failure(error), submission)

    return [grade(owner) for owner in owners]


def _with_progress(rows: Iterator[Graded], count: int, progress: Progress) -> Iterator[Graded]:
    progress.count("Grading", 0, count)
    for number, row in enumerate(rows, start=1):
        progress.count("Grading", number, count)
        yield row


def _graded(
    autograder: Autograder,
    owner: Owner,
    submission: Submission | None,
    result: SessionResult | None,
    exercises: Sequence[Exercise],
) -> Graded:
    rules = autograder.rules_for(owner)
    if submission is None or result is None:
        no_result = SessionResult((), "nothing was collected", tries=0)
        return Graded(owner, NOTHING, score=scoring.score(no_result, exercises, rules))
    days = rules.late.days_late(submission.received, rules.due)
    return Graded(owner, GRADED, "", submission, scoring.score(result, exercises, rules, days), result=result)


def choose_submissions(
    autograder: Autograder, store: Store, owners: Sequence[Owner], at: str = ""
) -> dict[str, Choice]:
    """Owner → the submission that counts, and why. Raises UsageError when `at` is not a time."""
    submissions = store.submissions(autograder.assignment.name)
    choices = {}
    for owner in owners:
        rules = autograder.rules_for(owner)
        deadline = parse_time(at, rules) if at else None
        choices[owner.id] = explain_choice(submissions.get(owner.id, ()), rules, deadline)
    return choices


def as_json(row: Graded) -> dict[str, object]:
    """A result as `--json` and results.json show it."""
    return {
        "id": row.owner.id,
        "state": row.state,
        "detail": row.detail,
        "commit": row.submission.commit if row.submission else None,
        "received": row.submission.received.isoformat() if row.submission else None,
        "why": row.choice.why,
        **({"score": asdict(row.score)} if row.score else {"score": None}),
    }
