"""`scaffold class import`: continue a class that was started with another tool."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import people, roster
from scaffold.core.classroom.assignment import Assignment, find_assignment
from scaffold.core.classroom.course import CLASS_FILE, Course, find_course, lock_course
from scaffold.core.classroom.delivery import importing
from scaffold.core.classroom.delivery.batch import FAILED
from scaffold.core.classroom.delivery.handout import open_classroom
from scaffold.core.classroom.delivery.importing import PATTERNS, Clone
from scaffold.core.classroom.delivery.report import exit_code, rows_as_json, rows_as_table, summarise
from scaffold.core.classroom.roster_cells import ID
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, silent
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class ImportOptions:
    """The class to import.

    Attributes:
        tool: The tool that it was started with: a key of `PATTERNS`.
        clones: The folder with clones of students' repositories.
        starter: A repository with the starter that was handed out; None to find it in the students' own history.
    """

    tool: str
    clones: Path
    starter: Path | None = None


def import_(folder: Path, name: str, options: ImportOptions, progress: Progress = silent) -> Outcome:
    """Import an assignment from students' repositories; the repositories stay as they are.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name in the other tool.
        options: The class to import.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: There is no class, its repositories are named differently, or no clone was found.
    """
    if options.tool not in PATTERNS:
        raise ScaffoldError(f"scaffold cannot import from `{options.tool}`.", f"It can from: {', '.join(PATTERNS)}.")
    course = find_course(folder)
    if not ID.fullmatch(name):
        raise ScaffoldError(f"`{name}` cannot name an assignment.", "It may contain letters, digits and . _ - only.")
    all_clones = importing.find_clones(options.clones.expanduser().resolve())
    clones = importing.clones_by_username(options.tool, name, all_clones)
    _require_same_pattern(course, options.tool, clones)
    exists = (course.folder / name).is_dir()
    assignment = find_assignment(course, name) if exists else Assignment(name, course.folder / name, name)
    with lock_course(course):
        roster_written = importing.fill_empty_roster(course, sorted(clones))
        rows = importing.import_clones(open_classroom(course), assignment, clones, options.starter, progress)
        people.remember(course, roster.read(course.roster).students)
    enrolled = {student.username.casefold() for row in rows for student in row.owner.members}
    unknown = sorted(username for username in clones if username.casefold() not in enrolled)
    notices = [Notice(f"The roster has no {', '.join(unknown)}: left out.")] if unknown else []
    if not exists and assignment.folder.is_dir():
        hint = f"Commit it. To fix it for everybody later: scaffold class update {name}"
        notices.append(Notice(f"{assignment.folder} holds the starter now.", hint))
    if any(row.state == importing.NO_START for row in rows):
        notices.append(Notice("Students without a starter get no updates.", "Name the starter: --starter PATH"))
    data = {
        "assignment": name,
        "roster_written": roster_written,
        "students": rows_as_json(rows),
        "unknown": unknown,
    }
    failed = [row for row in rows if row.state in (FAILED, importing.NO_START)]
    blocks: list[Block] = [rows_as_table(rows), Text(f"{name}: {summarise(rows)}.")]
    return Outcome(data, blocks, notices, exit_code(failed))


def _require_same_pattern(course: Course, tool: str, clones: Mapping[str, Clone]) -> None:
    """Check that class.toml names repositories as the other tool did, because they keep their names."""
    if course.pattern != PATTERNS[tool]:
        origin = next((clone.origin for clone in clones.values() if clone.origin), "")
        forge = f", and make [forge] match {origin.rpartition('/')[0]}" if origin else ""
        raise ScaffoldError(
            f"{tool} names repositories differently from {CLASS_FILE}.",
            f'Under [repositories], set name = "{PATTERNS[tool]}"{forge}.',
        )
