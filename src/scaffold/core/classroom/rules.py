"""How an assignment is graded: its due time and late policy, its exercises and points, the limits of a test."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.core.classroom import toml
from scaffold.core.classroom.assignment import ASSIGNMENT_FILE, Assignment
from scaffold.core.classroom.store import Submission
from scaffold.core.classroom.toml import Table
from scaffold.errors import ScaffoldError, UsageError

_EXAMPLE = "docs/teaching.md has an example."


@dataclass(frozen=True)
class LatePolicy:
    """The late policy.

    Attributes:
        grace: The minutes after the due time that do not count as late.
        per_day: The per cent of the points that each day costs, a day that has begun counted as whole.
        days: The number of days after which a submission gets no points; 0 for no limit.
    """

    grace: int = 0
    per_day: int = 0
    days: int = 0

    def days_late(self, received: datetime.datetime, due: datetime.datetime | None) -> int:
        """The days after the due time, a day that has begun counted as whole; 0 for a submission in time."""
        if due is None:
            return 0
        delay = received - due - datetime.timedelta(minutes=self.grace)
        return max(0, -(-delay // datetime.timedelta(days=1)))

    def factor(self, days: int) -> float:
        """The share of the points that remains after this many days, from 0 to 1."""
        if self.days and days > self.days:
            return 0.0
        return max(0.0, 1 - days * self.per_day / 100)


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes:
        seconds: The time of a test, in seconds.
        import_seconds: The time to import the student's modules, in seconds.
        memory_mb: The memory of all its processes together, in MB; its temporary files may take the same again.
        processes: The number of processes, threads included.
        output_mb: The size of a returned value and of a file, in MB.
        total_seconds: The time of all tests together, in seconds.
    """

    seconds: int = 10
    import_seconds: int = 60
    memory_mb: int = 2048
    processes: int = 64
    output_mb: int = 64
    total_seconds: int = 600


@dataclass(frozen=True)
class Exercise:
    """Tests with points that they share equally, and a hint for students who do not pass all of them."""

    id: str
    title: str
    points: float
    tests: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules of one assignment.

    Attributes:
        due: The due time; None for none.
        late: The late policy.
        limits: What one submission may use.
        exercises: The exercises with their points; empty where all tests have the same points.
        points: The points of the assignment; 0 for the sum of its exercises or, without any, one per test.
        together: Test files that run in one process with the student's code.
        floor: The share of the points that the starter may have, from 0 to 1.
        python: The interpreter of the teacher's own environment; empty to build one.
    """

    due: datetime.datetime | None = None
    late: LatePolicy = LatePolicy()
    limits: Limits = Limits()
    exercises: tuple[Exercise, ...] = ()
    points: int = 0
    together: tuple[str, ...] = ()
    floor: float = 0.0
    python: str = ""


def read_rules(assignment: Assignment) -> Rules:
    """The rules of an assignment.

    Raises:
        ScaffoldError: Its `assignment.toml` has an error.
    """
    where = f"{assignment.name}/{ASSIGNMENT_FILE}"
    content = toml.read(assignment.folder / ASSIGNMENT_FILE)
    grading = Table(content.get("grading", {}), f"{where} [grading]", ("together", "starter_percent", "python"))
    late = Table(content.get("late", {}), f"{where} [late]", ("grace_minutes", "per_day", "days"))
    limits = Table(content.get("limits", {}), f"{where} [limits]", tuple(Limits.__dataclass_fields__))
    defaults = Limits()
    bounds = {key: limits.get(key, getattr(defaults, key)) for key in Limits.__dataclass_fields__}
    for key, value in bounds.items():
        if value < 1:
            raise ScaffoldError(f"{where} [limits]: `{key}` must be 1 or more.", _EXAMPLE)
    return Rules(
        as_datetime(content["due"]) if "due" in content else None,
        LatePolicy(late.get("grace_minutes", 0), late.get("per_day", 0), late.get("days", 0)),
        Limits(**bounds),
        tuple(_exercise(where, item) for item in content.get("exercises", [])),
        Table(content, where, content).get("points", 0),
        tuple(grading.get("together", [])),
        grading.get("starter_percent", 0) / 100,
        grading.get("python", ""),
    )


def _exercise(where: str, item: Mapping[str, Any]) -> Exercise:
    table = Table(item, f"{where} [[exercises]]", ("id", "title", "points", "tests", "hidden_tests", "hint"))
    none: list[str] = []
    tests = (*table.get("tests", none), *table.get("hidden_tests", none))
    name = table.get("id", "")
    if not name or not tests:
        raise ScaffoldError(f"{where} [[exercises]]: an exercise has an `id` and `tests`.", _EXAMPLE)
    return Exercise(name, table.get("title", name), table.get("points", len(tests)), tests, table.get("hint", ""))


def as_datetime(value: datetime.date) -> datetime.datetime:
    """A time, or the end of a date; in this machine's time zone unless it has another."""
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime.combine(value, datetime.time(23, 59, 59))
    return value if value.tzinfo else value.astimezone()


def parse_time(text: str, rules: Rules) -> datetime.datetime:
    """The time that a teacher typed: `due`, or a date or time in ISO 8601.

    Raises:
        UsageError: It is none of them.
    """
    if text == "due":
        if rules.due is None:
            raise UsageError("The assignment has no due time.", "assignment.toml: due = 2027-01-31T23:59:00+01:00")
        return rules.due
    for kind in (datetime.date, datetime.datetime):
        try:
            return as_datetime(kind.fromisoformat(text))
        except ValueError:
            continue
    raise UsageError(f"`{text}` is not a time.", "For example: --at 2027-01-31T23:59, or: --at due")


def choose_submission(
    submissions: Sequence[Submission], rules: Rules, at: datetime.datetime | None = None
) -> Submission | None:
    """The newest submission received by `at` that still gets points, else the newest by then; None for none."""
    in_time = [submission for submission in submissions if at is None or submission.received <= at]
    not_too_late = [
        submission
        for submission in in_time
        if rules.late.factor(rules.late.days_late(submission.received, rules.due)) > 0
    ]
    candidates = not_too_late or in_time
    return candidates[-1] if candidates else None


def describe_submission(submission: Submission, rules: Rules) -> str:
    """When a submission was received, and by how much it was late, in words."""
    when = submission.received.astimezone().strftime("%Y-%m-%d %H:%M")
    if rules.due is None:
        return when
    days = rules.late.days_late(submission.received, rules.due)
    if not days:
        return f"{when}, in time"
    delay = submission.received - rules.due
    hours = int(delay.total_seconds() // 3600)
    by = (
        f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {int(delay.total_seconds() % 3600 // 60)} min"
    )
    return f"{when}, late by {by}"
