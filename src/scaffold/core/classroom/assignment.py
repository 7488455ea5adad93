"""An assignment: a folder of the course with the teacher's version and its `assignment.toml`."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.core.classroom import toml
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.roster import ID
from scaffold.core.classroom.toml import Table
from scaffold.errors import ScaffoldError

ASSIGNMENT_FILE = "assignment.toml"
_KEYS = (
    "title", "due", "late", "points", "hidden", "may_show", "teams", "personal", "exercises", "limits", "grading",
)  # fmt: skip
"""Its keys; rules.py reads those for grading."""


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
    top = Table(toml.read(path), f"{name}/{ASSIGNMENT_FILE}", _KEYS)
    _check_due(path, toml.read(path).get("due"))
    hidden = tuple(_inside(name, item) for item in [ASSIGNMENT_FILE, *top.get("hidden", [])])
    return Assignment(
        name,
        folder,
        top.get("title", name),
        tuple(dict.fromkeys(hidden)),
        tuple(top.get("may_show", [])),
        top.get("teams", False),
        _personal(name, top.get("personal", {})),
    )


def assignment_names(course: Course) -> list[str]:
    """The names of a course's assignments, sorted."""
    return sorted(path.parent.name for path in course.folder.glob(f"*/{ASSIGNMENT_FILE}"))


def _check_due(path: Path, due: Any) -> None:
    if due is not None and not isinstance(due, datetime.date):  # a datetime is a date, too
        raise ScaffoldError(f"{path}: `due` must be a date or time.", "For example: due = 2027-01-31T23:59:00+01:00")


def _personal(name: str, content: Mapping[str, Any]) -> Personal:
    where = f"{name}/{ASSIGNMENT_FILE} [personal]"
    table = Table(content, where, ("file", "values", "slices"))
    allowed: dict[str, Any] = table.get("values", {})
    values = {key: _values(where, key, value) for key, value in allowed.items()}
    file = table.get("file", "")
    if bool(file) != bool(values):
        raise ScaffoldError(f"{where} needs both a `file` and `values`.", "docs/teaching.md has an example.")
    if file and not file.endswith((".toml", ".json", ".yml", ".yaml")):
        raise ScaffoldError(f"{where}: `file` must end in .toml, .json, .yml or .yaml.")
    slices = content.get("slices", [])
    if not isinstance(slices, list):
        raise ScaffoldError(f"{where}: `slices` must be a list of tables.", "docs/teaching.md has an example.")
    return Personal(_inside(name, file) if file else "", values, tuple(_slice(name, where, item) for item in slices))


def _values(where: str, key: str, value: Any) -> tuple[int, int] | tuple[str, ...]:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    is_range = isinstance(value, dict) and value.keys() == {"from", "to"}
    if is_range and all(type(part) is int for part in value.values()) and value["from"] <= value["to"]:
        return value["from"], value["to"]
    raise ScaffoldError(
        f"{where}: `{key}` must be a list of strings or a range.", f"For example: {key} = {{from = 1, to = 999}}"
    )


def _slice(name: str, where: str, item: Any) -> Slice:
    keep = item.get("keep") if isinstance(item, dict) else None
    if not isinstance(keep, (int, float)) or not 0 < keep < 1 or not isinstance(item.get("path"), str):
        raise ScaffoldError(
            f"{where}: a slice has a `path`, and `keep` between 0 and 1.", "keep = 0.9 keeps 9 of 10 rows."
        )
    return Slice(_inside(name, item["path"]), float(keep))


def _inside(name: str, path: str) -> str:
    """A path in the assignment's folder, without a trailing slash. Raises ScaffoldError for any other path."""
    plain = path.rstrip("/")
    if not plain or plain.startswith("/") or "\\" in plain or {"", ".", "..", ".git"} & set(plain.split("/")):
        raise ScaffoldError(
            f"{name}/{ASSIGNMENT_FILE}: `{path}` is not a path below {name}/.", "Write it as in: tests/hidden"
        )
    return plain
