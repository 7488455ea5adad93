"""`scaffold class export`: write points into a learning platform's own gradebook export."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scaffold.core.classroom import table_text
from scaffold.core.classroom.assignment import Assignment, find_assignment
from scaffold.core.classroom.course import Course, find_course
from scaffold.core.classroom.grading import manual, results
from scaffold.core.classroom.grading.grade import NOTHING
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.reports import feedback_files, gradebook
from scaffold.core.classroom.reports.feedback import feedback_text
from scaffold.core.classroom.reports.gradebook import FilledExport
from scaffold.core.classroom.reports.matching import Person
from scaffold.core.classroom.reports.platforms import PLATFORMS
from scaffold.core.classroom.roster import Student
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically

_ZIP_MAGIC = b"PK\x03\x04"
"""How a workbook (.xlsx) begins."""


@dataclass(frozen=True)
class ExportOptions:
    """What to fill, and where to write it.

    Attributes:
        platform: The learning platform: a key of `platforms.PLATFORMS`.
        file: The platform's gradebook export.
        column: The column to fill; empty for the only column with points.
        out: The file to write; None to write nothing.
        feedback: Also write feedback into the platform's column of comments.
    """

    platform: str
    file: Path
    column: str = ""
    out: Path | None = None
    feedback: bool = False


def export(folder: Path, name: str, options: ExportOptions) -> Outcome:
    """Fill one column of an export with the points of an assignment, and on request one with feedback.

    No row and no column is added.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        options: What to fill, and where to write it.

    Raises:
        ScaffoldError: The assignment was not graded, or a second try of a test is due; the file is not such an export,
            or its column is ambiguous.
    """
    platform = PLATFORMS.get(options.platform)
    if platform is None:
        raise ScaffoldError(
            f"scaffold does not support exports of `{options.platform}`.",
            f"It supports: {', '.join(PLATFORMS)}.",
        )
    course = find_course(folder)
    assignment = find_assignment(course, name)
    graded = {student["id"]: student for student in results.graded(course, assignment)}
    results.require_final(assignment.name, list(graded.values()))
    owners = all_owners(course, assignment)
    comments = _comments(course, assignment, owners, graded) if options.feedback else {}
    people = [
        _person(student, graded.get(owner.id), comments.get(owner.id, ""))
        for owner in owners
        for student in owner.members
    ]
    content, codec = _read(options.file)
    filled = gradebook.fill(content, platform, options.column, people, comments=options.feedback)
    if options.out:
        write_atomically(options.out, filled.text.encode(codec))
    data = {
        "assignment": assignment.name,
        "column": filled.column,
        "changes": [asdict(change) for change in filled.changes],
        "comments": [asdict(change) for change in filled.comments],
        "written": str(options.out) if options.out else None,
    }
    table = Table(
        ("line", "who", "before", "after"),
        [(str(change.line), change.who, change.before or "–", change.after) for change in filled.changes],
    )
    written = f"written to {options.out}" if options.out else "nothing was written; --out FILE writes it"
    comments_too = f", and of comments: {len(filled.comments)}" if options.feedback else ""
    text = Text(f"{filled.column}: cells that differ: {len(filled.changes)}{comments_too}; {written}.")
    return Outcome(data, [table, text], _notices(filled, people))


def _read(path: Path) -> tuple[str, str]:
    """The text of an export, and its codec."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.", "Name the platform's export.") from error
    if content.startswith(_ZIP_MAGIC):
        raise ScaffoldError(f"{path} is a workbook.", "Export it again as CSV: the platform imports that, too.")
    return table_text.decode(content)


def _comments(
    course: Course, assignment: Assignment, owners: Sequence[Owner], graded: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Owner → their feedback as HTML: as the teacher edited it, or as it would be written now."""
    folder = results.folder(course, assignment.name) / "feedback"
    hidden = results.hidden_tests(course, assignment.name)
    texts = {
        owner.id: feedback_files.edited_text(folder, owner.id)
        or feedback_text(assignment.title, graded[owner.id], hidden)
        for owner in owners
        if owner.id in graded
    }
    return {owner: feedback_files.as_html(text) for owner, text in texts.items()}


def _person(student: Student, result: Mapping[str, Any] | None, comment: str) -> Person:
    email = student.email.casefold()
    logins = {student.username.casefold(), student.login.casefold(), email}
    # The roster made the id of the login or of the email address, where it has no column with ids.
    if student.id.casefold() == email.partition("@")[0]:
        logins.add(student.id.casefold())
    score, why = (result or {}).get("score"), _why_no_points(result)
    points = float(score["points"]) if score and not why else None
    most = float(score["most"]) if score else 0.0
    return Person(student.id, frozenset(logins - {""}), email, points, most, why, comment)


def _why_no_points(result: Mapping[str, Any] | None) -> str:
    """Why a student gets no points in the export; empty if they get some."""
    if result is None or not result["score"]:
        return "not graded"
    given = [part["points"] for part in result["score"].get("manual", ())]
    if result["state"] == NOTHING and not any(points is not None for points in given):
        return NOTHING
    waiting = manual.waiting(result)
    return f"waits for your points: {', '.join(waiting)}" if waiting else ""


def _notices(filled: FilledExport, people: Sequence[Person]) -> list[Notice]:
    notices = []
    if filled.doubtful:
        notices.append(
            Notice(
                f"Left alone, because it may be another student's row: line {'; '.join(filled.doubtful)}.",
                "Correct the roster or the export, or fill these cells by hand.",
            )
        )
    if filled.unmatched:
        notices.append(Notice(f"Not in the class: line {', '.join(filled.unmatched)}."))
    if filled.blank:
        notices.append(Notice(f"No points, so these cells stay as they are: line {', '.join(filled.blank)}."))
    if filled.kept:
        notices.append(Notice(f"There is another comment, which stays: line {', '.join(filled.kept)}."))
    absent = [person.id for person in people if person.points is not None and person.id not in filled.matched]
    if absent:
        notices.append(Notice(f"Graded, but no row is surely theirs: {', '.join(absent)}."))
    most = next((person.most for person in people if person.most), None)
    if filled.maximum is not None and most is not None and filled.maximum != most:
        notices.append(Notice(f"Points are scaled: {most:g} here are {filled.maximum:g} there."))
    return notices
