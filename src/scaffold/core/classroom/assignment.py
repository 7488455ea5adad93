"""An assignment: a folder of the course with the teacher's version and its `assignment.toml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE, AssignmentFile, read_assignment_file
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster_cells import ID
from scaffold.errors import ScaffoldError


@dataclass(frozen=True)
class Slice:
    """A CSV file of which every student gets a part of the rows: its path, and the share of rows, between 0 and 1."""

    path: str
    keep: float


@dataclass(frozen=True)
class Personal:
    """What differs from student to student.

    Attributes:
        file: The file with a student's values; empty for none.
        values: The name of a value → its range of integers (from, to), or its possible texts.
        slices: The files of which every student gets different rows.
    """

    file: str = ""
    values: Mapping[str, tuple[int, int] | tuple[str, ...]] = field(default_factory=dict)
    slices: tuple[Slice, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """The content of `assignment.toml`.

    Attributes:
        name: The name of its folder.
        folder: The folder with the teacher's version.
        title: The title that students see.
        hidden: Files and folders that students never receive.
        may_show: Files that may contain solution lines.
        teams: Whether a team shares one repository.
        personal: What differs from student to student.
    """

    name: str
    folder: Path
    title: str
    hidden: tuple[str, ...] = ()
    may_show: tuple[str, ...] = ()
    teams: bool = False
    personal: Personal = Personal()


def find_assignment(course: Course, name: str) -> Assignment:
    """An assignment of the course.

    Raises:
        ScaffoldError: There is none of that name, or its `assignment.toml` has an error.
    """
    name = name.rstrip("/")
    folder = course.folder / name
    if not ID.fullmatch(name) or not folder.is_dir():
        known = ", ".join(assignment_names(course))
        hint = f"There are: {known}." if known else f"Create it: scaffold new ml-tabular {folder} -d edition=teacher"
        raise ScaffoldError(f"There is no assignment `{name}` in {course.folder}.", hint)
    path = folder / ASSIGNMENT_FILE
    if not path.is_file():
        raise ScaffoldError(
            f"{folder} has no {ASSIGNMENT_FILE}.",
            f'Write one with at least a title, as in: title = "{name.capitalize()}"',
        )
    file = read_assignment_file(folder)
    hidden = (_inside(name, item) for item in (ASSIGNMENT_FILE, *file.hidden))
    return Assignment(
        name, folder, file.title or name, tuple(dict.fromkeys(hidden)), file.may_show, file.teams, _personal(name, file)
    )


def is_test(path: str) -> bool:
    """Whether a file is a test file of pytest, by its name."""
    name = path.rpartition("/")[2]
    return fnmatch(name, "test_*.py") or fnmatch(name, "*_test.py")


def assignment_names(course: Course) -> list[str]:
    """The names of a course's assignments, sorted."""
    return sorted(path.parent.name for path in course.folder.glob(f"*/{ASSIGNMENT_FILE}"))


def _personal(name: str, file: AssignmentFile) -> Personal:
    table = file.personal
    values = {
        key: (value["from"], value["to"]) if isinstance(value, dict) else tuple(value)
        for key, value in table.values.items()
    }
    slices = tuple(Slice(_inside(name, item.path), item.keep) for item in table.slices)
    return Personal(_inside(name, table.file) if table.file else "", values, slices)


def _inside(name: str, path: str) -> str:
    """A path in the assignment's folder, without a trailing slash. Raises ScaffoldError for any other path."""
    plain = path.rstrip("/")
    if not plain or plain.startswith("/") or "\\" in plain or {"", ".", "..", ".git"} & set(plain.split("/")):
        raise ScaffoldError(
            f"{name}/{ASSIGNMENT_FILE}: `{path}` is not a path below {name}/.", "Write it as in: tests/hidden"
        )
    return plain
