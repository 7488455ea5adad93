"""`scaffold class export`: write points into a learning platform's own gradebook export."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.reports import gradebook
from scaffold.core.classroom.reports.gradebook import FilledExport
from scaffold.core.classroom.reports.matching import Person
from scaffold.core.classroom.roster import Student
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically


@dataclass(frozen=True)
class ExportOptions:
    """What to fill, and where to write it.

    Attributes:
        platform: The learning platform: a key of `gradebook.PLATFORMS`.
        file: The platform's gradebook export.
        column: The column to fill; empty for the only column with points.
        out: The file to write; None to write nothing.
    """

    platform: str
    file: Path
    column: str = ""
    out: Path | None = None


def export(folder: Path, name: str, options: ExportOptions) -> Outcome:
    """Fill one column of an export with the points of an assignment; no row and no column is added.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        options: What to fill, and where to write it.

    Raises:
        ScaffoldError: The assignment was not graded, or a second try of a test is due; the file is not such an export,
            or its column is ambiguous.
    """
    platform = gradebook.PLATFORMS.get(options.platform)
    if platform is None:
        raise ScaffoldError(
            f"scaffold does not support exports of `{options.platform}`.",
            f"It supports: {', '.join(gradebook.PLATFORMS)}.",
        )
    course = find_course(folder)
    assignment = find_assignment(course, name)
    graded = {student["id"]: student for student in results.read(course, assignment.name)}
    results.require_final(assignment.name, list(graded.values()))
    people = _people(all_owners(course, assignment), graded)
    filled = gradebook.fill(_read(options.file), platform, options.column, people)
    if options.out:
        write_atomically(options.out, filled.text)
    data = {
        "assignment": assignment.name,
        "column": filled.column,
        "changes": [asdict(change) for change in filled.changes],
        "written": str(options.out) if options.out else None,
    }
    table = Table(
        ("line", "who", "before", "after"),
        [(str(change.line), change.who, change.before or "–", change.after) for change in filled.changes],
    )
    written = f"written to {options.out}" if options.out else "nothing was written; --out FILE writes it"
    text = Text(f"{filled.column}: {len(filled.changes)} cells differ; {written}.")
    return Outcome(data, [table, text], _notices(filled, people, graded))


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.", "Name the platform's export.") from error
    except UnicodeDecodeError as error:
        raise ScaffoldError(f"{path} is not UTF-8.", "Export it again as CSV (UTF-8).") from error


def _people(owners: Sequence[Owner], graded: Mapping[str, Mapping[str, Any]]) -> list[Person]:
    """All students of the class, with their points where they have any."""
    people = []
    for owner in owners:
        score = graded.get(owner.id, {}).get("score")
        people += [_person(student, float(score["points"]) if score else None) for student in owner.members]
    return people


def _person(student: Student, points: float | None) -> Person:
    email = student.email.casefold()
    logins = {student.username.casefold(), email}
    # The roster made the id of the login or of the email address, where it has no column with ids.
    if student.id.casefold() == email.partition("@")[0]:
        logins.add(student.id.casefold())
    return Person(student.id, frozenset(logins - {""}), email, points)


def _notices(filled: FilledExport, people: Sequence[Person], graded: Mapping[str, Mapping[str, Any]]) -> list[Notice]:
    notices = []
    if filled.doubtful:
        notices.append(
            Notice(
                f"Left alone, because it may be another student's row: line {'; '.join(filled.doubtful)}.",
                "Correct the roster or the export, or fill these cells by hand.",
            )
        )
    if filled.unmatched:
        notices.append(Notice(f"Not in the class, or not graded: line {', '.join(filled.unmatched)}."))
    absent = [person.id for person in people if person.points is not None and person.id not in filled.matched]
    if absent:
        notices.append(Notice(f"Graded, but no row is surely theirs: {', '.join(absent)}."))
    maximum = next((student["score"]["most"] for student in graded.values() if student.get("score")), None)
    if filled.maximum is not None and maximum is not None and filled.maximum != maximum:
        notices.append(
            Notice(f"The column is worth {filled.maximum:g} points there and {maximum:g} here: nothing is scaled.")
        )
    return notices
