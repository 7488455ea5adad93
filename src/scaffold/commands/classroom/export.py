"""`scaffold class export`: points into the learning platform's own export."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scaffold.core.classroom import assignment, course
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.reports import gradebook
from scaffold.core.classroom.reports.gradebook import Filled
from scaffold.core.classroom.starter import prepare
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically


@dataclass(frozen=True)
class Options:
    """What to fill, and where to.

    Attributes:
        platform: whose export it is: a key of `gradebook.KINDS`.
        file: the export.
        column: which column; the only one when empty.
        out: the file to write; nothing is written when None.
    """

    platform: str
    file: Path
    column: str = ""
    out: Path | None = None


def export(folder: Path, name: str, options: Options) -> Outcome:
    """Fill one column of an export with the points of an assignment; nobody and nothing is added to it.

    Args:
        folder: the class.
        name: the assignment.
        options: what to fill, and where to.

    Raises:
        ScaffoldError: it was not graded, the file is no such export, or its column cannot be told.
    """
    kind = gradebook.KINDS.get(options.platform)
    if kind is None:
        raise ScaffoldError(
            f"scaffold knows no exports of `{options.platform}`.", f"It knows: {', '.join(gradebook.KINDS)}."
        )
    room = course.find(folder)
    task = assignment.find(room, name)
    graded = {one["id"]: one for one in results.read(room, task.name)}
    who = prepare.everybody(room, task)
    filled = gradebook.fill(_read(options.file), kind, options.column, _points(who, graded))
    if options.out:
        write_atomically(options.out, filled.text)
    data = {
        "assignment": task.name,
        "column": filled.column,
        "changes": [asdict(change) for change in filled.changes],
        "written": str(options.out) if options.out else None,
    }
    table = Table(
        ("line", "who", "before", "after"),
        [(str(change.line), change.who, change.before or "–", change.after) for change in filled.changes],
    )
    done = f"written to {options.out}" if options.out else "nothing was written; --out FILE writes it"
    text = Text(f"{filled.column}: {len(filled.changes)} cells differ; {done}.")
    return Outcome(data, [table, text], _notices(filled, who, graded))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.", "Name the platform's export.") from error
    except UnicodeDecodeError as error:
        raise ScaffoldError(f"{path} is not in UTF-8.", "Export it once more, as CSV (UTF-8).") from error


def _points(who: list[Owner], graded: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Everybody's points under every name that a platform may know them by, in small letters."""
    found = {}
    for owner in who:
        score = graded.get(owner.id, {}).get("score")
        if not score:
            continue
        for student in owner.members:
            names = (student.id, student.username, student.email)
            found.update({name.casefold(): float(score["points"]) for name in names if name})
    return found


def _notices(filled: Filled, who: list[Owner], graded: Mapping[str, Mapping[str, Any]]) -> list[Notice]:
    notices = []
    if filled.strangers:
        notices.append(Notice(f"Not in the class, or not graded: line {', '.join(filled.strangers)}."))
    absent = [
        student.id
        for owner in who
        if graded.get(owner.id, {}).get("score")
        for student in owner.members
        if not filled.found & {name.casefold() for name in (student.id, student.username, student.email) if name}
    ]
    if absent:
        notices.append(Notice(f"Graded, and not in the export: {', '.join(absent)}."))
    most = next((one["score"]["most"] for one in graded.values() if one.get("score")), None)
    if filled.most is not None and most is not None and filled.most != most:
        notices.append(
            Notice(f"The column is worth {filled.most:g} points there, and {most:g} here: nothing is scaled.")
        )
    return notices
