{%- from 'includes/exercise.jinja' import exercise -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
"""What is the data: which files and columns, what may a cell hold, and what belongs together?

In a desert in Arizona, rodents are caught alive, measured and set free again, every month on 24 plots. Some plots have
fences whose gates keep kangaroo rats out and let smaller rodents in.
"""

from pathlib import Path

from {{ package_name }}.tables import Column, Source, Table, Tables

RAW = Path("data/raw")
SOURCES = {
    # One row for each animal caught. A missing species, sex or weight was not recorded: the animal escaped, or was a bird.
    "surveys": Source(
        file=RAW / "portal_surveys.csv.gz",
        key="record_id",
        columns=[
            Column(name="record_id", kind="count"),
            Column(name="month", kind="count", low=1, high=12),
            Column(name="day", kind="count", low=1, high=31),
            Column(name="year", kind="count", low=1977, high=2002),
            Column(name="plot_id", kind="count", low=1, high=24),
            Column(name="species_id", kind="category"),
            Column(name="sex", kind="category"),
            Column(name="hindfoot_length", kind="number", low=1, high=100),  # millimetres
            Column(name="weight", kind="number", low=1, high=400),  # grams
        ],
    ),
    "species": Source(
        file=RAW / "portal_species.csv.gz",
        key="species_id",
        columns=[
            Column(name="species_id", kind="category"),
            Column(name="genus", kind="category"),
            Column(name="species", kind="category"),
            Column(name="taxa", kind="category"),
        ],
    ),
    "plots": Source(
        file=RAW / "portal_plots.csv.gz",
        key="plot_id",
        columns=[
            Column(name="plot_id", kind="count", low=1, high=24),
            Column(name="plot_type", kind="category"),
        ],
    ),
}

CONTROL, FENCED = "Control", "Long-term Krat Exclosure"  # treatments of a plot
FIRST, LAST = 1977, 2002
MERRIAM, BAILEY = "DM", "PB"  # Merriam's kangaroo rat, Bailey's pocket mouse
# The small rodents that eat seeds, as kangaroo rats do: pocket mice, harvest mice, deer mice.
SMALL = ["Chaetodipus", "Perognathus", "Peromyscus", "Reithrodontomys"]


def captures(tables: Tables) -> Table:
    """Join the three tables: one row for each rodent caught, with its genus and the treatment of its plot.

    A row without a species cannot be joined, and is no known rodent: it is left out here, and counted by `make data`.
    """
    joined = tables["surveys"].merge(tables["species"], on="species_id", validate="many_to_one")
    joined = joined.merge(tables["plots"], on="plot_id", validate="many_to_one")
    return joined[joined["taxa"] == "Rodent"]


def captures_query() -> str:
    """Write the same join in SQL; the queries see its result as the view `captures`."""
{% call exercise(edition, exercises, 'join') %}
    return """
        SELECT surveys.*, genus, species, taxa, plot_type
        FROM surveys
        JOIN species USING (species_id)
        JOIN plots USING (plot_id)
        WHERE taxa = 'Rodent'
    """
{% endcall %}
