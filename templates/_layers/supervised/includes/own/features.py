{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
{%- from 'includes/quoted.jinja' import python -%}
{%- from 'includes/stage.jinja' import predicts with context -%}
{%- from 'includes/own/facts.jinja' import days, dated, has_hours, inputs, is_amount, kind_of with context -%}
{%- set amounts = namespace(names=[]) -%}
{%- for column in inputs if is_amount(column) -%}{%- set _ = amounts.names.append(column.name) -%}{%- endfor -%}
"""What may the model know about a row before the target is known, and in which form?

This is the one place for feature engineering. It starts with what the columns allow: parts of dates, logarithms of
skewed amounts, a level of its own for a missing category. Better ideas come from knowing the subject: yours.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from {{ package_name }} import columns, dataset
from {{ package_name }}.columns import Table
from {{ package_name }}.config import ProjectError

LEAK_SCORE = 0.999  # a straight line that explains more of the target has been told the answer

# What each feature is: a `number`; a `level`, a small number of which each value may mean something of its own;
# a `category`; an `ordered` category, from first to last as dataset.py lists its values.
Kind: TypeAlias = Literal["number", "level", "category", "ordered"]
COLUMNS: dict[str, Kind] = {
{%- for column in inputs %}
{%- if column.kind == 'datetime' %}
{%- if column.role != 'time' %}
    {{ python(column.name ~ ': year') }}: "number",
{%- endif %}
{%- if column.role != 'time' or days(column) | int > 730 %}
    {{ python(column.name ~ ': month') }}: "level",
{%- endif %}
    {{ python(column.name ~ ': weekday') }}: "level",
{%- if has_hours(column) %}
    {{ python(column.name ~ ': time of day') }}: "level",
{%- endif %}
{%- else %}
    {{ python(column.name) }}: "{{ 'category' if kind_of(column) == 'category' else 'number' }}",
{%- endif %}
{%- endfor %}
}
FEATURES = list(COLUMNS)

# A linear model gets one level for each combination of these, which should have few values: none yet.
CROSSED: list[str] = []

# Amounts with a few very large values: their logarithm is used.
{%- if amounts.names %}
AMOUNTS: list[str] = [
{%- for name in amounts.names %}
    {{ python(name) }},
{%- endfor %}
]
{%- else %}
AMOUNTS: list[str] = []
{%- endif %}

# What `make experiments` leaves out, one group at a time; the features of one column belong together.
GROUPS = {
    column.name: [
        name
        for name in FEATURES
        if name == column.name or (column.kind == "datetime" and name.startswith(f"{column.name}: "))
    ]
    for column in dataset.INPUTS
}
{%- if predicts == 'probabilities' %}
# Groups that are left out as one: none yet.
TOGETHER: dict[str, list[str]] = {}
{%- endif %}


def build(raw: Table) -> Table:
    """Turn raw rows into the table of a run: rows without a target{{ ' or a time' if time_column }} are left out.

    A feature that needs other rows, such as the mean of the last week, belongs here. Let it see the past only, and list
    it in `dataset.INPUTS`, because whoever asks for a prediction has to bring it.
    """
    table = columns.rows(raw, present(raw))
{%- if predicts == 'probabilities' %}
    classes = [dataset.MERGED.get(text, text) for text in table[dataset.TARGET].to_list()]
    table = columns.frame({name: table[name] for name in table.columns} | {dataset.TARGET: classes})
{%- endif %}
    return columns.validate(table, columns.schema(dataset.TABLE), "the table of a run")


def present(raw: Table) -> NDArray[np.bool_]:
    """Say which rows have a target{{ ' and a time' if time_column }}, shape (rows,)."""
    found = np.ones(len(raw), dtype=bool)
    for name in filter(None, [dataset.TARGET, dataset.TIME]):
        found &= ~raw[name].{{ 'isna()' if engine == 'pandas' else 'is_null()' }}.to_numpy()
{%- if predicts == 'probabilities' %}
    found &= np.array([dataset.MERGED.get(text, text) is not None for text in raw[dataset.TARGET].to_list()])
{%- endif %}
    return found


def derive(table: Table) -> Table:
    """Compute the `FEATURES` of each row of a table, in their order."""
    return columns.frame(compute(columns.arrays(table)))


def compute(given: Mapping[str, Any]) -> dict[str, Any]:
    """Compute the features of each row from its own columns, for training and for a request alike.

    Parameters
    ----------
    given
        The columns of `dataset.INPUTS`, shape (rows,) each; of a category it may be a list.

    Returns
    -------
    dict
        The `FEATURES`, in their order, each of the same length.
    """
    found: dict[str, Any] = {}
    for column in dataset.INPUTS:
        name, values = column.name, given[column.name]
        if column.kind == "datetime":
            found |= calendar(name, values.astype("datetime64[s]"))
        elif column.kind == "category":
            found[name] = [text if isinstance(text, str) else "missing" for text in values]
        else:
            numbers = values.astype(float)
            found[name] = np.log1p(np.maximum(numbers, 0)) if name in AMOUNTS else numbers
    # Your own features go here: found["price per room"] = …, and a line in COLUMNS.
    return {name: found[name] for name in FEATURES}


def calendar(name: str, moments: NDArray[np.datetime64]) -> dict[str, NDArray[np.float64]]:
    """Take dates apart, shape (rows,) each; a missing date gives NaN. Monday is 0."""
    days, months = moments.astype("datetime64[D]"), moments.astype("datetime64[M]")
    parts = {
        "year": moments.astype("datetime64[Y]").astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "weekday": (days.astype(np.int64) + 3) % 7,
        "time of day": (moments - days).astype("timedelta64[h]").astype(np.int64),
    }
    return {f"{name}: {part}": np.where(np.isnat(moments), np.nan, values) for part, values in parts.items()}


def refuse_leaks(table: Table) -> None:
    """Stop when the columns give the answer away, whatever their names are.

{%- if predicts == 'probabilities' %}

    A straight line from the numeric columns to each class is fitted on every other row. A line that is nearly perfect
    on the rest has been told the answer: the class under another name, the amount that it was made from.
{%- else %}

    A straight line from the numeric columns to the target is fitted on every other row. A line that is nearly perfect
    on the rest has been told the answer: a total and its parts, the same amount in another currency.
{%- endif %}

    Raises
    ------
    ProjectError
        If the line explains more than `LEAK_SCORE` of the variance.
    """
{% include 'includes/leaks.py' %}

# Other ideas, which `make experiments` measures: what is added to the table, and which features it replaces.
# An entry looks like this: "rooms a head": (lambda table: …, ["rooms"]), and replaces `rooms`.
IDEAS: dict[str, tuple[Callable[[Table], NDArray[np.float64]], list[str]]] = {}
