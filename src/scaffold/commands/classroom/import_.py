"""`scaffold class import`: go on with a class that another tool began."""

from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import assignment, course
from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import handout, importing
from scaffold.core.classroom.delivery.batch import FAILED
from scaffold.core.classroom.delivery.importing import PATTERNS, Clone
from scaffold.core.classroom.delivery.report import PARTLY_DONE, counted, listed, students
from scaffold.core.classroom.roster import ID
from scaffold.core.outcome import Notice, Outcome, Progress, Text, silent
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class Old:
    """What another tool left.

    Attributes:
        kind: which tool: a key of `PATTERNS`.
        clones: the folder with students' repositories.
        starter: a repository with what was handed out; found in students' own history when None.
    """

    kind: str
    clones: Path
    starter: Path | None = None


def import_(folder: Path, name: str, old: Old, progress: Progress = silent) -> Outcome:
    """Take an assignment over, as it stands in students' repositories.

    Args:
        folder: the class.
        name: the assignment, as the other tool calls it.
        old: what that left.
        progress: told what is being done.

    Raises:
        ScaffoldError: there is no class, its repositories are named otherwise, or nothing was found.
    """
    if old.kind not in PATTERNS:
        raise ScaffoldError(f"scaffold cannot import from `{old.kind}`.", f"It can from: {', '.join(PATTERNS)}.")
    room = course.find(folder)
    if not ID.fullmatch(name):
        raise ScaffoldError(f"`{name}` cannot name an assignment.", "Letters, digits and . _ - may stand in it.")
    found = importing.whose(old.kind, name, importing.clones(old.clones.expanduser().resolve()))
    _require_names(room, old.kind, found)
    exists = (room.folder / name).is_dir()
    task = assignment.find(room, name) if exists else Assignment(name, room.folder / name, name)
    with course.locked(room):
        enrolled = importing.enrol(room, sorted(found))
        at_work = handout.open_class(room)
        rows = importing.bring_in(at_work, task, found, old.starter, progress)
    enrolled_names = {student.username.casefold() for row in rows for student in row.owner.members}
    unknown = sorted(name for name in found if name.casefold() not in enrolled_names)
    notices = [Notice(f"The roster has no {', '.join(unknown)}: left out.")] if unknown else []
    if not exists and task.folder.is_dir():
        notices.append(Notice(f"{task.folder} holds the starter now.", "Commit it; mend it; scaffold class update"))
    if any(row.state == importing.NO_START for row in rows):
        notices.append(Notice("Whose starter was not found gets no updates.", "Show it: --starter PATH"))
    data = {
        "assignment": name,
        "roster_written": enrolled,
        "students": students(rows),
        "unknown": unknown,
    }
    table = listed(rows)
    partly = any(row.state in (FAILED, importing.NO_START) for row in rows)
    return Outcome(data, [table, Text(f"{name}: {counted(rows)}.")], notices, PARTLY_DONE if partly else 0)


def _require_names(room: course.Course, kind: str, found: dict[str, Clone]) -> None:
    """See that class.toml names repositories as the other tool did: they keep their names."""
    if room.pattern != PATTERNS[kind]:
        origin = next((clone.origin for clone in found.values() if clone.origin), "")
        place = f", and [forge] name {origin.rpartition('/')[0]}" if origin else ""
        raise ScaffoldError(
            f"{kind} names repositories otherwise than {course.FILE_NAME} does.",
            f'Let [repositories] say name = "{PATTERNS[kind]}"{place}.',
        )
