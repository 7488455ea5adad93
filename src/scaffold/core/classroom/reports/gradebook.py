"""A learning platform's own export, with one column filled: every other byte of it stays as it is.

Formats: Canvas' gradebook export (docs: "How do I export grades in the Gradebook?"), Moodle's grading worksheet
(docs.moodle.org, "Offline grading worksheet"), Brightspace's grade export ("Export grades").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scaffold.errors import ScaffoldError

EXCUSED = "EX"
"""What Canvas writes for a student who need not do it: never replaced."""


@dataclass(frozen=True)
class Cell:
    """A cell of a CSV file: its text, and where it stands (offsets of the quotes, if any)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Kind:
    """What a platform's export looks like.

    Attributes:
        name: the platform's.
        needs: columns by which it is known.
        who: columns that say who a row is, in small letters; the first that says something known counts.
        column: a pattern of columns with points; the group is the item's name.
        most: a pattern in such a column's header that says what can be reached; empty for none.
    """

    name: str
    needs: tuple[str, ...]
    who: tuple[str, ...]
    column: re.Pattern[str]
    most: str = ""


_CANVAS = Kind(
    "Canvas",
    ("Student", "ID"),
    ("sis user id", "sis login id", "integration id", "id"),
    re.compile(r"(.+) \(\d+\)"),
)
_MOODLE = Kind(
    "Moodle",
    ("Identifier", "Grade"),
    ("id number", "email address", "username", "identifier"),
    re.compile(r"(Grade)"),
)
_BRIGHTSPACE = Kind(
    "Brightspace",
    ("End-of-Line Indicator",),
    ("orgdefinedid", "username", "email"),
    re.compile(r"(.+) Points Grade(?: <.*>)?"),
    r"MaxPoints:([\d.]+)",
)
KINDS = {"canvas": _CANVAS, "moodle": _MOODLE, "brightspace": _BRIGHTSPACE}


@dataclass(frozen=True)
class Change:
    """A cell that is to be filled.

    Attributes:
        line: of the file; 1 is the header.
        who: the row's first cell that tells who it is.
        before: what stands there.
        after: what is to stand there.
    """

    line: int
    who: str
    before: str
    after: str


@dataclass(frozen=True)
class Filled:
    """An export with a column filled.

    Attributes:
        text: it.
        column: the header of the column.
        most: what can be reached there; None where it does not say.
        changes: what differs.
        strangers: rows of nobody in the class: line and who.
        found: the keys that were in it.
    """

    text: str
    column: str
    most: float | None
    changes: tuple[Change, ...]
    strangers: tuple[str, ...] = ()
    found: frozenset[str] = field(default_factory=frozenset)


def fill(text: str, kind: Kind, wanted: str, points: Mapping[str, float]) -> Filled:
    """Put points into one column.

    Args:
        text: the export.
        kind: whose.
        wanted: which column: its header or the item's name; the only one when empty.
        points: who (id, username or address, in small letters) → their points.

    Raises:
        ScaffoldError: it is no such export, or the column cannot be told.
    """
    rows = list(parse(text))
    header = rows[0] if rows else []
    names = [cell.text.strip().removeprefix("\ufeff") for cell in header]
    if not set(kind.needs) <= set(names):
        needs = ", ".join(f"`{name}`" for name in kind.needs)
        raise ScaffoldError(f"This is no export of {kind.name}: it has no {needs}.", "Export it once more, as CSV.")
    at = names.index(_column(names, kind, wanted))
    places = [names.index(name) for each in kind.who for name in names if name.casefold() == each]
    comma = any(re.fullmatch(r"\d+,\d+", row[at].text.strip()) for row in rows[1:] if len(row) > at)
    changes, strangers, found, edits = [], [], set(), []
    for row in rows[1:]:
        if len(row) <= at or not any(cell.text.strip() for cell in row) or _is_about(row, kind):
            continue
        said = [row[place].text.strip().removeprefix("#") for place in places if len(row) > place]
        key = next((one.casefold() for one in said if one.casefold() in points), "")
        line = text.count("\n", 0, row[0].start) + 1
        who = next(filter(None, said), row[0].text)
        if not key:
            strangers.append(f"{line}: {who}")
            continue
        found.add(key)
        after = f"{round(points[key], 2):g}".replace(".", "," if comma else ".")
        cell = row[at]
        if cell.text.strip() != EXCUSED and not _same(cell.text, after):
            changes.append(Change(line, who, cell.text.strip(), after))
            edits.append((cell, f'"{after}"' if text[cell.start : cell.start + 1] == '"' or comma else after))
    most = _most(rows, at, names, kind)
    return Filled(_edited(text, edits), names[at], most, tuple(changes), tuple(strangers), frozenset(found))


def parse(text: str) -> Iterator[list[Cell]]:
    """The rows of a CSV file (RFC 4180; `;` and tabs too), each cell with its place."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    # What begins with a quote and does not end with one is taken as it stands.
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


def _column(names: Sequence[str], kind: Kind, wanted: str) -> str:
    items = {name: match[1] for name in names if (match := kind.column.fullmatch(name))}
    chosen = [
        name for name, item in items.items() if not wanted or wanted.casefold() in (name.casefold(), item.casefold())
    ]
    if len(chosen) == 1:
        return chosen[0]
    have = ", ".join(f'"{item}"' for item in items.values()) or "none"
    if not chosen:
        raise ScaffoldError(f'The export has no column for "{wanted}" (nothing is created).', f"It has: {have}.")
    raise ScaffoldError("The export has several columns with points.", f"Choose one with --column: {have}.")


def _is_about(row: Sequence[Cell], kind: Kind) -> bool:
    """Whether a row is Canvas' own: what can be reached, how it is posted, or its test student."""
    first = row[0].text.strip()
    return kind is _CANVAS and (not first or first in ("Points Possible", "Student, Test"))


def _most(rows: Sequence[Sequence[Cell]], at: int, names: Sequence[str], kind: Kind) -> float | None:
    said = re.search(kind.most, names[at]) if kind.most else None
    texts = [said[1]] if said else []
    for row in rows[1:]:
        if row[0].text.strip() == "Points Possible" and len(row) > at:
            texts.append(row[at].text)
        elif "Maximum Grade" in names and len(row) > names.index("Maximum Grade"):
            texts.append(row[names.index("Maximum Grade")].text)
    numbers = [float(text.strip().replace(",", ".")) for text in texts if re.fullmatch(r"\d+([.,]\d+)?", text.strip())]
    return numbers[0] if numbers else None


def _same(before: str, after: str) -> bool:
    try:
        return float(before.replace(",", ".")) == float(after.replace(",", "."))
    except ValueError:
        return before.strip() == after


def _edited(text: str, edits: Sequence[tuple[Cell, str]]) -> str:
    parts, place = [], 0
    for cell, after in edits:
        parts += [text[place : cell.start], after]
        place = cell.end
    return "".join([*parts, text[place:]])
