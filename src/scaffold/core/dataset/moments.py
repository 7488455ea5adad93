"""Columns that may say when a row happened, where none of them makes the split: a random one would promise too much."""

from collections.abc import Iterable

from scaffold.core.dataset.kinds import is_called
from scaffold.core.dataset.model import Column, Finding

BIRTH = ("birth", "birthday", "birthdate", "dob", "born")
"""Words of names of dates that order people and not rows."""
_WORDS = ("year", "yr", "date", "time", "timestamp", "month", "quarter", "week", "jahr", "datum", "monat", "quartal")
_YEARS = (1500, 2100)


def unused(columns: Iterable[Column]) -> list[Finding]:
    """The first date, year, or text that is called like one, as a list of one; empty when there is none."""
    for column in columns:
        if not column.name or is_called(column.name, BIRTH) or column.kind == "constant":
            continue
        if column.kind == "datetime" or _is_year(column):
            message = f"`{column.name}` may say when a row happened, and the split is random"
            return [Finding(column.name, "time", message, "--time")]
        if column.kind in ("text", "identifier") and column.number is None and is_called(column.name, _WORDS):
            message = f"`{column.name}` is not written as a date ({column.evidence}), and the split is random"
            return [Finding(column.name, "time", message, "--time")]
    return []


def _is_year(column: Column) -> bool:
    first, last = _YEARS
    return column.whole and is_called(column.name, _WORDS) and first <= column.minimum and column.maximum <= last
