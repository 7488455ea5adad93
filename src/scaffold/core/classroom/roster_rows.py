"""Read the rows of a roster file: CSV, or RepoBee's students file."""

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.core.classroom import roster_columns
from scaffold.core.classroom.roster_columns import TEAM, USERNAME

_DELIMITERS = ",;\t"
IDENTIFYING = "student_id, username or email"
"""The columns of which a student needs one, for messages."""


@dataclass(frozen=True)
class Problem:
    """A problem in the roster: its line, its column, and what is wrong."""

    line: int
    column: str
    message: str


def decode(content: bytes) -> str:
    """The text of a file in UTF-8 or in UTF-16 with a byte order mark. Raises UnicodeDecodeError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


Rows = Iterator[tuple[int, dict[str, str] | Problem]]
"""The line of a row, and its cells by field or what is wrong with it."""


def read_teams(text: str) -> Rows:
    """The rows of a students file of RepoBee: one team per line, usernames separated by spaces, no header."""
    for line, names in enumerate(text.splitlines(), start=1):
        members = names.split()
        team = "-".join(sorted(members)) if len(members) > 1 else ""
        for name in members:
            yield line, {USERNAME: name, TEAM: team}


def read_csv(text: str) -> Rows:
    """The rows of a CSV file with a header: its line and its cells by field, or a problem."""
    delimiter = _delimiter(text)
    columns: dict[str, int] | None = None
    width, start = 0, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield start, Problem(start, "", f"the quotes are unbalanced ({error})")
            return
        if cells is None:
            break
        line, start = start, reader.line_num + 1
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
        if not any(cells):
            continue
        if columns is None:
            columns, width = roster_columns.recognise(cells), len(cells)
            if not roster_columns.identifies_students(columns):
                yield line, Problem(line, "", f"no column identifies a student; the header needs {IDENTIFYING}")
                return
            continue
        if any(cells[width:]):
            message = f"{len(cells)} cells under {width} headings: quote a name with a `{delimiter}`"
            yield line, Problem(line, "", message)
            continue
        yield line, {name: cells[index] if index < len(cells) else "" for name, index in columns.items()}
    if columns is None:
        yield 1, Problem(1, "", f"the file is empty; its header should be {','.join(roster_columns.FIELDS)}")


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)
