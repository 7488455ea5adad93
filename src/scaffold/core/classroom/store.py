"""The class store: one bare repository with every starter, every student's starters and every submission.

    refs/starters/ASSIGNMENT/VERSION        a starter that all students share; its parent is the version before it
    refs/students/OWNER/ASSIGNMENT          the newest starter of an owner, with personal files; its parent is the
                                            owner's starter before it
    refs/sent/OWNER/ASSIGNMENT/VERSION      the merge of a starter with an owner's work, as it was sent to them
    refs/fetched/OWNER/ASSIGNMENT/BRANCH    a branch on the forge, as it was last fetched
    refs/submissions/OWNER/ASSIGNMENT/TIME  a submission and when it was received, in UTC; never changed or removed.
                                            TIME ends in .own where it is the commit's own date, and in a number
                                            where that name was taken

Objects are shared, and one git-fast-import(1) process writes the commits of all students.
"""

import datetime
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scaffold.core.classroom.course import Course
from scaffold.errors import ScaffoldError
from scaffold.tools.files import friendly_os_errors, staged, sweep
from scaffold.tools.forges.base import UnusableRepositoryError
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.graph import moment
from scaffold.tools.git.trees import Commit, File, Tree

_NUMBER = re.compile(r"^Starter: (\d+)$", re.MULTILINE)
_SOURCE = re.compile(r"^Source: (\w+)$", re.MULTILINE)
_TIME = "%Y-%m-%dT%H%M%SZ"
_OWN_DATE = ".own"
_OWNERS_REFS = ("students", "sent", "fetched", "submissions", "feedback")
MAX_BRANCHES = 1000
"""A repository with more is refused: every command reads all branches of all students."""
MAX_LISTING_BYTES = 16 << 20
"""The longest listing of a submission's files, in bytes."""
_REF_FORMAT = "--format=%(refname) %(objectname)"
_STARTER_FORMAT = "--format=%(refname)%00%(objectname)%00%(tree)%00%(parent)%00%(contents)%00"

PersonalFiles = tuple[str, Mapping[str, File], str]
"""An owner, the files that are theirs alone, and the commit of their starter before (empty for none)."""


@dataclass(frozen=True)
class StarterVersion:
    """A starter in the store: the one that all students share, or an owner's with their personal files.

    Attributes:
        commit: The commit's id.
        tree: The tree's id.
        version: The version number, from 1.
        parent: The commit of the version before; empty for the first.
        source: The teacher's commit that it was made from.
    """

    commit: str
    tree: str
    version: int
    parent: str = ""
    source: str = ""


@dataclass(frozen=True)
class Submission:
    """A commit that an owner submitted.

    Attributes:
        commit: The commit's id.
        received: When the server received it.
        is_own_date: Whether the server does not tell, so that the commit's own date is assumed.
    """

    commit: str
    received: datetime.datetime
    is_own_date: bool = False


class Store(BareRepository):
    """The store of one class."""

    def remove_stale_locks(self) -> None:
        """Remove the lock files that a killed git left behind; only while the class lock is held."""
        for lock in [self.folder / "packed-refs.lock", *(self.folder / "refs").rglob("*.lock")]:
            lock.unlink(missing_ok=True)

    def starters(self, assignment: str) -> dict[int, StarterVersion]:
        """The shared starters of an assignment: version → starter, oldest first."""
        starters = self._read_starters(f"refs/starters/{assignment}").values()
        return {starter.version: starter for starter in sorted(starters, key=lambda starter: starter.version)}

    def student_starters(self, assignment: str) -> dict[str, StarterVersion]:
        """The newest starter of every owner who was given one: owner → starter."""
        starters = {}
        for ref, starter in self._read_starters(f"refs/students/*/{assignment}").items():
            starters[ref.split("/")[2]] = starter
        return starters

    def heads(self, assignment: str) -> dict[str, dict[str, str]]:
        """The branches on the forge when they were last fetched: owner → branch → commit."""
        heads: dict[str, dict[str, str]] = {}
        for line in self._refs(_REF_FORMAT, f"refs/fetched/*/{assignment}/**"):
            ref, _, commit = line.rpartition(" ")
            owner, _, branch = ref.removeprefix("refs/fetched/").split("/", 2)
            heads.setdefault(owner, {})[branch] = commit
        return heads

    def check_fetched(self, prefix: str, branch: str, known: Collection[str]) -> None:
        """Refuse branches that would stop the work for everybody else; what was refused is not kept.

        Args:
            prefix: The prefix of the refs that were fetched.
            branch: The branch that students work on.
            known: Commits that were checked before.

        Raises:
            UnusableRepositoryError: There are too many branches, one is no commit, or the work has too many files.
        """
        rows = [line.split(" ", 2) for line in self._refs("--format=%(objecttype) %(objectname) %(refname)", prefix)]
        if len(rows) > MAX_BRANCHES:
            self.delete_refs(ref for _, _, ref in rows)
            hint = "Ask the student to delete them."
            raise UnusableRepositoryError(f"It has more than {MAX_BRANCHES} branches.", hint)
        wrong = {ref: kind for kind, _, ref in rows if kind != "commit"}
        self.delete_refs(wrong)
        for ref, kind in wrong.items():
            name = ref.removeprefix(f"{prefix}/")
            hint = "Ask the student to push it again."
            raise UnusableRepositoryError(f"Its branch {name} is no commit but a {kind}.", hint)
        for _, commit, ref in rows:
            if ref == f"{prefix}/{branch}" and commit not in known:
                self._check_size(commit, ref)

    def _check_size(self, commit: str, ref: str) -> None:
        try:
            reason = "It has too many files." if self.entries_up_to(MAX_LISTING_BYTES, commit) is None else ""
        except ScaffoldError as error:
            reason = f"Its files cannot be listed: {error.message}"
        if reason:
            self.delete_refs([ref])
            raise UnusableRepositoryError(reason, "Ask the student to take them out.")

    def sent(self, assignment: str) -> dict[str, list[str]]:
        """The merges that were sent: owner → commits."""
        sent: dict[str, list[str]] = {}
        for line in self._refs(_REF_FORMAT, f"refs/sent/*/{assignment}/*"):
            ref, _, commit = line.rpartition(" ")
            sent.setdefault(ref.split("/")[2], []).append(commit)
        return sent

    def submissions(self, assignment: str) -> dict[str, list[Submission]]:
        """What was collected: owner → submissions, oldest first."""
        submissions: dict[str, list[Submission]] = {}
        for line in self._refs(_REF_FORMAT, f"refs/submissions/*/{assignment}/*"):
            ref, _, commit = line.rpartition(" ")
            owner, _, when = ref.removeprefix("refs/submissions/").split("/")
            received = datetime.datetime.strptime(when.partition(".")[0], _TIME).replace(tzinfo=datetime.UTC)
            is_own_date = f"{when}.".partition("Z")[2].startswith(f"{_OWN_DATE}.")
            submissions.setdefault(owner, []).append(Submission(commit, received, is_own_date))
        for of_owner in submissions.values():
            of_owner.sort(key=lambda submission: submission.received)
        return submissions

    def add_submissions(self, assignment: str, new: Mapping[str, Sequence[Submission]]) -> None:
        """Add submissions (owner → submissions); earlier ones stay, even those of the same second."""
        taken = set(self._refs("--format=%(refname)", "refs/submissions"))
        commands = []
        for owner, submission in ((owner, one) for owner, of_owner in new.items() for one in of_owner):
            time = submission.received.astimezone(datetime.UTC).strftime(_TIME)
            ref = f"refs/submissions/{owner}/{assignment}/{time}{_OWN_DATE if submission.is_own_date else ''}"
            candidates = (ref, *(f"{ref}.{number}" for number in range(1, 1000)))
            free = next(candidate for candidate in candidates if candidate not in taken)
            taken.add(free)
            commands.append(f"create {free} {submission.commit}\n")
        self.run("update-ref", "--stdin", stdin="".join(commands).encode())

    def commit_times(self, commits: Sequence[str]) -> dict[str, datetime.datetime]:
        """The committer dates of commits, which their authors can forge: commit → time."""
        if not commits:
            return {}
        stdin = "".join(f"{commit}\n" for commit in commits).encode()
        listing = self.run("log", "--no-walk", "--stdin", "--format=%H %ct", stdin=stdin)
        rows = (line.partition(" ") for line in listing.splitlines())
        return {commit: moment(when) for commit, _, when in rows}

    def existing(self, commits: Sequence[str]) -> set[str]:
        """Those of the commits that the store has."""
        if not commits:
            return set()
        stdin = "".join(f"{commit}\n" for commit in commits).encode()
        lines = self.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=stdin).splitlines()
        return {line.partition(" ")[0] for line in lines if line.endswith(" commit")}

    def write_starter(
        self, assignment: str, version: int, tree: Tree, stamp: str, source: str, parent: str = ""
    ) -> StarterVersion:
        """Write a shared starter on top of the commit of the version before (empty for the first). Returns it."""
        ref = f"refs/starters/{assignment}/{version}"
        commit = Commit(
            "",
            tree,
            ref=ref,
            parent=parent,
            message=f"{assignment}: starter {version}\n\nStarter: {version}\nSource: {source}\n",
            stamp=stamp,
        )
        self.write([commit])
        return self._read_starters(ref)[ref]

    def write_student_starters(
        self, assignment: str, starter: StarterVersion, files: Iterable[PersonalFiles], stamp: str, message: str = ""
    ) -> None:
        """Write a starter for many owners: one commit each, on top of the owner's starter before.

        Args:
            assignment: The assignment's name.
            starter: The shared starter.
            files: The owners with their personal files.
            stamp: Author and time of the commits.
            message: The commit message; its last line must be `Starter: VERSION`.
        """
        text = message or f"{assignment}: starter {starter.version}\n\nStarter: {starter.version}\n"
        self.write(
            Commit(
                "",
                own,
                start=starter.tree,
                parent=parent,
                ref=student_ref(owner, assignment),
                message=text,
                stamp=stamp,
            )
            for owner, own, parent in files
        )

    def owners(self) -> set[str]:
        """The students and teams who were given a starter, or of whom something was collected."""
        return {ref.split("/")[2] for ref in self._refs("--format=%(refname)", "refs/students", "refs/submissions")}

    def rename_owner(self, old: str, new: str) -> int:
        """Give all refs of an owner another id, all or none. Returns how many there were."""
        kinds = (f"refs/{kind}/{old}/" for kind in _OWNERS_REFS)
        lines = self._refs(_REF_FORMAT, *kinds)
        commands = []
        for line in lines:
            ref, _, commit = line.rpartition(" ")
            _, kind, _, rest = ref.split("/", 3)
            commands += [f"delete {ref} {commit}\n", f"create refs/{kind}/{new}/{rest} {commit}\n"]
        self.run("update-ref", "--stdin", stdin="".join(commands).encode())
        return len(lines)

    def delete_refs(self, refs: Iterable[str]) -> None:
        """Delete refs; one that does not exist is no error."""
        if commands := "".join(f"delete {ref}\n" for ref in refs):
            self.run("update-ref", "--stdin", stdin=commands.encode())

    def resolve_refs(self, refs: Mapping[str, str]) -> dict[str, str]:
        """The commits of refs that exist: for key → `refs/KIND/…`, key → commit."""
        kinds = {"/".join(ref.split("/")[:2]) for ref in refs.values()}
        commits = dict(line.rsplit(" ", 1) for line in self._refs(_REF_FORMAT, *kinds))
        return {key: commits[ref] for key, ref in refs.items() if ref in commits}

    def _refs(self, form: str, *prefixes: str) -> list[str]:
        """A line for each ref; a name may have what `splitlines` takes for the end of a line."""
        return [line for line in self.run("for-each-ref", form, *prefixes).split("\n") if line]

    def _read_starters(self, prefix: str) -> dict[str, StarterVersion]:
        """The starters below a ref prefix: ref → starter."""
        fields = self.run("for-each-ref", _STARTER_FORMAT, prefix).split("\0")
        starters = {}
        for index in range(0, len(fields) - 5, 5):
            ref, commit, tree, parents, text = fields[index : index + 5]
            # A teacher's message may contain such lines, too; ours are the last ones.
            numbers, sources = _NUMBER.findall(text), _SOURCE.findall(text)
            if numbers:
                parent, source = parents.split(" ")[0], sources[-1] if sources else ""
                starters[ref.strip()] = StarterVersion(commit, tree, int(numbers[-1]), parent, source)
        return starters


def student_ref(owner: str, assignment: str) -> str:
    """The ref of an owner's newest starter."""
    return f"refs/students/{owner}/{assignment}"


def fetched_ref(owner: str, assignment: str) -> str:
    """The prefix of the refs of an owner's fetched branches."""
    return f"refs/fetched/{owner}/{assignment}"


def open_store(course: Course) -> Store:
    """The class's store; created atomically when it does not exist.

    Raises:
        ScaffoldError: The folder cannot be written, or the store is damaged.
    """
    folder = course.data_folder / "store.git"
    sweep(course.data_folder)
    if not folder.is_dir():
        with friendly_os_errors(folder):
            course.data_folder.mkdir(exist_ok=True)
        _ = course.secret  # made with the store: without it later, it is lost
        with staged(folder) as stage:
            stage.rmdir()
            make_bare(stage)
    if not (folder / "HEAD").is_file():
        raise ScaffoldError(f"{folder} is not a git repository.", "Move it away: scaffold class restore FILE")
    return Store(folder)
