"""The tables of `assignment.toml`, as a teacher writes them; assignment.py and rules.py make of them what is used."""

import datetime
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge

from scaffold.core import config
from scaffold.core.config import WrongValueError

ASSIGNMENT_FILE = "assignment.toml"
_HINT = "docs/teaching.md has an example."
_LISTS_OF_PATHS = ("hidden", "may_show")
"""Keys at the top of the file that look like personal values where they stand below `[personal.values]`."""


@config.table
class LateTable:
    """`[late]`: the late policy; see `rules.LatePolicy`. Without this table, late submissions do not count."""

    grace_minutes: Annotated[int, Ge(0)] = 0
    per_day: Annotated[float, Ge(0)] = 0
    days: Annotated[int, Ge(0)] = 0


@config.table
class Limits:
    """`[limits]`: what one submission may use.

    Attributes:
        seconds: The CPU time of a test, in seconds; by the clock it may take six times as long.
        import_seconds: The CPU time to import the student's modules, in seconds.
        memory_mb: The memory of all its processes together, in MB; its temporary files may take the same again.
        processes: The number of processes, threads included.
        output_mb: The size of a returned value and of a file, in MB.
        total_seconds: The CPU time of all tests together, in seconds.
    """

    seconds: Annotated[int, Ge(1)] = 10
    import_seconds: Annotated[int, Ge(1)] = 60
    memory_mb: Annotated[int, Ge(1)] = 2048
    processes: Annotated[int, Ge(1)] = 64
    output_mb: Annotated[int, Ge(1)] = 64
    total_seconds: Annotated[int, Ge(1)] = 600


@config.table
class ExerciseTable:
    """`[[exercises]]`: tests that share points.

    Attributes:
        id: The name of the exercise in results.
        title: Its title; `id` when empty.
        points: What its tests are worth together; 1 for each when None.
        tests: Test files and tests.
        hidden_tests: More of them, which students do not receive.
        hint: A hint for students who do not pass all tests.
    """

    id: str = ""
    title: str = ""
    points: float | None = None
    tests: tuple[str, ...] = ()
    hidden_tests: tuple[str, ...] = ()
    hint: str = ""

    def __post_init__(self) -> None:
        """Raise WrongValueError for an exercise without a name or tests."""
        if not self.id or not (*self.tests, *self.hidden_tests):
            raise WrongValueError("an exercise has an `id` and `tests`.", _HINT)


@config.table
class ManualTable:
    """`[[manual]]`: what the teacher grades, in results/ASSIGNMENT/manual.csv.

    Attributes:
        id: The name of its column in that table.
        title: Its title; `id` when empty.
        points: The points that can be reached.
    """

    id: str = ""
    title: str = ""
    points: Annotated[float, Ge(0)] = 0

    def __post_init__(self) -> None:
        """Raise WrongValueError for an entry without a name or points, or with the name of another column."""
        if not self.id.strip() or not self.points or self.id.casefold() in ("student_id", "name", "comment"):
            raise WrongValueError("an entry has an `id`, other than student_id, name and comment, and `points`.", _HINT)


@config.table
class ExtensionTable:
    """`[extensions]`, for one student: until when their work is in time, and why."""

    until: datetime.datetime | datetime.date
    why: str = ""


@config.table
class GradingTable:
    """`[grading]`: how tests are run.

    Attributes:
        together: Test files, notebooks and tests that run in one process with the student's code.
        ungraded: Notebooks with cells to grade that nothing grades.
        starter_percent: The per cent of the points that the starter may have.
        python: The interpreter of the teacher's own environment; empty to build one.
        counts: Which submission counts: the newest one that still gets points, or the one with the most points.
    """

    together: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    starter_percent: Annotated[float, Ge(0)] = 0
    python: str = ""
    counts: Literal["newest", "best"] = "newest"


@config.table
class SliceTable:
    """`[[personal.slices]]`: a CSV file, and the share of its rows that every student gets."""

    path: str = ""
    keep: float = 0

    def __post_init__(self) -> None:
        """Raise WrongValueError for a slice without a file, or of all or no rows."""
        if not self.path or not 0 < self.keep < 1:
            raise WrongValueError("a slice has a `path`, and `keep` between 0 and 1.", "keep = 0.9 keeps 9 of 10 rows.")


@config.table
class PersonalTable:
    """`[personal]`: what differs from student to student.

    Attributes:
        file: The file with a student's values; empty for none.
        values: The name of a value → `{from = …, to = …}`, or a list of texts.
        slices: The files of which every student gets different rows.
    """

    file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    slices: tuple[SliceTable, ...] = ()

    def __post_init__(self) -> None:
        """Raise WrongValueError for values without a file, a file of another kind, or values of another form."""
        if bool(self.file) != bool(self.values):
            raise WrongValueError("it needs both a `file` and `values`.", _HINT)
        if self.file and not self.file.endswith((".toml", ".json", ".yml", ".yaml")):
            raise WrongValueError("`file` must end in .toml, .json, .yml or .yaml.")
        for key, value in self.values.items():
            if key in _LISTS_OF_PATHS:
                raise WrongValueError(
                    f"`{key}` is a key of the file, not of this table.", f"Move it above the first [table]: {key} = …"
                )
            if not _is_range(value) and not _is_list_of_texts(value):
                raise WrongValueError(
                    f"`{key}` must be a list of strings or a range.", f"For example: {key} = {{from = 1, to = 999}}"
                )


def _is_range(value: Any) -> bool:
    right = isinstance(value, dict) and value.keys() == {"from", "to"}
    return right and all(type(bound) is int for bound in value.values()) and value["from"] <= value["to"]


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


@config.table
class AssignmentFile:
    """The content of `assignment.toml`; docs/teaching.md describes every key."""

    title: str = ""
    due: datetime.datetime | datetime.date | None = None
    late: LateTable | None = None
    points: Annotated[float, Ge(0)] = 0
    hidden: tuple[str, ...] = ()
    may_show: tuple[str, ...] = ()
    teams: bool = False
    personal: PersonalTable = PersonalTable()
    exercises: tuple[ExerciseTable, ...] = ()
    limits: Limits = Limits()
    grading: GradingTable = GradingTable()
    manual: tuple[ManualTable, ...] = ()
    extensions: Mapping[str, ExtensionTable] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise WrongValueError for an id that two exercises have."""
        names = [exercise.id for exercise in self.exercises] + [entry.id for entry in self.manual]
        ids = [name.casefold() for name in names]
        twice = next((one for one in ids if ids.count(one) > 1), "")
        if twice:
            raise WrongValueError(f"two exercises have the id `{twice}`.", "Give one of them another id.")


def read_assignment_file(folder: Path) -> AssignmentFile:
    """The `assignment.toml` of an assignment's folder.

    Raises:
        ScaffoldError: It cannot be read, or has an error.
    """
    return config.read(folder / ASSIGNMENT_FILE, AssignmentFile, f"{folder.name}/{ASSIGNMENT_FILE}", _HINT)
