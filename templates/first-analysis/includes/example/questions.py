{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
"""What do we ask the data, and what does it answer?

Each question is answered twice: here in pandas, with intervals, and by a query in `queries/`, whose columns have the names of
the claims. `make evaluate` stops when the two disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from {{ package_name }}.config import Settings
from {{ package_name }}.dataset import (
    BAILEY,
    CONTROL,
    FENCED,
    FIRST,
    LAST,
    MERRIAM,
    SMALL,
    captures,
)
from {{ package_name }}.metrics import Claim, Z, bootstrap, share
from {{ package_name }}.tables import Table, Tables

TIMES: dict[str, Any] = {"unit": "times", "digits": 2}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question: its words, what answers it in pandas, and the query that answers it in SQL."""

    name: str
    asks: str
    answer: Callable[[Tables, Settings], list[Claim]]
    query: Path


def per_plot(tables: Tables) -> Table:
    """Count the small rodents `caught` on each plot; a plot on which none was caught counts too."""
    small = captures(tables)
    small = small[small["genus"].isin(SMALL)]
    counts = small.groupby("plot_id").size()
    return tables["plots"].assign(caught=tables["plots"]["plot_id"].map(counts).fillna(0))


def rodents(tables: Tables, settings: Settings) -> list[Claim]:
    """Compare the plots without kangaroo rats with the controls.

    The treatment was given to plots, so the plot is the unit: 12 numbers, not thousands. Rodents of one plot are caught
    again and again and share its soil, so counting each as independent makes the interval far too narrow.
    """
    plots = per_plot(tables)
    plots = plots[plots["plot_type"].isin([CONTROL, FENCED])]
    caught, fenced = plots["caught"].to_numpy(), (plots["plot_type"] == FENCED).to_numpy()

    def ratio(rows: NDArray[np.intp]) -> float:
        drawn = fenced[rows]
        if drawn.all() or not drawn.any():
            return np.nan
        return float(caught[rows][drawn].mean() / caught[rows][~drawn].mean())

    by_plot = bootstrap(ratio, plots["plot_id"].to_numpy(), settings.bootstrap_draws, settings.seed)
    # As if each capture were independent: the logarithm of a ratio of two counts has this standard error.
    inside, outside, animals = caught[fenced], caught[~fenced], int(caught.sum())
    factor = float(np.exp(Z * np.sqrt(1 / inside.sum() + 1 / outside.sum())))
    naive = {"value": by_plot["value"], "low": by_plot["value"] / factor, "high": by_plot["value"] * factor}
    return [
        Claim("rodents_control", "small rodents per control plot", outside.mean(), len(outside), digits=1),
        Claim("rodents_fenced", "small rodents per fenced plot", inside.mean(), len(inside), digits=1),
        Claim("rodents_ratio", "fenced plots over controls", n=len(plots), over="plots", **TIMES, **by_plot),
        Claim("rodents_naive", "the same, captures as unit", n=animals, over="captures", **TIMES, **naive),
    ]


def shares(tables: Tables, _settings: Settings) -> list[Claim]:
    """Follow the share of two species among the rodents caught, from the first year to the last.

    A share has two ends: it also falls when others become more. So the animals are counted as well.
    """
    caught = captures(tables)
    claims = []
    for when, year in (("first", FIRST), ("last", LAST)):
        species = caught.loc[caught["year"] == year, "species_id"]
        for name, code in (("merriam", MERRIAM), ("bailey", BAILEY)):
            hits, who = int((species == code).sum()), f"{name.capitalize()}'s"
            found = share(hits, len(species))
            claims.append(Claim(f"{name}_{when}", f"{who} share in {year}", over="captures", **found))
            claims.append(Claim(f"{name}_caught_{when}", f"{who} caught in {year}", hits, len(species)))
    return claims


def weight(tables: Tables, settings: Settings) -> list[Claim]:
    """Compare the mean weight of Merriam's kangaroo rats in the first and the last year, then doubt it.

    Were other months compared? Are the animals larger, or only heavier? Is a line through all years as steep?
    """
    animals = captures(tables)
    animals = animals[animals["species_id"] == MERRIAM]
    weighed = animals.dropna(subset="weight")
    claims, months = [], []
    for when, year in (("first", FIRST), ("last", LAST)):
        all_of_year, known = animals[animals["year"] == year], weighed[weighed["year"] == year]
        mean = known["weight"].mean()
        claims.append(Claim(f"weight_{when}", f"mean weight in {year}", mean, len(known), unit="g", digits=1))
        part = share(len(known), len(all_of_year))
        claims.append(Claim(f"weighed_{when}", f"share weighed in {year}", over="captures", **part))
        months.append(set(known["month"]))
    same = weighed[weighed["month"].isin(months[0] & months[1])]
    gain, gain_same = (difference(rows, "weight", settings) for rows in (weighed, same))
    foot = difference(animals.dropna(subset="hindfoot_length"), "hindfoot_length", settings)
    return [
        *claims,
        Claim("weight_gain", "difference in weight", unit="g", **gain),
        Claim("weight_same_months", "difference in weight, same months only", unit="g", **gain_same),
        Claim("foot_gain", "difference in length of the hind foot", unit="mm", **foot),
        Claim("weight_trend", "rise by a line through all years", unit="g", **trend(weighed, settings)),
    ]


def difference(animals: Table, column: str, settings: Settings) -> dict[str, Any]:
    """Subtract the mean of the first year from the mean of the last; an animal is the unit."""
    two = animals[animals["year"].isin([FIRST, LAST])]
    values, last = two[column].to_numpy(), (two["year"] == LAST).to_numpy()

    def gain(rows: NDArray[np.intp]) -> float:
        return float(values[rows][last[rows]].mean() - values[rows][~last[rows]].mean())

    found = bootstrap(gain, np.arange(len(two)), settings.bootstrap_draws, settings.seed)
    return {**found, "n": len(two), "over": "animals", "digits": 1}


def rise(weighed: Table, years: NDArray[np.int64]) -> float:
    """Compute by how many grams the weight rises from `FIRST` to `LAST`, by a straight line through the means of `years`.

    A year that is there twice counts twice.
    """
{% call exercise(edition, exercises, 'weight') %}
    means = weighed.groupby("year")["weight"].mean()
    return float((LAST - FIRST) * np.polyfit(years, means.loc[years], 1)[0])
{% endcall %}


def trend(weighed: Table, settings: Settings) -> dict[str, Any]:
    """Compute the rise by a line through all years, and its interval.

    The first and the last year are two of many, and somebody chose them. A year has its own rain and seeds, which all its
    animals share: the year is the unit.
    """
    years = np.sort(weighed["year"].unique())
    found = bootstrap(lambda rows: rise(weighed, years[rows]), years, settings.bootstrap_draws, settings.seed)
    return {**found, "n": len(years), "over": "years", "digits": 1}


QUESTIONS = [
    Question(
        name="rodents",
        asks="What happens to small rodents when kangaroo rats are fenced out?",
        answer=rodents,
        query=Path("queries/rodents.sql"),
    ),
    Question(
        name="shares",
        asks="Does Merriam's kangaroo rat disappear?",
        answer=shares,
        query=Path("queries/shares.sql"),
    ),
    Question(
        name="weight",
        asks="Do Merriam's kangaroo rats get heavier?",
        answer=weight,
        query=Path("queries/weight.sql"),
    ),
]
