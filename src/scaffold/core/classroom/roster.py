"""A roster: who is in the class. Its cells come from outside and are data: never shell, path or HTML.

Everything wrong with a file is found in one reading and told by line; nothing is made from a roster that is not clean.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.core.classroom import roster_columns
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
from scaffold.errors import ScaffoldError

ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}(?<!\.)")
"""What may stand in a path, a git ref (git-check-ref-format(1)) and the name of a repository on every forge."""
_EMAIL = re.compile(r"[A-Za-z0-9.!#%&'*+=?^_~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_FORMULA = "=+-@"
_ODD = re.compile(r"[\x00-\x1f\x7f<>|;`$\\/{}\"]|\.\.")
_DELIMITERS = ",;\t"
_SHOWN = 30


@dataclass(frozen=True)
class Student:
    """One person.

    Attributes:
        id: what tells them from the others; safe in paths, refs and names of repositories.
        name: as people write it; may be empty, as all that follows.
        email: where to reach them.
        username: on the forge.
        section: the group that they are taught in.
        team: who they work with.
        line: where the roster has them.
    """

    id: str
    name: str = ""
    email: str = ""
    username: str = ""
    section: str = ""
    team: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Problem:
    """Something that keeps a roster from being used: where, and what to change."""

    line: int
    column: str
    message: str


@dataclass(frozen=True)
class Roster:
    """What a file holds; usable when it has no problems."""

    students: tuple[Student, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Problem, ...] = ()


def read(path: Path) -> Roster:
    """Read a roster file.

    Raises:
        ScaffoldError: there is no such file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ScaffoldError(f"The roster {path} cannot be read: {error.strerror}.", "class.toml names it.") from error
    return parse(content, as_teams=path.suffix.lower() == ".txt")


def require_clean(path: Path) -> Roster:
    """A roster that is fit for use.

    Raises:
        ScaffoldError: it is not, or it is empty; the first problem is told and where to see all.
    """
    roster = read(path)
    if roster.problems:
        first, more = roster.problems[0], len(roster.problems) - 1
        also = f"; {more} problem{'s' if more > 1 else ''} more" if more else ""
        raise ScaffoldError(
            f"{path.name}:{first.line}: {first.message}{also}.", "See all of them: scaffold class roster check"
        )
    if not roster.students:
        raise ScaffoldError(
            f"{path.name} has no students yet.", "Add one line each, or save your system's export there."
        )
    return roster


def parse(content: bytes, *, as_teams: bool = False) -> Roster:
    """Read a roster.

    Args:
        content: the file's.
        as_teams: it is RepoBee's students file: one team a line, usernames with blanks between them, no header.
    """
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Roster((), (Problem(line, "", "this is not UTF-8; save the file as CSV UTF-8"),))
    rows = _repobee(text) if as_teams else _csv(text)
    reader = _Reader()
    for line, cells in rows:
        reader.take(line, cells)
    return reader.finish()


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's "Unicode text"
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


Rows = Iterator[tuple[int, dict[str, str] | Problem]]


def _repobee(text: str) -> Rows:
    for line, names in enumerate(text.splitlines(), start=1):
        members = names.split()
        team = "-".join(sorted(members)) if len(members) > 1 else ""
        for name in members:
            yield line, {USERNAME: name, TEAM: team}


def _csv(text: str) -> Rows:
    delimiter = _delimiter(text)
    columns: dict[str, int] | None = None
    width, start = 0, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield start, Problem(start, "", f"the quotes do not add up ({error})")
            return
        if cells is None:
            break
        line, start = start, reader.line_num + 1
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in cells]
        if not any(cells):
            continue
        if columns is None:
            columns, width = roster_columns.recognise(cells), len(cells)
            if not roster_columns.names_somebody(columns):
                yield line, Problem(line, "", f"no column says who it is; one of the header must be {_wanted()}")
                return
            continue
        if any(cells[width:]):
            yield (
                line,
                Problem(line, "", f"{len(cells)} cells under {width} headings: quote a name with a `{delimiter}`"),
            )
            continue
        yield line, {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    if columns is None:
        yield 1, Problem(1, "", f"the file is empty; its header should be {','.join(roster_columns.FIELDS)}")


def _wanted() -> str:
    return "student_id, username or email"


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


class _Reader:
    """Takes rows, and finds what is wrong with each and between them."""

    def __init__(self) -> None:
        self.students: list[Student] = []
        self.seen: list[Student] = []
        self.problems: list[Problem] = []
        self.skipped: list[Problem] = []

    def take(self, line: int, cells: dict[str, str] | Problem) -> None:
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
        # Brightspace puts # in front of what Excel would take for a number.
        for key in (STUDENT_ID, USERNAME):
            cells[key] = cells.get(key, "").removeprefix("#")
        found = [*_odd_cells(line, cells), *_bad_identity(line, cells)]
        self.problems += found
        self.seen.append(_student(line, cells))
        if not found:
            self.students.append(self.seen[-1])

    def finish(self) -> Roster:
        problems = [*self.problems, *_twice(self.seen), *_team_names(self.students)]
        return Roster(tuple(self.students), tuple(sorted(problems, key=lambda found: found.line)), tuple(self.skipped))


def _is_canvas_own(cells: dict[str, str]) -> bool:
    name = cells.get(NAME, "")
    return name in ("Points Possible", "Student, Test", "Test Student") and not cells.get(EMAIL)


def _odd_cells(line: int, cells: dict[str, str]) -> Iterator[Problem]:
    for column, cell in cells.items():
        if not cell:
            continue
        odd = _ODD.search(cell.replace("/", "") if column == SECTION else cell)  # `MATH-101/01` is what systems say
        if cell[0] in _FORMULA:
            yield Problem(line, column, f"{column} {_quoted(cell)} would be a formula in a spreadsheet")
        elif odd and column not in (STUDENT_ID, USERNAME, EMAIL):
            yield Problem(line, column, f"{column} {_quoted(cell)} has {_quoted(odd[0])} in it")
        elif any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in cell):
            yield Problem(line, column, f"{column} {_quoted(cell)} has an invisible character in it")


def _bad_identity(line: int, cells: dict[str, str]) -> Iterator[Problem]:
    if not any(cells.get(column) for column in (STUDENT_ID, USERNAME, EMAIL)):
        yield Problem(line, STUDENT_ID, f"nothing says who this is: {_wanted()} is missing")
        return
    email = cells.get(EMAIL, "")
    if email and email[0] not in _FORMULA and not _EMAIL.fullmatch(email):
        yield Problem(line, EMAIL, f"email {_quoted(email)} is no address")
    for column in (STUDENT_ID, USERNAME):
        cell = cells.get(column, "")
        if cell and cell[0] not in _FORMULA and not _is_id(cell) and not (column == STUDENT_ID and _is_address(cell)):
            letters = "letters, digits and single . _ -"
            yield Problem(line, column, f"{column} {_quoted(cell)} may hold only {letters}, 63 at most")
    if not cells.get(STUDENT_ID) and not cells.get(USERNAME) and _EMAIL.fullmatch(email) and not _is_id(_local(email)):
        yield Problem(line, EMAIL, f"{_quoted(_local(email))} of the email cannot name a repository: add a student_id")


def _is_address(cell: str) -> bool:
    """GitHub Classroom's `identifier` may be an e-mail address: its first part is taken."""
    return bool(_EMAIL.fullmatch(cell)) and _is_id(_local(cell))


def _is_id(cell: str) -> bool:
    return bool(ID.fullmatch(cell)) and not cell.lower().endswith((".lock", ".git"))


def _local(email: str) -> str:
    return email.partition("@")[0]


def _student(line: int, cells: dict[str, str]) -> Student:
    email = cells.get(EMAIL, "")
    own = cells.get(STUDENT_ID) or cells.get(USERNAME) or email
    name = cells.get(NAME) or " ".join(cells[part] for part in (FIRST, LAST) if cells.get(part))
    return Student(_local(own), name, email, cells.get(USERNAME, ""), cells.get(SECTION, ""), cells.get(TEAM, ""), line)


def _twice(students: Iterable[Student]) -> Iterator[Problem]:
    """People who cannot be told apart; case does not count, because it does not on many forges and file systems."""
    for column, what in ((STUDENT_ID, "id"), (USERNAME, "username"), (EMAIL, "email")):
        first: dict[str, Student] = {}
        for student in students:
            value: str = getattr(student, what)
            before = first.setdefault(value.casefold(), student)
            if value and before is not student:
                yield Problem(student.line, column, f"{column} {_quoted(value)} is on line {before.line} already")


def _team_names(students: Sequence[Student]) -> Iterator[Problem]:
    """Names of teams that cannot name a repository, or that name a student's."""
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
            yield Problem(student.line, TEAM, f"team {_quoted(student.team)} is called as the student of line {other}")


def team_id(team: str) -> str:
    """A team's name as paths, refs and repositories can have it."""
    plain = unicodedata.normalize("NFKD", team).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:63].rstrip("-").lower()


def _quoted(text: str) -> str:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "`" + "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in shown) + "`"
