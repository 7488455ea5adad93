"""`scaffold class roster check`: report everything that is wrong with the roster."""

from pathlib import Path

from scaffold.core.classroom import roster
from scaffold.core.classroom.course import find_course
from scaffold.core.outcome import Notice, Outcome, Table, Text

_FIELDS = ("id", "name", "email", "username", "section", "team")


def check(folder: Path, file: Path | None = None) -> Outcome:
    """Read the roster and show its students, or every problem with its line; exit code 1 when there is a problem.

    Args:
        folder: The class folder, or a folder in it.
        file: Another file to check; None for the class's roster.

    Raises:
        ScaffoldError: There is no class, or no such file.
    """
    path = file or find_course(folder).roster
    content = roster.read(path)
    students = [{field: getattr(student, field) for field in _FIELDS} for student in content.students]
    problems = [
        {"line": problem.line, "column": problem.column, "message": problem.message} for problem in content.problems
    ]
    data = {"roster": str(path), "students": students, "problems": problems}
    if content.problems:
        rows = [(f"{path.name}:{problem.line}", problem.message) for problem in content.problems]
        count = len(rows)
        text = Text(f"{count} problem{'s' if count > 1 else ''}; nothing is handed out until the roster has none.")
        return Outcome(data, [Table(("line", "problem"), rows), text], exit_code=1)
    notices = [Notice(f"{path.name}:{row.line} was skipped: {row.message}.") for row in content.skipped]
    table = Table(_FIELDS, [tuple(student[field] or "–" for field in _FIELDS) for student in students])
    return Outcome(data, [table, Text(f"{len(students)} students, no problem.")], notices)
