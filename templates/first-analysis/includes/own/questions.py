{%- from 'includes/quoted.jinja' import listed, python -%}
{%- from 'includes/own/facts.jinja' import asked, question with context -%}
{%- set kinds = asked | map(attribute='kind') | list -%}
"""What do we ask the data, and what does it answer?

These questions are proposals, made from the columns of the table. Keep one, change it, or put a better one in its place: its
words and columns stand in QUESTIONS below, its query in `queries/`, and what it found in `docs/findings.md`.
Each is answered twice: here in pandas, with an interval, and by its query, whose columns have the names of the claims.
`make evaluate` stops when the two disagree.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from {{ package_name }}.config import ProjectError, Settings
from {{ package_name }}.dataset import GROUP
from {{ package_name }}.metrics import Claim, bootstrap{{ ', share' if 'share' in kinds or 'complete' in kinds or 'repeats' in kinds }}
from {{ package_name }}.tables import Table, Tables

MOST_DRAWN = 20_000_000  # rows, over all draws: a large table needs fewer draws, its intervals are narrow


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its words, what answers it in pandas and in SQL, and the columns and texts that it is about."""

    name: str
    asks: str
    method: Callable[["Question", Table, Settings], list[Claim]]
    query: Path
    columns: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def answer(self, tables: Tables, settings: Settings) -> list[Claim]:
        """Answer it in pandas."""
        return self.method(self, tables["records"], settings)


def sampled(
    known: Table, settings: Settings, statistic: Callable[[NDArray[np.intp]], float]
) -> dict[str, Any]:
    """Compute a number on the given rows, and its interval over rows, or over groups of them.

    Raises
    ------
    ProjectError
        If there are too few rows for it.
    """
    draws = min(settings.bootstrap_draws, max(100, MOST_DRAWN // max(len(known), 1)))
    blocks = np.arange(len(known)) if GROUP is None else pd.factorize(known[GROUP])[0]
    with np.errstate(all="ignore"):
        found = bootstrap(statistic, blocks, draws, settings.seed)
    if not np.isfinite(list(found.values())).all():
        message = f"`{', '.join(known.columns)}`: there are too few rows to compare"
        raise ProjectError(message)
    return {**found, "n": len(known), "over": "rows" if GROUP is None else "groups"}


def digits(values: NDArray[Any]) -> int:
    """Say how many decimals to show: those that a hundredth of the spread needs."""
    spread = float(np.std(values))
    return min(6, max(0, 2 - math.floor(math.log10(spread)))) if spread > 0 else 0


def known(table: Table, names: list[str]) -> Table:
    """Take the rows in which none of the columns is missing, with the column of the groups where there is one."""
    return table[[*dict.fromkeys([*names, *([GROUP] if GROUP else [])])]].dropna(subset=names)
{%- if 'typical' in kinds %}


def typical(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute the median and the mean: half of the rows lie below the one, and a few large values pull the other."""
    [name] = question.columns
    rows = known(table, [name])
    values = rows[name].to_numpy()
    shown = digits(values)
    median = sampled(rows, settings, lambda drawn: float(np.median(values[drawn])))
    mean = sampled(rows, settings, lambda drawn: float(values[drawn].mean()))
    return [
        Claim(f"{question.name}_median", f"median of {name}", digits=shown, **median),
        Claim(f"{question.name}_mean", f"mean of {name}", digits=shown, **mean),
    ]
{%- endif %}
{%- if 'spread' in kinds %}


def spread(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute the width of the middle half: from the value that a quarter lies below to the one that a quarter lies above."""
    [name] = question.columns
    rows = known(table, [name])
    values = rows[name].to_numpy()

    def width(drawn: NDArray[np.intp]) -> float:
        low, high = np.quantile(values[drawn], [0.25, 0.75])
        return float(high - low)

    found = sampled(rows, settings, width)
    return [Claim(question.name, f"middle half of {name}", digits=digits(values), **found)]
{%- endif %}
{%- if 'difference' in kinds or 'change' in kinds %}


def contrast(rows: Table, name: str, later: NDArray[np.bool_], settings: Settings) -> dict[str, Any]:
    """Compute the mean of a number where `later`, shape (rows,), is true, minus the mean where it is not."""
    values = rows[name].to_numpy()

    def gap(drawn: NDArray[np.intp]) -> float:
        part = later[drawn]
        if part.all() or not part.any():
            return math.nan
        return float(values[drawn][part].mean() - values[drawn][~part].mean())

    return {**sampled(rows, settings, gap), "digits": digits(values)}
{%- endif %}
{%- if 'difference' in kinds %}


def difference(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute the mean of a number for one value of a category, for another, and the difference."""
    name, category = question.columns
    first, second = question.texts
    rows = known(table, [name, category])
    rows = rows[rows[category].isin([first, second])]
    is_first = (rows[category] == first).to_numpy()
    values = rows[name].to_numpy()
    shown = digits(values)
    one, other = values[is_first], values[~is_first]
    gap = contrast(rows, name, is_first, settings)
    return [
        Claim(f"{question.name}_first", f"mean of {name}, {first}", one.mean(), len(one), digits=shown),
        Claim(f"{question.name}_second", f"mean of {name}, {second}", other.mean(), len(other), digits=shown),
        Claim(question.name, f"{first} minus {second}", **gap),
    ]
{%- endif %}
{%- if 'change' in kinds %}


def change(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute the mean of a number in the later half of the rows minus that in the earlier half."""
    name, when = question.columns
    rows = known(table, [name, when])
    middle = rows[when].sort_values().iloc[(len(rows) - 1) // 2]
    gap = contrast(rows, name, (rows[when] > middle).to_numpy(), settings)
    return [Claim(question.name, f"{name}, later half minus earlier half", **gap)]
{%- endif %}
{%- if 'together' in kinds %}


def together(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute the correlation of two numbers: 1 and -1 are a straight line, 0 is none."""
    first, second = question.columns
    rows = known(table, [first, second])
    one, other = rows[first].to_numpy(), rows[second].to_numpy()
    found = sampled(rows, settings, lambda drawn: float(np.corrcoef(one[drawn], other[drawn])[0, 1]))
    return [Claim(question.name, f"correlation of {first} and {second}", digits=2, **found)]
{%- endif %}
{%- if 'share' in kinds %}


def common(question: Question, table: Table, _settings: Settings) -> list[Claim]:
    """Compute the share of one value among the rows in which the column is not missing."""
    [name], [value] = question.columns, question.texts
    cells = table[name].dropna()
    found = share(int((cells == value).sum()), len(cells))
    return [Claim(question.name, f"share of {value} in {name}", over="rows", **found)]
{%- endif %}
{%- if 'association' in kinds %}


def association(question: Question, table: Table, settings: Settings) -> list[Claim]:
    """Compute how much more common, in points of percent, a value is with one value of another column than with a second."""
    name, category = question.columns
    value, first, second = question.texts
    rows = known(table, [name, category])
    rows = rows[rows[category].isin([first, second])]
    hits, is_first = (rows[name] == value).to_numpy(), (rows[category] == first).to_numpy()

    def gap(drawn: NDArray[np.intp]) -> float:
        part = is_first[drawn]
        if part.all() or not part.any():
            return math.nan
        return float(100 * (hits[drawn][part].mean() - hits[drawn][~part].mean()))

    found = sampled(rows, settings, gap)
    return [Claim(question.name, f"{value}: {first} minus {second}", unit="points", digits=1, **found)]
{%- endif %}
{%- if 'complete' in kinds %}


def complete(question: Question, table: Table, _settings: Settings) -> list[Claim]:
    """Compute the share of rows in which no cell is missing."""
    found = share(len(table.dropna()), len(table))
    return [Claim(question.name, "rows with every cell", over="rows", **found)]
{%- endif %}
{%- if 'repeats' in kinds %}


def repeats(question: Question, table: Table, _settings: Settings) -> list[Claim]:
    """Compute the share of rows that are the same as an earlier one in every column."""
    found = share(int(table.duplicated().sum()), len(table))
    return [Claim(question.name, "rows that repeat an earlier one", over="rows", **found)]
{%- endif %}


QUESTIONS = [
{%- for one in asked %}
    Question(
        name="{{ one.name }}",
        asks={{ python(question(one)) }},
        method={{ 'common' if one.kind == 'share' else one.kind }},
        query=Path("queries/question-{{ loop.index }}.sql"),
{%- if one.columns %}
        columns={{ listed(one.columns, 16, 8) }},
{%- endif %}
{%- if one['values'] %}
        texts={{ listed(one['values'], 14, 8) }},
{%- endif %}
    ),
{%- endfor %}
]
