"""What students are to get, made in the store and searched, before anything goes anywhere."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from scaffold.core.classroom import assignment as assignments
from scaffold.core.classroom import owners, roster
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.journal import Run
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.starter import build, leaks, personal
from scaffold.core.classroom.starter.build import Source
from scaffold.core.classroom.starter.leaks import Leak, LeakSearch
from scaffold.core.classroom.store import Given, Store
from scaffold.core.outcome import Progress
from scaffold.tools.git.trees import Tree


@dataclass(frozen=True)
class Prepared:
    """A starter that passed every check.

    Attributes:
        source: the teacher's version that it is made from.
        tree: its files.
        search: what looks for leaks in whatever is made of it.
        version: the version that it is, or would become.
        given: where the store has it; None when it is new.
        notes: what the teacher should know of.
    """

    source: Source
    tree: Tree
    search: LeakSearch
    version: int
    given: Given | None
    notes: tuple[str, ...] = ()


def everybody(course: Course, assignment: Assignment) -> list[Owner]:
    """The owners of an assignment's repositories. Raises ScaffoldError when the roster is not clean."""
    return owners.of(course, assignment, roster.require_clean(course.roster).students)


def prepare(assignment: Assignment, store: Store | None, progress: Progress, version: int = 0) -> Prepared:
    """Make the starter from the teacher's last commit, and search it; nothing is written.

    Args:
        assignment: of what.
        store: where earlier versions are; None when there is none yet.
        progress: told what is being done.
        version: a version that was begun and is to be finished; the newest otherwise.

    Raises:
        ScaffoldError: a marker is wrong, something would leak, or the source cannot be read.
    """
    progress.step("Taking the solutions out")
    source = build.read_source(assignment)
    starters = store.starters(assignment.name) if store else {}
    latest = starters.get(version) or (starters[max(starters)] if starters else None)
    keeps = latest is not None and (latest.version == version or latest.source == source.commit)
    if store and latest and keeps:
        made = build.make(source, edition=False)
        tree = store.read_tree(latest.tree)
    else:
        made = build.make(source)
        tree = dict(made.tree)
    search = made.search(assignment)
    leaks.refuse(_leaks(search, ((path, file.oid, file.content) for path, file in tree.items())))
    is_same = store and latest and (keeps or tree == store.read_tree(latest.tree))
    same = latest if is_same else None
    version = same.version if same else (max(starters) + 1 if starters else 1)
    return Prepared(source, tree, search, version, same, made.notes)


def again(course: Course, store: Store, run: Run, progress: Progress) -> tuple[Assignment, list[Owner], Prepared]:
    """What a run that was begun worked on: its assignment, those of its owners who are still there, its starter.

    Raises:
        ScaffoldError: the roster, the assignment or its starter cannot be used.
    """
    task = assignments.find(course, run.assignment)
    begun = set(run.owners)
    who = [owner for owner in everybody(course, task) if owner.id in begun]
    return task, who, prepare(task, store, progress, run.version)


def write(
    course: Course,
    assignment: Assignment,
    store: Store,
    ready: Prepared,
    who: Sequence[Owner],
    *,
    newer: bool,
    message: str = "",
    has: Collection[str] = (),
) -> dict[str, Given]:
    """Put the starter into the store, and a line for each owner who has none; then search all of it.

    Args:
        course: the class.
        assignment: of what.
        store: where.
        ready: the starter.
        who: the owners.
        newer: also give it to owners who have an older version.
        message: what the commits say.
        has: owners who received what they were given long ago; an older starter of theirs is not searched again.

    Returns:
        Owner → what the store has for them now.

    Raises:
        ScaffoldError: something would leak.
    """
    stamp, name = ready.source.stamp, assignment.name
    given = ready.given or store.write_starter(name, ready.version, ready.tree, stamp, ready.source.commit)
    before = store.lines(name)
    lacking = [
        owner.id for owner in who if owner.id not in before or (newer and before[owner.id].version < given.version)
    ]
    own = (
        (owner, personal.files(course, assignment, owner, ready.tree), before[owner].commit if owner in before else "")
        for owner in lacking
    )
    if lacking:
        store.write_lines(name, given, own, stamp, message)
    wanted = {owner.id for owner in who}
    lines = {owner: line for owner, line in store.lines(name).items() if owner in wanted}
    # The last look is at the very objects that a push would send.
    sent = [line for owner, line in lines.items() if line.version == given.version or owner not in has]
    found = store.files([line.commit for line in sent], [line.parent for line in sent if line.parent])
    leaks.refuse(_leaks(ready.search, found))
    return lines


def _leaks(search: LeakSearch, found: Iterator[tuple[str, str, bytes]]) -> list[Leak]:
    return [leak for path, oid, content in found for leak in search.look(path, oid, content)]
