{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
"""What may the model know about a storm when an observation is made?

Where it is, how strong, what the last day brought (`history.py`), and the time of the year. Nothing that is observed
later, and not the year: storms of the years to come have another one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from {{ package_name }} import columns, dataset, history
from {{ package_name }}.columns import Table
from {{ package_name }}.config import ProjectError

LEAK_SCORE = 0.999  # a straight line that explains more of the target has been told the answer
PEAK = 253  # 10 September, the middle of the season

# What each feature is: a `number`; a `level`, a small number of which each value may mean something of its own;
# a `category`; an `ordered` category, from first to last as dataset.py lists its values.
Kind: TypeAlias = Literal["number", "level", "category", "ordered"]
COLUMNS: dict[str, Kind] = {
    **{column.name: "category" if column.kind == "category" else "number" for column in dataset.INPUTS},
    "days_from_peak": "number",
    "below_strongest": "number",
}
FEATURES = list(COLUMNS)

# A linear model gets one level for each combination of these, which should have few values: none yet.
CROSSED: list[str] = []

# What `make experiments` leaves out, one group at a time.
GROUPS = {
    "where": ["latitude", "longitude"],
    "when in the year": ["day_of_year", "days_from_peak"],
    "wind, pressure and status now": ["wind", "pressure", "status"],
    "changes of the wind": [name for name in FEATURES if name.startswith("wind_change")],
    "changes of the pressure": [name for name in FEATURES if name.startswith("pressure_change")],
    "age and strongest so far": ["age", "strongest", "below_strongest"],
    "movement": ["northward", "eastward"],
    "the rate so far": ["rate"],
}
# Groups that are left out as one.
TOGETHER = {"everything from the past": [*history.FEATURES, "below_strongest"]}
BASINS = {  # south, north, west, east: rough boxes
    "Gulf of Mexico": (18, 31, -98, -81),
    "Caribbean": (8, 20, -88, -60),
}


def build(raw: Table) -> Table:
    """Turn observations into the table of a run.

    Parameters
    ----------
    raw
        Rows as `dataset.RAW` describes them.

    Returns
    -------
    Table
        The columns of `dataset.TABLE`. Observations that are not followed by one 24 hours later are left out: nobody
        knows what they became.
    """
    hours = history.hours(raw)
    days = (hours // 24).astype("datetime64[D]")
    day_of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
    latitude, longitude = (raw[name].to_numpy().astype(float) for name in ("lat", "long"))
    became = history.outcome(raw)
    table = columns.frame(
        {
            "storm": history.storms(raw),
            "season": raw["year"].to_numpy(),
            "basin": basin(latitude, longitude).tolist(),
            "latitude": latitude,
            "longitude": longitude,
            "day_of_year": day_of_year,
            "status": raw["status"].to_list(),
            "wind": raw["wind"].to_numpy().astype(float),
            "pressure": raw["pressure"].to_numpy().astype(float),
            **{name: feature.compute(raw) for name, feature in history.FEATURES.items()},
            dataset.TARGET: np.where(became == 1, "yes", "no").tolist(),
        }
    )
    table = columns.frame(
        {column.name: as_described(column.kind, table[column.name]) for column in dataset.TABLE}
    )
    table = columns.rows(table, ~np.isnan(became))
    return columns.validate(table, columns.schema(dataset.TABLE), "the table of a run")


def as_described(kind: str, values: columns.Series) -> columns.Series | NDArray[np.int64]:
    """Make whole numbers of a count."""
    return values.to_numpy().astype(np.int64) if kind == "count" else values


def basin(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.str_]:
    """Name the part of the ocean, shape (rows,)."""
    found = np.full(len(latitude), "open Atlantic", dtype="<U20")
    for name, (south, north, west, east) in reversed(BASINS.items()):
        found[(south <= latitude) & (latitude <= north) & (west <= longitude) & (longitude <= east)] = name
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
    found: dict[str, Any] = {
        column.name: list(given[column.name])
        if column.kind == "category"
        else given[column.name].astype(float)
        for column in dataset.INPUTS
    }
    found["days_from_peak"] = np.abs(found["day_of_year"] - PEAK)
    found["below_strongest"] = found["strongest"] - found["wind"]
    return {name: found[name] for name in FEATURES}


def refuse_leaks(table: Table) -> None:
    """Stop when the columns give the answer away, whatever their names are.

    The schema refuses columns by name. This looks at values: it fits a straight line from the numeric columns to each
    class on every other row, and a line that is nearly perfect on the rest has been told the answer.

    Raises
    ------
    ProjectError
        If the line explains more than `LEAK_SCORE` of the variance.
    """
{% include 'includes/leaks.py' %}

# Other ideas, which `make experiments` measures: what is added to the table, and which features it replaces.


def fast_before(table: Table) -> NDArray[np.float64]:
    """Say whether the wind rose by 20 knots or more in the last 24 hours."""
    fast: NDArray[np.float64] = (table["wind_change_24h"].to_numpy().astype(float) >= 20).astype(float)  # noqa: PLR2004
    return fast


def deep_for_its_wind(table: Table) -> NDArray[np.float64]:
    """Compute by how much the pressure is lower than usual at this wind, in millibars."""
    usual = 1016 - 0.63 * table["wind"].to_numpy().astype(float)
    difference: NDArray[np.float64] = table["pressure"].to_numpy().astype(float) - usual
    return difference


def speed(table: Table) -> NDArray[np.float64]:
    """Compute the speed of the movement in km/h."""
    north, east = (table[name].to_numpy().astype(float) for name in ("northward", "eastward"))
    found: NDArray[np.float64] = np.hypot(north, east)
    return found


IDEAS: dict[str, tuple[Callable[[Table], NDArray[np.float64]], list[str]]] = {
    "whether it rose by 20 knots the day before, instead of the changes of the wind": (
        fast_before,
        GROUPS["changes of the wind"],
    ),
    "how deep the pressure is for its wind, as well": (deep_for_its_wind, []),
    "the speed of the movement, as well": (speed, []),
}
