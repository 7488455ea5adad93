"""How an assignment is graded: its due time and late policy, its exercises and points, the limits of a test."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.assignment_file import ExerciseTable, Limits, read_assignment_file
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import Submission
from scaffold.errors import UsageError

NO_LATE = "late work gets no points"


@dataclass(frozen=True)
class LatePolicy:
    """The late policy.

    Attributes:
        accepts: Whether late submissions count: the teacher wrote `[late]`.
        grace: The minutes after the due time that do not count as late.
        per_day: The per cent of the points that each day costs, a day that has begun counted as whole.
        days: The number of days after which a submission gets no points; 0 for no limit.
        free_days: The days that a student may be late without a penalty: what is left of the late days of the class.
    """

    accepts: bool = False
    grace: int = 0
    per_day: float = 0
    days: int = 0
    free_days: int = 0

    @property
    def grace_time(self) -> datetime.timedelta:
        """The time after the due time that does not count as late."""
        return datetime.timedelta(minutes=self.grace)

    def days_late(self, received: datetime.datetime, due: datetime.datetime | None) -> int:
        """The days after the due time, a day that has begun counted as whole; 0 for a submission in time."""
        if due is None:
            return 0
        delay = received - due - self.grace_time
        return max(0, -(-delay // datetime.timedelta(days=1)))

    def factor(self, days: int) -> float:
        """The share of the points that remains after this many days, from 0 to 1."""
        days = max(0, days - self.free_days)
        if days and (not self.accepts or (self.days and days > self.days)):
            return 0.0
        return max(0.0, 1 - days * self.per_day / 100)


@dataclass(frozen=True)
class Exercise:
    """Tests with points that they share equally, and a hint for students who do not pass all of them.

    With `all_or_nothing`, there are points only for all tests.
    """

    id: str
    title: str
    points: float
    tests: tuple[str, ...]
    hint: str = ""
    all_or_nothing: bool = False


@dataclass(frozen=True)
class Manual:
    """What the teacher grades: the name of its column, its title and its points."""

    id: str
    title: str
    points: float


@dataclass(frozen=True)
class Extension:
    """Until when the work of one student is in time, and why."""

    until: datetime.datetime
    why: str = ""


@dataclass(frozen=True)
class Rules:
    """The rules of one assignment.

    Attributes:
        due: The due time; None for none.
        late: The late policy.
        limits: What one submission may use.
        exercises: The exercises with their points; empty where all tests have the same points.
        cells: The graded cells of notebooks, as exercises.
        points: The points of the assignment; 0 for the sum of its exercises or, without any, one per test.
        together: Test files, notebooks and tests that run in one process with the student's code.
        ungraded: Notebooks with cells to grade that nothing grades.
        floor: The share of the points that the starter may have, from 0 to 1.
        python: The interpreter of the teacher's own environment; empty to build one.
        manual: What the teacher grades.
        extensions: The id of a student or team in lower case → their extension.
        is_best: Whether the submission with the most points counts, instead of the newest one.
        is_extended: Whether the due time is that of an extension.
    """

    due: datetime.datetime | None = None
    late: LatePolicy = LatePolicy()
    limits: Limits = field(default_factory=Limits)
    exercises: tuple[Exercise, ...] = ()
    points: float = 0
    together: tuple[str, ...] = ()
    ungraded: tuple[str, ...] = ()
    cells: tuple[Exercise, ...] = ()
    floor: float = 0.0
    python: str = ""
    manual: tuple[Manual, ...] = ()
    extensions: Mapping[str, Extension] = field(default_factory=dict)
    is_best: bool = False
    is_extended: bool = False

    def extension(self, owner: Owner) -> Extension | None:
        """The latest extension of an owner or one of its students; None for none."""
        ids = [owner.id, *(student.id for student in owner.members)]
        found = [self.extensions[one.casefold()] for one in ids if one.casefold() in self.extensions]
        return max(found, key=lambda extension: extension.until, default=None)

    def for_owner(self, owner: Owner, free_days: int = 0) -> "Rules":
        """The rules for one owner: their due time, and the days that they may be late without a penalty."""
        extension = self.extension(owner)
        is_extended = bool(self.due and extension and extension.until > self.due)
        due = extension.until if extension and is_extended else self.due
        return replace(self, due=due, is_extended=is_extended, late=replace(self.late, free_days=free_days))


def read_rules(assignment: Assignment) -> Rules:
    """The rules of an assignment.

    Raises:
        ScaffoldError: Its `assignment.toml` has an error.
    """
    file = read_assignment_file(assignment.folder)
    return Rules(
        as_datetime(file.due) if file.due else None,
        LatePolicy(True, file.late.grace_minutes, file.late.per_day, file.late.days) if file.late else LatePolicy(),
        file.limits,
        tuple(map(_exercise, file.exercises)),
        file.points,
        file.grading.together,
        file.grading.ungraded,
        (),
        file.grading.starter_percent / 100,
        file.grading.python,
        tuple(Manual(entry.id, entry.title or entry.id, entry.points) for entry in file.manual),
        {owner.casefold(): Extension(as_datetime(one.until), one.why) for owner, one in file.extensions.items()},
        file.grading.counts == "best",
    )


def _exercise(table: ExerciseTable) -> Exercise:
    tests = (*table.tests, *table.hidden_tests)
    points = len(tests) if table.points is None else table.points
    return Exercise(table.id, table.title or table.id, points, tests, table.hint)


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


def describe_due(rules: Rules) -> str:
    """The due time and the late policy, as students read it; empty without a due time."""
    if rules.due is None:
        return ""
    offset = rules.due.strftime("%z")
    due = f"Due: {rules.due.strftime('%Y-%m-%d %H:%M')} (UTC{offset[:3]}:{offset[3:5]})."
    late = rules.late
    if not late.accepts:
        return f"{due} Late work gets no points."
    costs = f"loses {late.per_day:g} % of its points for each day that has begun" if late.per_day else "loses no points"
    until = f", and gets none after {late.days} day{'s' if late.days > 1 else ''}" if late.days else ""
    return f"{due} Late work {costs}{until}."


def choose_submission(
    submissions: Sequence[Submission], rules: Rules, at: datetime.datetime | None = None
) -> Submission | None:
    """The newest submission received by `at` that still gets points, else the newest by then; None for none."""
    candidates = graded_submissions(submissions, rules, at)
    return candidates[-1] if candidates else None


def graded_submissions(
    submissions: Sequence[Submission], rules: Rules, at: datetime.datetime | None = None
) -> list[Submission]:
    """The submissions received by `at` that still get points, oldest first; where none does, all that were received."""
    in_time = [submission for submission in submissions if at is None or submission.received <= at]
    not_too_late = [
        submission
        for submission in in_time
        if rules.late.factor(rules.late.days_late(submission.received, rules.due)) > 0
    ]
    return not_too_late or in_time


@dataclass(frozen=True)
class Choice:
    """Which of an owner's submissions counts.

    Attributes:
        submission: The submission; None for none.
        why: Why it counts, and what came after it, in words; empty where nothing was submitted.
        drops_late: Whether the newest submission came too late for any points.
    """

    submission: Submission | None = None
    why: str = ""
    drops_late: bool = False


def explain_choice(submissions: Sequence[Submission], rules: Rules, at: datetime.datetime | None = None) -> Choice:
    """The choice of `choose_submission`, in words."""
    chosen = choose_submission(submissions, rules, at)
    if not submissions:
        return Choice()
    newest = submissions[-1]
    drops_late = rules.late.factor(rules.late.days_late(newest.received, rules.due)) == 0
    if chosen is None:
        return Choice(None, f"nothing was received by then; later: {describe_submission(newest, rules)}", drops_late)
    why = describe_submission(chosen, rules)
    days = rules.late.days_late(chosen.received, rules.due)
    if free := min(days, rules.late.free_days):
        why += f", {free} late day{'s' if free > 1 else ''} used"
    if rules.is_extended and rules.due:
        why += f", due {rules.due.astimezone().strftime('%Y-%m-%d %H:%M')} by an extension"
    if not rules.late.factor(days):
        why += f": {f'no points after {rules.late.days} days' if rules.late.accepts else NO_LATE}"
    if newest.received > chosen.received:
        why += f"; a later one does not count: {describe_submission(newest, rules)}"
    return Choice(chosen, why, drops_late)


def describe_submission(submission: Submission, rules: Rules) -> str:
    """When a submission was received, and by how much it was late, in words."""
    when = submission.received.astimezone().strftime("%Y-%m-%d %H:%M")
    if submission.is_own_date:
        when += " (assumed: the server does not say when)"
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
