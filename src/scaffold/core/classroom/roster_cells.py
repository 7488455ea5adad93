"""The cells of a roster's row: what they say about a student, and what is unsafe in them.

Cells are untrusted data: never shell, path or HTML.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from scaffold.core.classroom.roster_columns import (
    EMAIL,
    FIRST,
    IDENTIFIER,
    LAST,
    LOGIN,
    NAME,
    ROLE,
    SECTION,
    STUDENT_ID,
    STUDENT_ROLES,
    USERNAME,
)
from scaffold.core.classroom.roster_rows import IDENTIFYING, Problem

ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,62}(?<!\.)")
"""What is valid in a path, in a git ref (git-check-ref-format(1)) and in a repository name on every forge."""
_EMAIL = re.compile(r"[A-Za-z0-9.!#%&'*+=?^_~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_FORMULA_STARTS = "=+-@"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>|;`$\\/{}]|\.\.")
_PARTICIPANT = re.compile(r"(?:participante?|teilnehmer/in) ?\d+", re.IGNORECASE)
"""What stands in the first column of Moodle's grading worksheets: a number of that assignment, and nobody's id."""
_MAX_SHOWN = 30


def completed(cells: Mapping[str, str]) -> dict[str, str]:
    """A row's cells in the fields where they belong: what an identifier is, and a name in two parts."""
    cells = dict(cells)
    # Brightspace writes # before what Excel would read as a number.
    for key in (STUDENT_ID, USERNAME, LOGIN):
        cells[key] = cells.get(key, "").removeprefix("#")
    first, last = cells.pop(FIRST, ""), cells.pop(LAST, "")
    if not cells.get(NAME):
        cells[NAME] = last if first in last.split() else f"{first} {last}".strip()
    identifier = cells.pop(IDENTIFIER, "")
    if _PARTICIPANT.fullmatch(cells[STUDENT_ID]):
        cells[STUDENT_ID] = ""
    if identifier and not cells[STUDENT_ID] and not _PARTICIPANT.fullmatch(identifier):
        cells |= _of_identifier(identifier, cells)
    for key in (USERNAME, LOGIN):
        if _is_email(cells[key]):  # many platforms let people log in with their address
            cells[EMAIL] = cells.get(EMAIL) or cells[key]
            cells[key] = ""
    return cells


def _of_identifier(identifier: str, cells: Mapping[str, str]) -> dict[str, str]:
    """An identifier as id: it is an id, an address or a name. The id stays when the student links an account."""
    is_unsafe = bool(_UNSAFE.search(identifier)) or identifier[0] in _FORMULA_STARTS
    if is_id(identifier) or _is_address(identifier) or is_unsafe:
        return {STUDENT_ID: identifier}
    slug = team_id(identifier)
    return {NAME: cells[NAME] or identifier, STUDENT_ID: slug if is_id(slug) else ""}


def not_a_student(cells: Mapping[str, str]) -> str:
    """Why a row is not a student's; empty for a student's."""
    name = cells[NAME]
    if name in ("Points Possible", "Student, Test", "Test Student") and not cells.get(EMAIL):
        return f"`{name}` is Canvas's own row"
    if not any(cells.values()):
        return "it has no cell of a student"
    role = cells.get(ROLE, "")
    return "" if role.casefold() in STUDENT_ROLES else f"role {quoted(role)} is not a student's"


def unsafe_cells(line: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    """Cells that would do harm as a formula, in a shell, in HTML or on a terminal."""
    for column, cell in cells.items():
        if not cell:
            continue
        # Student systems export sections such as `MATH-101/01`.
        unsafe = _UNSAFE.search(cell.replace("/", "") if column == SECTION else cell)
        if cell[0] in _FORMULA_STARTS:
            yield Problem(line, column, f"{column} {quoted(cell)} would be a formula in a spreadsheet")
        elif unsafe and column not in (STUDENT_ID, USERNAME, EMAIL, LOGIN):
            yield Problem(line, column, f"{column} {quoted(cell)} contains {quoted(unsafe[0])}")
        elif any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in cell):
            yield Problem(line, column, f"{column} {quoted(cell)} contains an invisible character")


def invalid_identity(line: int, cells: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the cells that identify a student."""
    column = identity(cells)
    if not column:
        yield Problem(line, STUDENT_ID, f"nothing identifies this student: {IDENTIFYING} is missing")
        return
    email = cells.get(EMAIL, "")
    if email and email[0] not in _FORMULA_STARTS and not _is_email(email):
        yield Problem(line, EMAIL, f"email {quoted(email)} is not an email address")
    letters = "letters, digits and single . _ -"
    for checked in dict.fromkeys((STUDENT_ID, USERNAME, column)):
        cell = cells[checked] if checked != EMAIL else ""
        is_right = is_id(cell) or (checked == STUDENT_ID and _is_address(cell))
        if cell and cell[0] not in _FORMULA_STARTS and not is_right:
            yield Problem(line, checked, f"{checked} {quoted(cell)} may contain only {letters}, at most 63")
    if column == EMAIL and _is_email(email) and not is_id(local_part(email)):
        local = quoted(local_part(email))
        yield Problem(line, EMAIL, f"{local} of the email cannot name a repository: add a student_id")


def identity(cells: Mapping[str, str]) -> str:
    """The column that the student's id comes from; empty for none."""
    return next((column for column in (STUDENT_ID, USERNAME, LOGIN, EMAIL) if cells.get(column)), "")


def _is_email(cell: str) -> bool:
    return bool(_EMAIL.fullmatch(cell))


def _is_address(cell: str) -> bool:
    """Whether it is an email address whose local part can be an id, as GitHub Classroom's `identifier` may be."""
    return _is_email(cell) and is_id(local_part(cell))


def is_id(cell: str) -> bool:
    """Whether it can be the id of a student or a team."""
    return bool(ID.fullmatch(cell)) and not cell.lower().endswith((".lock", ".git"))


def local_part(email: str) -> str:
    """The part of an email address before the @; the text itself where it has none."""
    return email.partition("@")[0]


def team_id(team: str) -> str:
    """A team's name as an id that is valid in paths, refs and repository names."""
    plain = unicodedata.normalize("NFKD", team).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:63].rstrip("-").lower()


def quoted(text: str) -> str:
    """The beginning of a cell for a message, without control characters."""
    shown = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    return "`" + "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in shown) + "`"
