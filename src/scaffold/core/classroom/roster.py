"""The roster: the students of a class. Its cells are untrusted data: never shell, path or HTML.

One reading reports every problem with its line; a roster with problems is not used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.core.classroom import roster_cells, roster_rows
from scaffold.core.classroom.roster_cells import is_id, local_part, quoted, team_id
from scaffold.core.classroom.roster_columns import EMAIL, LOGIN, NAME, SECTION, STUDENT_ID, TEAM, USERNAME, Columns
from scaffold.core.classroom.roster_rows import Problem, Sheet
from scaffold.errors import ScaffoldError

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin: .xlsx, and those of Excel before 2007, which are refused with a hint."""


@dataclass(frozen=True)
class Student:
    """One student.

    Attributes:
        id: A unique id that is safe in paths, refs and repository names.
        name: The student's name; may be empty, like all that follow.
        email: The email address.
        username: The username on the forge.
        section: The section of the course.
        team: The team's name.
        login: The name with which the student logs in to the learning platform.
        line: The line in the roster.
    """

    id: str
    name: str = ""
    email: str = ""
    username: str = ""
    section: str = ""
    team: str = ""
    login: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Roster:
    """The content of a roster file; usable when it has no problems.

    Attributes:
        students: The students.
        problems: What is wrong.
        skipped: Rows that are not students, with the reason.
        columns: How its columns were understood.
        notes: What the teacher should know about the file.
    """

    students: tuple[Student, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Problem, ...] = ()
    columns: Columns = field(default_factory=Columns)
    notes: tuple[str, ...] = ()


def read(path: Path) -> Roster:
    """Read a roster file.

    Raises:
        ScaffoldError: The file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScaffoldError(f"The roster {path} cannot be read: {error.strerror}.", "class.toml names it.") from error
    if content.startswith(_WORKBOOKS):
        return _understand(roster_rows.read_workbook(path))
    return parse(content, as_teams=path.suffix.lower() == ".txt")


def require_clean(path: Path) -> Roster:
    """A roster without problems.

    Raises:
        ScaffoldError: It has a problem, or no students.
    """
    roster = read(path)
    if roster.problems:
        first, more = roster.problems[0], len(roster.problems) - 1
        also = f"; {more} more problem{'s' if more > 1 else ''}" if more else ""
        raise ScaffoldError(
            f"{path.name}:{first.line}: {first.message}{also}.", "See all of them: scaffold class roster check"
        )
    if not roster.students:
        raise ScaffoldError(
            f"{path.name} has no students yet.", "Add one line per student, or save your system's export there."
        )
    return roster


def parse(content: bytes, *, as_teams: bool = False) -> Roster:
    """Read a roster.

    Args:
        content: The file's content.
        as_teams: It is a students file of RepoBee: one team per line, usernames separated by spaces, no header.
    """
    return _understand(roster_rows.read_teams(content) if as_teams else roster_rows.read_csv(content))


def _understand(sheet: Sheet) -> Roster:
    reader = _RowReader()
    for line, cells in sheet.rows:
        reader.add(line, cells)
    return reader.finish(sheet)


class _RowReader:
    """Collects rows, and finds problems in each row and between rows."""

    def __init__(self) -> None:
        self.students: list[Student] = []
        self.seen: list[Student] = []
        self.problems: list[Problem] = []
        self.skipped: list[Problem] = []

    def add(self, line: int, cells: dict[str, str] | Problem) -> None:
        if isinstance(cells, Problem):
            self.problems.append(cells)
            return
        cells = roster_cells.completed(cells)
        if reason := roster_cells.not_a_student(cells):
            self.skipped.append(Problem(line, "", reason))
            return
        problems = [*roster_cells.unsafe_cells(line, cells), *roster_cells.invalid_identity(line, cells)]
        self.problems += problems
        self.seen.append(_student(line, cells))
        if not problems:
            self.students.append(self.seen[-1])

    def finish(self, sheet: Sheet) -> Roster:
        problems = [*self.problems, *_duplicates(self.seen), *_team_names(self.students)]
        ordered = tuple(sorted(problems, key=lambda problem: problem.line))
        return Roster(tuple(self.students), ordered, tuple(self.skipped), sheet.columns, sheet.notes)


def _student(line: int, cells: Mapping[str, str]) -> Student:
    own_id = local_part(cells.get(roster_cells.identity(cells), ""))
    name, email, username, section, team, login = (
        cells.get(field, "") for field in (NAME, EMAIL, USERNAME, SECTION, TEAM, LOGIN)
    )
    return Student(own_id, name, email, username, section, team, login, line)


def _duplicates(students: Iterable[Student]) -> Iterator[Problem]:
    """Students with the same id, username or email; compared without case, as many forges and file systems do."""
    for column, what in ((STUDENT_ID, "id"), (USERNAME, "username"), (EMAIL, "email")):
        first: dict[str, Student] = {}
        for student in students:
            value: str = getattr(student, what)
            before = first.setdefault(value.casefold(), student)
            if value and before is not student:
                yield Problem(student.line, column, f"{column} {quoted(value)} is already on line {before.line}")


def _team_names(students: Sequence[Student]) -> Iterator[Problem]:
    """Teams whose name cannot name a repository, is a student's id, or becomes the id of another team."""
    first: dict[str, Student] = {}
    ids = {student.id.casefold(): student for student in students}
    for student in students:
        if not student.team:
            continue
        slug = team_id(student.team)
        if not is_id(slug):
            yield Problem(
                student.line, TEAM, f"team {quoted(student.team)} has no letter or digit that can name a repository"
            )
        elif slug.casefold() in ids:
            other = ids[slug.casefold()].line
            yield Problem(student.line, TEAM, f"team {quoted(student.team)} has the id of the student on line {other}")
        elif _same_name(before := first.setdefault(slug, student).team) != _same_name(student.team):
            shared = f"would share a repository with team {quoted(before)} of line {first[slug].line}"
            yield Problem(student.line, TEAM, f"team {quoted(student.team)} {shared}: rename one of them")


def _same_name(team: str) -> str:
    """A team's name without case and repeated spaces, in which two spellings of it may differ."""
    return " ".join(team.casefold().split())
