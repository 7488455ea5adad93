"""Run forge operations for many owners, so that one failure does not stop the rest.

What exists on the forge is checked there and not remembered, so that every operation can be repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from scaffold.core.classroom import journal
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.delivery import access
from scaffold.core.classroom.guard import explain_failure
from scaffold.core.classroom.journal import Journal, Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import StarterVersion, Store, fetched_ref
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.forges.base import Forge, ForgeError, RejectedError, UnusableRepositoryError
from scaffold.tools.forges.folder import FolderForge
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.gitserver import GitForge
from scaffold.tools.forges.hosted import public_error
from scaffold.tools.threads import map_in_order

JOBS = 4
_MAX_EQUAL_FAILURES = 3
"""After this many equal failures in a row, the forge itself is assumed to be at fault."""
_NOT_TRIED = "not tried"
FAILED = "failed"
HOSTED_FORGES: dict[str, type[GitHubForge | GitLabForge]] = {
    "github": GitHubForge,
    "gitlab": GitLabForge,
    "gitea": GiteaForge,
}
"""Forges where students have accounts."""


@dataclass(frozen=True)
class Row:
    """The result for one repository.

    Attributes:
        owner: The student or team.
        state: The state in a word or two, such as `handed out` or `failed`.
        detail: The reason or the address; may be empty.
    """

    owner: Owner
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Classroom:
    """A course with its forge, its store and its journal."""

    course: Course
    forge: Forge
    store: Store
    journal: Journal


def open_forge(course: Course) -> Forge:
    """The forge that class.toml names."""
    if course.forge in HOSTED_FORGES:
        return HOSTED_FORGES[course.forge](course.organisation, course.url)
    return GitForge(course.url) if course.forge == "git" else FolderForge(course.place)


def for_each_owner(
    owners: Sequence[Owner], do: Callable[[Owner], Row], count: Callable[[int, int], None]
) -> Iterator[Row]:
    """Call `do` for each owner, `JOBS` at a time; the rows come in the owners' order.

    An exception becomes a row. After three equal failures of the forge in a row, the remaining owners are not tried.
    `count` receives how many of all owners are done.
    """
    own_faults = set[str]()

    def do_safely(owner: Owner) -> Row:
        try:
            return do(owner)
        except Exception as error:
            if isinstance(error, UnusableRepositoryError) or not isinstance(error, ScaffoldError):
                own_faults.add(owner.id)
            return Row(owner, FAILED, explain_failure(error))

    equal_failures, last_reason = 0, ""
    with ThreadPoolExecutor(JOBS) as pool:
        for start in range(0, len(owners), JOBS):
            group = owners[start : start + JOBS]
            count(start + len(group), len(owners))
            if equal_failures >= _MAX_EQUAL_FAILURES:
                yield from (Row(owner, FAILED, _NOT_TRIED) for owner in group)
                continue
            for row in map_in_order(pool, do_safely, group):
                is_the_forges = row.state == FAILED and row.owner.id not in own_faults
                reason = row.detail.replace(row.owner.repository, "") if is_the_forges else ""
                if not reason:
                    equal_failures = 0
                else:
                    equal_failures = equal_failures + 1 if reason == last_reason else 1
                    last_reason = reason
                yield row


def hand_out(
    classroom: Classroom, run: Run, starters: dict[str, StarterVersion], owners: Sequence[Owner], progress: Progress
) -> list[Row]:
    """Give every owner a repository with their starter; ends the run when nothing failed."""
    handed_out = classroom.journal.handed_out(run.assignment)

    def hand_out_one(owner: Owner) -> Row:
        return _hand_out_one(classroom, run, owner, starters[owner.id], was_handed_out=owner.id in handed_out)

    return run_for_owners(classroom, run, owners, hand_out_one, progress)


def run_for_owners(
    classroom: Classroom, run: Run, owners: Sequence[Owner], do: Callable[[Owner], Row], progress: Progress
) -> list[Row]:
    """Call `do` for each owner and write failures to the journal; ends the run when nothing failed."""

    def do_and_log(owner: Owner) -> Row:
        row = do(owner)
        if row.state == FAILED:
            classroom.journal.step(run, owner.id, journal.FAILED, why=row.detail)
        return row

    rows = list(for_each_owner(owners, do_and_log, progress.counter("Sending to repositories")))
    if not any(row.state == FAILED for row in rows):
        classroom.journal.end(run)
    return rows


def _hand_out_one(
    classroom: Classroom, run: Run, owner: Owner, starter: StarterVersion, *, was_handed_out: bool
) -> Row:
    name, branch = owner.repository, classroom.course.branch
    heads = classroom.forge.heads(name)
    if heads is None and owner.new_name and classroom.forge.heads(owner.new_name) is not None:
        # The teacher renamed the repository on the forge as well.
        moved = replace(owner, repository=owner.new_name, new_name="")
        return _hand_out_one(classroom, run, moved, starter, was_handed_out=False)
    if heads is not None and not was_handed_out and classroom.forge.is_public(name):
        raise public_error(classroom.forge.clone_url(name))
    is_new = heads is None
    if heads is None:
        classroom.forge.create_repository(name)
        classroom.journal.step(run, owner.id, journal.CREATED, repository=name)
        heads = {}
    if heads:
        return _existing_repository(classroom, run, owner, starter, heads, was_handed_out)
    try:
        push(classroom, owner, branch, starter.commit)
    except RejectedError:  # somebody pushed in the meantime
        heads = classroom.forge.heads(name) or {}
        return _existing_repository(classroom, run, owner, starter, heads, was_handed_out)
    invite(classroom, owner, is_new=is_new)
    _log_hand_out(classroom, run, owner, starter)
    return Row(owner, "again" if was_handed_out else "handed out", classroom.forge.clone_url(name))


def invite(classroom: Classroom, owner: Owner, *, is_new: bool = False) -> str:
    """Give access to those of an owner's students who have none. Returns what was done for whom, in words.

    Raises:
        ForgeError: One of them cannot be given access; the others were.
    """
    students = access.invite(classroom.forge, owner, is_new=is_new)
    failed = [student for student in students if student.why]
    if failed:
        raise ForgeError(failed[0].why)
    return access.describe(students)


def _log_hand_out(classroom: Classroom, run: Run, owner: Owner, starter: StarterVersion) -> None:
    """Write to the journal that the hand-out to an owner is complete."""
    fields = {"repository": owner.repository, "commit": starter.commit, "version": starter.version}
    classroom.journal.step(run, owner.id, journal.PUSHED, **fields)


def push(classroom: Classroom, owner: Owner, branch: str, commit: str) -> None:
    """Set a branch of an owner's repository, never by force.

    Raises:
        ForgeError: The push was refused, and the branch is not at `commit`.
    """
    try:
        classroom.forge.push(classroom.store.folder, owner.repository, {branch: commit})
    except ForgeError:
        # When scaffold is killed, its push can go on without it and finish first.
        if (classroom.forge.heads(owner.repository) or {}).get(branch) != commit:
            raise


def _existing_repository(
    classroom: Classroom,
    run: Run,
    owner: Owner,
    starter: StarterVersion,
    heads: dict[str, str],
    was_handed_out: bool,
) -> Row:
    """The row of a repository that has commits: only who may use it is brought up to date."""
    url = classroom.forge.clone_url(owner.repository)
    is_known = was_handed_out or starter.commit in heads.values()
    if not is_known and not _contains(classroom, owner, run.assignment, starter):
        return Row(owner, FAILED, f"{url} has commits that were not handed out; nothing was changed there")
    done = invite(classroom, owner)
    if not was_handed_out:
        _log_hand_out(classroom, run, owner, starter)
    return Row(owner, "there already", f"{url}; {done}" if done else url)


def _contains(classroom: Classroom, owner: Owner, assignment: str, starter: StarterVersion) -> bool:
    """Whether some branch of an owner's repository contains their starter."""
    refs = fetched_ref(owner.id, assignment)
    classroom.forge.fetch(classroom.store.folder, owner.repository, refs)
    containing = classroom.store.run("for-each-ref", "--format=%(refname)", f"--contains={starter.commit}", refs)
    return bool(containing.strip())
