"""Import a class that was started with another tool: its repositories stay as they are, and can receive updates.

A student's starter is found by its tree hash in their own history, whatever commits the other tool made of it. That
commit becomes their first starter in the store, so that the next starter shares history with their work.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import journal, roster
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Classroom, Row
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.roster_columns import STUDENT_ID, USERNAME
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import Store, fetched_ref
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import staged, write_atomically
from scaffold.tools.forges.remote import Remote
from scaffold.tools.git.trees import write_folder

PATTERNS = {
    "github-classroom": "{assignment}-{username}",
    "classroom50": "{assignment}-{username}",
    "pawtograder": "{assignment}-{username}",
    "repobee": "{username}-{assignment}",
}
"""How other tools name a student's repository; in Classroom 50 and Pawtograder, the assignment
includes the name of the classroom or the course."""
IMPORTED, KNOWN, NO_START, NO_CLONE = "imported", "there already", "no starter found", "no clone"
_STARTER_HISTORY = "refs/starter-history"


@dataclass(frozen=True)
class Clone:
    """A clone of a student's repository.

    Attributes:
        folder: Its git directory.
        name: The repository's name on the forge.
        origin: The URL that it was cloned from; may be empty.
    """

    folder: Path
    name: str
    origin: str


def find_clones(folder: Path) -> list[Clone]:
    """The git repositories in a folder and in its subfolders.

    Raises:
        ScaffoldError: There are none.
    """
    candidates = [path for depth in ("*", "*/*") for path in sorted(folder.glob(depth)) if path.is_dir()]
    clones = []
    for path in candidates:
        is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir()
        git_folder = path if is_bare else path / ".git"
        if (git_folder / "HEAD").is_file() and ".git" not in path.relative_to(folder).parts:
            origin = _origin(git_folder)
            name = (origin or path.name).rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
            clones.append(Clone(git_folder, name, origin))
    if not clones:
        hint = "Clone them with the tool that created them."
        raise ScaffoldError(f"{folder} contains no clones of students' repositories.", hint)
    return clones


def _origin(folder: Path) -> str:
    """The URL of `origin`, read from the file: nothing in a student's configuration takes effect."""
    args = ("config", "--no-includes", "--file", str(folder / "config"), "--get", "remote.origin.url")
    completed = git.attempt(folder, *args)
    return git.redact(completed.stdout.strip()) if completed.ok else ""


def clones_by_username(tool: str, assignment: str, clones: Sequence[Clone]) -> dict[str, Clone]:
    """Username → clone, by the names that the other tool gives to repositories.

    Raises:
        ScaffoldError: None of the clones belongs to this assignment.
    """
    prefix, _, suffix = PATTERNS[tool].format(assignment=assignment, username="\0").partition("\0")
    matching = [clone for clone in clones if clone.name.startswith(prefix) and clone.name.endswith(suffix)]
    by_username = {clone.name[len(prefix) : len(clone.name) - len(suffix)]: clone for clone in matching}
    by_username.pop("", None)
    if not by_username:
        names = ", ".join(clone.name for clone in clones[:3])
        hint = f"There are: {names}. Name the assignment as {tool} does."
        raise ScaffoldError(f"No repository is called {prefix}USERNAME{suffix}.", hint)
    return by_username


def fill_empty_roster(course: Course, usernames: Sequence[str]) -> bool:
    """Write usernames into a roster that has no students yet. Returns whether it was written."""
    if course.roster.is_file() and roster.read(course.roster).students:
        return False
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([(STUDENT_ID, USERNAME), *((name, name) for name in usernames)])
    write_atomically(course.roster, out.getvalue())
    return True


def owners_by_username(course: Course, assignment: Assignment) -> dict[str, Owner]:
    """Username in lower case → owner. Raises ScaffoldError when the roster has problems."""
    return {owner.members[0].username.casefold(): owner for owner in all_owners(course, assignment)}


def import_clones(
    classroom: Classroom, assignment: Assignment, clones: Mapping[str, Clone], starter: Path | None, progress: Progress
) -> list[Row]:
    """Import students' repositories; run again, it leaves those that were imported before alone.

    Args:
        classroom: The class.
        assignment: The assignment.
        clones: Username → the student's clone.
        starter: A repository with the starter; None for what most histories begin with.
        progress: Receives what is being done.
    """
    store = classroom.store
    owners = owners_by_username(classroom.course, assignment)
    starters = store.student_starters(assignment.name)
    by_username = {username.casefold(): clone for username, clone in clones.items()}
    new = {
        owners[username].id: clone
        for username, clone in by_username.items()
        if username in owners and owners[username].id not in starters
    }

    def fetch(owner: Owner) -> Row:
        refs = fetched_ref(owner.id, assignment.name)
        Remote(str(new[owner.id].folder), local=True).fetch(store.folder, refs)
        store.check_fetched(refs, classroom.course.branch, ())
        return Row(owner, "")

    to_fetch = [owner for owner in owners.values() if owner.id in new]
    rows = batch.for_each_owner(to_fetch, fetch, progress.counter("Reading clones"))
    failed = {row.owner.id: row for row in rows if row.state == batch.FAILED}
    start_commits = {
        owner: commit
        for owner, commit in _find_start_commits(store, assignment.name, classroom.course.branch, starter).items()
        if owner in new
    }
    if start_commits:
        _write_starters(classroom, assignment, start_commits)

    def row(owner: Owner) -> Row:
        if owner.id in failed:
            return failed[owner.id]
        if owner.id in starters:
            return Row(owner, KNOWN)
        if owner.id not in new:
            return Row(owner, NO_CLONE)
        commit = start_commits.get(owner.id)
        return Row(owner, IMPORTED, commit[:10]) if commit else Row(owner, NO_START)

    return [row(owner) for owner in owners.values()]


def _find_start_commits(store: Store, assignment: str, branch: str, starter: Path | None) -> dict[str, str]:
    """The newest commit in each student's history whose tree is a starter's: owner → commit."""
    tips = {owner: heads[branch] for owner, heads in store.heads(assignment).items() if branch in heads}
    histories = {owner: _history(store, tip) for owner, tip in tips.items()}
    if starter:
        Remote(str(_git_folder(starter)), local=True).fetch(store.folder, _STARTER_HISTORY)
        starter_trees = set(store.run("log", f"--glob={_STARTER_HISTORY}", "--format=%T").split())
    else:
        first_trees = Counter(history[-1][1] for history in histories.values() if history)
        starter_trees = {tree for tree, _ in first_trees.most_common(1)}
    commits = {
        owner: next((commit for commit, tree in history if tree in starter_trees), "")
        for owner, history in histories.items()
    }
    return {owner: commit for owner, commit in commits.items() if commit}


def _history(store: Store, tip: str) -> list[tuple[str, str]]:
    """Commits and their trees, newest first."""
    lines = store.run("log", "--topo-order", "--format=%H %T", tip, "--").splitlines()
    return [(commit, tree) for commit, tree in (line.split(" ") for line in lines)]


def _git_folder(folder: Path) -> Path:
    return folder / ".git" if (folder / ".git").is_dir() else folder


def _write_starters(classroom: Classroom, assignment: Assignment, start_commits: Mapping[str, str]) -> None:
    """Write starter 1, each owner's starter on top of their own commit, and the assignment's folder."""
    store, name = classroom.store, assignment.name
    trees = store.trees_of(list(start_commits.values()))
    most_common = Counter(trees).most_common(1)[0][0]
    example = list(start_commits.values())[trees.index(most_common)]
    stamp = store.run("log", "-1", "--format=%an <%ae> %at +0000", example).strip()
    files = store.read_tree(most_common)
    starter = store.starters(name).get(1) or store.write_starter(name, 1, files, stamp, "")
    store.write_student_starters(name, starter, ((owner, {}, commit) for owner, commit in start_commits.items()), stamp)
    if not assignment.folder.exists():
        with staged(assignment.folder) as stage:
            write_folder(files, stage)
            write_atomically(stage / ASSIGNMENT_FILE, f'title = "{name}"\n')
    run = classroom.journal.begin("import", name, starter.version, list(start_commits))
    for owner, student_starter in store.student_starters(name).items():
        if owner in start_commits:
            classroom.journal.step(
                run, owner, journal.PUSHED, commit=student_starter.commit, version=student_starter.version
            )
    classroom.journal.end(run)
