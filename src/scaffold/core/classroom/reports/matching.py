"""Find the students of a platform's rows: a name is compared with names of its own kind only, and doubts are told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.core.classroom.roster_columns import fold

ID, LOGIN, EMAIL, OWN = "id", "login", "email", "own"
"""What a platform's column holds: an id, a login or an email address of the roster, or the platform's own number.

The last one means something only where the roster has it as the id.
"""

_ENOUGH = 2
"""A column decides when it names at least one student for every so many that another column names."""


@dataclass(frozen=True)
class Person:
    """A student as a platform may name them.

    Attributes:
        id: The student's id.
        login: The names by which the student may log in, in lower case.
        email: The email address, in lower case; may be empty.
        points: The student's points; None for none.
        most: The points that can be reached.
        why: Why there are no points.
        comment: Feedback for the student, as HTML.
    """

    id: str
    login: frozenset[str] = frozenset()
    email: str = ""
    points: float | None = None
    most: float = 0
    why: str = ""
    comment: str = ""

    def names(self, kind: str) -> set[str]:
        """The student's names of a kind."""
        if kind == LOGIN:
            return set(self.login)
        return {self.email} - {""} if kind == EMAIL else {self.id.casefold()}


@dataclass(frozen=True)
class Match:
    """The student of a row.

    Attributes:
        who: The row's first name, for messages.
        person: The student; None for nobody.
        doubt: Why it may be another student; empty for no doubt.
    """

    who: str
    person: Person | None = None
    doubt: str = ""


def match_rows(
    rows: Sequence[Sequence[str]], header: Sequence[str], kinds: Mapping[str, str], people: Sequence[Person]
) -> list[Match]:
    """The student of each row.

    One column decides for all rows: the first that names enough students. Another one is used only in a row where that
    one is empty, and a row whose names belong to different students is in doubt.

    Args:
        rows: The cells.
        header: The headings.
        kinds: The headings of columns that identify a student, as `fold` writes them, the surest first → what they
            hold.
        people: The students.
    """
    columns = {index: kinds[wanted] for wanted in kinds for index, name in enumerate(header) if fold(name) == wanted}
    known = {kind: _unique(people, kind) for kind in set(columns.values())}
    cells = [{index: _plain(row[index]) for index in columns if index < len(row)} for row in rows]
    named = Counter(dict.fromkeys(columns, 0))
    for row in cells:
        named.update(index for index, cell in row.items() if cell.casefold() in known[columns[index]])
    most = max(named.values(), default=0)
    decisive = next((index for index in columns if most and _ENOUGH * named[index] >= most), -1)
    finder = _Finder(header, columns, known, decisive)
    matches = [finder.match(row, texts) for row, texts in zip(cells, rows, strict=True)]
    count = Counter(match.person.id for match in matches if match.person)
    return [
        replace(match, doubt=f"{match.person.id} has {count[match.person.id]} rows")
        if match.person and not match.doubt and count[match.person.id] > 1
        else match
        for match in matches
    ]


@dataclass(frozen=True)
class _Finder:
    """Finds the student of one row.

    Attributes:
        header: The headings.
        columns: The columns that identify a student: index → what it holds.
        known: What a column holds → name → student.
        decisive: The index of the column that decides.
    """

    header: Sequence[str]
    columns: Mapping[int, str]
    known: Mapping[str, Mapping[str, Person]]
    decisive: int

    def match(self, cells: Mapping[int, str], texts: Sequence[str]) -> Match:
        """The student of a row, given its identifying cells and all of its texts."""
        who = next(filter(None, cells.values()), texts[0] if texts else "")
        # A platform's own number is in a name space of its own: that it is also somebody's id says nothing.
        found = {
            index: person
            for index, cell in cells.items()
            if (index == self.decisive or self.columns[index] != OWN)
            and (person := self.known[self.columns[index]].get(cell.casefold()))
        }
        person = found.get(self.decisive)
        if person is None and not cells.get(self.decisive):
            person = next(iter(found.values()), None)
        other = next((index for index, one in found.items() if one is not person), None)
        if other is not None:
            whose = f"its {self.header[other]} is that of {found[other].id}"
            return Match(who, person, f"{whose}, and its {self.header[self.decisive]} is not")
        return Match(who, person)


def _unique(people: Sequence[Person], kind: str) -> dict[str, Person]:
    """Name → the student who has it, without names that two have."""
    holders: dict[str, list[Person]] = {}
    for person in people:
        for name in person.names(kind):
            holders.setdefault(name, []).append(person)
    return {name: of_name[0] for name, of_name in holders.items() if len(of_name) == 1}


def _plain(cell: str) -> str:
    """A cell without the # that Brightspace writes before what Excel would read as a number."""
    return cell.strip().removeprefix("#")
