"""What is the data: what is predicted, from what, and which rows may judge a model?

With `features.py` and `history.py` this is the only module that knows the table. Everything else reads from here: what a
raw row must look like, what a request to the service holds, how the table is split, and the words of the report.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from {{ package_name }}.columns import Column, Reading, Table

RAW_FILE = Path("data/raw/atlantic_storms.csv.gz")
READING = Reading()

STATUSES = (
    "tropical wave",
    "disturbance",
    "other low",
    "tropical depression",
    "subtropical depression",
    "tropical storm",
    "subtropical storm",
    "extratropical",
    "hurricane",
)

# What each column of the raw file must hold; docs/data-card.md says what it means.
RAW = [
    Column(name="name", kind="category"),
    Column(name="year", kind="count", low=1975, high=2022),
    Column(name="month", kind="count", low=1, high=12),
    Column(name="day", kind="count", low=1, high=31),
    Column(name="hour", kind="count", low=0, high=23),
    Column(name="lat", kind="number", low=0, high=75),
    Column(name="long", kind="number", low=-140, high=20),
    Column(name="status", kind="category", choices=STATUSES),
    Column(name="wind", kind="count", low=10, high=165),
    Column(name="pressure", kind="count", low=880, high=1030),
]
LEFT_OUT = {  # further columns of the raw file, each with the reason
    "category": "it is the wind in five steps",
    "tropicalstorm_force_diameter": "measured since 2004 only, so the training part would have half of it",
    "hurricane_force_diameter": "measured since 2004 only",
}
UNIQUE = ()
RULES = {
    "a hurricane has winds of 60 knots or more": lambda raw: (
        (raw["status"].to_numpy() != "hurricane") | (raw["wind"].to_numpy() >= 60)  # noqa: PLR2004
    ),
}

# What is known when an observation is made: what a request holds. Without an observation so long ago a change is missing.
INPUTS = [
    Column(name="latitude", kind="number", low=0, high=75, unit="degrees north", example=16.5),
    Column(name="longitude", kind="number", low=-140, high=20, unit="degrees east", example=-58.0),
    Column(name="day_of_year", kind="count", low=1, high=366, example=250),
    Column(name="status", kind="category", choices=STATUSES, example="tropical storm"),
    Column(name="wind", kind="number", low=10, high=165, unit="knots", example=55),
    Column(name="pressure", kind="number", low=880, high=1030, unit="millibars", example=995),
    *(
        Column(
            name=f"{what}_change_{hours}h",
            kind="number",
            low=-130,
            high=130,
            optional=True,
            unit=unit,
            about=f"since the observation {hours} hours ago",
            example=example * hours / 6,
        )
        for what, unit, example in (("wind", "knots", 4.0), ("pressure", "millibars", -2.0))
        for hours in (6, 12, 24)
    ),
    Column(
        name="age",
        kind="count",
        low=0,
        high=1000,
        unit="hours",
        about="since the first observation",
        example=48,
    ),
    Column(
        name="strongest",
        kind="number",
        low=10,
        high=165,
        unit="knots",
        about="strongest wind so far",
        example=55,
    ),
    Column(
        name="northward",
        kind="number",
        low=-150,
        high=150,
        optional=True,
        unit="km/h",
        about="movement",
        example=8,
    ),
    Column(
        name="eastward",
        kind="number",
        low=-150,
        high=150,
        optional=True,
        unit="km/h",
        about="movement",
        example=-20,
    ),
    Column(
        name="rate",
        kind="number",
        low=0,
        high=1,
        about="share of all earlier observations of this status that intensified fast, as far as known by now",
        example=0.08,
    ),
]

TARGET = "intensifies"
CLASSES = ("no", "yes")  # does the wind rise by 30 knots or more in the next 24 hours?
POSITIVE: str | None = "yes"  # the class that is looked for, of two
ORDERED = False  # whether a mistake costs more the further apart the classes are
ROWS = "observations"  # what the rows are
TIME: str | None = "season"  # the split follows it
GROUP: str | None = "storm"  # rows of one storm stay in one part of the split
BLOCK = "group"  # rows of one storm share their luck: the bootstrap draws whole storms
WITHIN = ("season", "basin")  # is the model good within a season and a basin, or only at telling them apart?

# The table of a run, as `features.build` makes it.
TABLE = [
    Column(name="storm", kind="category"),
    Column(name="season", kind="count"),
    Column(name="basin", kind="category"),
    *INPUTS,
    Column(name=TARGET, kind="category", choices=CLASSES),
]


def slices(table: Table) -> dict[str, NDArray[np.bool_]]:
    """Say which rows belong to each slice of the test set; slices may overlap.

    They are the situations in which forecasters work differently: where the storm is, how strong, how early in the year.
    """
    wind, day, basin = (table[name].to_numpy() for name in ("wind", "day_of_year", "basin"))
    return {
        "Gulf of Mexico": basin == "Gulf of Mexico",
        "Caribbean": basin == "Caribbean",
        "open Atlantic": basin == "open Atlantic",
        "depression or weaker (below 34 knots)": wind < 34,  # noqa: PLR2004
        "storm (34 to 63 knots)": (wind >= 34) & (wind < 64),  # noqa: PLR2004
        "hurricane (64 knots or more)": wind >= 64,  # noqa: PLR2004
        "until the end of August": day <= 243,  # noqa: PLR2004
        "from September": day > 243,  # noqa: PLR2004
    }
