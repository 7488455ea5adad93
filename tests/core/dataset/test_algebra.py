"""Exact relations between columns of numbers."""

import random

import pytest

from scaffold.core.dataset import algebra


def rows(make: str, noise: float = 0, count: int = 200, width: int = 5) -> list[tuple[float, ...]]:
    dice = random.Random(3)
    made = []
    for _ in range(count):
        a, b, c, d, e = (dice.uniform(1, 100) for _ in range(5))
        target = eval(make, {}, {"a": a, "b": b, "c": c}) + dice.gauss(0, noise)
        made.append((*(a, b, c, d, e)[:width], target))
    return made


@pytest.mark.parametrize(
    ("make", "parts"),
    [("a + b", [0, 1]), ("a - b", [0, 1]), ("a + b + c + 7", [0, 1, 2]), ("3 * a + 0.5 * c", [0, 2])],
)
def test_sums(make: str, parts: list[int]) -> None:
    assert algebra.linear_parts(rows(make)) == parts


def test_a_sum_of_rounded_parts() -> None:
    assert algebra.linear_parts([(*row[:-1], round(row[-1], 2)) for row in rows("a + b")]) == [0, 1]


def test_a_sum_among_columns_that_depend_on_each_other() -> None:
    made = [(a, b, a + b, c, 2 * a, target) for a, b, c, _, _, target in rows("a + b + c")]
    parts = algebra.linear_parts(made)
    assert 3 in parts
    assert len(parts) > 1


@pytest.mark.parametrize("noise", [0.5, 20])
def test_a_noisy_sum_is_no_leak(noise: float) -> None:
    assert algebra.linear_parts(rows("a + b", noise)) == []


@pytest.mark.parametrize(
    ("make", "noise", "parts"), [("2 * a - b", 0.5, [0, 1]), ("c", 0.5, [2]), ("a + b", 20, []), ("7", 0, [])]
)
def test_what_nearly_gives_the_target_along_a_straight_line(make: str, noise: float, parts: list[int]) -> None:
    assert algebra.nearly_linear(rows(make, noise)) == parts


def test_as_many_columns_as_rows_explain_nothing() -> None:
    dice = random.Random(3)
    assert algebra.linear_parts([tuple(dice.uniform(0, 1) for _ in range(41)) for _ in range(40)]) == []


@pytest.mark.parametrize(
    ("make", "found"), [("a * b", [(0, 1, "×")]), ("a / b", [(0, 1, "÷")]), ("2 * b / a", [(1, 0, "÷")])]
)
def test_products_and_ratios(make: str, found: list[tuple[int, int, str]]) -> None:
    assert list(algebra.products(rows(make))) == found


@pytest.mark.parametrize("make", ["a + b", "a * b * c", "a ** 2", "7"])
def test_what_is_no_product_of_two(make: str) -> None:
    assert list(algebra.products(rows(make, noise=0.01))) == []


def test_zeros_are_no_proof() -> None:
    assert list(algebra.products([(0.0, 0.0, 0.0)] * 100)) == []
    assert algebra.linear_parts([(0.0, 0.0, 0.0)] * 100) == []


def test_no_rows() -> None:
    assert algebra.linear_parts([]) == []
    assert list(algebra.products([])) == []
