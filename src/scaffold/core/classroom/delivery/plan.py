"""Plan the update of a starter that was handed out: the state of every student, without changing anything for them."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import FAILED, Classroom, Row
from scaffold.core.classroom.delivery.forecast import CLEAN, CURRENT, NOT_STARTED, Forecast, MergeTrees, forecast
from scaffold.core.classroom.delivery.history import containing, merge_bases
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import personal
from scaffold.core.classroom.starter.prepare import PreparedStarter
from scaffold.core.classroom.store import StarterVersion, Store, fetched_ref
from scaffold.core.outcome import Progress
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench, workbench
from scaffold.tools.git.trees import Commit

ABSENT, SENT = "not handed out", "sent"
_AT_ONCE = 1000
"""How many merges are in one workbench: they are in memory together."""
_ROOM = 32 * 1024
"""The bytes that the objects of a merge take; each is a file of its own."""


@dataclass(frozen=True)
class StudentUpdate:
    """The planned update of one owner's repository.

    Attributes:
        owner: The student or team.
        state: A state of the forecast, or `not handed out`, `sent` or `failed`.
        head: The commit of their branch; empty when there is none.
        starter: Their newest starter in the store.
        outcome: The forecast, where there is one.
        detail: The reason, the conflicts or the number of changed files.
        branch: The branch for the update: where it is, or where it will be sent.
        sent: The commit of that branch, where the update is in the student's repository; empty when it is not.
    """

    owner: Owner
    state: str
    head: str = ""
    starter: StarterVersion | None = None
    outcome: Forecast | None = field(default=None, compare=False)
    detail: str = ""
    branch: str = ""
    sent: str = ""


def branch_of(version: int) -> str:
    """The name of the branch with an update."""
    return f"starter-{version}"


def fetch_all(
    classroom: Classroom, assignment: Assignment, owners: Sequence[Owner], progress: Progress
) -> dict[str, Row]:
    """Fetch the branches of all owners into the store. Returns the rows of those for whom that failed."""
    fetched = classroom.store.heads(assignment.name)

    def fetch(owner: Owner) -> Row:
        name, forge, known = owner.repository, classroom.forge, fetched.get(owner.id, {})
        if not (forge.is_local and forge.heads(name) == known):
            refs = fetched_ref(owner.id, assignment.name)
            forge.fetch(classroom.store.folder, name, refs)
            classroom.store.check_fetched(refs, classroom.course.branch, set(known.values()))
        return Row(owner, "")

    starters = classroom.store.student_starters(assignment.name)
    with_starter = [owner for owner in owners if owner.id in starters]
    rows = batch.for_each_owner(with_starter, fetch, progress.counter("Fetching repositories"))
    return {row.owner.id: row for row in rows if row.state == FAILED}


def plan_update(
    classroom: Classroom,
    assignment: Assignment,
    prepared: PreparedStarter,
    owners: Sequence[Owner],
    progress: Progress,
    *,
    keep_trees: bool,
) -> list[StudentUpdate]:
    """Fetch all repositories and forecast the update of each.

    Args:
        classroom: The class.
        assignment: The assignment.
        prepared: Its newer starter.
        owners: The students or teams.
        progress: Receives what is being done.
        keep_trees: Put the merged trees into the store, where sending needs them.
    """
    failed = fetch_all(classroom, assignment, owners, progress)
    progress.step("Merging")
    return forecast_all(classroom, assignment, prepared, owners, failed, keep_trees=keep_trees)


def forecast_all(
    classroom: Classroom,
    assignment: Assignment,
    prepared: PreparedStarter,
    owners: Sequence[Owner],
    failed: Mapping[str, Row],
    *,
    keep_trees: bool = False,
) -> list[StudentUpdate]:
    """Forecast the update of each owner from the branches that were fetched last; the forge is not asked."""
    store = classroom.store
    starters, heads = store.student_starters(assignment.name), store.heads(assignment.name)
    updates = [
        _before_merge(
            classroom,
            owner,
            starters.get(owner.id),
            heads.get(owner.id, {}),
            failed.get(owner.id),
        )
        for owner in owners
    ]
    to_merge = [update for update in updates if not update.state]
    trees = store.trees_of([update.head for update in to_merge])
    bases = merge_bases(store, [(update.starter, update.head) for update in to_merge if update.starter])
    updates = _with_branches(store, prepared.version, updates, heads)
    outcomes: dict[str, Forecast] = {}
    for start in range(0, len(to_merge), _AT_ONCE):
        some = range(start, min(start + _AT_ONCE, len(to_merge)))
        own = {to_merge[index].owner.id: (bases[index], trees[index]) for index in some}
        outcomes |= _forecast_some(classroom, assignment, prepared, own, keep_trees=keep_trees)
    return [_with_forecast(update, outcomes.get(update.owner.id)) for update in updates]


def _forecast_some(
    classroom: Classroom,
    assignment: Assignment,
    prepared: PreparedStarter,
    own: Mapping[str, tuple[str, str]],
    *,
    keep_trees: bool,
) -> dict[str, Forecast]:
    """The forecasts for some owners: owner → the trees of the starter that they have, and of their work."""

    def merge(room: int) -> dict[str, Forecast]:
        with _workbench(classroom, room) as bench:
            newer = _newer_trees(bench, classroom, assignment, prepared, list(own))
            merges = [MergeTrees(*trees, theirs) for trees, theirs in zip(own.values(), newer, strict=True)]
            outcomes = dict(zip(own, forecast(bench, merges), strict=True))
            if keep_trees:
                bench.hand_over(classroom.store.folder / "objects")
            return outcomes

    try:
        return merge(_ROOM * len(own))
    except git.GitError as error:
        if error.code != "disk-full":
            raise
        return merge(0)  # more than there is room for in memory


def _before_merge(
    classroom: Classroom,
    owner: Owner,
    starter: StarterVersion | None,
    heads: Mapping[str, str],
    failed: Row | None,
) -> StudentUpdate:
    """An owner's update without a forecast; its state is empty where a forecast is needed."""
    if starter is None:
        return StudentUpdate(owner, ABSENT)
    if failed:
        return StudentUpdate(owner, FAILED, starter=starter, detail=failed.detail)
    branch = classroom.course.branch
    if branch not in heads:
        detail = f"{classroom.forge.clone_url(owner.repository)} has no branch {branch}"
        return StudentUpdate(owner, FAILED, starter=starter, detail=detail)
    return StudentUpdate(owner, "", heads[branch], starter)


def _with_branches(
    store: Store, version: int, updates: Sequence[StudentUpdate], heads: Mapping[str, Mapping[str, str]]
) -> list[StudentUpdate]:
    """The updates with their branches: it was sent where a branch has its commit, whatever else has such a name."""
    name = branch_of(version)
    named = {
        update.owner.id: {branch: commit for branch, commit in of_owner.items() if branch.startswith(name)}
        for update in updates
        if name in (of_owner := heads.get(update.owner.id, {}))
    }
    starters = {update.owner.id: update.starter for update in updates if update.starter}
    found = containing(
        store,
        {
            owner: (starters[owner].commit, list(branches.values()))
            for owner, branches in named.items()
            if owner in starters and starters[owner].version == version
        },
    )

    def with_branch(update: StudentUpdate) -> StudentUpdate:
        branches = named.get(update.owner.id, {})
        sent = next((branch for branch, commit in branches.items() if commit in found.get(update.owner.id, ())), "")
        free = (name, *(f"{name}-{number}" for number in range(2, len(branches) + 2)))
        branch = sent or next(branch for branch in free if branch not in branches)
        return replace(update, branch=branch, sent=branches.get(sent, ""))

    return [with_branch(update) for update in updates]


def _with_forecast(update: StudentUpdate, outcome: Forecast | None) -> StudentUpdate:
    if outcome is None:
        return update
    state = SENT if update.sent and outcome.state != CURRENT else outcome.state
    detail = ", ".join(
        f"{conflict.path}:{conflict.line}" if conflict.line else conflict.path for conflict in outcome.conflicts
    )
    if not detail and outcome.state in (CLEAN, NOT_STARTED):
        detail = f"{outcome.files} file{'s' if outcome.files != 1 else ''}"
    return replace(update, state=state, outcome=outcome, detail=detail)


def _workbench(classroom: Classroom, room: int) -> AbstractContextManager[Workbench]:
    folder = classroom.store.folder
    return workbench(git.Repository(folder, folder, folder / "objects", "sha1"), room)


def _newer_trees(
    bench: Workbench,
    classroom: Classroom,
    assignment: Assignment,
    prepared: PreparedStarter,
    owners: Sequence[str],
) -> list[str]:
    """The tree ids of the newer starter, for each owner (an id) with their personal files."""
    bench.write([Commit("new", prepared.tree)])
    shared = bench.tree_of("new")
    if not assignment.personal.file and not assignment.personal.slices:
        return [shared] * len(owners)
    own_files = (personal.student_files(classroom.course, assignment, owner, prepared.tree) for owner in owners)
    commits = (
        Commit("", files, start=shared, ref="refs/heads/all", mark=number)
        for number, files in enumerate(own_files, start=1)
    )
    ids = bench.write_marked(commits)
    return bench.trees_of([ids[number] for number in range(1, len(owners) + 1)])
