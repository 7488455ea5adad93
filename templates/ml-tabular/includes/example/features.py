{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
"""What may the model know about an hour before it begins?

The calendar, the weather forecast, and how busy the last seven days were. Not the riders of that hour, and not
the date itself: the system grew all year, and a tree that has learned "August" knows nothing about November.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
{%- if engine == 'pandas' %}
import pandas as pd
{%- else %}
import polars as pl
{%- endif %}
from numpy.typing import NDArray

from {{ package_name }} import columns, dataset
from {{ package_name }}.columns import Series, Table
from {{ package_name }}.config import ProjectError

LEVEL_DAYS = 7  # one full week, so that every level has seen one weekend
LEAK_SCORE = 0.99  # a count has noise of its own: a straight line that explains more has seen the answer

# What each feature is: a `number`; a `level`, a small number of which each value may mean something of its own;
# a `category`; an `ordered` category, from first to last as dataset.py lists its values.
Kind: TypeAlias = Literal["number", "level", "category", "ordered"]
COLUMNS: dict[str, Kind] = {
    "hour": "level",
    "weekday": "level",
    "working_day": "level",
    "holiday": "level",
    "weather": "ordered",
    "temperature": "number",
    "feels_like": "number",
    "humidity": "number",
    "wind_speed": "number",
    "recent_level": "number",
}
FEATURES = list(COLUMNS)

# A linear model gets one level for each combination: 8 o'clock is a peak on working days only.
CROSSED = ["hour", "working_day"]

# What `make experiments` leaves out, one group at a time.
GROUPS = {
    "the hour": ["hour"],
    "the kind of day": ["weekday", "working_day", "holiday"],
    "the weather": ["weather", "temperature", "feels_like", "humidity", "wind_speed"],
    "the recent level": ["recent_level"],
}


def build(raw: Table) -> Table:
    """Turn raw rows into the table of a run, in ordinary units.

    The raw file holds weather as fractions of a range; the ranges are those of its documentation.

    Parameters
    ----------
    raw
        Rows as `dataset.RAW` describes them, in order of time.

    Returns
    -------
    Table
        The columns of `dataset.TABLE`. The first seven days have no past yet and are left out.
    """
{%- if engine == 'pandas' %}
    table = pd.DataFrame(
        {
            "date": (pd.Timestamp("2011-01-01") + pd.to_timedelta(raw["day"] - 1, unit="D")).astype(
                "datetime64[us]"
            ),
            "hour": raw["hr"],
            "weekday": raw["weekday"],
            "holiday": raw["holiday"],
            "weather": raw["weathersit"],
            "temperature": raw["temp"] * 47 - 8,
            "feels_like": raw["atemp"] * 66 - 16,
            "humidity": raw["hum"] * 100,
            "wind_speed": raw["windspeed"] * 67,
            "recent_level": recent_level(raw),
            "bikers": raw["bikers"],
        }
    ).dropna(subset="recent_level")
{%- else %}
    table = raw.select(
        date=pl.datetime(2011, 1, 1) + pl.duration(days=pl.col("day") - 1),
        hour="hr",
        weekday="weekday",
        holiday="holiday",
        weather="weathersit",
        temperature=pl.col("temp") * 47 - 8,
        feels_like=pl.col("atemp") * 66 - 16,
        humidity=pl.col("hum") * 100,
        wind_speed=pl.col("windspeed") * 67,
        recent_level=recent_level(raw),
        bikers="bikers",
    ).drop_nulls("recent_level")
{%- endif %}
    return columns.validate(table, columns.schema(dataset.TABLE), "the table of a run")


def recent_level(raw: Table) -> Series:
    """Say how busy the system was lately: the mean of the seven complete days before each row's day.

    This is how the model follows the growth of the system; docs/decisions/0003-growth.md has what else was tried.
    Today's own riders stay out of it: in the morning nobody knows them.

    Parameters
    ----------
    raw
        Rows with `day` and `bikers`, in order of time.

    Returns
    -------
    Series
        Bikers per hour, one value a row; missing in the first seven days.
    """
{% call exercise(edition, exercises, 'level') %}
{%- if engine == 'pandas' %}
    daily = raw.groupby("day")["bikers"].mean()
    return raw["day"].map(daily.rolling(LEVEL_DAYS).mean().shift(1))
{%- else %}
    daily = raw.group_by("day", maintain_order=True).agg(pl.col("bikers").mean())
    level = daily.select("day", level=pl.col("bikers").rolling_mean(LEVEL_DAYS).shift(1))
    return raw.select("day").join(level, on="day", how="left", maintain_order="left")["level"]
{%- endif %}
{% endcall %}


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
    monday_to_friday = (given["weekday"] >= 1) & (given["weekday"] <= 5)  # noqa: PLR2004
    working = monday_to_friday & (given["holiday"] == 0)
    found = {**given, "working_day": working.astype(int)}
    return {name: found[name] for name in FEATURES}


def refuse_leaks(table: Table) -> None:
    """Stop when the columns give the answer away, whatever their names are.

    The schema refuses columns by name. This looks at values: it fits a straight line from the numeric columns to the
    target on every other row, and a line that is nearly perfect on the rest has been told the answer.

    Raises
    ------
    ProjectError
        If the line explains more than `LEAK_SCORE` of the variance.
    """
{% include 'includes/leaks.py' %}

# Other ideas, which `make experiments` measures: what is added to the table, and which features it replaces.


def days(table: Table) -> NDArray[np.int64]:
    """Give each row the number of its day, shape (rows,)."""
    found: NDArray[np.int64] = table["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return found


def day_of_year(table: Table) -> NDArray[np.float64]:
    """Count the days since the first one."""
    since: NDArray[np.float64] = (days(table) - days(table).min()).astype(float)
    return since


def season(table: Table) -> NDArray[np.float64]:
    """Give each row the number of its quarter."""
    return day_of_year(table) // 91


def a_week_ago(table: Table) -> NDArray[np.float64]:
    """Look up the riders of the same hour seven days earlier; missing where that hour had none."""
    hours = days(table) * 24 + table["hour"].to_numpy()
    known = dict(zip(hours.tolist(), table["bikers"].to_list(), strict=True))
    return np.array([known.get(hour - 7 * 24, np.nan) for hour in hours.tolist()], dtype=float)


def level(table: Table, length: int) -> NDArray[np.float64]:
    """Compute the mean of the last `length` complete days, or of as many as there are; missing on the first day."""
    found, numbers = np.unique(days(table), return_inverse=True)
    means = np.bincount(numbers, table["bikers"].to_numpy()) / np.bincount(numbers)
    past = [float(means[max(0, i - length) : i].mean()) if i else np.nan for i in range(len(found))]
    return np.array(past)[numbers]


IDEAS: dict[str, tuple[Callable[[Table], NDArray[np.float64]], list[str]]] = {
    "the day of the year instead of the recent level": (day_of_year, ["recent_level"]),
    "the day of the year as well": (day_of_year, []),
    "the season instead of the recent level": (season, ["recent_level"]),
    "the same hour a week ago instead of the recent level": (a_week_ago, ["recent_level"]),
    "the same hour a week ago as well": (a_week_ago, []),
    "the mean of the last 14 days instead of 7": (partial(level, length=14), ["recent_level"]),
    "the mean of the last 28 days instead of 7": (partial(level, length=28), ["recent_level"]),
}
