"""Mending a starter that was handed out, first half: where every student stands, and what an update would do."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch, history
from scaffold.core.classroom.delivery.batch import FAILED, Class, Row
from scaffold.core.classroom.delivery.forecast import CLEAN, CURRENT, NOT_STARTED, Forecast, Sides3, forecast
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import personal
from scaffold.core.classroom.starter.prepare import Prepared
from scaffold.core.classroom.store import Given, fetched_ref
from scaffold.core.outcome import Progress
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench, workbench
from scaffold.tools.git.trees import Commit

ABSENT, SENT = "not handed out", "sent"


@dataclass(frozen=True)
class Work:
    """Where one owner stands.

    Attributes:
        owner: whose repository.
        state: one of the forecast's states, or `not handed out`, `sent`, `failed`.
        head: the commit of their branch; empty when there is none.
        line: what the store has for them.
        outcome: the forecast, where there is one.
        detail: why, in words.
        sent: the commit of the update's branch on the forge; empty when there is none.
    """

    owner: Owner
    state: str
    head: str = ""
    line: Given | None = None
    outcome: Forecast | None = field(default=None, compare=False)
    detail: str = ""
    sent: str = ""


def branch_of(version: int) -> str:
    """The branch that an update is sent as."""
    return f"starter-{version}"


def look(room: Class, task: Assignment, who: Sequence[Owner], progress: Progress) -> dict[str, Row]:
    """Bring what is on the forge into the store. Returns the owners for whom that failed."""
    known = room.store.heads(task.name)

    def fetch(owner: Owner) -> Row:
        name = owner.repository
        if not (room.forge.is_near and room.forge.heads(name) == known.get(owner.id, {})):
            room.forge.fetch(room.store.folder, name, fetched_ref(owner.id, task.name))
        return Row(owner, "")

    lines = room.store.lines(task.name)
    given = [owner for owner in who if owner.id in lines]
    rows = batch.work(given, fetch, progress.counter("Looking at repositories"))
    return {row.owner.id: row for row in rows if row.state == FAILED}


def plan(
    room: Class, task: Assignment, ready: Prepared, who: Sequence[Owner], progress: Progress, *, keep: bool
) -> list[Work]:
    """Where everybody stands, and what an update would do.

    Args:
        room: the class.
        task: the assignment.
        ready: its newer starter.
        who: the owners.
        progress: told what is being done.
        keep: put the merged trees into the store, to be sent; otherwise only what was fetched is there afterwards.
    """
    failed = look(room, task, who, progress)
    progress.step("Merging")
    return forecast_all(room, task, ready, who, failed, keep=keep)


def forecast_all(
    room: Class,
    task: Assignment,
    ready: Prepared,
    who: Sequence[Owner],
    failed: Mapping[str, Row],
    *,
    keep: bool = False,
) -> list[Work]:
    """The same from what the store has fetched, without a look at the forge."""
    lines, heads = room.store.lines(task.name), room.store.heads(task.name)
    found = [
        _stand(room, owner, lines.get(owner.id), heads.get(owner.id, {}), failed.get(owner.id), ready.version)
        for owner in who
    ]
    open_ = [work for work in found if not work.state]
    bases = history.bases(room.store, [(work.line, work.head) for work in open_ if work.line])
    with _bench(room) as bench:
        news = _new_trees(bench, room, task, ready, open_)
        yours = room.store.trees_of([work.head for work in open_])
        sides = [Sides3(*trees) for trees in zip(bases, yours, news, strict=True)]
        outcomes = dict(zip((work.owner.id for work in open_), forecast(bench, sides), strict=True))
        if keep:
            bench.hand_over(room.store.folder / "objects")
    return [_told(work, outcomes.get(work.owner.id)) for work in found]


def _stand(
    room: Class, owner: Owner, line: Given | None, heads: Mapping[str, str], failed: Row | None, version: int
) -> Work:
    if line is None:
        return Work(owner, ABSENT)
    if failed:
        return Work(owner, FAILED, line=line, detail=failed.detail)
    branch = room.course.branch
    if branch not in heads:
        return Work(owner, FAILED, line=line, detail=f"{room.forge.address(owner.repository)} has no branch {branch}")
    return Work(owner, "", heads[branch], line, sent=heads.get(branch_of(version), ""))


def _told(work: Work, outcome: Forecast | None) -> Work:
    if outcome is None:
        return work
    state = SENT if work.sent and outcome.state != CURRENT else outcome.state
    detail = ", ".join(f"{clash.path}:{clash.line}" if clash.line else clash.path for clash in outcome.clashes)
    if not detail and outcome.state in (CLEAN, NOT_STARTED):
        detail = f"{outcome.files} file{'s' if outcome.files != 1 else ''}"
    return replace(work, state=state, outcome=outcome, detail=detail)


def _bench(room: Class) -> AbstractContextManager[Workbench]:
    folder = room.store.folder
    return workbench(git.Repository(folder, folder, folder / "objects", "sha1"))


def _new_trees(bench: Workbench, room: Class, task: Assignment, ready: Prepared, open_: Sequence[Work]) -> list[str]:
    """The newer starter as each of them would have it: a tree's id each."""
    bench.write([Commit("new", ready.tree)])
    shared = bench.tree_of("new")
    if not task.personal.file and not task.personal.slices:
        return [shared] * len(open_)
    own = (personal.files(room.course, task, work.owner.id, ready.tree) for work in open_)
    made = (
        Commit("", files, start=shared, ref="refs/heads/all", mark=number) for number, files in enumerate(own, start=1)
    )
    ids = bench.write_marked(made)
    return bench.trees_of([ids[number] for number in range(1, len(open_) + 1)])
