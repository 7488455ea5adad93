"""Prepare the starters of all students in the store, and search them for leaks before anything is pushed."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from scaffold.core.classroom import roster
from scaffold.core.classroom.assignment import Assignment, find_assignment, is_test
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.journal import Journal, Run
from scaffold.core.classroom.owners import Owner, group_into_owners
from scaffold.core.classroom.rules import read_rules
from scaffold.core.classroom.starter import build, graded_cells, leaks, personal
from scaffold.core.classroom.starter.build import Source, Starter
from scaffold.core.classroom.starter.leaks import Leak, LeakSearch
from scaffold.core.classroom.store import StarterVersion, Store
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import Tree

Confirm = Callable[[str], bool]
"""Asks the teacher a question that is answered with yes or no."""


ALL_TESTS_VISIBLE, WITHOUT_MARKERS = "--all-tests-visible", "--without-markers"


@dataclass(frozen=True)
class Question:
    """What to ask before a starter is sent: what was sent cannot be taken back.

    Attributes:
        text: What students would receive.
        ask: The question.
        remedy: What to do if it is not right.
        option: The option that answers it with yes.
    """

    text: str
    ask: str
    remedy: str
    option: str


@dataclass(frozen=True)
class PreparedStarter:
    """A starter in which no leak was found.

    Attributes:
        source: The teacher's version that it is made from.
        tree: Its files.
        search: Searches whatever is made of it for leaks.
        version: The version that it is, or will become.
        stored: The starter in the store; None when it is new.
        previous: The commit of the version before it; empty for none.
        notes: What the teacher should know.
        shown_tests: The test files, where students would receive every one of them as it is; else empty.
        is_unmarked: Whether students would receive everything as it is, for the first time.
    """

    source: Source
    tree: Tree
    search: LeakSearch
    version: int
    stored: StarterVersion | None
    previous: str = ""
    notes: tuple[str, ...] = ()
    shown_tests: tuple[str, ...] = ()
    is_unmarked: bool = False

    @property
    def questions(self) -> list[Question]:
        """What to ask before it is sent."""
        name, count = self.source.assignment.name, len(self.shown_tests)
        questions = []
        if self.is_unmarked:
            text = f"Nothing in {name} is marked as a solution: students would receive every file as it is."
            remedy = "Mark the solutions: docs/teaching.md, Solutions and hidden tests"
            questions.append(Question(text, "Send them?", remedy, WITHOUT_MARKERS))
        if count:
            files = f"the only test file, {self.shown_tests[0]}" if count == 1 else f"all {count} test files"
            text = f"Students would receive {files} of {name}: none is hidden."
            remedy = f'Hide some: hidden = ["tests/hidden"] at the top of {ASSIGNMENT_FILE}'
            questions.append(Question(text, "Send them?", remedy, ALL_TESTS_VISIBLE))
        return questions


def all_owners(course: Course, assignment: Assignment) -> list[Owner]:
    """The owners of an assignment's repositories. Raises ScaffoldError when the roster has problems."""
    made = Journal(course.data_folder).repositories(assignment.name)
    return group_into_owners(course, assignment, roster.require_clean(course.roster).students, made)


def prepare_starter(
    assignment: Assignment, store: Store | None, progress: Progress, version: int = 0
) -> PreparedStarter:
    """Make the starter from the teacher's last commit and search it for leaks; nothing is written.

    Args:
        assignment: The assignment.
        store: The store with earlier versions; None when there is none yet.
        progress: Receives what is being done.
        version: The version of a run that is being resumed; 0 for the newest.

    Raises:
        ScaffoldError: A marker is wrong, something would leak, or the source cannot be read.
    """
    progress.step("Removing the solutions")
    source = build.read_source(assignment)
    graded_cells.require_decision(assignment, source.tree, read_rules(assignment))
    starters = store.starters(assignment.name) if store else {}
    latest = starters.get(version) or (starters[max(starters)] if starters else None)
    is_unchanged = latest is not None and (latest.version == version or latest.source == source.commit)
    if store and latest and is_unchanged:
        made = build.make_starter(source, edition=False)
        tree = store.read_tree(latest.tree)
    else:
        made = build.make_starter(source)
        tree = dict(made.tree)
    search = made.leak_search(assignment)
    leaks.raise_for(_find_leaks(search, ((path, file.oid, file.content) for path, file in tree.items())))
    sent = store.read_tree(latest.tree) if store and latest else {}
    is_stored = latest is not None and (is_unchanged or tree == sent)
    stored = latest if is_stored else None
    version = stored.version if stored else (max(starters) + 1 if starters else 1)
    previous = starters[version - 1].commit if version - 1 in starters else ""
    shown, is_unmarked = _shown_tests(source, tree, sent, made), not sent and not made.has_solutions
    return PreparedStarter(source, tree, search, version, stored, previous, made.notes, shown, is_unmarked)


def _shown_tests(source: Source, tree: Tree, sent: Tree, starter: Starter) -> tuple[str, ...]:
    """The test files, if the starter has all of them as they are, and not all were sent before."""
    tests = tuple(path for path in source.tree if is_test(path))
    stripped = {text.path for text in starter.removed}
    is_complete = all(path in tree and path not in stripped for path in tests)
    return tests if is_complete and not all(path in sent for path in tests) else ()


def confirm_questions(
    prepared: PreparedStarter, answered: Collection[str], confirm: Confirm | None, progress: Progress
) -> None:
    """Ask before a starter is sent that shows students more than usual.

    Args:
        prepared: The starter.
        answered: The options that answered a question already.
        confirm: Asks a question; None where nobody can answer.
        progress: Is told to leave the terminal.

    Raises:
        ScaffoldError: An answer is no, or nobody can answer.
    """
    for question in prepared.questions:
        if question.option in answered:
            continue
        if confirm:
            progress.release_terminal("Checking what students would receive")
            if confirm(f"{question.text} {question.ask}"):
                continue
        raise ScaffoldError(question.text, f"{question.remedy}. If it is right: {question.option}")


def prepare_run(
    course: Course, store: Store, run: Run, progress: Progress
) -> tuple[Assignment, list[Owner], PreparedStarter]:
    """The assignment, the owners who are still in the roster, and the starter of a run that is being resumed.

    Raises:
        ScaffoldError: The roster, the assignment or its starter cannot be used.
    """
    assignment = find_assignment(course, run.assignment)
    owner_ids = set(run.owners)
    owners = [owner for owner in all_owners(course, assignment) if owner.id in owner_ids]
    return assignment, owners, prepare_starter(assignment, store, progress, run.version)


def write_starters(
    course: Course,
    assignment: Assignment,
    store: Store,
    prepared: PreparedStarter,
    owners: Sequence[Owner],
    *,
    update_older: bool,
    message: str = "",
    received: Collection[str] = (),
) -> dict[str, StarterVersion]:
    """Write the starter into the store for each owner who has none, then search everything for leaks.

    Args:
        course: The class.
        assignment: The assignment.
        store: The class store.
        prepared: The starter.
        owners: The students or teams.
        update_older: Also write it for owners who have an older version.
        message: The message of the commits.
        received: Owners who received their starter before; an older starter of theirs is not searched again.

    Returns:
        Owner → their newest starter.

    Raises:
        ScaffoldError: Something would leak.
    """
    stamp, name = prepared.source.stamp, assignment.name
    starter = prepared.stored or store.write_starter(
        name, prepared.version, prepared.tree, stamp, prepared.source.commit, prepared.previous
    )
    before = store.student_starters(name)
    lacking = [
        owner.id
        for owner in owners
        if owner.id not in before or (update_older and before[owner.id].version < starter.version)
    ]
    own_files = (
        (
            owner,
            personal.student_files(course, assignment, owner, prepared.tree),
            before[owner].commit if owner in before else "",
        )
        for owner in lacking
    )
    if lacking:
        store.write_student_starters(name, starter, own_files, stamp, message)
    wanted, written = {owner.id for owner in owners}, store.student_starters(name) if lacking else before
    starters = {owner: newest for owner, newest in written.items() if owner in wanted}
    # The search reads the very objects that a push would send.
    to_search = [
        newest for owner, newest in starters.items() if newest.version == starter.version or owner not in received
    ]
    parents = [newest.parent for newest in to_search if newest.parent]
    leaks.raise_for(_find_leaks(prepared.search, store.files([newest.commit for newest in to_search], parents)))
    return starters


def _find_leaks(search: LeakSearch, files: Iterator[tuple[str, str, bytes]]) -> list[Leak]:
    """The leaks in files, given as path, blob id and content."""
    return [leak for path, oid, content in files for leak in search.search_file(path, oid, content)]
