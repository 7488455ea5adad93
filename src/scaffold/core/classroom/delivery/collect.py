"""Collect submissions: fetch students' branches, and store each with the time when the forge received it.

Where a branch was pushed to after the due time, the state that it had then is stored as well. A collected submission
stays in the store, whatever the student pushes over it later.
"""

import datetime
from collections.abc import Mapping, Sequence

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import FAILED, Classroom, Row
from scaffold.core.classroom.delivery.plan import fetch_all
from scaffold.core.classroom.delivery.pushes import BranchHistory, read_history
from scaffold.core.classroom.guard import explain_failure
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Rules, explain_choice, parse_time
from scaffold.core.classroom.store import StarterVersion, Submission
from scaffold.core.outcome import Progress
from scaffold.tools.forges.base import Push

COLLECTED, AGAIN, NOTHING, ABSENT, TOO_LATE = "collected", "has it", "nothing yet", "not handed out", "too late"

_OVERWRITTEN = "; a push that was in time, {}, was overwritten by force before it was collected: ask the student for it"


def collect_submissions(
    classroom: Classroom,
    assignment: Assignment,
    rules: Mapping[str, Rules],
    owners: Sequence[Owner],
    at: str,
    progress: Progress,
) -> list[Row]:
    """Fetch every owner's branch, and store what is new as a submission.

    Args:
        classroom: The class.
        assignment: The assignment.
        rules: Owner → when it is due, and the late policy.
        owners: The students or teams.
        at: A time, or `due`: submissions received later are stored but do not count. Empty for now.
        progress: Receives what is being done.
    """
    failed = fetch_all(classroom, assignment, owners, progress)
    heads, starters = classroom.store.heads(assignment.name), classroom.store.student_starters(assignment.name)
    earlier = classroom.store.submissions(assignment.name)
    branch = classroom.course.branch
    tips = {
        owner.id: heads[owner.id][branch]
        for owner in owners
        if owner.id not in failed and owner.id in starters and branch in heads.get(owner.id, {})
    }

    deadlines = {owner: parse_time(at, own) if at else None for owner, own in rules.items()}
    moments = {
        owner: [moment for moment in (deadlines[owner], own.due and own.due + own.late.grace_time) if moment]
        for owner, own in rules.items()
    }

    def is_new(owner: str, tip: str) -> bool:
        if tip in (starters[owner].commit, starters[owner].parent):
            return False
        known = [submission.received for submission in earlier.get(owner, ())]
        is_asked_for_first = any(min(known) > moment for moment in moments[owner]) if known else True
        return is_asked_for_first or earlier[owner][-1].commit != tip

    new_tips = {owner: tip for owner, tip in tips.items() if is_new(owner, tip)}
    histories, unreadable = _read_histories(classroom, assignment, new_tips, starters)
    received, lost, not_answered = _receive(classroom, histories, owners, moments, progress)
    not_answered |= {owner.id: Row(owner, FAILED, unreadable[owner.id]) for owner in owners if owner.id in unreadable}
    new = {
        owner: [submission for submission in of_owner if submission not in earlier.get(owner, ())]
        for owner, of_owner in received.items()
    }
    classroom.store.add_submissions(assignment.name, new)
    submissions = classroom.store.submissions(assignment.name)

    def row(owner: Owner) -> Row:
        if owner.id in failed or owner.id in not_answered:
            return failed.get(owner.id) or not_answered[owner.id]
        if owner.id not in starters:
            return Row(owner, ABSENT)
        if owner.id not in tips:
            return Row(owner, FAILED, f"{classroom.forge.clone_url(owner.repository)} has no branch {branch}")
        choice = explain_choice(submissions.get(owner.id, ()), rules[owner.id], deadlines[owner.id])
        why = choice.why + (_OVERWRITTEN.format(lost[owner.id][:10]) if lost.get(owner.id) else "")
        if choice.submission is None:
            return Row(owner, TOO_LATE if owner.id in submissions else NOTHING, why)
        return Row(owner, COLLECTED if choice.submission in new.get(owner.id, ()) else AGAIN, why)

    return [row(owner) for owner in owners]


def _read_histories(
    classroom: Classroom, assignment: Assignment, tips: Mapping[str, str], starters: Mapping[str, StarterVersion]
) -> tuple[dict[str, BranchHistory], dict[str, str]]:
    """The histories of the branches that have work: owner → history; and owner → why it cannot be read."""
    histories, failed = dict[str, BranchHistory](), dict[str, str]()
    try:
        together = read_history(classroom.store, assignment.name, tips, starters)
        return dict.fromkeys(together.with_work, together), failed
    except Exception:  # one of them cannot be read: then each is read alone
        for owner, tip in tips.items():
            try:
                history = read_history(classroom.store, assignment.name, {owner: tip}, starters)
                histories |= dict.fromkeys(history.with_work, history)
            except Exception as error:
                failed[owner] = explain_failure(error)
    return histories, failed


def _receive(
    classroom: Classroom,
    histories: Mapping[str, BranchHistory],
    owners: Sequence[Owner],
    moments: Mapping[str, Sequence[datetime.datetime]],
    progress: Progress,
) -> tuple[dict[str, list[Submission]], dict[str, str], dict[str, Row]]:
    """Ask the forge when it received the tips and, where that was late, what it had before.

    Returns:
        Owner → the submissions, the tip last; owner → a commit that counted and was overwritten by force, or an empty
        text; and owner → row for those for whom the forge did not answer.
    """
    branch, pushes = classroom.course.branch, dict[str, list[Push]]()

    def ask(owner: Owner) -> Row:
        pushes[owner.id] = classroom.forge.pushes(owner.repository, branch)
        return Row(owner, "")

    to_ask = [owner for owner in owners if owner.id in histories]
    rows = list(batch.for_each_owner(to_ask, ask, progress.counter("Reading push times")))
    received, lost = dict[str, list[Submission]](), dict[str, str]()
    failed = {row.owner.id: row for row in rows if row.state == FAILED}
    for owner in to_ask:
        if owner.id not in pushes:
            continue
        try:
            history = histories[owner.id]
            lost[owner.id] = history.overwritten(owner.id, pushes[owner.id], moments[owner.id])
            received[owner.id] = history.received(owner.id, pushes[owner.id], moments[owner.id])
        except Exception as error:
            failed[owner.id] = Row(owner, FAILED, explain_failure(error))
    return received, lost, failed
