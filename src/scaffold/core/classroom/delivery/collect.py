"""Collecting what students submitted: their branch goes into the store, under the time when the forge received it.

What was collected once is kept for good, whatever a student pushes over it later.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch, plan
from scaffold.core.classroom.delivery.batch import FAILED, Class, Row
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Rules, choose, told
from scaffold.core.classroom.store import Submission
from scaffold.core.outcome import Progress

COLLECTED, AGAIN, NOTHING, ABSENT, TOO_LATE = "collected", "has it", "nothing yet", "not handed out", "too late"


@dataclass(frozen=True)
class Found:
    """A branch on the forge, and when it came there.

    Attributes:
        submission: it.
        told: whether the server told the time; otherwise the commit claims it.
    """

    submission: Submission
    told: bool


def collect(
    room: Class, task: Assignment, rules: Rules, who: Sequence[Owner], at: datetime.datetime | None, progress: Progress
) -> list[Row]:
    """Put everybody's branch into the store.

    Args:
        room: the class.
        task: the assignment.
        rules: when it is due, and what lateness costs.
        who: the owners.
        at: what came later does not count, and is kept all the same; None: now.
        progress: told what is being done.
    """
    failed = plan.look(room, task, who, progress)
    heads, lines = room.store.heads(task.name), room.store.lines(task.name)
    known = room.store.submissions(task.name)
    branch = room.course.branch
    tips = {
        owner.id: heads[owner.id][branch]
        for owner in who
        if owner.id not in failed and branch in heads.get(owner.id, {})
    }
    given = {id_: (line.commit, line.parent) for id_, line in lines.items()}
    new = [
        owner
        for owner in who
        if owner.id in tips
        and tips[owner.id] not in given[owner.id]
        and not (owner.id in known and known[owner.id][-1].commit == tips[owner.id])
    ]
    found, unasked = _received(room, new, tips, progress)
    room.store.keep_submissions(task.name, {id_: one.submission for id_, one in found.items()})
    known = room.store.submissions(task.name)

    def row(owner: Owner) -> Row:
        if owner.id in failed or owner.id in unasked:
            return failed.get(owner.id) or unasked[owner.id]
        if owner.id not in lines:
            return Row(owner, ABSENT)
        if owner.id not in tips:
            return Row(owner, FAILED, f"{room.forge.address(owner.repository)} has no branch {branch}")
        counts = choose(known.get(owner.id, ()), rules, at)
        if counts is None:
            return Row(owner, TOO_LATE if owner.id in known else NOTHING)
        state = COLLECTED if owner.id in found and found[owner.id].submission.commit == counts.commit else AGAIN
        claimed = owner.id in found and not found[owner.id].told
        return Row(owner, state, told(counts, rules) + (", by the commit's own date" if claimed else ""))

    return [row(owner) for owner in who]


def _received(
    room: Class, owners: Sequence[Owner], tips: dict[str, str], progress: Progress
) -> tuple[dict[str, Found], dict[str, Row]]:
    """When the tips came to the forge; and the owners for whom asking failed."""
    claimed = room.store.commit_times([tips[owner.id] for owner in owners])
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    found: dict[str, Found] = {}

    def ask(owner: Owner) -> Row:
        commit = tips[owner.id]
        when = room.forge.pushed_at(owner.repository, room.course.branch)
        found[owner.id] = Found(Submission(commit, when or min(claimed[commit], now)), when is not None)
        return Row(owner, "")

    rows = batch.work(owners, ask, progress.counter("Asking when it came"))
    return found, {row.owner.id: row for row in rows if row.state == FAILED}
