"""From a profile and what the owner asked for to a role for every column; refusals in one sentence."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scaffold.core.dataset import moments
from scaffold.core.dataset.kinds import is_called
from scaffold.core.dataset.model import NOT_FEATURES, NUMERIC, Column, Finding, Profile, shown
from scaffold.core.dataset.request import NO_COLUMN, Request
from scaffold.errors import DataError, UsageError

Role = Literal["target", "feature", "time", "group", "left out"]

MIN_ROWS = 50
MIN_ROWS_TO_DESCRIBE = 20
MAX_ROWS = 5_000_000
MOST_CLASSES = 20
_MOST_MISSING = 0.5


@dataclass(frozen=True)
class Placed:
    """A column and what it is used for."""

    column: Column
    role: Role
    reason: str = ""


@dataclass(frozen=True)
class Proposal:
    """A role for every column that comes into the project.

    Attributes:
        profile: The table as it was measured.
        task: What kind of prediction it is; empty for none.
        target: The column to predict, or of most interest; None where nobody named one.
        columns: The columns with their roles, in the file's order.
        dropped: Names of the columns that do not come into the project.
        time: The name of the time column; empty for none.
        group: The name of the group column; empty for none.
        findings: What the owner must know, leaks included.
        positive: The class that was named to be looked for; empty for the rarer of two.
        time_was_found: Nobody asked for the time column; it is the only date.
    """

    profile: Profile
    task: str
    target: Column | None
    columns: tuple[Placed, ...]
    dropped: tuple[str, ...] = ()
    time: str = ""
    group: str = ""
    findings: tuple[Finding, ...] = field(default=())
    time_was_found: bool = False
    positive: str = ""

    @property
    def features(self) -> list[Column]:
        """The columns that a model sees, or that can be asked about."""
        return [placed.column for placed in self.columns if placed.role == "feature"]


def check_columns(profile: Profile, request: Request) -> None:
    """Whether every column that was named is there, and none has two roles.

    Raises:
        UsageError: No such column, or it was named twice.
    """
    named = [("--target", request.target), ("--time", _named_time(profile, request)), ("--group", request.group)]
    for flag, name in [
        *named,
        *(("--drop", name) for name in request.drop),
        *(("--keep", name) for name in request.keep),
    ]:
        if name and profile.column(name) is None:
            raise UsageError(f"{profile.source} has no column `{name}` ({flag}).", _nearest(profile, name))
    roles = [name for _, name in named if name]
    for name in roles:
        if roles.count(name) > 1:
            raise UsageError(f"`{name}` cannot have two roles.", "Name another column for one of them.")
        if name in request.drop:
            raise UsageError(f"`{name}` is needed, so --drop cannot take it.", f"Leave out --drop {quoted(name)}.")


def check_target(profile: Profile, target: Column, task: str, elsewhere: Mapping[str, str]) -> None:
    """Whether a column can be predicted by a template of this task.

    Args:
        profile: The table.
        target: The column.
        task: What the template predicts.
        elsewhere: Task → the hint that leads to a template for it.

    Raises:
        ScaffoldError: Too few or too many rows, or a target that cannot be learned.
    """
    check_size(profile, target)
    others = ", ".join(f"`{column.name}`" for column in targets(profile, task)[:6])
    hint = f"Columns that can be predicted: {others}." if others else "Bring a table with one that can be."
    if target.kind == "constant" or target.distinct < 2:
        raise DataError(f"`{target.name}` cannot be predicted: {target.evidence}.", hint)
    if target.missing > _MOST_MISSING * profile.rows:
        share = target.missing / profile.rows
        raise DataError(f"`{target.name}` is missing in {share:.0%} of the rows, so there is little to learn.", hint)
    if not fits(target, task):
        other = "classification" if task == "regression" else "regression"
        raise DataError(_misfit(target, task), elsewhere.get(other, hint) if fits(target, other) else hint)


def check_size(profile: Profile, target: Column | None) -> None:
    """Whether a table has enough rows and not too many.

    Raises:
        DataError: It has not.
    """
    rows = profile.rows - (target.missing if target else 0)
    least = MIN_ROWS if target else MIN_ROWS_TO_DESCRIBE
    if rows < least:
        with_target = f" with a `{target.name}`" if target and target.missing else ""
        what = "to learn and to test" if target else "to describe them with an interval"
        raise DataError(
            f"{profile.source} has {rows:,} rows{with_target}; at least {least} are needed {what}.", "Bring more rows."
        )
    if profile.rows > MAX_ROWS:
        raise DataError(
            f"{profile.source} has {profile.rows:,} rows; a project takes up to {MAX_ROWS:,}.",
            "Bring a sample of it, or the years that matter.",
        )


def fits(column: Column, task: str) -> bool:
    """Whether a column can be the target of a task."""
    if task == "regression":
        return column.is_number and column.distinct > 2
    few = column.is_number and column.whole and column.distinct <= MOST_CLASSES
    return few or column.kind == "flag" or (column.kind == "category" and column.distinct <= MOST_CLASSES)


def targets(profile: Profile, task: str) -> list[Column]:
    """The columns that could be predicted, in the file's order."""
    return [
        column
        for column in profile.columns
        if column.name and fits(column, task) and column.missing <= _MOST_MISSING * profile.rows
    ]


def candidates(profile: Profile, request: Request) -> list[Column]:
    """The columns that could become features, before leaks are known."""
    used = {request.target, request.time, request.group, *request.drop}
    return [
        column
        for column in profile.columns
        if column.name and column.name not in used and (column.kind not in NOT_FEATURES or column.name in request.keep)
    ]


def check_personal(profile: Profile, request: Request) -> None:
    """Refuse personal data that nobody decided about.

    Raises:
        ScaffoldError: It names the columns and both ways out.
    """
    found = [item for item in profile.findings if item.kind == "personal" and item.column not in request.drop]
    if not found or request.keep_personal:
        return
    drops = " ".join(f"--drop {quoted(name)}" for name in dict.fromkeys(item.column for item in found))
    raise DataError(
        f"A portfolio is public, and {'; '.join(item.message for item in found)}.",
        f"Leave it out: {drops}; or, if everybody in it agreed: --keep-personal",
        code="personal-data",
    )


def propose(profile: Profile, request: Request, task: str, leaks: Sequence[Finding]) -> Proposal:
    """Give every column its role.

    Args:
        profile: The table.
        request: What the owner asked for; `check_columns`, `check_target` and `check_personal` have passed it.
        task: What kind of prediction it is.
        leaks: What leaks there are.

    Raises:
        ScaffoldError: The time or group column cannot serve, or no feature is left.
    """
    target = profile.column(request.target)
    time = _time_column(profile, request)
    _check_group(profile, request)
    leaking = {item.column: item for item in leaks if item.kind == "leak"}
    placed = []
    for column in profile.columns:
        if column.name in request.drop and column.name:
            continue
        role, reason = _role(column, request, time, leaking)
        placed.append(Placed(column, role, reason))
    if not any(item.role == "feature" for item in placed) and not (time and task):
        to_do = f"to predict `{target.name}` from" if target and task else "to ask about"
        raise DataError(f"No column is left {to_do}.", "Keep one although it was left out: --keep COLUMN")
    found = [item for item in (*profile.findings, *leaks) if item.column not in request.drop]
    if task and not time and not request.time:
        found += moments.unused(item.column for item in placed if item.role not in ("target", "group"))
    return Proposal(
        profile,
        task,
        target,
        tuple(placed),
        tuple(request.drop),
        time,
        request.group,
        tuple(item for item in found if item.column not in request.keep or item.kind == "personal"),
        bool(time) and not request.time,
        request.positive,
    )


def quoted(name: str) -> str:
    """A name as it can be typed in a shell."""
    import shlex

    return shlex.quote(name)


def _role(column: Column, request: Request, time: str, leaking: dict[str, Finding]) -> tuple[Role, str]:
    if not column.name:
        return "left out", "the header has no name for it"
    if column.name == request.target:
        return "target", ""
    if column.name == time:
        return "time", ""
    if column.name == request.group:
        return "group", ""
    if column.name in request.keep:
        return "feature", ""
    if column.name in leaking:
        return "left out", f"it gives the target away: {leaking[column.name].message}"
    if column.kind in NOT_FEATURES:
        return "left out", f"{_called(column.kind)}: {column.evidence}"
    return "feature", ""


def _called(kind: str) -> str:
    return {"text": "free text", "identifier": "an identifier", "constant": "a constant"}[kind]


def _named_time(profile: Profile, request: Request) -> str:
    return "" if request.time == NO_COLUMN and profile.column(NO_COLUMN) is None else request.time


def _time_column(profile: Profile, request: Request) -> str:
    """The time column: the one that was named, or the only date of the table."""
    name = _named_time(profile, request)
    if name:
        column = profile[name]
        if column.kind not in ("datetime", *NUMERIC) and column.number is None:
            raise DataError(
                f"`{name}` does not order rows in time: {column.evidence}.",
                "Name a column of dates, or of numbers such as years.",
            )
        return name
    if request.time:
        return ""
    found = [
        column
        for column in profile.of_kind("datetime")
        if column.name not in (*request.drop, request.group, request.target)
        and column.missing <= profile.rows / 20
        and not is_called(column.name, moments.BIRTH)
    ]
    return found[0].name if len(found) == 1 and found[0].name else ""


def _check_group(profile: Profile, request: Request) -> None:
    column = profile.column(request.group)
    if column is None:
        return
    if column.kind == "constant":
        raise DataError(f"`{column.name}` makes no groups: {column.evidence}.", "Name another column, or none.")
    if column.distinct < 5:
        raise DataError(
            f"`{column.name}` makes {column.distinct} groups, too few to keep some of them for the test.",
            "Name a column with at least 5 values, such as a customer or a place.",
        )


def _misfit(target: Column, task: str) -> str:
    """Why a column is no target of a task."""
    if target.kind in ("text", "identifier", "datetime"):
        called = {"text": "free text", "identifier": "an identifier", "datetime": "a date"}[target.kind]
        return f"`{target.name}` cannot be predicted, because it is {called}: {target.evidence}."
    if task == "regression":
        classes = ", ".join(map(shown, target.values[:3]))
        return f"`{target.name}` is no number to predict: it has {target.distinct:,} classes ({classes})."
    if target.is_number:
        return f"`{target.name}` is no class: it is a number with {target.distinct:,} values."
    return f"`{target.name}` has {target.distinct:,} classes; up to {MOST_CLASSES} can be told apart."


def _nearest(profile: Profile, name: str) -> str:
    names = [column.name for column in profile.columns if column.name]
    small = {item.casefold(): item for item in reversed(names)}
    near = [small[item] for item in difflib.get_close_matches(name.casefold(), small, n=3, cutoff=0.5)]
    if near:
        return f"Did you mean {' or '.join(f'`{item}`' for item in near)}?"
    return f"Its columns: {', '.join(f'`{item}`' for item in names[:20])}{' …' if len(names) > 20 else ''}"
