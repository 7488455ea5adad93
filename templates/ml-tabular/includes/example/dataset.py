"""What is the data: what is predicted, from what, and which rows may judge a model?

With `features.py` this is the only module that knows the table. Everything else reads from here: what a raw row must
look like, what a request to the service holds, how the table is split, and the words of the report.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from {{ package_name }}.columns import Column, Reading, Table

RAW_FILE = Path("data/raw/bikeshare_hourly_2011.csv.gz")
READING = Reading()

# What each column of the raw file must hold; docs/data-card.md says what it means.
RAW = [
    Column(name="season", kind="count", low=1, high=4),
    Column(name="mnth", kind="category"),
    Column(name="day", kind="count", low=1, high=365),
    Column(name="hr", kind="count", low=0, high=23),
    Column(name="holiday", kind="flag", choices=("0", "1")),
    Column(name="weekday", kind="count", low=0, high=6),
    Column(name="workingday", kind="flag", choices=("0", "1")),
    Column(
        name="weathersit",
        kind="category",
        choices=("clear", "cloudy/misty", "light rain/snow", "heavy rain/snow"),
    ),
    Column(name="temp", kind="number", low=0, high=1),
    Column(name="atemp", kind="number", low=0, high=1),
    Column(name="hum", kind="number", low=0, high=1),
    Column(name="windspeed", kind="number", low=0, high=1),
    Column(name="casual", kind="count", low=0),
    Column(name="registered", kind="count", low=0),
    Column(name="bikers", kind="count", low=1),
]
LEFT_OUT: dict[str, str] = {}  # further columns of the raw file, each with the reason
UNIQUE = ("day", "hr")
RULES = {
    # The reason why neither kind of riders may be a feature.
    "casual and registered add up to bikers": lambda raw: (
        raw["casual"].to_numpy() + raw["registered"].to_numpy() == raw["bikers"].to_numpy()
    ),
}

# What is known about an hour before it begins: what a request holds, in ordinary units.
INPUTS = [
    Column(name="hour", kind="count", low=0, high=23, about="hour of the day", example=8),
    Column(name="weekday", kind="count", low=0, high=6, about="0 is Sunday, 6 is Saturday", example=2),
    Column(
        name="holiday",
        kind="flag",
        choices=("no", "yes"),
        about="a public holiday in Washington, D.C.",
        example=False,
    ),
    Column(
        name="weather",
        kind="category",
        choices=("clear", "cloudy/misty", "light rain/snow", "heavy rain/snow"),  # best to worst
        example="clear",
    ),
    Column(name="temperature", kind="number", low=-8, high=39, unit="°C", example=18),
    Column(name="feels_like", kind="number", low=-16, high=50, unit="°C", example=18),
    Column(name="humidity", kind="number", low=0, high=100, unit="%", example=55),
    Column(name="wind_speed", kind="number", low=0, high=67, unit="km/h", example=12),
    Column(
        name="recent_level",
        kind="number",
        low=1,
        high=500,
        unit="bikers per hour",
        about="mean of the last seven complete days, known at midnight",
        example=160,
    ),
]

TARGET = "bikers"
UNIT = "bikers per hour"  # of the target
ROWS = "hours"  # what the rows are
LOWEST: float | None = 0.0  # no prediction may be below
SPREAD = "root"  # how errors grow with the prediction; docs/decisions/0004-range.md
TIME: str | None = "date"  # the split follows it
GROUP: str | None = None  # rows of one group stay in one part of the split
BLOCK = "day"  # rows of one day share their luck: the bootstrap draws whole days

# The table of a run, as `features.build` makes it.
TABLE = [
    Column(name="date", kind="datetime"),
    *INPUTS,
    Column(name=TARGET, kind="count", low=1),
]


def moments(table: Table) -> NDArray[np.datetime64]:
    """Say when each row happened, for figures, shape (rows,)."""
    days, hours = table["date"].to_numpy(), table["hour"].to_numpy()
    found: NDArray[np.datetime64] = days.astype("datetime64[h]") + hours.astype("timedelta64[h]")
    return found


WINDOW = 7 * 24  # moments in the figure of predictions: a week


def slices(table: Table) -> dict[str, NDArray[np.bool_]]:
    """Say which rows belong to each slice of the test set; slices may overlap.

    They are the hours in which the operator works differently: commuters, night, free days, bad weather.
    """
    hour, holiday = table["hour"].to_numpy(), table["holiday"].to_numpy() == 1
    working = np.isin(table["weekday"].to_numpy(), range(1, 6)) & ~holiday
    rush = np.isin(hour, [7, 8, 9, 16, 17, 18, 19])
    return {
        "working day, rush hours (7-9, 16-19)": working & rush,
        "working day, other hours": working & ~rush,
        "weekend": ~working & ~holiday,
        "public holiday": holiday,
        "night (0-5)": np.isin(hour, [0, 1, 2, 3, 4, 5]),
        "rain or snow": np.isin(table["weather"].to_numpy(), ["light rain/snow", "heavy rain/snow"]),
    }
