"""A three-way merge by git's own ort strategy, in a repository of our own: nothing of the project is touched.

The workbench is a throw-away bare repository that sees the objects of the project (gitrepository-layout(5)). Base,
yours and theirs become three commits there, whose branch names stand in the conflict markers; what comes out is handed
over to the project only when it is applied.
"""

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import remove_tree, temporary_folder
from scaffold.tools.git.trees import Commit, Tree, chunks, stream

MERGE_TREE = (2, 38)
"""The first git with `merge-tree --write-tree`."""
MANY = (2, 39)
"""The first with `merge-tree --stdin`."""
YOURS = "yours"
_OPTIONS = (
    # A template may move a folder and the owner add files to it, or the other way round: they follow.
    *("-c", "merge.directoryRenames=true"),
    *("-c", "merge.renames=true"),
    *("-c", "merge.renameLimit=30000"),
    *("-c", "merge.renormalize=false"),
    *("-c", "core.autocrlf=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "gc.auto=0"),
)

Place = tuple[str, str]
"""A tree entry: mode and object id."""


@dataclass(frozen=True)
class Merged:
    """What a merge gives.

    Attributes:
        tree: the id of the merged tree; conflicted files hold markers, or the owner's version.
        conflicts: path → stage (1 base, 2 yours, 3 theirs) → entry.
    """

    tree: str
    conflicts: Mapping[str, Mapping[int, Place]] = field(default_factory=dict)


class Workbench:
    """A bare repository of our own that sees the project's objects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Named, because the user may forbid git to find a bare repository by itself (safe.bareRepository); no hooks.
        # What is thrown away need not reach the disk: on a busy one, waiting for that took most of the time.
        self.options = (f"--git-dir={folder}", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsync=none")

    def git(self, *args: str, stdin: bytes = b"") -> str:
        """Run a git command here. Raises GitError."""
        return git.run(self.folder, *self.options, *args, stdin=stdin)

    def git_bytes(self, *args: str, stdin: bytes = b"") -> bytes:
        """Run a git command here and return exactly what it printed. Raises GitError."""
        return git.run_bytes(self.folder, *self.options, *args, stdin=stdin)

    def write(self, commits: Sequence[Commit]) -> None:
        """Make commits."""
        self.git("fast-import", "--quiet", "--done", stdin=stream(commits))

    def write_marked(self, commits: Iterable[Commit]) -> dict[int, str]:
        """Make many commits that need no branch of their own: a commit's mark → its id."""
        marks = self.folder / "marks"
        args = ("fast-import", "--quiet", "--done", "--force", f"--export-marks={marks}")
        done = git.feed(self.folder, *self.options, *args, chunks=chunks(commits))
        if not done.ok:
            raise git.failure(args, done)
        lines = marks.read_text(encoding="ascii").splitlines()
        return {int(mark[1:]): commit for mark, commit in (line.split(" ") for line in lines)}

    def entries(self, tree: str) -> dict[str, Place]:
        """Every file of a tree: path → entry."""
        return git.list_tree(self.folder, tree)

    def read(self, oid: str) -> bytes:
        """A blob's content."""
        return self.git_bytes("cat-file", "blob", oid)

    def read_many(self, oids: Collection[str]) -> dict[str, bytes]:
        """The contents of many blobs, by one process: id → content."""
        return git.read_blobs(self.folder, oids)

    def read_path(self, tree: str, prefix: str, name: str) -> bytes:
        """A file of a tree, below a prefix that may be empty."""
        return self.git_bytes("cat-file", "blob", f"{tree}:{prefix}/{name}" if prefix else f"{tree}:{name}")

    def tree(self, name: str) -> str:
        """The id of a branch's (or commit's) tree."""
        return self.git("rev-parse", f"{name}^{{tree}}")

    def changes(self, old: str, new: str, *, renames: bool = True) -> list[tuple[str, str, str]]:
        """What differs between two trees: (status letter, path before, path after)."""
        find = "--find-renames" if renames else "--no-renames"
        fields = self.git_bytes("diff-tree", "-r", "-z", find, "--name-status", old, new).split(b"\0")
        words = iter([_text(field) for field in fields if field])
        rows = []
        for status in words:
            path = next(words)
            rows.append((status[0], path, next(words) if status[0] in "RC" else path))
        return rows

    def diff(self, old: str, new: str, paths: Sequence[str] = ()) -> str:
        """The difference of two trees as a patch, whatever the user configured of colours and tools."""
        plain = ("--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--find-renames")
        args = ("-c", "core.quotePath=false", "--literal-pathspecs", "diff", *plain, old, new, "--", *paths)
        return self.git_bytes(*args).decode("utf-8", "replace")

    def hand_over(self, objects: Path) -> None:
        """Put every object made here into a project's database, as git does with what a push brought (tmp-objdir.c)."""
        ours = self.folder / "objects"
        # Packs before their indexes: a reader that finds an index looks for its pack.
        for path in sorted(ours.rglob("*"), key=lambda path: path.suffix == ".idx"):
            target = objects / path.relative_to(ours)
            if path.is_file() and "info" not in path.relative_to(ours).parts and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                fresh = target.with_name(f"tmp_obj_{target.name}")
                shutil.copyfile(path, fresh)
                fresh.chmod(0o444)
                fresh.replace(target)


@contextlib.contextmanager
def workbench(repository: git.Repository) -> Iterator[Workbench]:
    """A workbench beside a project's repository.

    Raises:
        ScaffoldError: the repository uses SHA-256 object names.
    """
    if repository.object_format != "sha1":
        raise ScaffoldError("This repository uses SHA-256 object names, which scaffold cannot merge yet.")
    with temporary_folder() as parent:
        folder = git.make_bare(parent / "workbench.git")
        (folder / "objects/info/alternates").write_text(f"{repository.objects}\n", encoding="utf-8")
        yield Workbench(folder)


def merge(bench: Workbench, base: Tree, yours: Commit, theirs: Tree, label: str) -> Merged:
    """Merge what changed from `base` to `theirs` into `yours`.

    Args:
        bench: where it happens.
        base: the template as it was when the project last took it.
        yours: the project's tree, on branch `YOURS`.
        theirs: the template as it is to be.
        label: what conflict markers call it.
    """
    branch = _as_branch(label)
    bench.write([Commit("base", base), yours, Commit(branch, theirs, parent="base")])
    if git.version() >= MERGE_TREE:
        return _merge_tree(bench, branch)
    return merge_in_worktree(bench, branch)


def _as_branch(label: str) -> str:
    """A name that git-check-ref-format(1) lets pass, and that none of ours has."""
    plain = re.sub(r"[^\w.+-]+|\.(?=\.|lock$|$)", "-", label).strip("-.")
    return f"{plain}-new" if plain in ("", "base", YOURS) else plain


def _merge_tree(bench: Workbench, label: str) -> Merged:
    args = [*_OPTIONS, "merge-tree", "--write-tree", "-z", "--no-messages", YOURS, label]
    done = git.attempt(bench.folder, *bench.options, *args)
    if done.returncode not in (0, 1):
        raise git.failure(args, done)
    tree, _, rest = done.out.partition(b"\0")
    return Merged(tree.decode(), _stages(rest))


def merge_many(bench: Workbench, pairs: Sequence[tuple[str, str]]) -> list[Merged]:
    """Merge many pairs of commits (yours, theirs), each pair of which has one base, by one process where git can."""
    if git.version() >= MANY:
        args = [*_OPTIONS, "merge-tree", "--write-tree", "--stdin", "-z", "--no-messages"]
        listing = bench.git_bytes(*args, stdin="".join(f"{yours} {theirs}\n" for yours, theirs in pairs).encode())
        return list(_many(listing))
    return [_merge_pair(bench, *pair) for pair in pairs]


def _many(listing: bytes) -> Iterator[Merged]:
    """Read (git-merge-tree(1), INPUT FORMAT): STATUS NUL TREE NUL, an entry and NUL for each conflict, NUL."""
    fields = iter(listing.split(b"\0"))
    for status in fields:
        if not status:
            return
        tree, records = next(fields), []
        while record := next(fields):
            records.append(record)
        yield Merged(tree.decode(), _stages(b"\0".join([*records, b""])))


def _merge_pair(bench: Workbench, yours: str, theirs: str) -> Merged:
    base = bench.git("merge-base", yours, theirs)
    for name, commit in (("base", base), (YOURS, yours), ("theirs", theirs)):
        bench.git("update-ref", f"refs/heads/{name}", commit)
    if git.version() >= MERGE_TREE:
        return _merge_tree(bench, "theirs")
    bench.git("worktree", "prune")  # the one before is gone, and git still takes its branch for checked out
    return merge_in_worktree(bench, "theirs")


def merge_in_worktree(bench: Workbench, label: str) -> Merged:
    """The same with a git that has no `merge-tree --write-tree`: in a temporary work tree of the workbench."""
    with temporary_folder() as parent:
        folder = parent / "merge"
        bench.git(*_OPTIONS, "worktree", "add", "--quiet", str(folder), YOURS)
        try:
            # What `git merge` runs, and all that older ones have: unlike it, this calls both sides by their names.
            done = git.attempt(folder, *_OPTIONS, "merge-recursive", "base", "--", YOURS, label)
            if done.returncode not in (0, 1):
                raise git.failure(["merge-recursive"], done)
            stages = _stages(git.run_bytes(folder, "ls-files", "--unmerged", "-z"))
            git.run(folder, *_OPTIONS, "add", "--all", "--force")
            return Merged(git.run(folder, "write-tree"), stages)
        finally:
            remove_tree(folder)


def _stages(listing: bytes) -> dict[str, dict[int, Place]]:
    """Read `MODE OID STAGE<TAB>PATH` records that end in NUL; an empty one ends the list."""
    found: dict[str, dict[int, Place]] = {}
    for record in listing.split(b"\0"):
        if not record:
            break
        about, _, path = record.partition(b"\t")
        mode, oid, stage = about.decode().split(" ")
        found.setdefault(_text(path), {})[int(stage)] = (mode, oid)
    return found


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
