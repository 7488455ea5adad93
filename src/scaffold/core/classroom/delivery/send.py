"""Mending a starter that was handed out, second half: a branch for every student, and never a push by force.

A student's own branch is touched only where they have not started and the teacher said so. What is sent where the merge
is clean is the merge, done; where it is not, it is the newer starter, which `git merge` then takes them through.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.classroom import journal
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch, plan
from scaffold.core.classroom.delivery.batch import FAILED, Class, Row
from scaffold.core.classroom.delivery.forecast import CLEAN, CONFLICT, CURRENT, NOT_STARTED
from scaffold.core.classroom.delivery.plan import ABSENT, SENT, Work, branch_of
from scaffold.core.classroom.journal import Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.starter.prepare import Prepared
from scaffold.core.classroom.store import Given
from scaffold.core.outcome import Progress
from scaffold.tools.forges.base import Proposal
from scaffold.tools.git.trees import Commit

COMMAND = "update"
FORWARDED = "fast-forwarded"


@dataclass(frozen=True)
class Options:
    """How to send.

    Attributes:
        fast_forward: put it onto the branch of those who have not started.
        message: what the teacher says about it.
    """

    fast_forward: bool = False
    message: str = ""


@dataclass(frozen=True)
class _Errand:
    """What sending needs to know.

    Attributes:
        room: the class.
        run: what the journal calls this.
        options: how.
        lines: what the store has for owners now.
        merged: the merges that are done: owner → commit.
        said: what the journal knows to be sent: owners and versions.
    """

    room: Class
    run: Run
    options: Options
    lines: dict[str, Given]
    merged: dict[str, str]
    said: frozenset[tuple[str, int]]

    def step(self, owner: Owner, step: str, commit: str) -> None:
        """Write down what was done."""
        self.room.journal.step(self.run, owner.id, step, version=self.run.version, commit=commit)


def begin(
    room: Class, task: Assignment, ready: Prepared, works: Sequence[Work], options: Options, progress: Progress
) -> list[Row]:
    """Send an update to everybody who needs it.

    Raises:
        ScaffoldError: something would leak; nothing was sent.
    """
    who = [work.owner.id for work in works]
    about = {"fast_forward": options.fast_forward, "message": options.message}
    run = room.journal.begin(COMMAND, task.name, ready.version, who, **about)
    return _send(room, run, task, ready, works, options, progress)


def resume(room: Class, run: Run, progress: Progress) -> list[Row]:
    """Go on with an update: where everybody stands is looked up again.

    Raises:
        ScaffoldError: the roster, the assignment or its starter cannot be used.
    """
    task, who, ready = prepare.again(room.course, room.store, run, progress)
    works = plan.plan(room, task, ready, who, progress, keep=True)
    options = Options(run.options.get("fast_forward", False), run.options.get("message", ""))
    return _send(room, run, task, ready, works, options, progress)


def _send(
    room: Class,
    run: Run,
    task: Assignment,
    ready: Prepared,
    works: Sequence[Work],
    options: Options,
    progress: Progress,
) -> list[Row]:
    by_owner = {work.owner.id: work for work in works}
    needy = [work.owner for work in works if work.state in (NOT_STARTED, CLEAN, CONFLICT, SENT)]
    progress.step("Writing the store")
    text = letter(task.title, ready.version, options.message)
    lines = prepare.write(room.course, task, room.store, ready, needy, newer=True, message=text)
    merged = _write_merges(room, run, ready, [by_owner[owner.id] for owner in needy], lines, text)
    errand = _Errand(room, run, options, lines, merged, frozenset(room.journal.sent(run.assignment)))

    def send(owner: Owner) -> Row:
        return _row(errand, by_owner[owner.id])

    return batch.carry_out(room, run, [work.owner for work in works], send, progress)


def letter(title: str, version: int, message: str) -> str:
    """What a student reads in the commit, in plain words."""
    said = f"{message.strip()}\n\n" if message.strip() else ""
    branch = branch_of(version)
    return (
        f"{title}: your teacher mended the starter\n\n{said}"
        f"Your own work is not touched before you take it:\n\n    git fetch origin\n    git merge origin/{branch}\n\n"
        f"If git then speaks of a conflict, both of you changed the same lines: choose in the files it names, then\n"
        f"git add them and git commit.\n\nStarter: {version}\n"
    )


def _write_merges(
    room: Class, run: Run, ready: Prepared, works: Sequence[Work], lines: dict[str, Given], text: str
) -> dict[str, str]:
    """The merges of those where it is clean, as commits on top of the students' own: owner → commit.

    Also of those who were sent one before.
    """
    clean = [
        work for work in works if work.state == CLEAN or (work.state == NOT_STARTED and not _is_behind(work, lines))
    ]
    refs = {work.owner.id: _sent_ref(work, run) for work in clean}
    # Left by a run that was interrupted: the student may have gone on since.
    room.store.drop(refs.values())
    made = (
        Commit(
            "",
            {},
            start=work.outcome.tree,
            parent=work.head,
            second_parent=lines[work.owner.id].commit,
            ref=refs[work.owner.id],
            message=text,
            stamp=ready.source.stamp,
        )
        for work in clean
        if work.outcome
    )
    room.store.write(made)
    sent = {work.owner.id: _sent_ref(work, run) for work in works}
    return room.store.commits(sent)


def _sent_ref(work: Work, run: Run) -> str:
    return f"refs/sent/{work.owner.id}/{run.assignment}/{run.version}"


def _is_behind(work: Work, lines: dict[str, Given]) -> bool:
    """Whether an owner's branch is exactly an older starter, so that the newer one is on top of it."""
    return work.line is not None and work.head in (work.line.commit, work.line.parent, lines[work.owner.id].parent)


def _remember(errand: _Errand, work: Work) -> None:
    """Write down what was sent by a scaffold that was killed before it could say so."""
    owner, version = work.owner, errand.run.version
    line = errand.lines.get(owner.id, work.line)
    if line is None or (owner.id, version) in errand.said:
        return
    if work.sent and work.sent in (errand.merged.get(owner.id), line.commit):
        errand.step(owner, journal.SENT, work.sent)
    elif work.state == CURRENT and line.version == version and line.parent and work.head == line.commit:
        errand.step(owner, journal.FORWARDED, line.commit)


def _row(errand: _Errand, work: Work) -> Row:
    room, owner = errand.room, work.owner
    _remember(errand, work)
    if work.state in (ABSENT, FAILED, CURRENT):
        return Row(owner, work.state, work.detail)
    line = errand.lines[owner.id]
    not_started = work.outcome is not None and work.outcome.state == NOT_STARTED and _is_behind(work, errand.lines)
    if errand.options.fast_forward and not_started:
        batch.push(room, owner, room.course.branch, line.commit)
        errand.step(owner, journal.FORWARDED, line.commit)
        return Row(owner, FORWARDED, work.detail)
    if work.state == SENT:
        return Row(owner, SENT, "waits for the student")
    branch, commit = branch_of(errand.run.version), errand.merged.get(owner.id, line.commit)
    batch.push(room, owner, branch, commit)
    proposal = Proposal(branch, room.course.branch, f"Starter {errand.run.version}", errand.options.message)
    url = room.forge.propose(owner.repository, proposal)
    errand.step(owner, journal.SENT, commit)
    conflicts = f"conflicts for the student in {work.detail}" if work.state == CONFLICT else ""
    return Row(owner, "branch sent", url or conflicts or f"{branch}, {work.detail}")
