"""Collect submissions: fetch students' branches, and store each with the time when the forge received it.

A collected submission stays in the store, whatever the student pushes over it later.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import FAILED, Classroom, Row
from scaffold.core.classroom.delivery.plan import fetch_all
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Rules, choose_submission, describe_submission
from scaffold.core.classroom.store import Submission
from scaffold.core.outcome import Progress

COLLECTED, AGAIN, NOTHING, ABSENT, TOO_LATE = "collected", "has it", "nothing yet", "not handed out", "too late"


@dataclass(frozen=True)
class ReceivedCommit:
    """The tip of a branch on the forge, and when it was received.

    Attributes:
        submission: The commit and the time.
        is_server_time: Whether the server reported the time; otherwise it is the commit's own date.
    """

    submission: Submission
    is_server_time: bool


def collect_submissions(
    classroom: Classroom,
    assignment: Assignment,
    rules: Rules,
    owners: Sequence[Owner],
    at: datetime.datetime | None,
    progress: Progress,
) -> list[Row]:
    """Fetch every owner's branch, and store what is new as a submission.

    Args:
        classroom: The class.
        assignment: The assignment.
        rules: When it is due, and the late policy.
        owners: The students or teams.
        at: Submissions received later are stored but do not count; None for now.
        progress: Receives what is being done.
    """
    failed = fetch_all(classroom, assignment, owners, progress)
    heads, starters = classroom.store.heads(assignment.name), classroom.store.student_starters(assignment.name)
    earlier = classroom.store.submissions(assignment.name)
    branch = classroom.course.branch
    tips = {
        owner.id: heads[owner.id][branch]
        for owner in owners
        if owner.id not in failed and branch in heads.get(owner.id, {})
    }

    def is_new(owner: Owner) -> bool:
        tip = tips.get(owner.id)
        if tip is None or tip in (starters[owner.id].commit, starters[owner.id].parent):
            return False
        return owner.id not in earlier or earlier[owner.id][-1].commit != tip

    received, not_answered = _receive(classroom, [owner for owner in owners if is_new(owner)], tips, progress)
    classroom.store.add_submissions(assignment.name, {owner: new.submission for owner, new in received.items()})
    submissions = classroom.store.submissions(assignment.name)

    def row(owner: Owner) -> Row:
        if owner.id in failed or owner.id in not_answered:
            return failed.get(owner.id) or not_answered[owner.id]
        if owner.id not in starters:
            return Row(owner, ABSENT)
        if owner.id not in tips:
            return Row(owner, FAILED, f"{classroom.forge.clone_url(owner.repository)} has no branch {branch}")
        counted = choose_submission(submissions.get(owner.id, ()), rules, at)
        if counted is None:
            return Row(owner, TOO_LATE if owner.id in submissions else NOTHING)
        new = received.get(owner.id)
        state = COLLECTED if new and new.submission.commit == counted.commit else AGAIN
        source = ", by the commit's own date" if new and not new.is_server_time else ""
        return Row(owner, state, describe_submission(counted, rules) + source)

    return [row(owner) for owner in owners]


def _receive(
    classroom: Classroom, owners: Sequence[Owner], tips: dict[str, str], progress: Progress
) -> tuple[dict[str, ReceivedCommit], dict[str, Row]]:
    """Ask the forge when it received the tips.

    Returns:
        Owner → the received commit, and owner → row for those for whom the forge did not answer.
    """
    commit_times = classroom.store.commit_times([tips[owner.id] for owner in owners])
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    received: dict[str, ReceivedCommit] = {}

    def receive(owner: Owner) -> Row:
        commit = tips[owner.id]
        time = classroom.forge.pushed_at(owner.repository, classroom.course.branch)
        submission = Submission(commit, time or min(commit_times[commit], now))
        received[owner.id] = ReceivedCommit(submission, time is not None)
        return Row(owner, "")

    rows = batch.for_each_owner(owners, receive, progress.counter("Reading push times"))
    return received, {row.owner.id: row for row in rows if row.state == FAILED}
