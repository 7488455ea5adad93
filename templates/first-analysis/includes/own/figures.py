{%- from 'includes/quoted.jinja' import listed -%}
{%- from 'includes/own/facts.jinja' import drawn with context -%}
{%- set kinds = drawn | map(attribute='kind') | list -%}
"""What does the table look like?

Five plots, chosen from its columns; `docs/findings.md` says why each, and what it shows, in words for people who cannot see it.
To draw another, add a line to PLOTS and its picture to the findings.
"""

from collections.abc import Callable
from pathlib import Path

{% if 'over_time' in kinds -%}
import numpy as np
{% endif -%}
{% if 'over_time' in kinds or 'correlations' in kinds -%}
import pandas as pd
{% endif -%}
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from {{ package_name }}.tables import Table, Tables

FOLDER = Path("reports/figures")
FONT = get_font(findfont("DejaVu Sans"))  # it comes with matplotlib, and draws every figure
# Told apart in print, and by people who do not see red and green.
DARK, ACCENT, GREY = "#1f2937", "#e4572e", "#9ca3af"
MOST = 12  # bars or boxes


def plain(text: object, longest: int = 30) -> str:
    """Shorten a text of the data, keep matplotlib from reading it as a formula, and leave a box for what its font lacks."""
    words = " ".join(str(text).split())
    short = words if len(words) <= longest else f"{words[: longest - 1]}…"
    return "".join(sign if FONT.get_char_index(ord(sign)) else "□" for sign in short).replace("$", r"\$")
{%- if 'missing' in kinds %}


def missing(axes: Axes, table: Table) -> None:
    """Draw the share of missing cells of each column that has any."""
    shares = 100 * table.isna().mean()
    shares = shares[shares > 0].sort_values(ascending=False).head(MOST)[::-1]
    axes.barh([plain(name) for name in shares.index], shares, color=DARK)
    axes.set(xlabel="missing (% of rows)")
{%- endif %}
{%- if 'histogram' in kinds %}


def histogram(axes: Axes, table: Table, name: str) -> None:
    """Draw how many rows have which value, with the median and the mean."""
    values = table[name].dropna()
    axes.hist(values, bins=30, color=GREY)
    axes.axvline(values.median(), color=DARK, linewidth=2, label="median")
    axes.axvline(values.mean(), color=ACCENT, linewidth=2, linestyle="--", label="mean")
    axes.set(xlabel=plain(name), ylabel="rows")
    axes.legend(frameon=False)
{%- endif %}
{%- if 'groups' in kinds %}


def groups(axes: Axes, table: Table, name: str, category: str) -> None:
    """Draw where the middle half of a number lies for each frequent value of a category; a line is the median."""
    rows = table[[name, category]].dropna()
    frequent = rows[category].value_counts().head(MOST).index
    axes.boxplot(
        [rows.loc[rows[category] == value, name].to_numpy() for value in frequent],
        tick_labels=[plain(value, 18) for value in frequent],
        orientation="horizontal",
        showfliers=False,
        medianprops={"color": ACCENT, "linewidth": 2},
    )
    axes.invert_yaxis()
    axes.set(xlabel=plain(name), ylabel=plain(category))
{%- endif %}
{%- if 'over_time' in kinds %}


def over_time(axes: Axes, table: Table, name: str, when: str) -> None:
    """Draw the mean of a number over time, each over an equal part of the rows."""
    rows = table[[name, when]].dropna().sort_values(when, kind="stable")
    parts = [part for part in np.array_split(np.arange(len(rows)), min(50, len(rows) // 10 + 1)) if len(part)]
    middles = [rows[when].iloc[part[len(part) // 2]] for part in parts]
    axes.plot(pd.Series(middles).to_numpy(), [rows[name].iloc[part].mean() for part in parts], color=DARK)
    axes.set(xlabel=plain(when), ylabel=f"mean of {plain(name)}")
{%- endif %}
{%- if 'scatter' in kinds %}


def scatter(axes: Axes, table: Table, name: str, other: str) -> None:
    """Draw a point for each row; of a large table, for rows at equal distances."""
    rows = table[[name, other]].dropna()
    rows = rows.iloc[:: len(rows) // 5000 + 1]
    axes.scatter(rows[other], rows[name], s=12, alpha=0.4, color=DARK, linewidths=0)
    axes.set(xlabel=plain(other), ylabel=plain(name))
{%- endif %}
{%- if 'counts' in kinds %}


def counts(axes: Axes, table: Table, name: str) -> None:
    """Draw how many rows have each of the most frequent values."""
    found = table[name].value_counts().head(MOST)[::-1]
    axes.barh([plain(value) for value in found.index], found, color=GREY)
    axes.set(xlabel="rows", ylabel=plain(name))
{%- endif %}
{%- if 'correlations' in kinds %}


def correlations(axes: Axes, table: Table, *names: str) -> None:
    """Draw the correlation of each pair of numbers as a coloured square."""
    found = pd.DataFrame({name: table[name] for name in names}).corr().to_numpy()
    image = axes.imshow(found, cmap="PuOr", vmin=-1, vmax=1, aspect="auto")
    axes.set_yticks(range(len(names)), [plain(name, 18) for name in names], fontsize=8)
    below = [plain(name, 12) for name in names]
    axes.set_xticks(range(len(names)), below, fontsize=8, rotation=45, ha="right")
    axes.figure.colorbar(image, ax=axes, label="correlation")
{%- endif %}


# The name of each file, what draws it, and the columns that it shows.
PLOTS: dict[str, tuple[Callable[..., None], list[str]]] = {
{%- for one in drawn %}
{%- set inline = '"' ~ one.name ~ '": (' ~ one.kind ~ ', ' ~ listed(one.columns, 0, 0) ~ '),' %}
{%- if inline | length <= 106 and '\n' not in inline and inline == inline | regex_replace('[^ -~]', '') %}
    {{ inline }}
{%- else %}
    "{{ one.name }}": (
        {{ one.kind }},
        {{ listed(one.columns, 8, 8) }},
    ),
{%- endif %}
{%- endfor %}
}


{% include 'includes/draw.py' -%}
