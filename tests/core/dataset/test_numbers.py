"""Numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.dataset import numbers
from scaffold.core.dataset.model import NumberFormat


def read_as(texts: list[str], *, continental: bool = False) -> tuple[NumberFormat, list[float]]:
    """The format that a column of these texts has, and its numbers."""
    style = next(style for style in numbers.styles(continental) if all(numbers.matches(style, text) for text in texts))
    form = numbers.format_of(style, "".join(texts))
    return form, [numbers.parse(text, form) for text in texts]


@pytest.mark.parametrize(
    ("texts", "expected", "remove", "unit"),
    [
        (["1", "-2.5", ".5", "1e3"], [1, -2.5, 0.5, 1000], "", ""),
        (["$1,200", "$999.50", "-$5"], [1200, 999.5, -5], "$,", "$"),
        (["12 %", "3.5 %"], [12, 3.5], " %", "%"),
        (["1.200,50", "3,5"], [1200.5, 3.5], ".", ""),
        (["1.200.000", "3.000"], [1200000, 3000], ".", ""),
        (["1 200,5", "1\u202f200", "7"], [1200.5, 1200, 7], " \u202f", ""),
        (["1'200.50", "3"], [1200.5, 3], "'", ""),
        (["100.572,22 €", "9 €"], [100572.22, 9], " .€", "€"),
        (["0,123", "1,5"], [0.123, 1.5], "", ""),
        (["1,234", "12,500"], [1234, 12500], ",", ""),
    ],
)
def test_what_is_written_is_read(texts: list[str], expected: list[float], remove: str, unit: str) -> None:
    form, values = read_as(texts)
    assert values == expected
    assert (set(form.remove), form.unit) == (set(remove), unit)


def test_the_file_decides_what_a_doubtful_number_is() -> None:
    assert read_as(["1,234", "2,500"])[1] == [1234, 2500]
    assert read_as(["1,234", "2,500"], continental=True)[1] == [1.234, 2.5]
    assert read_as(["1.234", "2.500"])[1] == [1.234, 2.5]
    assert read_as(["1.234", "2.500"], continental=True)[1] == [1234, 2500]


@pytest.mark.parametrize("text", ["", "1,2,3", "1.2.3", "abc", "12abc", "1 2", "--1", "$", "1,20,000", "nan", "1_000"])
def test_what_is_no_number(text: str) -> None:
    assert not any(numbers.matches(style, text) for style in numbers.styles(False))


@pytest.mark.parametrize(
    ("text", "code"), [("00501", True), ("007.1", True), ("0", False), ("0.5", False), ("10", False)]
)
def test_leading_zeros(text: str, code: bool) -> None:
    assert numbers.has_leading_zero(text) is code


VALUES = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20)


@given(VALUES)
def test_english_and_continental_money_is_read_back(cents: list[int]) -> None:
    english = [f"${number / 100:,.2f}".replace("$-", "-$") for number in cents]
    continental = [text.replace("$", "").translate(str.maketrans(",.", ".,")) + " €" for text in english]
    wanted = [number / 100 for number in cents]
    assert read_as(english)[1] == pytest.approx(wanted)
    assert read_as(continental, continental=True)[1] == pytest.approx(wanted)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_is_read_back(values: list[float]) -> None:
    assert read_as([repr(value) for value in values])[1] == values
