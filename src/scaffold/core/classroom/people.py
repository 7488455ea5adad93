"""The people of a class over time: who is in the roster now, who was when something was handed out last."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from scaffold.core.classroom import roster
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster import Student
from scaffold.core.classroom.roster_cells import team_id
from scaffold.core.classroom.store import Store
from scaffold.tools.files import write_atomically

COMPARED = ("name", "email", "username", "section", "team")
"""The fields of which a change is shown."""
_SURE = ("email", "username", "login", "name")
"""The fields by which a student is recognised under another id, the surest first."""


@dataclass(frozen=True)
class Changed:
    """A student with other fields than before: field → before and now."""

    student: Student
    fields: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Moved:
    """A student who left and one who joined, and who are probably the same: the equal field says why."""

    old: Student
    new: Student
    why: str


@dataclass(frozen=True)
class RosterDiff:
    """What is different between two rosters."""

    joined: tuple[Student, ...]
    left: tuple[Student, ...]
    changed: tuple[Changed, ...]
    moved: tuple[Moved, ...]


def compare(before: Sequence[Student], now: Sequence[Student]) -> RosterDiff:
    """Compare two rosters."""
    old, new = ({student.id: student for student in students} for students in (before, now))
    joined = tuple(student for student in now if student.id not in old)
    left = tuple(student for student in before if student.id not in new)
    changed = []
    for student in now:
        earlier = old.get(student.id)
        pairs = {field: (getattr(earlier, field, ""), getattr(student, field)) for field in COMPARED}
        differing = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
        # A student of whom only the id is known, because the class is older than this record, did not change.
        if earlier and differing and any(pair[0] for pair in pairs.values()):
            changed.append(Changed(student, differing))
    return RosterDiff(joined, left, tuple(changed), tuple(_moved(left, joined)))


def _moved(left: Sequence[Student], joined: Sequence[Student]) -> Iterable[Moved]:
    for student in joined:
        for field in _SURE:
            value = getattr(student, field).casefold()
            same = [other for other in left if value and getattr(other, field).casefold() == value]
            if len(same) == 1:
                yield Moved(same[0], student, f"same {field}")
                break


def remember(course: Course, students: Iterable[Student]) -> None:
    """Write down who is in the roster; those who were in it before stay written down."""
    _write(course, {student.id: student for student in (*known_students(course), *students)}.values())


def _write(course: Course, students: Iterable[Student]) -> None:
    content = [{key: value for key, value in asdict(one).items() if value and key != "line"} for one in students]
    write_atomically(course.data_folder / "people.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def known_students(course: Course) -> list[Student]:
    """The students who were in the roster when something was handed out; empty before the first time."""
    path = course.data_folder / "people.json"
    return [Student(**one) for one in json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else []


def rename_known(course: Course, old: str, new: str) -> None:
    """Write down who has the new id, and forget the old one."""
    enrolled = [student for student in roster.read(course.roster).students if student.id == new]
    _write(course, [*(student for student in known_students(course) if student.id not in (old, new)), *enrolled])


def strangers(course: Course) -> list[Student]:
    """Students and teams with work in the store who are not in the roster, sorted by id.

    Raises:
        ScaffoldError: The roster or the store cannot be read.
    """
    folder = course.data_folder / "store.git"
    if not folder.is_dir():
        return []
    students = roster.read(course.roster).students
    enrolled = {student.id for student in students} | {team_id(student.team) for student in students}
    known = {student.id: student for student in known_students(course)}
    return [known.get(owner, Student(owner)) for owner in sorted(Store(folder).owners() - enrolled)]
