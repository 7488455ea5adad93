"""What do the answers look like?

One function for each figure, and one style for all. What a figure shows stands beside it in `docs/findings.md`, in words for
people who cannot see it as well.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from {{ package_name }}.dataset import (
    BAILEY,
    CONTROL,
    FENCED,
    FIRST,
    LAST,
    MERRIAM,
    captures,
)
from {{ package_name }}.metrics import share
from {{ package_name }}.questions import per_plot
from {{ package_name }}.tables import Tables

FOLDER = Path("reports/figures")
# Told apart in print, and by people who do not see red and green.
DARK, ACCENT, GREY = "#1f2937", "#e4572e", "#9ca3af"


def rodents(axes: Axes, tables: Tables) -> None:
    """Draw one dot for each plot, by treatment, with the mean of each treatment."""
    plots = per_plot(tables)
    order = [name for name in plots["plot_type"].unique() if name not in {CONTROL, FENCED}]
    for place, name in enumerate([CONTROL, FENCED, *sorted(order)]):
        caught = plots.loc[plots["plot_type"] == name, "caught"]
        colour = {CONTROL: DARK, FENCED: ACCENT}.get(name, GREY)
        axes.scatter(caught, [place] * len(caught), color=colour, s=40, alpha=0.7, linewidths=0)
        axes.plot([caught.mean()] * 2, [place - 0.3, place + 0.3], color=colour, linewidth=3)
    axes.set_yticks(range(5), [CONTROL, FENCED, *sorted(order)])
    axes.invert_yaxis()
    axes.set(xlim=(0, None), xlabel=f"small rodents caught on a plot, {FIRST} to {LAST} (line: mean)")


def shares(axes: Axes, tables: Tables) -> None:
    """Draw the share of two species among the rodents of each year, with Wilson's interval."""
    caught = captures(tables)
    years = sorted(caught["year"].unique())
    for code, name, colour in (
        (MERRIAM, "Merriam's kangaroo rat", DARK),
        (BAILEY, "Bailey's pocket mouse", ACCENT),
    ):
        species = [caught.loc[caught["year"] == year, "species_id"] for year in years]
        found = [share(int((one == code).sum()), len(one)) for one in species]
        low, middle, high = ([one[part] for one in found] for part in ("low", "value", "high"))
        axes.fill_between(years, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(years, middle, color=colour, label=name)
    axes.set(ylim=(0, None), ylabel="share of rodents caught (%)")
    axes.legend(frameon=False)


def weight(axes: Axes, tables: Tables) -> None:
    """Draw the mean weight of Merriam's kangaroo rats in each year, and the straight line through the years."""
    animals = captures(tables)
    animals = animals[animals["species_id"] == MERRIAM].dropna(subset="weight")
    means = animals.groupby("year")["weight"].mean()
    years = means.index.to_numpy()
    line = np.polyval(np.polyfit(years, means, 1), years)
    axes.plot(years, line, color=GREY, label="line through all years")
    axes.plot(years, means, "o-", color=DARK, linewidth=1)
    axes.plot([FIRST, LAST], means[[FIRST, LAST]], "o", color=ACCENT, label="first and last year")
    axes.set(ylabel="mean weight (g)")
    axes.legend(frameon=False)


def missing(axes: Axes, tables: Tables) -> None:
    """Draw, for each year, the share of captures whose weight or sex was not recorded."""
    lost = tables["surveys"].groupby("year")[["weight", "sex"]].agg(lambda cells: 100 * cells.isna().mean())
    for name, colour in (("weight", DARK), ("sex", ACCENT)):
        axes.plot(lost.index, lost[name], color=colour, label=name)
    axes.set(ylim=(0, None), ylabel="not recorded (% of captures)")
    axes.legend(frameon=False)


def effort(axes: Axes, tables: Tables) -> None:
    """Draw how many animals were caught in each year."""
    counts = tables["surveys"]["year"].value_counts().sort_index()
    axes.bar(counts.index, counts, color=GREY)
    axes.bar([FIRST], counts[[FIRST]], color=ACCENT, label="from July only")
    axes.set(ylabel="animals caught")
    axes.legend(frameon=False)


PLOTS: dict[str, Callable[[Axes, Tables], None]] = {
    "rodents": rodents,
    "shares": shares,
    "weight": weight,
    "missing": missing,
    "effort": effort,
}


{% include 'includes/draw.py' -%}
