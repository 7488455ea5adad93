{%- from 'includes/exercise.jinja' import shows -%}
{%- from 'includes/exercises.jinja' import exercises with context -%}
"""Do the answers follow from the tables as their words say, on tables small enough to count by hand?"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from {{ package_name }} import data
from {{ package_name }}.dataset import FIRST, LAST, captures
from {{ package_name }}.metrics import Claim
from {{ package_name }}.questions import per_plot, rise
from {{ package_name }}.tables import Tables


@pytest.fixture
def few() -> Tables:
    """Six captures on three plots: two pocket mice, a kangaroo rat, a bird, one without a species, one of plot 2."""
    surveys = pd.DataFrame(
        {
            "record_id": range(1, 7),
            "year": [FIRST, FIRST, FIRST, LAST, LAST, LAST],
            "plot_id": [1, 1, 1, 1, 1, 2],
            "species_id": ["PB", "PB", "DM", "AB", None, "PB"],
        }
    )
    species = pd.DataFrame(
        {
            "species_id": ["PB", "DM", "AB"],
            "genus": ["Chaetodipus", "Dipodomys", "Amphispiza"],
            "species": ["baileyi", "merriami", "bilineata"],
            "taxa": ["Rodent", "Rodent", "Bird"],
        }
    )
    plots = pd.DataFrame(
        {"plot_id": [1, 2, 3], "plot_type": ["Control", "Control", "Long-term Krat Exclosure"]}
    )
    return {"surveys": surveys, "species": species, "plots": plots}


@pytest.mark.unit
def test_the_join_keeps_known_rodents(few: Tables) -> None:
    assert captures(few)["record_id"].tolist() == [1, 2, 3, 6]


@pytest.mark.unit
def test_a_plot_on_which_nothing_was_caught_counts(few: Tables) -> None:
    assert per_plot(few)["caught"].tolist() == [2, 1, 0]


{{ shows(exercises, 'join') }}@pytest.mark.unit
def test_the_joins_of_pandas_and_sql_are_the_same(few: Tables, tmp_path: Path) -> None:
    query = tmp_path / "all.sql"
    query.write_text("SELECT * FROM captures ORDER BY record_id", encoding="utf-8")
    found, expected = data.ask(few, query), captures(few)
    assert set(found.columns) == set(expected.columns)
    for name in expected:
        assert found[name].tolist() == expected[name].tolist(), name


{{ shows(exercises, 'join') }}@pytest.mark.unit
def test_a_query_sees_the_join(few: Tables, tmp_path: Path) -> None:
    query = tmp_path / "count.sql"
    query.write_text("SELECT count(*) AS n FROM captures WHERE plot_type = 'Control'", encoding="utf-8")
    assert data.ask(few, query)["n"].tolist() == [4]


{{ shows(exercises, 'weight') }}@pytest.mark.unit
def test_a_line_rises_by_its_slope() -> None:
    years = np.arange(FIRST, LAST + 1)
    animals = pd.DataFrame({"year": years, "weight": 40 + 0.2 * (years - FIRST)})
    assert rise(animals, years) == pytest.approx(5)
    assert rise(animals, years[:10]) == pytest.approx(5)


{{ shows(exercises, 'weight') }}@pytest.mark.unit
def test_a_year_counts_once_however_many_animals_it_has() -> None:
    years = np.arange(FIRST, LAST + 1)
    weights = 40 + np.cos(years)
    few = pd.DataFrame({"year": years, "weight": weights})
    many = pd.DataFrame(
        {"year": np.repeat(years, years - FIRST + 1), "weight": np.repeat(weights, years - FIRST + 1)}
    )
    assert rise(many, years) == pytest.approx(rise(few, years))


@pytest.mark.behaviour
def test_the_wrong_unit_makes_the_interval_too_narrow(claims: list[Claim]) -> None:
    widths = {
        claim.name: claim.high - claim.low
        for claim in claims
        if claim.name.startswith("rodents_") and claim.high
    }
    assert widths["rodents_ratio"] > 3 * widths["rodents_naive"]


@pytest.mark.behaviour
def test_the_words_of_the_findings_follow_from_their_numbers(claims: list[Claim]) -> None:
    """A sentence such as "more than twice as many" has no mark, so it is checked here."""
    found = {claim.name: claim for claim in claims}
    values = {name: claim.value for name, claim in found.items()}
    assert values["rodents_ratio"] > 2
    assert values["merriam_last"] < values["merriam_first"]
    assert values["merriam_caught_last"] >= values["merriam_caught_first"]
    assert values["weight_gain"] > values["weight_trend"] > 0
    assert found["foot_gain"].low < 0 < found["foot_gain"].high
