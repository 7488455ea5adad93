"""Send an update of a starter: a branch for every student, never pushed by force.

A student's own branch changes only where the student has not started and the teacher asked for it (`--fast-forward`).
The branch holds the finished merge where that is clean; otherwise it holds the newer starter, which the student merges
with `git merge`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.core.classroom import journal
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import FAILED, Classroom, Row
from scaffold.core.classroom.delivery.forecast import CLEAN, CONFLICT, CURRENT, NOT_STARTED
from scaffold.core.classroom.delivery.plan import ABSENT, SENT, StudentUpdate, branch_of, plan_update
from scaffold.core.classroom.journal import Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter.prepare import PreparedStarter, prepare_run, write_starters
from scaffold.core.classroom.store import StarterVersion
from scaffold.core.outcome import Progress
from scaffold.tools.forges.base import PullRequest
from scaffold.tools.git.trees import Commit

UPDATE = "update"
"""The command's name in the journal."""
FORWARDED = "fast-forwarded"


@dataclass(frozen=True)
class SendOptions:
    """How to send.

    Attributes:
        fast_forward: Push the update onto the branch of students who have not started.
        message: What the teacher tells the students about the update.
    """

    fast_forward: bool = False
    message: str = ""


@dataclass(frozen=True)
class _SendContext:
    """What the update of one student needs to know.

    Attributes:
        classroom: The class.
        run: The run in the journal.
        options: How to send.
        starters: Owner → their newest starter.
        merges: Owner → the commit of the finished merge, where it is clean.
        logged: The updates that the journal has as sent: owner and version.
    """

    classroom: Classroom
    run: Run
    options: SendOptions
    starters: dict[str, StarterVersion]
    merges: dict[str, str]
    logged: frozenset[tuple[str, int]]

    def log(self, owner: Owner, step: str, commit: str) -> None:
        """Write to the journal what was done for an owner."""
        self.classroom.journal.step(self.run, owner.id, step, version=self.run.version, commit=commit)


def start_update(
    classroom: Classroom,
    assignment: Assignment,
    prepared: PreparedStarter,
    updates: Sequence[StudentUpdate],
    options: SendOptions,
    progress: Progress,
) -> list[Row]:
    """Send an update to everybody who needs it.

    Raises:
        ScaffoldError: Something would leak; nothing was sent.
    """
    owners = [update.owner.id for update in updates]
    settings = {"fast_forward": options.fast_forward, "message": options.message}
    run = classroom.journal.begin(UPDATE, assignment.name, prepared.version, owners, **settings)
    return _send(classroom, run, assignment, prepared, updates, options, progress)


def resume_update(classroom: Classroom, run: Run, progress: Progress) -> list[Row]:
    """Resume an update; the state of every student is read again.

    Raises:
        ScaffoldError: The roster, the assignment or its starter cannot be used.
    """
    assignment, owners, prepared = prepare_run(classroom.course, classroom.store, run, progress)
    updates = plan_update(classroom, assignment, prepared, owners, progress, keep_trees=True)
    options = SendOptions(run.options.get("fast_forward", False), run.options.get("message", ""))
    return _send(classroom, run, assignment, prepared, updates, options, progress)


def _send(
    classroom: Classroom,
    run: Run,
    assignment: Assignment,
    prepared: PreparedStarter,
    updates: Sequence[StudentUpdate],
    options: SendOptions,
    progress: Progress,
) -> list[Row]:
    by_owner = {update.owner.id: update for update in updates}
    recipients = [update.owner for update in updates if update.state in (NOT_STARTED, CLEAN, CONFLICT, SENT)]
    progress.step("Writing the store")
    text = commit_message(assignment.title, prepared.version, options.message)
    starters = write_starters(
        classroom.course, assignment, classroom.store, prepared, recipients, update_older=True, message=text
    )
    to_merge = [by_owner[owner.id] for owner in recipients]
    merges = _write_merges(classroom, run, prepared, to_merge, starters, text)
    logged = frozenset(classroom.journal.sent(run.assignment))
    context = _SendContext(classroom, run, options, starters, merges, logged)

    def send(owner: Owner) -> Row:
        return _send_one(context, by_owner[owner.id])

    return batch.run_for_owners(classroom, run, [update.owner for update in updates], send, progress)


def commit_message(title: str, version: int, message: str) -> str:
    """The message of an update's commits, which students read."""
    teachers_message = f"{message.strip()}\n\n" if message.strip() else ""
    branch = branch_of(version)
    return (
        f"{title}: your teacher fixed the starter\n\n{teachers_message}"
        f"Your own work does not change until you merge the update:\n\n"
        f"    git fetch origin\n    git merge origin/{branch}\n\n"
        f"If git reports a conflict, both of you changed the same lines: choose in the files it names, then\n"
        f"git add them and git commit.\n\nStarter: {version}\n"
    )


def _write_merges(
    classroom: Classroom,
    run: Run,
    prepared: PreparedStarter,
    updates: Sequence[StudentUpdate],
    starters: dict[str, StarterVersion],
    text: str,
) -> dict[str, str]:
    """Write the clean merges as commits on top of the students' own.

    Returns:
        Owner → commit, also for owners to whom a merge of this version was sent before.
    """
    clean = [
        update
        for update in updates
        if update.state == CLEAN or (update.state == NOT_STARTED and not _is_older_starter(update, starters))
    ]
    refs = {update.owner.id: _sent_ref(update, run) for update in clean}
    # A run that was interrupted may have left merges with work that the student has continued since.
    classroom.store.delete_refs(refs.values())
    classroom.store.write(
        Commit(
            "",
            {},
            start=update.outcome.tree,
            parent=update.head,
            second_parent=starters[update.owner.id].commit,
            ref=refs[update.owner.id],
            message=text,
            stamp=prepared.source.stamp,
        )
        for update in clean
        if update.outcome
    )
    return classroom.store.resolve_refs({update.owner.id: _sent_ref(update, run) for update in updates})


def _sent_ref(update: StudentUpdate, run: Run) -> str:
    return f"refs/sent/{update.owner.id}/{run.assignment}/{run.version}"


def _is_older_starter(update: StudentUpdate, starters: dict[str, StarterVersion]) -> bool:
    """Whether the student's branch is exactly an older starter, so that the newer one is a fast-forward."""
    if update.starter is None:
        return False
    return update.head in (update.starter.commit, update.starter.parent, starters[update.owner.id].parent)


def _log_missing(context: _SendContext, update: StudentUpdate) -> None:
    """Write to the journal what was sent by a run that was killed before it could do so."""
    owner, version = update.owner, context.run.version
    starter = context.starters.get(owner.id, update.starter)
    if starter is None or (owner.id, version) in context.logged:
        return
    if update.sent and update.sent in (context.merges.get(owner.id), starter.commit):
        context.log(owner, journal.SENT, update.sent)
    elif update.state == CURRENT and starter.version == version and starter.parent and update.head == starter.commit:
        context.log(owner, journal.FORWARDED, starter.commit)


def _send_one(context: _SendContext, update: StudentUpdate) -> Row:
    classroom, owner = context.classroom, update.owner
    _log_missing(context, update)
    if update.state in (ABSENT, FAILED, CURRENT):
        return Row(owner, update.state, update.detail)
    starter = context.starters[owner.id]
    not_started = (
        update.outcome is not None
        and update.outcome.state == NOT_STARTED
        and _is_older_starter(update, context.starters)
    )
    if context.options.fast_forward and not_started:
        batch.push(classroom, owner, classroom.course.branch, starter.commit)
        context.log(owner, journal.FORWARDED, starter.commit)
        return Row(owner, FORWARDED, update.detail)
    if update.state == SENT:
        return Row(owner, SENT, "waits for the student")
    branch, commit = update.branch, context.merges.get(owner.id, starter.commit)
    batch.push(classroom, owner, branch, commit)
    title = f"Starter {context.run.version}"
    pull_request = PullRequest(branch, classroom.course.branch, title, context.options.message)
    url = classroom.forge.open_pull_request(owner.repository, pull_request)
    context.log(owner, journal.SENT, commit)
    conflicts = f"conflicts for the student in {update.detail}" if update.state == CONFLICT else ""
    return Row(owner, "branch sent", url or conflicts or f"{branch}, {update.detail}")
