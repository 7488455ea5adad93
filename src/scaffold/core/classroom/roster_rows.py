"""Read the rows of a roster file: CSV, a workbook, or RepoBee's students file."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import roster_columns, table_text
from scaffold.core.classroom.roster_columns import FIELDS, TEAM, USERNAME, Columns
from scaffold.tools.tables import convert

IDENTIFYING = "student_id, username or email"
"""The columns of which a student needs one, for messages."""
_CODECS = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}


@dataclass(frozen=True)
class Problem:
    """A problem in the roster: its line, its column, and what is wrong."""

    line: int
    column: str
    message: str


Record = tuple[int, list[str] | Problem]
"""The line of a record, and its cells or what is wrong with it."""
Row = tuple[int, dict[str, str] | Problem]
"""The line of a row, and its cells by field or what is wrong with it."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a roster file.

    Attributes:
        columns: How the columns were understood.
        rows: The rows.
        notes: What the teacher should know about the file.
    """

    columns: Columns
    rows: list[Row]
    notes: tuple[str, ...] = ()


def read_teams(content: bytes) -> Sheet:
    """A students file of RepoBee: one team per line, usernames separated by spaces, no header."""
    text, _ = table_text.decode(content)
    rows: list[Row] = []
    for line, names in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        members = names.split()
        team = "-".join(sorted(members)) if len(members) > 1 else ""
        rows += [(line, {USERNAME: name, TEAM: team}) for name in members]
    return Sheet(Columns(), rows)


def read_csv(content: bytes) -> Sheet:
    """A CSV file with a header."""
    text, codec = table_text.decode(content)
    columns, rows = _columns_and_rows(_records(text))
    if codec not in _CODECS:
        return Sheet(columns, rows)
    cells = (cell for line in table_text.parse(text) for cell in line.cells)
    example = next((cell.text for cell in cells if not cell.text.isascii()), "")
    note = f"It is not UTF-8, and was read as {_CODECS[codec]}: is `{example.strip()[:40]}` right?"
    return Sheet(columns, rows, (note,))


def read_workbook(path: Path) -> Sheet:
    """The first sheet of a workbook (.xlsx) that has anything in it. Raises ScaffoldError when it cannot be read."""
    convert.kind_of(path)  # refuses what is not read, with what to save instead
    records, note = convert.excel_rows(path)
    return Sheet(*_columns_and_rows(records), (note,) if note else ())


def _records(text: str) -> Iterator[Record]:
    for line in table_text.parse(text):
        if any(cell.is_open for cell in line.cells):
            yield line.number, Problem(line.number, "", "the quotes are unbalanced")
        else:
            yield line.number, [cell.text for cell in line.cells]


def _columns_and_rows(records: Iterable[Record]) -> tuple[Columns, list[Row]]:
    columns = Columns()
    rows: list[Row] = []
    for line, record in records:
        if isinstance(record, Problem):
            rows.append((line, record))
            continue
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in record]
        if not any(cells):
            continue
        if not columns.headings:
            columns = roster_columns.recognise(cells)
            if not columns.identify_students:
                message = f"no column identifies a student; the header needs {IDENTIFYING}, and has: {_listed(cells)}"
                return columns, [(line, Problem(line, "", message))]
            continue
        rows.append((line, _row(columns, line, cells)))
    if not columns.headings and not rows:
        rows = [(1, Problem(1, "", f"the file is empty; its header should be {','.join(FIELDS)}"))]
    return columns, rows


def _row(columns: Columns, line: int, cells: list[str]) -> dict[str, str] | Problem:
    width = len(columns.headings)
    if any(cells[width:]):
        return Problem(
            line, "", f"{len(cells)} cells under {width} headings: quote a cell that has the separator in it"
        )
    return {name: cells[index] if index < len(cells) else "" for name, index in columns.indices.items()}


def _listed(cells: list[str]) -> str:
    shown = ", ".join("".join(filter(str.isprintable, cell[:30])) for cell in cells[:8] if cell)
    return shown + (", …" if len(cells) > 8 else "")
