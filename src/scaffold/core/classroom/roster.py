"""The roster: the students of a class. Its cells are untrusted data: never shell, path or HTML.

One reading reports every problem with its line; a roster with problems is not used.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.core.classroom import roster_rows
from scaffold.core.classroom.roster_columns import (
    EMAIL,
    FIRST,
    IDENTIFIER,
    LAST,
    NAME,
    SECTION,
    STUDENT_ID,
    TEAM,
    USERNAME,
)
from scaffold.core.classroom.roster_rows import IDENTIFYING, Problem
from scaffold.errors import ScaffoldError

ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}(?<!\.)")
"""What is valid in a path, in a git ref (git-check-ref-format(1)) and in a repository name on every forge."""
_EMAIL = re.compile(r"[A-Za-z0-9.!#%&'*+=?^_~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_FORMULA_STARTS = "=+-@"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>|;`$\\/{}\"]|\.\.")
_MAX_SHOWN = 30


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
        line: The line in the roster.
    """

    id: str
    name: str = ""
    email: str = ""
    username: str = ""
    section: str = ""
    team: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Roster:
    """The content of a roster file; usable when it has no problems. `skipped` are rows that are not students."""

    students: tuple[Student, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Problem, ...] = ()


def read(path: Path) -> Roster:
    """Read a roster file.

    Raises:
        ScaffoldError: The file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScaffoldError(f"The roster {path} cannot be read: {error.strerror}.", "class.toml names it.") from error
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
    try:
        text = roster_rows.decode(content)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Roster((), (Problem(line, "", "this is not UTF-8; save the file as CSV UTF-8"),))
    rows = roster_rows.read_teams(text) if as_teams else roster_rows.read_csv(text)
    reader = _RowReader()
    for line, cells in rows:
        reader.add(line, cells)
    return reader.finish()


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
        if _is_canvas_own(cells):
            self.skipped.append(Problem(line, NAME, f"`{cells[NAME]}` is Canvas's own row"))
            return
        identifier = cells.pop(IDENTIFIER, "")
        if identifier:
            is_name = not _is_id(identifier) and not _is_address(identifier) and " " in identifier
            cells.setdefault(NAME if is_name else STUDENT_ID, identifier)
        # Brightspace writes # before what Excel would read as a number.
        for key in (STUDENT_ID, USERNAME):
            cells[key] = cells.get(key, "").removeprefix("#")
        problems = [*_unsafe_cells(line, cells), *_invalid_identity(line, cells)]
        self.problems += problems
        self.seen.append(_student(line, cells))
        if not problems:
            self.students.append(self.seen[-1])

    def finish(self) -> Roster:
        problems = [*self.problems, *_duplicates(self.seen), *_team_names(self.students)]
        return Roster(
            tuple(self.students), tuple(sorted(problems, key=lambda problem: problem.line)), tuple(self.skipped)
        )


def _is_canvas_own(cells: dict[str, str]) -> bool:
    name = cells.get(NAME, "")
    return name in ("Points Possible", "Student, Test", "Test Student") and not cells.get(EMAIL)


def _unsafe_cells(line: int, cells: dict[str, str]) -> Iterator[Problem]:
    for column, cell in cells.items():
        if not cell:
            continue
        # Student systems export sections such as `MATH-101/01`.
        unsafe = _UNSAFE.search(cell.replace("/", "") if column == SECTION else cell)
        if cell[0] in _FORMULA_STARTS:
            yield Problem(line, column, f"{column} {_quoted(cell)} would be a formula in a spreadsheet")
        elif unsafe and column not in (STUDENT_ID, USERNAME, EMAIL):
            yield Problem(line, column, f"{column} {_quoted(cell)} contains {_quoted(unsafe[0])}")
        elif any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in cell):
            yield Problem(line, column, f"{column} {_quoted(cell)} contains an invisible character")


def _invalid_identity(line: int, cells: dict[str, str]) -> Iterator[Problem]:
    if not any(cells.get(column) for column in (STUDENT_ID, USERNAME, EMAIL)):
        yield Problem(line, STUDENT_ID, f"nothing identifies this student: {IDENTIFYING} is missing")
        return
    email = cells.get(EMAIL, "")
    if email and email[0] not in _FORMULA_STARTS and not _EMAIL.fullmatch(email):
        yield Problem(line, EMAIL, f"email {_quoted(email)} is not an email address")
    for column in (STUDENT_ID, USERNAME):
        cell = cells.get(column, "")
        if (
            cell
            and cell[0] not in _FORMULA_STARTS
            and not _is_id(cell)
            and not (column == STUDENT_ID and _is_address(cell))
        ):
            letters = "letters, digits and single . _ -"
            yield Problem(line, column, f"{column} {_quoted(cell)} may contain only {letters}, at most 63")
    if (
        not cells.get(STUDENT_ID)
        and not cells.get(USERNAME)
        and _EMAIL.fullmatch(email)
        and not _is_id(_local_part(email))
    ):
        yield Problem(
            line, EMAIL, f"{_quoted(_local_part(email))} of the email cannot name a repository: add a student_id"
        )


def _is_address(cell: str) -> bool:
    """Whether it is an email address whose local part can be an id, as GitHub Classroom's `identifier` may be."""
    return bool(_EMAIL.fullmatch(cell)) and _is_id(_local_part(cell))


def _is_id(cell: str) -> bool:
    return bool(ID.fullmatch(cell)) and not cell.lower().endswith((".lock", ".git"))


def _local_part(email: str) -> str:
    return email.partition("@")[0]


def _student(line: int, cells: dict[str, str]) -> Student:
    email = cells.get(EMAIL, "")
    own_id = cells.get(STUDENT_ID) or cells.get(USERNAME) or email
    name = cells.get(NAME) or " ".join(cells[part] for part in (FIRST, LAST) if cells.get(part))
    return Student(
        _local_part(own_id), name, email, cells.get(USERNAME, ""), cells.get(SECTION, ""), cells.get(TEAM, ""), line
    )


def _duplicates(students: Iterable[Student]) -> Iterator[Problem]:
    """Students with the same id, username or email; compared without case, as many forges and file systems do."""
    for column, what in ((STUDENT_ID, "id"), (USERNAME, "username"), (EMAIL, "email")):
        first: dict[str, Student] = {}
        for student in students:
            value: str = getattr(student, what)
            before = first.setdefault(value.casefold(), student)
            if value and before is not student:
                yield Problem(student.line, column, f"{column} {_quoted(value)} is already on line {before.line}")


def _team_names(students: Sequence[Student]) -> Iterator[Problem]:
    """Teams whose name cannot name a repository, is a student's id, or becomes the id of another team."""
    first: dict[str, Student] = {}
    ids = {student.id.casefold(): student for student in students}
    for student in students:
        if not student.team:
            continue
        slug = team_id(student.team)
        if not _is_id(slug):
            yield Problem(
                student.line, TEAM, f"team {_quoted(student.team)} has no letter or digit that can name a repository"
            )
        elif slug.casefold() in ids:
            other = ids[slug.casefold()].line
            yield Problem(student.line, TEAM, f"team {_quoted(student.team)} has the id of the student on line {other}")
        elif _same_name(before := first.setdefault(slug, student).team) != _same_name(student.team):
            shared = f"would share a repository with team {_quoted(before)} of line {first[slug].line}"
            yield Problem(student.line, TEAM, f"team {_quoted(student.team)} {shared}: rename one of them")


def _same_name(team: str) -> str:
    """A team's name without case and repeated spaces, in which two spellings of it may differ."""
    return " ".join(team.casefold().split())


def team_id(team: str) -> str:
    """A team's name as an id that is valid in paths, refs and repository names."""
    plain = unicodedata.normalize("NFKD", team).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:63].rstrip("-").lower()


def _quoted(text: str) -> str:
    shown = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    return "`" + "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in shown) + "`"
