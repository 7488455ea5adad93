"""`scaffold class roster …`: check the roster, compare it with what it was, and give a student another id."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom import people, renaming, roster
from scaffold.core.classroom.course import HOSTED, Course, find_course, lock_course
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.journal import Journal
from scaffold.core.classroom.people import Changed, RosterDiff
from scaffold.core.classroom.roster import Roster, Student
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Block, Notice, Outcome, Table, Text, first_few

_FIELDS = ("id", "name", "email", "username", "login", "section", "team")


def check(folder: Path, file: Path | None = None) -> Outcome:
    """Read the roster and show its columns and students, or every problem with its line.

    Exit code 1 when there is a problem.

    Args:
        folder: The class folder, or a folder in it.
        file: Another file to check; None for the class's roster.

    Raises:
        ScaffoldError: There is no class, or no such file.
    """
    course = None if file else find_course(folder)
    path = file or (course.roster if course else folder)
    content = roster.read(path)
    students = [{field: getattr(student, field) for field in _FIELDS} for student in content.students]
    problems = [
        {"line": problem.line, "column": problem.column, "message": problem.message} for problem in content.problems
    ]
    skipped = [{"line": row.line, "message": row.message} for row in content.skipped]
    data = {
        "roster": str(path),
        "columns": content.columns.used,
        "unused": content.columns.unused,
        "students": students,
        "problems": problems,
        "skipped": skipped,
    }
    notices = [Notice(f"{path.name}: {note}") for note in content.notes]
    notices += [Notice(f"{path.name}:{row.line} was skipped: {row.message}.") for row in content.skipped]
    blocks = _columns(content)
    if content.problems:
        rows = [(f"{path.name}:{problem.line}", problem.message) for problem in content.problems]
        count = len(rows)
        text = Text(f"{count} problem{'s' if count > 1 else ''}; nothing is handed out until the roster has none.")
        return Outcome(data, [*blocks, Table(("line", "problem"), rows), text], notices, exit_code=1)
    if course:
        notices += _without_account(course, content.students)
    shown = [field for field in _FIELDS if any(student[field] for student in students)]
    table = Table(shown, [tuple(student[field] or "–" for field in shown) for student in students])
    return Outcome(data, [*blocks, table, Text(f"{len(students)} students, no problem.")], notices)


def _columns(content: Roster) -> list[Block]:
    columns = content.columns
    if not columns.used:
        return []
    blocks: list[Block] = [Table(("read as", "column of the file"), list(columns.used.items()))]
    return [*blocks, Text(f"Not used: {', '.join(columns.unused)}.")] if columns.unused else blocks


def _without_account(course: Course, students: Sequence[Student]) -> list[Notice]:
    """Students whose account on the forge is not known."""
    names = [student.id for student in students if not student.username]
    if course.forge not in HOSTED or not names:
        return []
    message = f"{len(names)} of {len(students)} students have no username on {course.forge}: {first_few(names)}."
    hint = "They get a repository that they cannot open. Add a column `username` to the roster."
    return [Notice(message, hint)]


def diff(folder: Path, file: Path | None = None) -> Outcome:
    """Show who joined, who left, and what changed.

    Args:
        folder: The class folder, or a folder in it.
        file: A newer roster, to compare the class's roster with; None to compare the class's roster with those who had
            something handed out.

    Raises:
        ScaffoldError: There is no class, or a roster has problems.
    """
    course = find_course(folder)
    if file:
        before, now = list(roster.require_clean(course.roster).students), roster.require_clean(file).students
    else:
        before, now = people.known_students(course), roster.require_clean(course.roster).students
        known = {student.id for student in before}
        before += [student for student in people.strangers(course) if student.id not in known]
    found = people.compare(before, now)
    data = {
        "roster": str(file or course.roster),
        "joined": [student.id for student in found.joined],
        "left": [student.id for student in found.left],
        "changed": [
            {"id": one.student.id, "fields": {field: list(pair) for field, pair in one.fields.items()}}
            for one in found.changed
        ],
        "moved": [{"old": one.old.id, "new": one.new.id, "why": one.why} for one in found.moved],
    }
    counts = f"{len(found.joined)} joined, {len(found.left)} left, {len(found.changed)} changed"
    rows = _diff_rows(found)
    blocks: list[Block] = [Table(("student", "name", "", ""), rows)] if rows else []
    return Outcome(data, [*blocks, Text(f"{counts}.")], _hints(found, file))


def _diff_rows(found: RosterDiff) -> list[tuple[str, str, str, str]]:
    new_ids = {one.old.id: f"now {one.new.id}? {one.why}" for one in found.moved}
    old_ids = {one.new.id: f"was {one.old.id}? {one.why}" for one in found.moved}
    return [
        *((one.id, one.name, "joined", old_ids.get(one.id, "")) for one in found.joined),
        *((one.id, one.name, "left", new_ids.get(one.id, "")) for one in found.left),
        *((one.student.id, one.student.name, "changed", _differences(one)) for one in found.changed),
    ]


def _differences(one: Changed) -> str:
    return "; ".join(f"{field}: {before or '–'} → {now or '–'}" for field, (before, now) in one.fields.items())


def _hints(found: RosterDiff, file: Path | None) -> list[Notice]:
    if not found.moved:
        return []
    commands = "; ".join(f"scaffold class roster rename {one.old.id} {one.new.id}" for one in found.moved)
    first = "Copy it over the class's roster, then: " if file else ""
    return [Notice("Some of them are probably the same people with a new id.", f"{first}{commands}")]


def rename(folder: Path, old: str, new: str) -> Outcome:
    """Give a student or a team the id that the roster has now; their work stays theirs.

    Args:
        folder: The class folder, or a folder in it.
        old: The id that their work has.
        new: The id that the roster has.

    Raises:
        ScaffoldError: There is no class, the roster lacks the new id or still has the old one, or both have work.
    """
    course = find_course(folder)
    with lock_course(course):
        moved = renaming.rename(course, old, new, open_store(course), Journal(course.data_folder))
        results.rename(course, old, new)
    text = f"{old} is {new} now: {moved} starters, branches and submissions are theirs. Repositories keep their names."
    return Outcome({"old": old, "new": new, "refs": moved}, [Text(text)])


def strangers(folder: Path) -> list[Notice]:
    """Whose work is in the store although the roster does not have them."""
    found = people.strangers(find_course(folder))
    if not found:
        return []
    names = [f"{student.id} ({student.name})" if student.name else student.id for student in found]
    message = f"In the class store, but not in the roster: {first_few(names)}."
    return [Notice(message, "Their work is kept and left alone. See what changed: scaffold class roster diff")]
