"""Open the owner's file: any format in, one loaded table out."""

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.errors import DataError
from scaffold.tools import files
from scaffold.tools.tables import convert, database, dialect
from scaffold.tools.tables.database import Database
from scaffold.tools.tables.dialect import Dialect

MAX_COLUMNS = 2_000
MAX_NAME = 200
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_YEAR = re.compile(r"(1[5-9]|20|21)\d\d")
_WHITE = re.compile(r"\s+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, line separators, and the marks that turn the direction of writing."""


@dataclass(frozen=True)
class OpenTable:
    """A table while it is open.

    Attributes:
        source: The owner's file.
        dialect: How the table is written as CSV, in the owner's file or in what that was converted to.
        plain: The same as UTF-8 text.
        plain_dialect: How `plain` is written.
        converted: A project gets a CSV written anew: the owner's file is none, or its header had to be cleaned.
        names: The column names, cleaned of control characters; empty where the header has nothing.
        database: The loaded rows.
        folder: A folder for work, gone when the table is closed.
        notes: Sentences about how it was read.
    """

    source: Path
    dialect: Dialect
    plain: Path
    plain_dialect: Dialect
    converted: bool
    names: tuple[str, ...]
    database: Database
    folder: Path
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[OpenTable]:
    """Load the table at `path` and hold it open.

    Raises:
        ScaffoldError: It is no file that can be read as a table, or its header names columns badly.
    """
    _require_file(path)
    with files.temporary_folder() as folder, files.friendly_os_errors(path):
        csv, notes = path, []
        kind = convert.kind_of(path)
        if kind == "excel":
            csv = folder / "converted.csv"
            note = convert.excel_to_csv(path, csv)
            notes += [note] if note else []
        elif kind != "csv":
            csv = folder / "converted.csv"
            database.to_csv(path, kind, csv, folder)
        form = dialect.read_dialect(csv)
        names = tuple(_clean(name) for name in form.header)
        _require_names(names, path.name)
        # A name that was cleaned is another one than the file's header has: then the project gets a clean copy.
        converted = csv != path or names != form.header or form.encoding.startswith("utf-16")
        plain, plain_form = _as_utf8(csv, form, folder)
        with database.loaded(plain, plain_form, folder) as loaded:
            yield OpenTable(path, form, plain, plain_form, converted, names, loaded, folder, tuple(notes))


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise DataError(f"{path} is a folder.", "Name the file in it that holds the table.")
    if not path.is_file():
        raise DataError(f"There is no file {path}.", "Check the path.")


def _as_utf8(path: Path, form: Dialect, folder: Path) -> tuple[Path, Dialect]:
    if form.encoding in ("utf-8", "utf-8-sig"):
        return path, form
    plain = folder / "utf8.csv"
    dialect.write_utf8(path, form, plain)
    return plain, replace(form, encoding="utf-8", compressed=False)


def _clean(name: str) -> str:
    return _WHITE.sub(" ", _INVISIBLE.sub(" ", name)).strip()


def _require_names(names: tuple[str, ...], source: str) -> None:
    if len(names) < 2:
        raise DataError(
            f"{source} has one column, so there is nothing to learn from.",
            "Check the separator: commas, semicolons, tabs and | are read.",
        )
    if len(names) > MAX_COLUMNS:
        raise DataError(
            f"{source} has {len(names):,} columns; up to {MAX_COLUMNS:,} are read.",
            "Bring a file with the columns that matter.",
        )
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    numbers = [name for name in names if _NUMBER.fullmatch(name) and not _YEAR.fullmatch(name)]
    if 2 * len(numbers) > len([name for name in names if name]):
        raise DataError(
            f"The first line of {source} holds values ({', '.join(numbers[:3])}), not column names.",
            "Put a line of column names on top.",
        )
    if twice:
        raise DataError(f"{source} has two columns called `{twice[0]}`.", "Rename one of them in its header.")
    long = next((name for name in names if len(name) > MAX_NAME), "")
    if long:
        raise DataError(
            f"{source} has a column name of {len(long)} characters (`{long[:40]}…`); up to {MAX_NAME} are read.",
            "Shorten it in the header.",
        )
