"""The copy of the owner's table that goes into a project."""

import hashlib
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.core.dataset.read import OpenTable
from scaffold.tools.files import friendly_os_errors
from scaffold.tools.tables import database

FOLDER = Path("data/raw")
LARGEST_IN_GIT = 5_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Copy:
    """A file made ready to be placed.

    Attributes:
        path: Where it is now.
        name: What it is called in `data/raw`.
        sha256: Its checksum, in hexadecimal.
        bytes: Its size.
        reading: How it is to be read: separator, encoding, skip_rows, and whether it was converted.
    """

    path: Path
    name: str
    sha256: str
    bytes: int
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def in_git(self) -> bool:
        """Whether it is small enough for the repository."""
        return self.bytes <= LARGEST_IN_GIT


def prepare(table: OpenTable, dropped: Sequence[str]) -> Copy:
    """Make the copy: the file itself, or plain CSV where columns are dropped or the format is another.

    Args:
        table: The open table; the copy lives as long as it does.
        dropped: Columns that must not come along.
    """
    path, form = table.source, table.dialect
    converted = table.converted or bool(dropped)
    reading: dict[str, Any] = {"separator": form.separator, "encoding": form.encoding, "skip_rows": form.skip_rows}
    suffix = table.source.suffix.lower() if table.source.suffix.lower() in (".tsv", ".txt") else ".csv"
    suffix += ".gz" if form.compressed else ""
    if converted:
        keep = {position: name for position, name in enumerate(table.names) if name not in dropped or not name}
        path = table.folder / "copy.csv"
        with friendly_os_errors(path):
            database.write_csv(table.plain, table.plain_dialect, keep, path, table.folder)
        reading = {"separator": ",", "encoding": "utf-8", "skip_rows": 0, "converted": True}
        suffix = ".csv"
    return Copy(path, file_name(table.source, suffix), sha256(path), path.stat().st_size, reading)


def put(copy: Copy, project: Path, workshop: Path) -> Path:
    """Copy the file into a project and return where it is now.

    Args:
        copy: The file.
        project: The project's folder.
        workshop: A folder on the same file system, in which the copy may be half made.

    Raises:
        ScaffoldError: The disk is full, or the folder cannot be written.
    """
    dest = project / FOLDER / copy.name
    coming = workshop / f"{copy.name}.new"
    with friendly_os_errors(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(copy.path, coming)
            shutil.move(coming, dest)
        finally:
            coming.unlink(missing_ok=True)
    return dest


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_name(source: Path, suffix: str) -> str:
    """A name for the file in the project that is safe on every system: letters, digits, dots, hyphens, underscores."""
    stem = source.name.removesuffix(".gz")
    stem = stem[: -len(Path(stem).suffix)] if Path(stem).suffix else stem
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", ascii_only).strip("-_.")[:60].lower()
    return f"{safe or 'table'}{suffix}"
