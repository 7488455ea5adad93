"""What happens on the forge for one owner after the other, so that one that fails does not stop the rest.

Whatever was done is looked up on the forge and not remembered, so that doing it again does nothing twice.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from scaffold.core.classroom import journal
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.journal import Journal, Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import Given, Store, fetched_ref
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.forges.base import Forge, ForgeError, RejectedError
from scaffold.tools.forges.folder import FolderForge
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.gitserver import GitForge

JOBS = 4
_PATIENCE = 3
"""After so many equal failures in a row it is the forge that is ill, and not a repository."""
FAILED = "failed"
HOSTED: dict[str, type[GitHubForge | GitLabForge]] = {
    "github": GitHubForge,
    "gitlab": GitLabForge,
    "gitea": GiteaForge,
}
"""Forges where students have accounts."""


@dataclass(frozen=True)
class Row:
    """What became of one repository.

    Attributes:
        owner: whose.
        state: in a word or two.
        detail: why, or where; may be empty.
    """

    owner: Owner
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Class:
    """A class at work: its course, where repositories are, its store and its journal."""

    course: Course
    forge: Forge
    store: Store
    journal: Journal


def forge_of(course: Course) -> Forge:
    """The place for students' repositories that `class.toml` names."""
    if course.forge in HOSTED:
        return HOSTED[course.forge](course.organisation, course.url)
    return GitForge(course.url) if course.forge == "git" else FolderForge(course.place)


def work(owners: Sequence[Owner], do: Callable[[Owner], Row], count: Callable[[int, int], None]) -> Iterator[Row]:
    """Do something for each owner, a few at a time; rows come in the owners' order.

    What fails becomes a row. After the third equal failure in a row the rest is left, and told so.
    """

    def safely(owner: Owner) -> Row:
        try:
            return do(owner)
        except ScaffoldError as error:
            return Row(owner, FAILED, error.message)

    same, last, jobs = 0, "", JOBS
    with ThreadPoolExecutor(jobs) as pool:
        for start in range(0, len(owners), jobs):
            some = owners[start : start + jobs]
            count(start + len(some), len(owners))
            for row in (
                pool.map(safely, some) if same < _PATIENCE else (Row(owner, FAILED, "not tried") for owner in some)
            ):
                reason = row.detail.replace(row.owner.repository, "") if row.state == FAILED else ""
                same = (
                    same + 1 if reason and reason == last else 1 if reason else same if row.detail == "not tried" else 0
                )
                last = reason or last
                yield row


def hand_out(room: Class, run: Run, lines: dict[str, Given], owners: Sequence[Owner], progress: Progress) -> list[Row]:
    """Give every owner a repository with what the store has for them; ends the run when nobody is left."""
    given = room.journal.was_given(run.assignment)

    def give(owner: Owner) -> Row:
        return _give(room, run, owner, lines[owner.id], owner.id in given)

    return carry_out(room, run, owners, give, progress)


def carry_out(
    room: Class, run: Run, owners: Sequence[Owner], do: Callable[[Owner], Row], progress: Progress
) -> list[Row]:
    """Do a run's work for each owner, and end the run when nobody is left for whom it failed."""

    def noted(owner: Owner) -> Row:
        row = do(owner)
        if row.state == FAILED:
            room.journal.step(run, owner.id, journal.FAILED, why=row.detail)
        return row

    rows = list(work(owners, noted, progress.counter("Sending to repositories")))
    if not any(row.state == FAILED for row in rows):
        room.journal.end(run)
    return rows


def _give(room: Class, run: Run, owner: Owner, line: Given, was_given: bool) -> Row:
    name, branch = owner.repository, room.course.branch
    heads = room.forge.heads(name)
    if heads is None:
        room.forge.create(name)
        room.journal.step(run, owner.id, journal.CREATED, repository=name)
        heads = {}
    if heads:
        return _found(room, run, owner, line, heads, was_given)
    try:
        push(room, owner, branch, line.commit)
    except RejectedError:  # somebody was faster
        return _found(room, run, owner, line, room.forge.heads(name) or {}, was_given)
    _let_in(room, run, owner, line)
    return Row(owner, "again" if was_given else "handed out", room.forge.address(name))


def _let_in(room: Class, run: Run, owner: Owner, line: Given) -> None:
    """Let an owner's students in, and note that all is done for them."""
    name = owner.repository
    for student in owner.members:
        if student.username:
            room.forge.invite(name, student.username)
    room.journal.step(run, owner.id, journal.PUSHED, repository=name, commit=line.commit, version=line.version)


def push(room: Class, owner: Owner, branch: str, commit: str) -> None:
    """Set an owner's branch, by no force.

    Raises:
        ForgeError: it was refused, and the branch is not what it was to be.
    """
    try:
        room.forge.push(room.store.folder, owner.repository, {branch: commit})
    except ForgeError:
        # The push of a scaffold that was killed may have gone on without it, and been faster.
        if (room.forge.heads(owner.repository) or {}).get(branch) != commit:
            raise


def _found(room: Class, run: Run, owner: Owner, line: Given, heads: dict[str, str], was_given: bool) -> Row:
    """A repository with something in it: it is left alone, whatever that is."""
    where = room.forge.address(owner.repository)
    if not was_given:
        if line.commit not in heads.values() and not contains(room, owner, run.assignment, line):
            detail = f"{where} holds something that was not handed out; nothing was changed there"
            return Row(owner, FAILED, detail)
        _let_in(room, run, owner, line)
    return Row(owner, "there already", where)


def contains(room: Class, owner: Owner, assignment: str, line: Given) -> bool:
    """Whether an owner's repository holds, on any branch, what they were given."""
    refs = fetched_ref(owner.id, assignment)
    room.forge.fetch(room.store.folder, owner.repository, refs)
    found = room.store.run("for-each-ref", "--format=%(refname)", f"--contains={line.commit}", refs)
    return bool(found.strip())
