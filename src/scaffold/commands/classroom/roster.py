"""`scaffold class roster check`: everything that is wrong with the roster, before it matters."""

from pathlib import Path

from scaffold.core.classroom import course, roster
from scaffold.core.outcome import Notice, Outcome, Table, Text


def check(folder: Path, file: Path | None = None) -> Outcome:
    """Read the roster and tell what it holds, or every problem with its line. Exit code 1 when there is any.

    Args:
        folder: the class.
        file: another file than the class's roster.

    Raises:
        ScaffoldError: there is no class, or no such file.
    """
    path = file or course.find(folder).roster
    found = roster.read(path)
    students = [
        {
            "id": one.id,
            "name": one.name,
            "email": one.email,
            "username": one.username,
            "section": one.section,
            "team": one.team,
        }
        for one in found.students
    ]
    problems = [{"line": one.line, "column": one.column, "message": one.message} for one in found.problems]
    data = {"roster": str(path), "students": students, "problems": problems}
    if found.problems:
        where = [(f"{path.name}:{one.line}", one.message) for one in found.problems]
        count = len(where)
        text = Text(f"{count} problem{'s' if count > 1 else ''}; nothing is handed out from a roster that has any.")
        return Outcome(data, [Table(("line", "problem"), where), text], exit_code=1)
    notices = [Notice(f"{path.name}:{one.line} was passed over: {one.message}.") for one in found.skipped]
    rows = [
        tuple(one[key] or "–" for key in ("id", "name", "email", "username", "section", "team")) for one in students
    ]
    table = Table(("id", "name", "email", "username", "section", "team"), rows)
    return Outcome(data, [table, Text(f"{len(rows)} students, no problem.")], notices)
