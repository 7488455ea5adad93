"""Objects of a bare repository of ours, many at a time and never all of them in memory."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from scaffold.tools import git, process
from scaffold.tools.git.trees import File, with_contents

Place = tuple[str, str]
"""A tree entry: mode and object id."""
_TOGETHER = 200
"""So many contents are held at once."""


def files(repository: Path, commits: Sequence[str], known: Sequence[str] = ()) -> Iterator[tuple[str, str, bytes]]:
    """Every file that is reachable from `commits` and not from `known`, each content once: path, blob id, content."""
    if not commits:
        return
    asked = "".join([*(f"{commit}\n" for commit in commits), *(f"^{commit}\n" for commit in known)]).encode()
    named = f"--git-dir={repository}"
    # With a path there are only trees and blobs left, and those whose path is empty are the top trees.
    listing = git.run_bytes(repository, named, "rev-list", "--objects", "--stdin", stdin=asked)
    paths = {}
    for line in listing.decode("utf-8", "surrogateescape").split("\n"):
        oid, _, path = line.partition(" ")
        if path:
            paths[oid] = path
    kinds = git.run(
        repository,
        named,
        "cat-file",
        "--batch-check=%(objecttype) %(objectname)",
        stdin="".join(f"{oid}\n" for oid in paths).encode(),
    )
    blobs = [oid for kind, _, oid in (line.partition(" ") for line in kinds.splitlines()) if kind == "blob"]
    for start in range(0, len(blobs), _TOGETHER):
        some = blobs[start : start + _TOGETHER]
        for oid, content in git.read_blobs(repository, some).items():
            yield paths[oid], oid, content


def read_paths(repository: Path, places: Sequence[tuple[str, str]]) -> list[bytes]:
    """Files of trees (tree, path), by two processes whatever their number; empty for what is no file there."""
    asked = "".join(f"{tree}:{path}\n" for tree, path in places if "\n" not in path)
    known = dict(zip((place for place in places if "\n" not in place[1]), _resolved(repository, asked), strict=True))
    contents = git.read_blobs(repository, sorted({oid for oid in known.values() if oid}))
    return [contents.get(known.get(place, ""), b"") for place in places]


def _resolved(repository: Path, asked: str) -> list[str]:
    """The blob ids of many names, a line each; empty for what is no blob."""
    if not asked:
        return []
    check = ("cat-file", "--batch-check=%(objecttype) %(objectname)")
    listing = git.run(repository, f"--git-dir={repository}", *check, stdin=asked.encode("utf-8", "surrogateescape"))
    return [line.removeprefix("blob ") if line.startswith("blob ") else "" for line in listing.split("\n")]


def changes(repository: Path, pairs: Sequence[tuple[str, str]]) -> list[dict[str, tuple[Place, Place]]]:
    """What differs between two trees, for many pairs by one process: path → (mode and id before, after)."""
    if not pairs:
        return []
    asked = "".join(f"{old} {new}\n" for old, new in pairs).encode()
    flags = ("-r", "-z", "--raw", "--no-renames", "--no-abbrev")
    listing = git.run_bytes(repository, f"--git-dir={repository}", "diff-tree", "--stdin", *flags, stdin=asked)
    found: dict[tuple[str, str], dict[str, tuple[Place, Place]]] = {}
    current: dict[str, tuple[Place, Place]] = {}
    # `OLD NEW<LF>` for each pair, whether it differs or not, then `:MODE MODE OID OID STATUS` NUL PATH NUL.
    fields = iter(listing.split(b"\0"))
    for field in fields:
        head, _, about = field.rpartition(b"\n")
        if head:
            old, new = head.decode().rsplit("\n", 1)[-1].split(" ")
            current = found.setdefault((old, new), {})
        if about:
            modes = about.decode()[1:].split(" ")
            path = next(fields).decode("utf-8", "surrogateescape")
            current[path] = ((modes[0], modes[2]), (modes[1], modes[3]))
    return [found.get(pair, {}) for pair in pairs]


def list_up_to(repository: Path, commit: str, most: int) -> dict[str, Place] | None:
    """Every file of a commit's tree: path → (mode, blob id); None for a tree whose listing has more than `most` bytes.

    A few objects can name each other so often that they list without end.
    """
    args = ["git", f"--git-dir={repository}", "ls-tree", "-r", "-z", "--full-tree", commit]
    done = process.run_up_to(most, args, repository, dict.fromkeys(git.ELSEWHERE, ""))
    if done is None:
        return None
    found = {}
    for line in done.out.split(b"\0")[:-1]:
        about, _, path = line.partition(b"\t")
        mode, _, oid = about.decode().split(" ")
        found[path.decode("utf-8", "surrogateescape")] = (mode, oid)
    return found


def read_tree(repository: Path, tree: str) -> dict[str, File]:
    """A tree with its contents."""
    entries = git.list_tree(repository, tree)
    return with_contents(entries, git.read_blobs(repository, list({oid for _, oid in entries.values()})))


def size_of(repository: Path, oids: Collection[str]) -> int:
    """The bytes of many objects together."""
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    named = f"--git-dir={repository}"
    listing = git.run(repository, named, "cat-file", "--batch-check=%(objectsize)", stdin=asked)
    return sum(map(int, listing.split()))
