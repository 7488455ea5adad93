"""Taking over a class that another tool began: its repositories stay as they are, and get updates from now on.

What a student was given is found by tree hash in their own history, whatever commits the other tool made of it. On that
commit their line in the store begins, so that the next starter has history in common with their work.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import journal, roster
from scaffold.core.classroom.assignment import FILE_NAME, Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Class, Row
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.roster_columns import STUDENT_ID, USERNAME
from scaffold.core.classroom.starter import prepare
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
    "repobee": "{username}-{assignment}",
}
"""How other tools name a student's repository; Classroom 50 has its classroom's name in the assignment's."""
IMPORTED, KNOWN, NO_START, NO_CLONE = "imported", "there already", "no starter found", "no clone"
_ORIGIN = "refs/starter-history"


@dataclass(frozen=True)
class Clone:
    """A student's repository on this disk.

    Attributes:
        folder: its git directory.
        name: what it is called on the forge.
        origin: where it was cloned from; may be empty.
    """

    folder: Path
    name: str
    origin: str


def clones(folder: Path) -> list[Clone]:
    """The repositories in a folder and the folders in it.

    Raises:
        ScaffoldError: there are none.
    """
    places = [path for depth in ("*", "*/*") for path in sorted(folder.glob(depth)) if path.is_dir()]
    found = []
    for place in places:
        inside = place if (place / "HEAD").is_file() and (place / "objects").is_dir() else place / ".git"
        if (inside / "HEAD").is_file() and ".git" not in place.relative_to(folder).parts:
            origin = _origin(inside)
            name = (origin or place.name).rstrip("/").replace(":", "/").rpartition("/")[2].removesuffix(".git")
            found.append(Clone(inside, name, origin))
    if not found:
        raise ScaffoldError(f"{folder} holds no clones of students' repositories.", "Clone them with your old tool.")
    return found


def _origin(folder: Path) -> str:
    """Where it was cloned from, read as a file: nothing in a student's configuration is used."""
    asked = ("config", "--no-includes", "--file", str(folder / "config"), "--get", "remote.origin.url")
    done = git.attempt(folder, *asked)
    return git.redact(done.stdout.strip()) if done.ok else ""


def whose(kind: str, assignment: str, found: Sequence[Clone]) -> dict[str, Clone]:
    """Usernames by what the repositories are called: username → the clone.

    Raises:
        ScaffoldError: none of them is of this assignment.
    """
    before, _, after = PATTERNS[kind].format(assignment=assignment, username="\0").partition("\0")
    fits = [one for one in found if one.name.startswith(before) and one.name.endswith(after)]
    named = {one.name[len(before) : len(one.name) - len(after)]: one for one in fits}
    named.pop("", None)
    if not named:
        other = ", ".join(one.name for one in found[:3])
        hint = f"There are: {other}. Name the assignment as {kind} does."
        raise ScaffoldError(f"No repository is called {before}USERNAME{after}.", hint)
    return named


def enrol(course: Course, usernames: Sequence[str]) -> bool:
    """Fill a roster that has nobody in it with usernames. Returns whether it was."""
    if course.roster.is_file() and roster.read(course.roster).students:
        return False
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([(STUDENT_ID, USERNAME), *((name, name) for name in usernames)])
    write_atomically(course.roster, out.getvalue())
    return True


def people(course: Course, assignment: Assignment) -> dict[str, Owner]:
    """The roster's students by username in small letters. Raises ScaffoldError when it is not clean."""
    return {one.members[0].username.casefold(): one for one in prepare.everybody(course, assignment)}


def bring_in(
    room: Class, task: Assignment, found: Mapping[str, Clone], starter: Path | None, progress: Progress
) -> list[Row]:
    """Take students' repositories over; done again, those that are there already are left alone.

    Args:
        room: the class.
        task: the assignment.
        found: username → their clone.
        starter: a repository with what was handed out; otherwise it is what most of them began with.
        progress: told what is being done.
    """
    who = people(room.course, task)
    lines = room.store.lines(task.name)
    folded = {name.casefold(): clone for name, clone in found.items()}
    new = {who[name].id: clone for name, clone in folded.items() if name in who and who[name].id not in lines}

    def fetch(owner: Owner) -> Row:
        refs = fetched_ref(owner.id, task.name)
        Remote(str(new[owner.id].folder), local=True).fetch(room.store.folder, refs)
        return Row(owner, "")

    asked = [owner for owner in who.values() if owner.id in new]
    rows = batch.work(asked, fetch, progress.counter("Reading clones"))
    failed = {row.owner.id: row for row in rows if row.state == batch.FAILED}
    begun = _starts(room.store, task.name, room.course.branch, starter)
    begun = {owner: start for owner, start in begun.items() if owner in new}
    if begun:
        _adopt(room, task, begun)

    def state(owner: Owner) -> Row:
        if owner.id in failed:
            return failed[owner.id]
        if owner.id in lines:
            return Row(owner, KNOWN)
        if owner.id not in new:
            return Row(owner, NO_CLONE)
        return Row(owner, IMPORTED, begun[owner.id][:10]) if owner.id in begun else Row(owner, NO_START)

    return [state(owner) for owner in who.values()]


def _starts(store: Store, assignment: str, branch: str, starter: Path | None) -> dict[str, str]:
    """The newest commit of each student's whose tree is a starter's: owner → commit."""
    tips = {owner: heads[branch] for owner, heads in store.heads(assignment).items() if branch in heads}
    histories = {owner: _history(store, tip) for owner, tip in tips.items()}
    if starter:
        Remote(str(_git_folder(starter)), local=True).fetch(store.folder, _ORIGIN)
        listing = store.run("log", f"--glob={_ORIGIN}", "--format=%T")
        known = set(listing.split())
    else:
        first = Counter(history[-1][1] for history in histories.values() if history)
        known = {tree for tree, _ in first.most_common(1)}
    found = {
        owner: next((commit for commit, tree in history if tree in known), "") for owner, history in histories.items()
    }
    return {owner: commit for owner, commit in found.items() if commit}


def _history(store: Store, tip: str) -> list[tuple[str, str]]:
    """Commits and their trees, the newest first."""
    lines = store.run("log", "--topo-order", "--format=%H %T", tip, "--").splitlines()
    return [(commit, tree) for commit, tree in (line.split(" ") for line in lines)]


def _git_folder(folder: Path) -> Path:
    return folder / ".git" if (folder / ".git").is_dir() else folder


def _adopt(room: Class, task: Assignment, begun: Mapping[str, str]) -> None:
    """Write the starter, a line for each of them that begins on their own commit, and the teacher's folder."""
    store, name = room.store, task.name
    trees = store.trees_of(list(begun.values()))
    common = Counter(trees).most_common(1)[0][0]
    example = list(begun.values())[trees.index(common)]
    stamp = store.run("log", "-1", "--format=%an <%ae> %at +0000", example).strip()
    files = store.read_tree(common)
    given = store.starters(name).get(1) or store.write_starter(name, 1, files, stamp, "")
    store.write_lines(name, given, ((owner, {}, commit) for owner, commit in begun.items()), stamp)
    if not task.folder.exists():
        with staged(task.folder) as stage:
            write_folder(files, stage)
            write_atomically(stage / FILE_NAME, f'title = "{name}"\n')
    run = room.journal.begin("import", name, given.version, list(begun))
    for owner, line in store.lines(name).items():
        if owner in begun:
            room.journal.step(run, owner, journal.PUSHED, commit=line.commit, version=line.version)
    room.journal.end(run)
