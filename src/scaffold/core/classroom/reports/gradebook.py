"""Fill one column of a learning platform's own gradebook export; every other byte stays as it is.

Formats: Canvas' gradebook export (docs: "How do I export grades in the Gradebook?"), Moodle's grading worksheet
(docs.moodle.org, "Offline grading worksheet"), Brightspace's grade export ("Export grades").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scaffold.core.classroom.reports import matching
from scaffold.core.classroom.reports.matching import EMAIL, ID, LOGIN, OWN, Person
from scaffold.errors import ScaffoldError

EXCUSED = "EX"
"""What Canvas writes for a student who is excused: never replaced."""


@dataclass(frozen=True)
class Cell:
    """A cell of a CSV file: its text, and its start and end offsets in the file (quotes included)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Platform:
    """The format of a platform's export.

    Attributes:
        name: The platform's name.
        needs: Columns that every such export has.
        who: Columns that identify a student, in lower case, and what they hold: `id`, `login` or `email` of the roster,
            or the platform's `own` number, which means something only where the roster has it as the id.
        column: The pattern of columns with points; its group is the name of the grade item.
        most: The pattern in such a column's header of the points that can be reached; empty for none.
    """

    name: str
    needs: tuple[str, ...]
    who: Mapping[str, str]
    column: re.Pattern[str]
    most: str = ""


_CANVAS = Platform(
    "Canvas",
    ("Student", "ID"),
    {"sis user id": ID, "sis login id": LOGIN, "integration id": ID, "id": OWN},
    re.compile(r"(.+) \(\d+\)"),
)
_MOODLE = Platform(
    "Moodle",
    ("Identifier", "Grade"),
    {"id number": ID, "email address": EMAIL, "username": LOGIN, "identifier": OWN},
    re.compile(r"(Grade)"),
)
_BRIGHTSPACE = Platform(
    "Brightspace",
    ("End-of-Line Indicator",),
    {"orgdefinedid": ID, "username": LOGIN, "email": EMAIL},
    re.compile(r"(.+) Points Grade(?: <.*>)?"),
    r"MaxPoints:([\d.]+)",
)
PLATFORMS = {"canvas": _CANVAS, "moodle": _MOODLE, "brightspace": _BRIGHTSPACE}


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
        changes: The cells that change.
        unmatched: Rows that match nobody in the class who has points: line and who.
        doubtful: Rows that were left alone because they may be two students', with the reason.
        matched: The ids of the students whose row was found.
    """

    text: str
    column: str
    maximum: float | None
    changes: tuple[Change, ...]
    unmatched: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    matched: frozenset[str] = field(default_factory=frozenset)


def fill(text: str, platform: Platform, wanted: str, people: Sequence[Person]) -> FilledExport:
    """Write points into one column.

    Args:
        text: The export's text.
        platform: The platform that it comes from.
        wanted: The column's header or its item's name; empty for the only column with points.
        people: The students of the class, also those without points.

    Raises:
        ScaffoldError: It is not such an export, or the column is ambiguous.
    """
    rows = list(parse(text))
    header = rows[0] if rows else []
    names = [cell.text.strip().removeprefix("\ufeff") for cell in header]
    if not set(platform.needs) <= set(names):
        needs = ", ".join(f"`{name}`" for name in platform.needs)
        message = f"This is not an export of {platform.name}: it has no {needs}."
        raise ScaffoldError(message, "Export it again as CSV.")
    column = names.index(_column(names, platform, wanted))
    students = [
        row
        for row in rows[1:]
        if len(row) > column and any(cell.text.strip() for cell in row) and not _is_platforms_own(row, platform)
    ]
    decimal_comma = any(re.fullmatch(r"\d+,\d+", row[column].text.strip()) for row in rows[1:] if len(row) > column)
    matches = matching.match_rows([[cell.text for cell in row] for row in students], names, platform.who, people)
    changes, unmatched, doubtful, edits = [], [], [], []
    for row, match in zip(students, matches, strict=True):
        line = text.count("\n", 0, row[0].start) + 1
        if match.doubt:
            doubtful.append(f"{line}: {match.who} ({match.doubt})")
        elif match.person is None or match.person.points is None:
            unmatched.append(f"{line}: {match.who}")
        else:
            after = f"{round(match.person.points, 2):g}".replace(".", "," if decimal_comma else ".")
            cell = row[column]
            if cell.text.strip() != EXCUSED and not _is_same(cell.text, after):
                changes.append(Change(line, match.who, cell.text.strip(), after))
                quote = text[cell.start : cell.start + 1] == '"' or decimal_comma
                edits.append((cell, f'"{after}"' if quote else after))
    found = frozenset(match.person.id for match in matches if match.person and not match.doubt)
    maximum = _maximum(rows, column, names, platform)
    edited = _apply(text, edits)
    return FilledExport(edited, names[column], maximum, tuple(changes), tuple(unmatched), tuple(doubtful), found)


def parse(text: str) -> Iterator[list[Cell]]:
    """The rows of a CSV file (RFC 4180; also with `;` or tabs), each cell with its offsets."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    # A cell that begins with a quote and does not end with one is taken literally.
    quoted = rf'"(?:[^"]|"")*"(?=[{delimiter}\r\n]|\Z)'
    row: list[Cell] = []
    for match in re.finditer(rf"({quoted}|[^{delimiter}\r\n]*)({delimiter}|\r\n|\n|\r|\Z)", text):
        raw, end = match.groups()
        if match.start() < len(text) or row:
            plain = raw[1:-1].replace('""', '"') if re.fullmatch(quoted, raw) else raw
            row.append(Cell(plain, *match.span(1)))
        if end != delimiter and row:
            yield row
            row = []
        if not end:
            return


def _column(names: Sequence[str], platform: Platform, wanted: str) -> str:
    items = {name: match[1] for name in names if (match := platform.column.fullmatch(name))}
    matching = [
        name for name, item in items.items() if not wanted or wanted.casefold() in (name.casefold(), item.casefold())
    ]
    if len(matching) == 1:
        return matching[0]
    available = ", ".join(f'"{item}"' for item in items.values()) or "none"
    if not matching:
        raise ScaffoldError(f'The export has no column for "{wanted}" (nothing is created).', f"It has: {available}.")
    raise ScaffoldError("The export has several columns with points.", f"Choose one with --column: {available}.")


def _is_platforms_own(row: Sequence[Cell], platform: Platform) -> bool:
    """Whether a row is Canvas' own: the points possible, the posting policy, or the test student."""
    first = row[0].text.strip()
    return platform is _CANVAS and (not first or first in ("Points Possible", "Student, Test"))


def _maximum(rows: Sequence[Sequence[Cell]], column: int, names: Sequence[str], platform: Platform) -> float | None:
    in_header = re.search(platform.most, names[column]) if platform.most else None
    texts = [in_header[1]] if in_header else []
    for row in rows[1:]:
        if row[0].text.strip() == "Points Possible" and len(row) > column:
            texts.append(row[column].text)
        elif "Maximum Grade" in names and len(row) > names.index("Maximum Grade"):
            texts.append(row[names.index("Maximum Grade")].text)
    numbers = [float(text.strip().replace(",", ".")) for text in texts if re.fullmatch(r"\d+([.,]\d+)?", text.strip())]
    return numbers[0] if numbers else None


def _is_same(before: str, after: str) -> bool:
    try:
        return float(before.replace(",", ".")) == float(after.replace(",", "."))
    except ValueError:
        return before.strip() == after


def _apply(text: str, edits: Sequence[tuple[Cell, str]]) -> str:
    parts, position = [], 0
    for cell, after in edits:
        parts += [text[position : cell.start], after]
        position = cell.end
    return "".join([*parts, text[position:]])
