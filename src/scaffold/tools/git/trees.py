"""Trees as plain mappings, and how git receives them: one git-fast-import(1) process, whatever the number of files.

Nothing here touches a work tree or an index, and no clock, attribute or ignore rule influences the result.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple

from scaffold.errors import ScaffoldError

WHO = "scaffold <scaffold@localhost>"
WHEN = "1767225600 +0000"  # 2026-01-01: a fixed moment, so that the same input gives the same commit hash
FOLDER, SYMLINK, SUBMODULE = "040000", "120000", "160000"
"""Git's modes of the tree entries that are no regular file."""
_MAX_DEPTH = 200
"""Files in more folders than this are left out of a tree that nobody trusts."""
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""The id of the tree without a file, which every repository of the usual format (sha1) has."""


class Entry(NamedTuple):
    """An entry of a git tree: its mode, as git writes it, and the id of its object."""

    mode: str
    oid: str


@dataclass(frozen=True)
class File:
    """One file of a tree; a symlink's content is its target."""

    content: bytes
    executable: bool = False
    symlink: bool = False

    @property
    def mode(self) -> str:
        """Git's mode."""
        return SYMLINK if self.symlink else "100755" if self.executable else "100644"

    @property
    def oid(self) -> str:
        """The id of git's blob object, in a repository of the usual format (sha1)."""
        return sha1(b"blob %d\0" % len(self.content) + self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Known(File):
    """A file whose content stays unread in a repository; only its tree entry is known."""

    entry: Entry = field(kw_only=True)

    @property
    def mode(self) -> str:
        """Git's mode."""
        return self.entry.mode

    @property
    def oid(self) -> str:
        """The id of git's blob object."""
        return self.entry.oid


Tree = Mapping[str, File]
"""POSIX path below the root → file."""


def records(listing: bytes) -> Iterator[tuple[list[str], str]]:
    """Read git's `MODE … <TAB>PATH` records that end in NUL: the fields before the tab, and the path.

    `git ls-tree -z`, `git ls-files --stage -z` and `git merge-tree -z` write them; an empty record ends the list.
    """
    for record in listing.split(b"\0"):
        if not record:
            return
        fields, _, path = record.partition(b"\t")
        yield fields.decode().split(" "), decoded(path)


def decoded(path: bytes) -> str:
    """A path of git's as text; bytes that are no UTF-8 survive the way back."""
    return path.decode("utf-8", "surrogateescape")


def with_contents(entries: Mapping[str, Entry], contents: Mapping[str, bytes]) -> dict[str, File]:
    """The files of a listing.

    Args:
        entries: Path → entry.
        contents: Blob id → content.
    """
    return {path: File(contents[oid], mode == "100755", mode == SYMLINK) for path, (mode, oid) in entries.items()}


def read_folder(folder: Path) -> dict[str, File]:
    """Every file and symlink below `folder`, byte for byte; a repository in it is not part of the tree."""
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    return read_files(folder, (name for name in names if name.split("/")[0] != ".git"))


def read_files(folder: Path, names: Iterable[str]) -> dict[str, File]:
    """Files and symlinks below `folder`, byte for byte; what is neither is left out."""
    tree = {}
    for name in names:
        path = folder / name
        if path.is_symlink():
            tree[name] = File(path.readlink().as_posix().encode(), symlink=True)
        elif path.is_file():
            tree[name] = File(path.read_bytes(), executable=bool(path.stat().st_mode & 0o100))
    return tree


def paths_below(folder: Path) -> list[str]:
    """Every file below a folder, a `.git` included: no template writes into one."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()]


_IGNORED_BY_HFS = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_GIT_FOLDER = re.compile(r"(\.git|git~[0-9]+)(::?\$?.*)?[ .]*", re.IGNORECASE)
"""Every spelling that Windows or macOS takes for `.git` (verify_path() in git's read-cache.c, and what it calls)."""


def is_safe(name: str) -> bool:
    """Whether a path of a tree stays below the folder that the tree is written to, and out of git's own.

    Git refuses such names in an index, but not in the trees that it fetches or unbundles.
    """
    try:
        name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False  # no name of a file
    parts = re.split(r"[/\\]", name)
    return "\0" not in name and not re.match("[A-Za-z]:", name) and all(map(_is_safe_part, parts))


def _is_safe_part(part: str) -> bool:
    return part not in ("", ".", "..") and not _GIT_FOLDER.fullmatch(_IGNORED_BY_HFS.sub("", part))


def require_safe(tree: Iterable[str], whose: str) -> None:
    """Refuse a tree with a path that would be written elsewhere, or into `.git`.

    Args:
        tree: Its paths.
        whose: What brings the tree, for the message.

    Raises:
        ScaffoldError: It has one; nothing may be written.
    """
    for name in tree:
        if not is_safe(name):
            raise ScaffoldError(
                f"{whose} has a file `{name[:200]}`, which lies outside its folder or in git's own: it was refused.",
                "Nothing was written. Tell its authors.",
                code="template-invalid",
            )


def write_folder(tree: Tree, folder: Path, whose: str = "The template") -> None:
    """Write a tree below `folder`, byte for byte; a symlink becomes a file that holds its target.

    Args:
        tree: The tree.
        folder: Where to.
        whose: What brings the tree, for the message.

    Raises:
        ScaffoldError: A path leaves the folder; nothing was written.
    """
    require_safe(tree, whose)
    for name, file in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        if file.executable:
            path.chmod(0o755)


def lay_out(tree: Tree, folder: Path) -> None:
    """Write a tree that nobody trusts below an empty `folder`: what cannot be written there is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in tree.items():
        if not is_safe(name) or name.count("/") > _MAX_DEPTH:
            continue
        path = folder / name
        with contextlib.suppress(OSError, ValueError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                stream.write(file.content)
            if file.executable:
                path.chmod(0o755)


@dataclass(frozen=True)
class Commit:
    """One commit to make.

    Attributes:
        branch: The branch that it becomes the tip of.
        files: Files to write, on top of `start`.
        start: The id of the tree to begin with; empty for none.
        parent: A branch of the same stream, or a commit id; empty for a root commit.
        entries: Path → a tree or blob that the repository already has.
        removed: Paths to remove.
        tag: A tag to put on it; empty for none.
        message: The commit message.
        ref: The full name of the ref to set instead of a branch.
        stamp: Author and time, as `Name <address> seconds zone`.
        second_parent: A further parent; empty for none.
        mark: The number by which the stream and `BareRepository.write_marked` name it; 0 for none.
    """

    branch: str
    files: Tree
    start: str = ""
    parent: str = ""
    entries: Mapping[str, Entry] | None = None
    removed: Sequence[str] = ()
    tag: str = ""
    message: str = ""
    ref: str = ""
    stamp: str = f"{WHO} {WHEN}"
    second_parent: str = ""
    mark: int = 0


def chunks(commits: Iterable[Commit], *, force: bool = False) -> Iterator[bytes]:
    """The commits as a git-fast-import(1) stream, piece by piece: there may be more than fit into memory.

    Args:
        commits: The commits, parents first.
        force: Let a branch move to a commit that does not contain its old tip.
    """
    yield b"feature force\nfeature done\n" if force else b"feature done\n"
    for commit in commits:
        yield b"".join(_commit(commit))
    yield b"done\n"


def _commit(commit: Commit) -> list[bytes]:
    ref = commit.ref or f"refs/heads/{commit.branch}"
    message = commit.message.encode()
    # Marked commits share one branch, which would make each the parent of the next.
    parts = [f"reset {ref}\n\n".encode()] if commit.mark and not commit.parent else []
    mark = f"mark :{commit.mark}\n" if commit.mark else ""
    parts.append(f"commit {ref}\n{mark}committer {commit.stamp}\ndata {len(message)}\n".encode() + message + b"\n")
    if commit.parent:
        parts.append(f"from {_named(commit.parent)}\n".encode())
    if commit.second_parent:
        parts.append(f"merge {_named(commit.second_parent)}\n".encode())
    parts.append(b"deleteall\n")
    if commit.start:
        parts.append(f'M 040000 {commit.start} ""\n'.encode())
    for path in commit.removed:
        parts.append(b"D " + _quoted(path) + b"\n")
    for path, (mode, oid) in (commit.entries or {}).items():
        parts.append(f"M {mode} {oid} ".encode() + _quoted(path) + b"\n")
    for path, file in commit.files.items():
        head = f"M {file.mode} inline ".encode() + _quoted(path)
        parts.append(head + f"\ndata {len(file.content)}\n".encode() + file.content + b"\n")
    if commit.tag:
        parts.append(f"reset refs/tags/{commit.tag}\nfrom {ref}\n\n".encode())
    return parts


def _named(parent: str) -> str:
    return parent if len(parent) in (40, 64) or parent.startswith(":") else f"refs/heads/{parent}"


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it: quoted, for names that hold quotes, newlines or nothing at all."""
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n") + b'"'
