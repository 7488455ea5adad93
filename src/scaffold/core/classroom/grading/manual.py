"""Points and comments that the teacher gives: a table beside the results, to which commands only add rows.

The columns of `results/ASSIGNMENT/manual.csv` are `student_id`, `name`, for each `[[manual]]` entry its id and
`ID comment`, and `comment` for a remark about everything.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.core.classroom import table_text
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Manual, Rules
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically

FILE = "manual.csv"
_ID, _NAME, _COMMENT = "student_id", "name", "comment"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""


@dataclass(frozen=True)
class ManualRow:
    """What the teacher wrote about one owner.

    Attributes:
        points: Id of an entry → the points; None where there are none yet.
        comments: Id of an entry → the comment.
        comment: The remark about everything.
    """

    points: Mapping[str, float | None] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


def escape_formula(cell: object) -> object:
    """The cell, with a quote in front of it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def read(folder: Path, entries: Sequence[Manual]) -> dict[str, ManualRow]:
    """The table in a folder of results: owner → row; empty where there is no table.

    Raises:
        ScaffoldError: It lacks a column, names somebody twice, or has points that are not a number from 0 to the most
            that can be reached.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    lines = list(table_text.parse(table_text.decode(path.read_bytes())[0]))
    headings = [cell.text.strip().casefold() for cell in lines[0].cells] if lines else []
    lacking = [name for name in (_ID, *(entry.id for entry in entries)) if name.casefold() not in headings]
    if lacking:
        raise ScaffoldError(f"{path} has no column `{lacking[0]}`.", "Add it to the first line of the table.")
    rows: dict[str, ManualRow] = {}
    for line in lines[1:]:
        cells = dict(zip(headings, (cell.text.strip() for cell in line.cells), strict=False))
        if not (owner := cells.get(_ID, "")):
            continue
        where = f"{path}:{line.number}"
        if owner in rows:
            raise ScaffoldError(f"{where}: `{owner}` has two rows.", "Keep one of them.")
        rows[owner] = ManualRow(
            {entry.id: _points(cells.get(entry.id.casefold(), ""), entry, where) for entry in entries},
            {entry.id: cells.get(f"{entry.id} {_COMMENT}".casefold(), "") for entry in entries},
            cells.get(_COMMENT, ""),
        )
    return rows


def _points(cell: str, entry: Manual, where: str) -> float | None:
    if not cell:
        return None
    try:
        points = float(cell.replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= entry.points:
        hint = f"It must be a number from 0 to {entry.points:g}."
        raise ScaffoldError(f"{where}: {entry.id} is `{cell[:30]}`.", hint)
    return points


def add_rows(folder: Path, entries: Sequence[Manual], owners: Sequence[Owner]) -> None:
    """Add a row for every owner who has none; what is in the table stays, byte for byte.

    Raises:
        ScaffoldError: The table has an error, or cannot be written.
    """
    path = folder / FILE
    rows = read(folder, entries)
    content = path.read_bytes() if path.is_file() else b""
    text, codec = table_text.decode(content)
    lines = list(table_text.parse(text))
    own = [name for entry in entries for name in (entry.id, f"{entry.id} {_COMMENT}")]
    headings = [cell.text.strip() for cell in lines[0].cells] if lines else [_ID, _NAME, *own, _COMMENT]
    folded = [heading.casefold() for heading in headings]
    new = [_new_row(folded, owner) for owner in owners if owner.id not in rows]
    if not new:
        return
    out = io.StringIO()
    separator = text[lines[0].cells[0].end] if lines and len(lines[0].cells) > 1 else ","
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(new if lines else [headings, *new])
    gap = "" if not text or text.endswith(("\n", "\r")) else "\n"
    write_atomically(path, content + (gap + out.getvalue()).encode(codec, "replace"))


def _new_row(headings: Sequence[str], owner: Owner) -> list[object]:
    cells = {_ID: owner.id, _NAME: owner.title}
    return [escape_formula(cells.get(heading, "")) for heading in headings]


def rename_row(path: Path, old: str, new: str) -> None:
    """Give an owner's row in a table another id; every other byte stays as it is."""
    if not path.is_file():
        return
    text, codec = table_text.decode(path.read_bytes())
    lines = list(table_text.parse(text))
    headings = [cell.text.strip().casefold() for cell in lines[0].cells] if lines else []
    index = headings.index(_ID) if _ID in headings else len(headings)
    for line in lines[1:]:
        if index < len(line.cells) and line.cells[index].text.strip() == old:
            cell = line.cells[index]
            write_atomically(path, (text[: cell.start] + new + text[cell.end :]).encode(codec))
            return


def apply(student: Mapping[str, Any], row: ManualRow | None, rules: Rules) -> dict[str, Any]:
    """An entry of results.json with the teacher's points and comments: under `score`, `manual` and `comment`.

    Args:
        student: The entry.
        row: What the teacher wrote; None for nothing.
        rules: The rules of the assignment.
    """
    score = student.get("score")
    row = row or ManualRow()
    if not score or not (rules.manual or row.comment):
        return dict(student)
    parts = [
        {
            "id": entry.id,
            "title": entry.title,
            "points": row.points.get(entry.id),
            "most": entry.points,
            "comment": row.comments.get(entry.id, ""),
        }
        for entry in rules.manual
    ]
    tested = sum(float(part["points"]) for part in score["parts"])
    most = sum(float(part["most"]) for part in score["parts"]) + sum(entry.points for entry in rules.manual)
    scale = rules.points / most if rules.points and most else 1.0
    before = scale * (tested + sum(row.points.get(entry.id) or 0 for entry in rules.manual))
    score = score | {
        "before": round(before, 4),
        "points": round(before * score.get("factor", 1.0), 4),
        "most": round(scale * most, 4),
        "manual": parts,
        "comment": row.comment,
    }
    return {**student, "score": score}


def waiting(student: Mapping[str, Any]) -> list[str]:
    """The titles of what the teacher has not graded yet, for an entry that `apply` returned."""
    return [part["title"] for part in (student["score"] or {}).get("manual", ()) if part["points"] is None]
