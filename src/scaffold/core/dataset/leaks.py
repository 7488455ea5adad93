"""Columns that give the target away, found on values before anything is trained.

A column leaks for certain when it is the target in other clothes: equal, recoded, scaled, part of a sum, product or
ratio that gives it exactly, or when it alone decides the class of rows that it was not fitted on. It is suspected when
it nearly does, or when its name says that it is known only afterwards and it knows the target well.

The comparison with a full model ("alone as good as everything together") is made where models are: in the project.
"""

from collections.abc import Sequence

from scaffold.core.dataset import algebra
from scaffold.core.dataset.kinds import is_called, words_of
from scaffold.core.dataset.model import Column, Finding, Profile
from scaffold.core.dataset.sample import Sample
from scaffold.core.outcome import Progress, silent
from scaffold.tools.tables.database import Database

_SCALED = 0.9999
_ROUNDING = 0.005
"""A copy differs by what rounding costs; last year's population differs by more, though its R² is as high."""
_DECIDES = 0.999
_NEARLY = 0.99
_KNOWS = 0.3
_FEWEST_ROWS = 50
_AFTERWARDS = (
    {"actual", "final", "outcome", "result", "delivered", "delivery", "arrived", "arrival", "closed"}
    | {"completed", "resolved", "resolution", "returned", "refund", "refunded", "paid", "settled", "settlement"}
    | {
        "discharge",
        "discharged",
        "cancelled",
        "canceled",
        "cancellation",
        "terminated",
        "termination",
        "exit",
        "finished",
    }
)
"""Words of names of what is known only once the target is."""
_AFTERWARDS_LAST = ("real",)
"""The same for the last word: "days for shipping (real)", and not the economist's "real income"."""


def find(
    database: Database, profile: Profile, target: Column, candidates: Sequence[Column], progress: Progress = silent
) -> list[Finding]:
    """The leaks among the candidates.

    Args:
        database: The loaded table.
        profile: Its profile.
        target: The column to predict.
        candidates: The columns that may become features.
        progress: Told which column is looked at.
    """
    if profile.rows - target.missing < _FEWEST_ROWS:
        return []
    sample = Sample(database, target, candidates)
    certain: dict[str, str] = {}
    for number, column in enumerate(candidates, start=1):
        progress.count("Looking for leaks", number, len(candidates))
        message = _copies(sample, column, target)
        if message:
            certain[column.name] = message
    others = [column for column in candidates if column.name not in certain]
    if target.is_number:
        certain |= _computed(sample, [column for column in others if sample.is_numeric(column)], target)
    findings = [Finding(name, "leak", message, "--drop") for name, message in certain.items()]
    for column in candidates:
        if column.name not in certain:
            findings += _alone(sample, column, target)
    return findings


def _copies(sample: Sample, column: Column, target: Column) -> str:
    """A sentence when a column is the target, coded or scaled otherwise; empty when it is not."""
    if target.is_number and sample.is_numeric(column):
        line = sample.line(column)
        if line is None or line.r2 < _SCALED or line.error > _ROUNDING:
            return ""
        if line.equal:
            return f"`{column.name}` equals `{target.name}` in all of {line.rows:,} rows"
        formula = f"{line.slope:.6g} × `{column.name}` {line.intercept:+.6g}"
        return f"`{target.name}` is {formula} in {line.rows:,} rows (R² {line.r2:.7f})"
    if not target.is_number and column.kind in ("category", "flag") and sample.is_recoded(column):
        return f"`{column.name}` has one value for each value of `{target.name}`"
    return ""


def _computed(sample: Sample, columns: Sequence[Column], target: Column) -> dict[str, str]:
    rows = sample.complete_rows(columns)
    found: dict[str, str] = {}
    parts = algebra.linear_parts(rows)
    if len(parts) > 1:
        names = [columns[position].name for position in parts]
        found |= dict.fromkeys(names, f"`{target.name}` is computed from {_listed(names)} by adding them")
    elif parts := algebra.nearly_linear(rows):
        names = [columns[position].name for position in parts]
        found |= dict.fromkeys(names, f"A straight line from {_listed(names)} gives 99.9% of `{target.name}`")
    for first, second, sign in algebra.products(rows):
        names = [columns[first].name, columns[second].name]
        way = "multiplying" if sign == "×" else "dividing"
        for name in names:
            found.setdefault(name, f"`{target.name}` is computed from {_listed(names)} by {way} them")
    return found


def _alone(sample: Sample, column: Column, target: Column) -> list[Finding]:
    skill = sample.skill(column)
    share = f"{skill:.1%}" if skill < _DECIDES else f"{skill:.2%}"
    what = "of its variance" if target.is_number else "of what can be known beyond the most frequent class"
    if skill >= _NEARLY:
        # A number that rises with another one, as everything does with the years, is no proof; a class is.
        certain = skill >= _DECIDES and not target.is_number
        message = f"`{column.name}` alone tells `{target.name}`: {share} {what}"
        return [Finding(column.name, "leak" if certain else "suspect", message, "--drop")]
    if not target.is_number and sample.is_numeric(column) and sample.separates(column):
        message = f"Each class of `{target.name}`, rare ones aside, has a range of `{column.name}` for itself"
        return [Finding(column.name, "suspect", message, "--drop")]
    if skill >= _KNOWS and _sounds_late(column.name):
        message = f"`{column.name}` sounds as if it were known only after `{target.name}`, and explains {share} {what}"
        return [Finding(column.name, "suspect", message, "--drop")]
    return []


def _sounds_late(name: str) -> bool:
    return is_called(name, _AFTERWARDS) or words_of(name)[-1:] in ([word] for word in _AFTERWARDS_LAST)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
