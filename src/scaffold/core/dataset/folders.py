"""The owner's folder of files: which of them are the owner's own, and what they are called in a project."""

import os
import re
import unicodedata
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from scaffold.tools.files import friendly_os_errors

CHECKSUMS = Path("data/raw/SHA256SUMS")
_NOT_OURS = {"node_modules", "__pycache__", "__MACOSX", "site-packages", "venv"}
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r"""[^\w .,()+&'=@!#-]|[\n\r\t]""")
_LONGEST_NAME = 150
"""In bytes; no file system takes more than 255."""


def files_of(source: Path, refused: list[str]) -> Iterator[tuple[Path, Path]]:
    """Each file of a folder, or the one file, with its path below the folder. No link is followed.

    Args:
        source: The folder, or a file.
        refused: Gets the links, each with the reason.

    Raises:
        ScaffoldError: A folder cannot be listed.
    """
    if not source.is_dir():
        yield source, Path(source.name)
        return
    for path in _walk(source):
        inside = path.relative_to(source)
        if path.is_symlink():
            refused.append(f"{shown_name(inside)} (a link)")
        else:
            yield path, inside


def _walk(root: Path) -> Iterator[Path]:
    """The files of a folder in the order of their names; nothing hidden, nothing installed, and links as links."""
    with friendly_os_errors(root):
        names = sorted(os.scandir(root), key=lambda entry: entry.name)
    for entry in names:
        path = Path(entry.path)
        if entry.name.startswith((".", "~$")) or entry.name in _NOT_OURS:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        else:
            yield path


def shown_name(path: Path) -> str:
    """A path as it can be printed."""
    return path.as_posix() if path.as_posix().isprintable() else repr(path.as_posix())


def safe_name(path: Path, taken: set[str]) -> str:
    """A name for a document that is safe on every system, as near to its own as that allows, and used once."""
    parts = [_safe_part(part) for part in path.parts]
    name = "/".join(parts)
    number = 2
    while name.casefold() in taken:
        last = PurePosixPath(parts[-1])
        name = "/".join([*parts[:-1], f"{last.stem}-{number}{last.suffix}"])
        number += 1
    taken.add(name.casefold())
    return name


def _safe_part(part: str) -> str:
    text = unicodedata.normalize("NFC", part.encode("utf-8", "replace").decode())
    text = _UNSAFE.sub("-", text).strip(" .")
    stem, dot, suffix = text.rpartition(".")
    if len(text.encode()) > _LONGEST_NAME:
        stem, dot, suffix = (stem, dot, suffix) if dot and len(suffix) < 10 else (text, "", "")
        text = stem.encode()[:_LONGEST_NAME].decode("utf-8", "ignore").rstrip(" .") + dot + suffix
    return f"_{text}" if not text or _RESERVED.fullmatch(text) else text


def remove_others(folder: Path, names: Collection[str]) -> None:
    """Delete the files below a folder that are not among `names`.

    Raises:
        ScaffoldError: One cannot be deleted.
    """
    for path in list(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).as_posix() not in names:
            with friendly_os_errors(path):
                path.unlink()
