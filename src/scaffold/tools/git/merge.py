"""A three-way merge by git's own ort strategy, in a repository of our own: nothing of the project is touched.

The workbench is a throw-away bare repository that sees the objects of the project (gitrepository-layout(5)). Base,
yours and theirs become three commits there, whose branch names stand in the conflict markers; what comes out is handed
over to the project only when it is applied.
"""

import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import remove_tree, temporary_folder
from scaffold.tools.git.bare import NO_HOOKS, BareRepository, make_bare
from scaffold.tools.git.trees import Commit, Entry, Tree, records

MERGE_TREE = (2, 38)
"""The first git with `merge-tree --write-tree`."""
MANY = (2, 39)
"""The first with `merge-tree --stdin`."""
YOURS_BRANCH = "yours"
"""The branch of the owner's side; conflict markers show its name."""
_OPTIONS = (
    # A template may move a folder and the owner add files to it, or the other way round: they follow.
    *("-c", "merge.directoryRenames=true"),
    *("-c", "merge.renames=true"),
    *("-c", "merge.renameLimit=30000"),
    *("-c", "merge.renormalize=false"),
    *("-c", "core.autocrlf=false"),
    *NO_HOOKS,
    *("-c", "gc.auto=0"),
)


class Stage(IntEnum):
    """The three versions of a file in conflict, numbered as git's index numbers them."""

    BASE = 1
    YOURS = 2
    THEIRS = 3


Stages = Mapping[int, Entry]
"""A file in conflict: stage → entry; a side that does not have the file is absent."""


@dataclass(frozen=True)
class Merged:
    """The result of a merge.

    Attributes:
        tree: The id of the merged tree; conflicted files hold markers, or the owner's version.
        conflicts: Path → its stages.
    """

    tree: str
    conflicts: Mapping[str, Stages] = field(default_factory=dict)


class Workbench(BareRepository):
    """A throw-away repository that sees the objects of a project."""

    def __init__(self, folder: Path) -> None:
        # What is thrown away need not reach the disk: on a busy one, waiting for it took most of the time of a merge.
        super().__init__(folder, (*NO_HOOKS, "-c", "core.fsync=none"))

    def use_attributes(self, owners: bytes = b"") -> None:
        """Take from an owner's `.gitattributes` which files are binary or merged by a driver, and nothing else.

        A bare repository reads attributes from info/attributes only. Line ends and filters matter only for a work tree.
        """
        (self.folder / "info").mkdir(exist_ok=True)
        neutral = b"\n* -text -ident -filter !eol !working-tree-encoding\n"
        (self.folder / "info/attributes").write_bytes(owners + neutral)

    @contextlib.contextmanager
    def checkout(self, tree: str, name: str) -> Iterator[Path]:
        """A work tree of a folder's name that holds a tree while the context lasts; git's commands work in it."""
        if not (self.folder / "info/attributes").exists():
            self.use_attributes()
        with temporary_folder() as parent:
            folder = parent / name
            self.write([Commit("checkout", {}, start=tree)], force=True)
            self.run(*_OPTIONS, "worktree", "add", "--quiet", "--detach", str(folder), "checkout")
            yield folder

    def taken(self, folder: Path) -> str:
        """The id of the tree that a commit of everything in a checkout would have, what is ignored left out."""
        git.run(folder, *_OPTIONS, "add", "--all")
        return git.run(folder, "write-tree")

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
def workbench(repository: git.Repository, room: int = 0) -> Iterator[Workbench]:
    """A workbench beside a project's repository.

    Args:
        repository: The project's repository.
        room: The bytes that it will hold, where it may be in memory; 0 for a workbench on the disk.

    Raises:
        ScaffoldError: the repository uses SHA-256 object names.
    """
    if repository.object_format != "sha1":
        raise ScaffoldError("This repository uses SHA-256 object names, which scaffold cannot merge yet.")
    with temporary_folder(room) as parent:
        folder = make_bare(parent / "workbench.git").folder
        (folder / "objects/info/alternates").write_text(
            f"{repository.objects.as_posix()}\n", encoding="utf-8", newline="\n"
        )
        yield Workbench(folder)


def merge(bench: Workbench, base: Tree, yours: Commit, theirs: Tree, label: str) -> Merged:
    """Merge what changed from `base` to `theirs` into `yours`.

    Args:
        bench: where it happens.
        base: the template as it was when the project last took it.
        yours: the project's tree, on branch `YOURS_BRANCH`.
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
    return f"{plain}-new" if plain in ("", "base", YOURS_BRANCH) else plain


def _merge_tree(bench: Workbench, label: str) -> Merged:
    args = [*_OPTIONS, "merge-tree", "--write-tree", "-z", "--no-messages", YOURS_BRANCH, label]
    done = bench.attempt(*args)
    if done.returncode not in (0, 1):
        raise git.failure(args, done)
    tree, _, rest = done.out.partition(b"\0")
    return Merged(tree.decode(), _stages(rest))


def merge_many(bench: Workbench, pairs: Sequence[tuple[str, str]]) -> list[Merged]:
    """Merge many pairs of commits (yours, theirs), each pair of which has one base, by one process where git can."""
    if git.version() >= MANY:
        args = [*_OPTIONS, "merge-tree", "--write-tree", "--stdin", "-z", "--no-messages"]
        listing = bench.run_bytes(*args, stdin="".join(f"{yours} {theirs}\n" for yours, theirs in pairs).encode())
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
    base = bench.run("merge-base", yours, theirs)
    for name, commit in (("base", base), (YOURS_BRANCH, yours), ("theirs", theirs)):
        bench.run("update-ref", f"refs/heads/{name}", commit)
    if git.version() >= MERGE_TREE:
        return _merge_tree(bench, "theirs")
    bench.run("worktree", "prune")  # the one before is gone, and git still takes its branch for checked out
    return merge_in_worktree(bench, "theirs")


def merge_in_worktree(bench: Workbench, label: str) -> Merged:
    """The same with a git that has no `merge-tree --write-tree`: in a temporary work tree of the workbench."""
    with temporary_folder() as parent:
        folder = parent / "merge"
        bench.run(*_OPTIONS, "worktree", "add", "--quiet", str(folder), YOURS_BRANCH)
        try:
            # What `git merge` runs, and all that older ones have: unlike it, this calls both sides by their names.
            done = git.attempt(folder, *_OPTIONS, "merge-recursive", "base", "--", YOURS_BRANCH, label)
            if done.returncode not in (0, 1):
                raise git.failure(["merge-recursive"], done)
            stages = _stages(git.run_bytes(folder, "ls-files", "--unmerged", "-z"))
            git.run(folder, *_OPTIONS, "add", "--all", "--force")
            return Merged(git.run(folder, "write-tree"), stages)
        finally:
            remove_tree(folder)


def _stages(listing: bytes) -> dict[str, dict[int, Entry]]:
    """Read `MODE OID STAGE<TAB>PATH` records."""
    conflicts: dict[str, dict[int, Entry]] = {}
    for (mode, oid, stage), path in records(listing):
        conflicts.setdefault(path, {})[int(stage)] = Entry(mode, oid)
    return conflicts
