"""Fill the columns of a learning platform's own export with points and feedback; every other byte stays as it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from scaffold.core.classroom.reports import matching
from scaffold.core.classroom.reports.matching import Match, Person
from scaffold.core.classroom.reports.platforms import PLATFORMS, Platform
from scaffold.core.classroom.table_text import Cell, Line, parse
from scaffold.errors import ScaffoldError

EXCUSED = "EX"
"""What Canvas writes for a student who is excused: never replaced."""
_NUMBER = re.compile(r"\d+([.,]\d+)?")


@dataclass(frozen=True)
class Change:
    """A cell that changes.

    Attributes:
        line: The line in the file; the header is line 1.
        who: The row's first identifying cell.
        before: The cell's text before.
        after: The cell's text after.
    """

    line: int
    who: str
    before: str
    after: str


@dataclass(frozen=True)
class FilledExport:
    """An export with one column filled.

    Attributes:
        text: The export's text.
        column: The header of the column.
        maximum: The points that can be reached in that column; None where the export does not say.
        changes: The cells of points that change.
        comments: The cells of feedback that change.
        kept: Rows whose comment is not ours and stays: line and who.
        unmatched: Rows that match nobody in the class: line and who.
        blank: Rows of students who have no points, with the reason.
        doubtful: Rows that were left alone because they may be two students', with the reason.
        matched: The ids of the students whose row was found.
    """

    text: str
    column: str
    maximum: float | None
    changes: tuple[Change, ...]
    comments: tuple[Change, ...] = ()
    kept: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    matched: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Table:
    """An export.

    Attributes:
        platform: The platform that it comes from.
        headings: The headings.
        rows: The rows of students.
        column: The column to fill.
        maximum: The points that can be reached in it.
        comment: The column with comments; None for none.
        decimal_comma: Whether its numbers have a decimal comma.
    """

    platform: Platform
    headings: Sequence[str]
    rows: Sequence[Line]
    column: int
    maximum: float | None
    comment: int | None
    decimal_comma: bool

    def matches(self, people: Sequence[Person]) -> list[Match]:
        """The student of each row."""
        texts = [[cell.text for cell in row.cells] for row in self.rows]
        return matching.match_rows(texts, self.headings, self.platform.who, people)

    def points(self, person: Person) -> str:
        """A student's points as a cell, scaled to what can be reached there."""
        points = person.points or 0
        if self.maximum is not None and person.most:
            points *= self.maximum / person.most
        return f"{round(points, 2):g}".replace(".", "," if self.decimal_comma else ".")


def fill(
    text: str, platform: Platform, wanted: str, people: Sequence[Person], *, comments: bool = False
) -> FilledExport:
    """Write points into one column, scaled to its maximum, and feedback into another.

    Args:
        text: The export's text.
        platform: The platform that it comes from.
        wanted: The column's header, its item's name or its position from 1; empty for the only column with points.
        people: The students of the class, also those without points.
        comments: Also write the students' feedback into the column of comments; a comment that is there stays.

    Raises:
        ScaffoldError: It is not such an export, the column is ambiguous, or there is no column of comments.
    """
    table = _read(text, platform, wanted)
    if comments and table.comment is None:
        raise ScaffoldError(
            f"This export of {platform.name} has no column with comments.",
            "In Moodle, turn on `Feedback comments` in the assignment's settings, and download the worksheet again.",
        )
    filling = _Filling(table, text)
    matches = table.matches(people)
    for row, match in zip(table.rows, matches, strict=True):
        place = f"{row.number}: {match.who}"
        if match.doubt:
            filling.doubtful.append(f"{place} ({match.doubt})")
        elif match.person is None:
            filling.unmatched.append(place)
        else:
            filling.points(row, match.who, match.person)
            if comments and match.person.comment:
                filling.comment(row, match.who, match.person.comment)
    return FilledExport(
        _apply(text, filling.edits),
        table.headings[table.column],
        table.maximum,
        tuple(filling.changes),
        tuple(filling.comments),
        tuple(filling.kept),
        tuple(filling.unmatched),
        tuple(filling.blank),
        tuple(filling.doubtful),
        frozenset(match.person.id for match in matches if match.person and not match.doubt),
    )


@dataclass(frozen=True)
class _Filling:
    """What filling an export found and changes; see `FilledExport`."""

    table: _Table
    text: str
    edits: list[tuple[Cell, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    comments: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    def points(self, row: Line, who: str, person: Person) -> None:
        """Write a student's points; without any, the cell stays as it is."""
        if person.points is None:
            self.blank.append(f"{row.number}: {who}{f' ({person.why})' if person.why else ''}")
            return
        cell, after = row.cells[self.table.column], self.table.points(person)
        if cell.text.strip() != EXCUSED and not _is_same(cell.text, after):
            self.changes.append(Change(row.number, who, cell.text.strip(), after))
            quote = self.text[cell.start : cell.start + 1] == '"' or self.table.decimal_comma
            self.edits.append((cell, f'"{after}"' if quote else after))

    def comment(self, row: Line, who: str, comment: str) -> None:
        """Write a student's feedback, unless there is another comment."""
        if self.table.comment is None or self.table.comment >= len(row.cells):
            return
        cell = row.cells[self.table.comment]
        if not cell.text.strip():
            self.comments.append(Change(row.number, who, "", comment))
            self.edits.append((cell, '"' + comment.replace('"', '""') + '"'))
        elif cell.text != comment:
            self.kept.append(f"{row.number}: {who}")


def _read(text: str, platform: Platform, wanted: str) -> _Table:
    lines = list(parse(text))
    headings = [" ".join(cell.text.split()) for cell in lines[0].cells] if lines else []
    lacking = [group for group in platform.needs if platform.index_of(headings, group) is None]
    if lacking:
        needs = ", ".join(f"`{group[0]}`" for group in lacking)
        message = f"This is not an export of {platform.name}: it has no column {needs}."
        raise ScaffoldError(message, "Export it again as CSV.")
    column = _column(headings, platform, wanted)
    if (scale := platform.index_of(headings, platform.scale)) is not None:
        raise ScaffoldError(
            f"It is graded with a scale there (column `{headings[scale]}`), not with points.",
            f"Change that in {platform.name}, and export it again.",
        )
    in_maximum = platform.index_of(headings, platform.maximum)
    numbers = [index for index in (column, in_maximum) if index is not None]
    decimal_comma = any(
        re.fullmatch(r"\d+,\d+", line.cells[index].text.strip())
        for line in lines[1:]
        for index in numbers
        if index < len(line.cells)
    )
    rows = [line for line in lines[1:] if len(line.cells) > column and not _is_platforms_own(line, platform)]
    maximum = _maximum(lines, column, headings, platform)
    comment = platform.index_of(headings, platform.comments)
    return _Table(platform, headings, rows, column, maximum, comment, decimal_comma)


def _column(headings: Sequence[str], platform: Platform, wanted: str) -> int:
    items = platform.items(headings)
    named = [
        index
        for index, item in items.items()
        if not wanted or wanted.casefold() in (headings[index].casefold(), item.casefold())
    ]
    if not named and wanted.isdecimal() and int(wanted) - 1 in items:
        named = [int(wanted) - 1]
    if len(named) == 1:
        return named[0]
    available = ", ".join(f'"{item}" (column {index + 1})' for index, item in items.items()) or "none"
    if not named:
        message = f'The export has no column for "{wanted}" (nothing is created).'
        raise ScaffoldError(message if wanted else "The export has no column with points.", f"It has: {available}.")
    what = f'several columns "{wanted}"' if wanted else "several columns with points"
    raise ScaffoldError(
        f"The export has {what}.",
        f"Choose one by its name or its position, as in --column {named[0] + 1}: {available}.",
    )


def _is_platforms_own(row: Line, platform: Platform) -> bool:
    """Whether a row is blank or Canvas' own: the points possible, the posting policy, or the test student."""
    first, *others = (cell.text.strip() for cell in row.cells)
    if not first and not any(others):
        return True
    is_canvas = platform is PLATFORMS["canvas"]
    return is_canvas and (
        first in ("", "Points Possible", "Student, Test") or (first == "Student" and others[:1] == ["Test"])
    )


def _maximum(rows: Sequence[Line], column: int, headings: Sequence[str], platform: Platform) -> float | None:
    in_header = re.search(platform.most, headings[column]) if platform.most else None
    texts = [in_header[1]] if in_header else []
    own_column = platform.index_of(headings, platform.maximum)
    for row in rows[1:]:
        cells = [cell.text.strip() for cell in row.cells]
        if cells[0] == "Points Possible" and len(cells) > column:
            texts.append(cells[column])
        elif own_column is not None and len(cells) > own_column:
            texts.append(cells[own_column])
    numbers = [float(text.replace(",", ".")) for text in texts if _NUMBER.fullmatch(text)]
    return next((number for number in numbers if number > 0), None)


def _is_same(before: str, after: str) -> bool:
    try:
        return float(before.replace(",", ".")) == float(after.replace(",", "."))
    except ValueError:
        return before.strip() == after


def _apply(text: str, edits: Sequence[tuple[Cell, str]]) -> str:
    parts, position = [], 0
    for cell, after in sorted(edits, key=lambda edit: edit[0].start):
        parts += [text[position : cell.start], after]
        position = cell.end
    return "".join([*parts, text[position:]])
