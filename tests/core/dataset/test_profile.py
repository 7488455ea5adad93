"""What each column is taken for, and why."""

import gzip
import random
import uuid
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import column_of, csv_text, measured, table
from scaffold.core.dataset import numbers

N = 120
DICE = random.Random(5)
DAYS = [date(2020, 1, 1) + timedelta(days=3 * number) for number in range(N)]
WORDS = ["red", "green", "blue", "black", "white"]
SENTENCE = "the quick brown fox jumps over the lazy dog and then it sleeps"


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("weight", [DICE.uniform(1, 9) for _ in range(N)], "number"),
        ("balance", [DICE.randint(-50, 50) for _ in range(N)], "number"),
        ("visits", [DICE.randint(0, 9) for _ in range(N)], "count"),
        ("smoker", [DICE.choice(["yes", "no"]) for _ in range(N)], "flag"),
        ("smoker", [DICE.choice(["1", "0"]) for _ in range(N)], "flag"),
        ("colour", [DICE.choice(WORDS) for _ in range(N)], "category"),
        ("zip", [f"{number % 40:05d}" for number in range(N)], "category"),
        ("code", [f"{number % 40:03d}.1" for number in range(N)], "category"),
        ("DiagnosisID", [1 + number % 8 for number in range(N)], "category"),
        ("number", [1000 + 7 * number for number in range(N)], "count"),
        ("order number", [1000 + 7 * number for number in range(N)], "identifier"),
        ("number_of_calls", [number % 8 for number in range(N)], "count"),
        ("sold", DAYS, "datetime"),
        ("sold", [day.strftime("%d/%m/%Y") for day in DAYS], "datetime"),
        ("sold", [day.strftime("%m/%d/%Y %H:%M") for day in DAYS], "datetime"),
        ("sold", [day.strftime("%d-%b-%Y") for day in DAYS], "datetime"),
        ("sold", [f"{day}T10:00:00Z" for day in DAYS], "datetime"),
        ("sold", [day.strftime("%Y %b") for day in DAYS], "datetime"),
        ("sold", [day.strftime("%b-%y") for day in DAYS], "datetime"),
        ("note", [f"{number} {SENTENCE}" for number in range(N)], "text"),
        ("row", range(1, N + 1), "identifier"),
        ("id", [10_000 + 7 * number for number in range(N)], "identifier"),
        ("key", [str(uuid.UUID(int=number)) for number in range(N)], "identifier"),
        ("customer_id", [1000 + number % 60 * 11 for number in range(N)], "identifier"),
        ("card", [str(10**17 + number) for number in range(N)], "identifier"),
        ("year", [1900 + number for number in range(N)], "count"),
        ("population", [DICE.randint(10**4, 10**7) for _ in range(N)], "count"),
        ("country", ["Chile"] * N, "constant"),
        ("empty", [""] * N, "constant"),
    ],
)
def test_kinds(tmp_path: Path, name: str, values: Sequence[object], kind: str) -> None:
    column = column_of(tmp_path, values, name)
    assert column.kind == kind, column.evidence
    assert column.evidence


def test_numbers_with_their_unit_and_range(tmp_path: Path) -> None:
    column = column_of(tmp_path, ["$1,200.50", "$3", "N/A", ""] * 30)
    assert (column.kind, column.missing, column.missing_values) == ("number", 60, ("N/A",))
    assert (column.minimum, column.maximum, column.mean, column.whole) == (3, 1200.5, pytest.approx(601.75), False)
    assert column.number is not None
    assert (column.number.unit, set(column.number.remove)) == ("$", {"$", ","})


def test_a_semicolon_file_with_decimal_commas_in_latin_1(tmp_path: Path) -> None:
    rows = [
        [f"{number / 4:.2f}".replace(".", ","), f"{1000 + number:,}".replace(",", "."), "Süd"] for number in range(N)
    ]
    path = tmp_path / "t.csv"
    path.write_bytes(csv_text(["Größe", "Preis", "Ort"], rows, ";").encode("latin-1"))
    size, price, place = measured(path).columns
    assert (size.name, size.kind, size.maximum) == ("Größe", "number", (N - 1) / 4)
    assert (price.minimum, price.maximum) == (1000, 999 + N)
    assert place.examples == ("Süd",)


def test_gzip_and_bom(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(csv_text(["a", "b"], [[n, n % 3] for n in range(60)]).encode("utf-8-sig")))
    assert [column.name for column in measured(path).columns] == ["a", "b"]


@pytest.mark.parametrize("token", ["NA", "?", "-", "n/a", "nan", "NULL", "."])
def test_words_for_missing_among_numbers(tmp_path: Path, token: str) -> None:
    column = column_of(tmp_path, [token if number % 4 == 0 else number * 1.5 for number in range(N)])
    assert (column.kind, column.missing, column.missing_values) == ("number", N // 4, (token,))


def test_words_for_missing_among_texts(tmp_path: Path) -> None:
    column = column_of(tmp_path, ["red", "NA", "None", "?"] * 30)
    assert (column.missing_values, set(column.values)) == (("?", "NA"), {"red", "None"})


def test_namibia_is_not_missing(tmp_path: Path) -> None:
    column = column_of(tmp_path, ["NA", "DE", "FR", "US", "CL", "KE"] * 20)
    assert (column.missing, column.distinct) == (0, 6)


@pytest.mark.parametrize("marker", [999, -1, 9999, -99])
def test_a_disguised_missing_value_is_suspected_and_taken_when_told(tmp_path: Path, marker: int) -> None:
    values = [marker if number % 3 == 0 else DICE.randint(1, 60) for number in range(N)]
    assert dict(column_of(tmp_path, values).suspects) == {str(marker): N // 3}
    found = measured(table(tmp_path, {"x": values, "y": values})).findings
    assert f"`x` holds {marker} in {N // 3} rows" in found[0].message
    told = column_of(tmp_path, values, "x", f"x={marker}")
    assert (told.missing, told.missing_values, told.suspects) == (N // 3, (str(marker),), {})
    assert told.maximum <= 60


@pytest.mark.parametrize(
    "values",
    [
        [DICE.choice([-1, 0, 1]) for _ in range(N)],  # a direction
        [DICE.randint(90, 110) for _ in range(N)],  # 97, 98 and 99 in the middle
        [DICE.randint(-50, 50) for _ in range(N)],
        [999 if number == 5 else DICE.randint(900, 1100) for number in range(N)],
        list(range(N)),
    ],
)
def test_numbers_that_stand_for_themselves(tmp_path: Path, values: list[int]) -> None:
    assert column_of(tmp_path, values).suspects == {}


def test_numbers_spoiled_by_a_few_cells_are_said(tmp_path: Path) -> None:
    values = ["unclear" if number == 7 else number * 1.5 for number in range(N)]
    profile = measured(table(tmp_path, {"x": values, "y": range(N)}))
    assert profile["x"].kind in ("text", "identifier")
    assert [(item.column, item.kind) for item in profile.findings] == [("x", "text")]
    assert "`unclear`" in profile.findings[0].message
    assert column_of(tmp_path, values, "x", "unclear").kind == "number"


def test_names_that_differ_in_case_or_say_nothing(tmp_path: Path) -> None:
    names = ["country", "Country", "Label", "index", ":", ""]
    path = tmp_path / "t.csv"
    path.write_text(csv_text(names, [[f"{name}{row % 3}" for name in "abcdef"] for row in range(60)]))
    assert [column.name for column in measured(path).columns] == names


@pytest.mark.thorough
def test_the_profile_is_the_same_each_time(tmp_path: Path) -> None:
    path = table(
        tmp_path, {"x": [DICE.uniform(0, 1) for _ in range(3000)], "y": [DICE.choice(WORDS) for _ in range(3000)]}
    )
    assert measured(path) == measured(path)


HOSTILE = st.one_of(
    st.sampled_from(
        ['"); import os  #', "{{ 7*7 }}", "class", "{% raw %}", "'; DROP TABLE t; --", "${HOME}", "😀 é", "%s"]
    ),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=200),
)


@pytest.mark.thorough
@settings(max_examples=25)
@given(
    names=st.lists(
        HOSTILE.filter(lambda text: not numbers.matches(numbers.styles(False)[0], text.strip())), min_size=2, max_size=4
    ),
    cells=st.lists(HOSTILE, min_size=6, max_size=6),
)
def test_any_name_and_any_cell_is_measured_as_text(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], cells: list[str]
) -> None:
    from scaffold.core.dataset.read import _clean
    from scaffold.errors import ScaffoldError

    path = tmp_path_factory.mktemp("d") / "t.csv"
    rows = [[cells[(row + place) % 6] for place in range(len(names))] + ["1"] for row in range(6)]
    path.write_bytes(csv_text([*names, "last"], rows).encode())
    try:
        profile = measured(path)
    except ScaffoldError as refused:
        assert refused.message
        return
    assert [column.name for column in profile.columns] == [_clean(name) for name in [*names, "last"]]


def test_the_texts_of_a_column_with_few_are_counted(tmp_path: Path) -> None:
    given = ["yes", "no", "no", "NA", ""] * 20
    column = column_of(tmp_path, given)
    assert column.counts == (("no", 40), ("yes", 20))
    assert column_of(tmp_path, range(N)).counts == ()
