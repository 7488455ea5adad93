"""A bare repository of our own: many objects by few processes, and never all of them in memory."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.tools.git import command
from scaffold.tools.git.trees import Commit, Entry, File, chunks, decoded, records, with_contents
from scaffold.tools.process import Completed

if TYPE_CHECKING:
    from git import Repo

NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
_AT_ONCE = 200
"""How many contents `files` holds in memory at once."""


@dataclass(frozen=True)
class BareRepository:
    """A bare repository, named to git with `--git-dir` in every command.

    `safe.bareRepository=explicit` forbids git to find a bare repository by itself. A project's own git directory can be
    read this way, too: nothing here uses a work tree or an index.

    Attributes:
        folder: Its git directory.
        options: Options before every git command.
    """

    folder: Path
    options: tuple[str, ...] = NO_HOOKS

    def attempt(self, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Completed:
        """Run a git command here, and return its result whether it failed or not."""
        return command.attempt(self.folder, *self._named(args), env=env, stdin=stdin)

    def attempt_within(self, seconds: float, *args: str, env: Mapping[str, str] | None = None) -> Completed | None:
        """The same; None where the command takes longer, and is ended."""
        return command.attempt_within(seconds, self.folder, *self._named(args), env=env)

    def run(self, *args: str, stdin: bytes = b"") -> str:
        """Run a git command here and return what it printed, without the last newline. Raises GitError."""
        return command.run(self.folder, *self._named(args), stdin=stdin)

    def run_bytes(self, *args: str, stdin: bytes = b"") -> bytes:
        """Run a git command here and return exactly what it printed. Raises GitError."""
        return command.run_bytes(self.folder, *self._named(args), stdin=stdin)

    def _named(self, args: Sequence[str]) -> tuple[str, ...]:
        return (f"--git-dir={self.folder}", *self.options, *args)

    def write(self, commits: Iterable[Commit], *, force: bool = False) -> None:
        """Make commits by one git-fast-import(1) process.

        Args:
            commits: The commits, parents first.
            force: Let a branch move to a commit that does not contain its old tip.
        """
        self._fast_import(chunks(commits, force=force))

    def write_marked(self, commits: Iterable[Commit]) -> dict[int, str]:
        """Make commits that need no branch of their own. Returns mark → commit id."""
        marks = self.folder / "marks"
        self._fast_import(chunks(commits, force=True), f"--export-marks={marks}")
        lines = marks.read_text(encoding="ascii").splitlines()
        return {int(mark[1:]): commit for mark, commit in (line.split(" ") for line in lines)}

    def _fast_import(self, stream: Iterable[bytes], *options: str) -> None:
        args = self._named(["fast-import", "--quiet", "--done", *options])
        command.feed(self.folder, *args, chunks=stream)

    def write_bundle(self, path: Path) -> None:
        """Write every ref of the repository into one bundle file at `path`."""
        self.run("bundle", "create", "--quiet", str(path), "--all")

    def tags(self) -> dict[str, str]:
        """The repository's tags: name → commit."""
        with self._repo() as repo:
            return {tag.name: tag.commit.hexsha for tag in repo.tags}

    def tag_names(self) -> list[str]:
        """The names of the repository's tags, by one process."""
        return self.run("tag", "--list").split()

    def tree_of(self, commit: str) -> str:
        """The id of a branch's (or commit's) tree."""
        return self.run("rev-parse", f"{commit}^{{tree}}")

    def trees_of(self, commits: Sequence[str]) -> list[str]:
        """The ids of the trees of many commits, by one process."""
        return self._checked("%(objectname)", (f"{commit}^{{tree}}" for commit in commits))

    def entries(self, tree: str) -> dict[str, Entry]:
        """Every file of a tree: path → entry."""
        return _entries(self.run_bytes(*_LIST, tree))

    def entries_up_to(self, most: int, tree: str) -> dict[str, Entry] | None:
        """Every file of a tree; None for a tree whose listing has more than `most` bytes.

        A few objects can name each other so often that the listing never ends.
        """
        listing = command.run_up_to(most, self.folder, *self._named([*_LIST, tree]))
        return None if listing is None else _entries(listing)

    def changed_entries(self, pairs: Sequence[tuple[str, str]]) -> list[dict[str, tuple[Entry, Entry]]]:
        """What differs between two trees, for many pairs by one process: path → (entry before, entry after)."""
        if not pairs:
            return []
        asked = "".join(f"{old} {new}\n" for old, new in pairs).encode()
        flags = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
        listing = self.run_bytes("diff-tree", "--stdin", *flags, stdin=asked)
        changed: dict[tuple[str, str], dict[str, tuple[Entry, Entry]]] = {}
        current: dict[str, tuple[Entry, Entry]] = {}
        # `OLD NEW<LF>` for each pair, whether it differs or not, then `:MODE MODE OID OID STATUS` NUL PATH NUL.
        fields = iter(listing.split(b"\0"))
        for field in fields:
            head, _, about = field.rpartition(b"\n")
            if head:
                old, new = head.decode().rsplit("\n", 1)[-1].split(" ")
                current = changed.setdefault((old, new), {})
            if about:
                mode_before, mode_after, oid_before, oid_after, _ = about.decode()[1:].split(" ")
                current[decoded(next(fields))] = (Entry(mode_before, oid_before), Entry(mode_after, oid_after))
        return [changed.get(pair, {}) for pair in pairs]

    def changes(self, old: str, new: str, *, renames: bool = True) -> list[tuple[str, str, str]]:
        """What differs between two trees: (status letter, path before, path after)."""
        find = "--find-renames" if renames else "--no-renames"
        fields = self.run_bytes("diff-tree", "-r", "-z", find, "--name-status", old, new).split(b"\0")
        words = iter([decoded(field) for field in fields if field])
        rows = []
        for status in words:
            path = next(words)
            rows.append((status[0], path, next(words) if status[0] in "RC" else path))
        return rows

    def diff(self, old: str, new: str, paths: Sequence[str] = ()) -> str:
        """The difference of two trees as a patch, whatever colours and tools the user configured."""
        plain = ("--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/", "--find-renames")
        args = ("-c", "core.quotePath=false", "--literal-pathspecs", "diff", *plain, old, new, "--", *paths)
        return self.run_bytes(*args).decode("utf-8", "replace")

    def read(self, oid: str) -> bytes:
        """A blob's content."""
        return self.run_bytes("cat-file", "blob", oid)

    def read_many(self, oids: Collection[str]) -> dict[str, bytes]:
        """The contents of many blobs, by one process: id → content."""
        if not oids:
            return {}
        data = self.run_bytes("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in oids).encode())
        contents, start = {}, 0
        for oid in oids:
            end = data.index(b"\n", start)
            size = int(data[start:end].split(b" ")[2])
            contents[oid] = data[end + 1 : end + 1 + size]
            start = end + size + 2
        return contents

    def read_tree(self, tree: str) -> dict[str, File]:
        """A tree with its contents."""
        entries = self.entries(tree)
        return with_contents(entries, self.read_many({entry.oid for entry in entries.values()}))

    def read_paths(self, wanted: Sequence[tuple[str, str]]) -> list[bytes]:
        """The contents of files of trees (tree, path), by two processes; empty where there is no such file."""
        named = [f"{tree}:{path}" for tree, path in wanted]
        asked = [name for name in named if "\n" not in name]  # git reads one name a line
        kinds = self._checked("%(objecttype) %(objectname)", asked)
        oids = {name: kind.removeprefix("blob ") for name, kind in zip(asked, kinds, strict=True) if _is_blob(kind)}
        contents = self.read_many(set(oids.values()))
        return [contents.get(oids.get(name, ""), b"") for name in named]

    def files(self, commits: Sequence[str], known: Sequence[str] = ()) -> Iterator[tuple[str, str, bytes]]:
        """Every file that is reachable from some commits and not from others, each content once.

        Yields:
            Path, blob id, content.
        """
        if not commits:
            return
        asked = "".join([*(f"{commit}\n" for commit in commits), *(f"^{commit}\n" for commit in known)]).encode()
        # With a path there are only trees and blobs left, and those whose path is empty are the top trees.
        listing = self.run_bytes("rev-list", "--objects", "--stdin", stdin=asked)
        objects = (line.partition(" ") for line in decoded(listing).split("\n"))
        paths = {oid: path for oid, _, path in objects if path}
        kinds = self._checked("%(objecttype) %(objectname)", paths)
        blobs = [kind.removeprefix("blob ") for kind in kinds if _is_blob(kind)]
        for start in range(0, len(blobs), _AT_ONCE):
            for oid, content in self.read_many(blobs[start : start + _AT_ONCE]).items():
                yield paths[oid], oid, content

    def size_of(self, oids: Collection[str]) -> int:
        """The bytes of many objects together."""
        return sum(map(int, self._checked("%(objectsize)", oids)))

    def _checked(self, form: str, names: Iterable[str]) -> list[str]:
        """What `git cat-file --batch-check` says of many names, a line each."""
        asked = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
        return self.run("cat-file", f"--batch-check={form}", stdin=asked).split("\n") if asked else []

    def _repo(self) -> "Repo":
        # 0.1 s of CPU to import, which `scaffold new` is spared: it runs plain commands.
        from git import Repo

        repo = Repo(self.folder)
        repo.git.update_environment(GIT_DIR=str(self.folder))
        return repo


_LIST = ("ls-tree", "-r", "-z", "--full-tree")


def _entries(listing: bytes) -> dict[str, Entry]:
    return {path: Entry(mode, oid) for (mode, _, oid), path in records(listing)}


def _is_blob(kind: str) -> bool:
    return kind.startswith("blob ")


def make_bare(folder: Path) -> BareRepository:
    """Make `folder` an empty bare repository with HEAD on `main`.

    It is what `git init --bare` makes, without the process (gitrepository-layout(5)), and with sha1 names whatever the
    user's default: a release's commit has one hash everywhere.
    """
    (folder / "objects/info").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8", newline="\n")
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", encoding="utf-8", newline="\n"
    )
    return BareRepository(folder)
