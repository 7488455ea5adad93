"""The class store: one bare repository with every starter and every student's line of starters, objects shared.

    refs/starters/ASSIGNMENT/VERSION        a starter as all share it; each version's parent is the one before
    refs/students/OWNER/ASSIGNMENT          what an owner was given: the newest of their line; its parent is the older
    refs/fetched/OWNER/ASSIGNMENT/BRANCH    what is on the forge, as it was last looked at
    refs/submissions/OWNER/ASSIGNMENT/TIME  what was submitted and when, in UTC; never changed and never removed

However many students there are, one git-fast-import(1) process writes all their commits.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.course import Course
from scaffold.errors import ScaffoldError
from scaffold.tools.files import friendly_os_errors, staged
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.trees import Commit, File, Tree

_NUMBER = re.compile(r"^Starter: (\d+)$", re.MULTILINE)
_SOURCE = re.compile(r"^Source: (\w+)$", re.MULTILINE)
_TIME = "%Y-%m-%dT%H%M%SZ"
_FORMAT = "%(refname)%00%(objectname)%00%(tree)%00%(parent)%00%(contents)%00"
Own = tuple[str, Mapping[str, File], str]


@dataclass(frozen=True)
class Given:
    """A starter: one that all share, or an owner's.

    Attributes:
        commit: its id.
        tree: its tree's.
        version: which version it is.
        parent: the commit of the version before; empty for the first.
        source: the commit of the teacher's that it was made from.
    """

    commit: str
    tree: str
    version: int
    parent: str = ""
    source: str = ""


@dataclass(frozen=True)
class Submission:
    """A commit that an owner submitted, and when it was received."""

    commit: str
    received: datetime.datetime


class Store(BareRepository):
    """The store of one class."""

    def unlock(self) -> None:
        """Take away the locks that a killed git left; only for whoever holds the class's own lock."""
        for lock in [self.folder / "packed-refs.lock", *(self.folder / "refs").rglob("*.lock")]:
            lock.unlink(missing_ok=True)

    def starters(self, assignment: str) -> dict[int, Given]:
        """The starters of an assignment, by version, oldest first."""
        found = self._given(f"refs/starters/{assignment}")
        return {given.version: given for given in sorted(found.values(), key=lambda given: given.version)}

    def lines(self, assignment: str) -> dict[str, Given]:
        """What owners were given of an assignment: owner → the newest of their line."""
        found = self._given("refs/students")
        names = (ref.removeprefix("refs/students/").partition("/") for ref in found)
        return {
            owner: given for (owner, _, name), given in zip(names, found.values(), strict=True) if name == assignment
        }

    def heads(self, assignment: str) -> dict[str, dict[str, str]]:
        """What was on the forge when it was last looked at: owner → branch → commit."""
        found: dict[str, dict[str, str]] = {}
        listing = self.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/fetched")
        for line in listing.splitlines():
            ref, _, commit = line.rpartition(" ")
            owner, name, branch = ref.removeprefix("refs/fetched/").split("/", 2)
            if name == assignment:
                found.setdefault(owner, {})[branch] = commit
        return found

    def submissions(self, assignment: str) -> dict[str, list[Submission]]:
        """What was collected of an assignment: owner → their submissions, oldest first."""
        found: dict[str, list[Submission]] = {}
        for line in self.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/submissions").splitlines():
            ref, _, commit = line.rpartition(" ")
            owner, name, when = ref.removeprefix("refs/submissions/").split("/")
            if name == assignment:
                received = datetime.datetime.strptime(when.partition(".")[0], _TIME).replace(tzinfo=datetime.UTC)
                found.setdefault(owner, []).append(Submission(commit, received))
        for some in found.values():
            some.sort(key=lambda one: one.received)
        return found

    def keep_submissions(self, assignment: str, new: Mapping[str, Submission]) -> None:
        """Keep what owners submitted; whatever was kept before stays, also of the same second."""
        taken = set(self.run("for-each-ref", "--format=%(refname)", "refs/submissions").splitlines())
        lines = []
        for owner, one in new.items():
            plain = f"refs/submissions/{owner}/{assignment}/{one.received.astimezone(datetime.UTC).strftime(_TIME)}"
            names = (plain, *(f"{plain}.{number}" for number in range(1, 1000)))
            lines.append(f"create {next(name for name in names if name not in taken)} {one.commit}\n")
        self.run("update-ref", "--stdin", stdin="".join(lines).encode())

    def commit_times(self, commits: Sequence[str]) -> dict[str, datetime.datetime]:
        """When commits say that they were made, which anybody may have made up."""
        asked = "".join(f"{commit}\n" for commit in commits).encode()
        found = self.run("log", "--no-walk", "--stdin", "--format=%H %ct", stdin=asked) if commits else ""
        rows = (line.split(" ") for line in found.splitlines())
        return {commit: datetime.datetime.fromtimestamp(int(when), datetime.UTC) for commit, when in rows}

    def write_starter(self, assignment: str, version: int, tree: Tree, stamp: str, source: str) -> Given:
        """Keep a starter. Returns it."""
        before = self.starters(assignment).get(version - 1)
        commit = Commit(
            "",
            tree,
            ref=f"refs/starters/{assignment}/{version}",
            parent=before.commit if before else "",
            message=f"{assignment}: starter {version}\n\nStarter: {version}\nSource: {source}\n",
            stamp=stamp,
        )
        self.write([commit])
        return self.starters(assignment)[version]

    def write_lines(self, assignment: str, starter: Given, own: Iterable[Own], stamp: str, message: str = "") -> None:
        """Give owners a starter: one commit each, on top of what they were given before.

        Args:
            assignment: of which assignment.
            starter: what all share.
            own: owners, the files that are theirs alone, and the commit that they were given before (or nothing).
            stamp: who made it and when.
            message: of the commits; it ends in the line that tells the version.
        """
        text = message or f"{assignment}: starter {starter.version}\n\nStarter: {starter.version}\n"
        made = (
            Commit(
                "",
                files,
                start=starter.tree,
                parent=parent,
                ref=student_ref(owner, assignment),
                message=text,
                stamp=stamp,
            )
            for owner, files, parent in own
        )
        self.write(made)

    def drop(self, refs: Iterable[str]) -> None:
        """Forget refs; those that are not there are no matter."""
        self.run("update-ref", "--stdin", stdin="".join(f"delete {ref}\n" for ref in refs).encode())

    def commits(self, refs: Mapping[str, str]) -> dict[str, str]:
        """What refs of one kind (`refs/KIND/…`) point at: a key → its commit."""
        kinds = {"/".join(ref.split("/")[:2]) for ref in refs.values()}
        listing = self.run("for-each-ref", "--format=%(refname) %(objectname)", *kinds)
        known = dict(line.rsplit(" ", 1) for line in listing.splitlines())
        return {key: known[ref] for key, ref in refs.items() if ref in known}

    def _given(self, prefix: str) -> dict[str, Given]:
        fields = self.run("for-each-ref", f"--format={_FORMAT}", prefix).split("\0")
        found = {}
        for at in range(0, len(fields) - 5, 5):
            ref, commit, tree, parent, text = fields[at : at + 5]
            # The last of each: a teacher's own words come before.
            numbers, sources = _NUMBER.findall(text), _SOURCE.findall(text)
            if numbers:
                above, source = parent.split(" ")[0], sources[-1] if sources else ""
                found[ref.strip()] = Given(commit, tree, int(numbers[-1]), above, source)
        return found


def student_ref(owner: str, assignment: str) -> str:
    """Where an owner's line is."""
    return f"refs/students/{owner}/{assignment}"


def fetched_ref(owner: str, assignment: str) -> str:
    """Where what is on the forge is kept."""
    return f"refs/fetched/{owner}/{assignment}"


def open_store(course: Course) -> Store:
    """The class's store; made, whole or not at all, when there is none.

    Raises:
        ScaffoldError: the folder cannot be written, or holds no repository.
    """
    folder = course.home / "store.git"
    if not folder.is_dir():
        with friendly_os_errors(folder):
            course.home.mkdir(exist_ok=True)
        with staged(folder) as stage:
            stage.rmdir()
            make_bare(stage)
    if not (folder / "HEAD").is_file():
        raise ScaffoldError(f"{folder} is no repository any more.", "Bring it back from a backup.")
    return Store(folder)
