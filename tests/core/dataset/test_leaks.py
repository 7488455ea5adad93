"""Columns that give the target away are named, and honest ones are not."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from data_support import leaks_of, table

N = 600


def columns(seed: int = 1) -> dict[str, list[object]]:
    dice = random.Random(seed)
    size = [dice.uniform(30, 200) for _ in range(N)]
    rooms = [dice.randint(1, 6) for _ in range(N)]
    price = [round(1500 * s + 9000 * r + dice.gauss(0, 30000), 2) for s, r in zip(size, rooms, strict=True)]
    return {"size": size, "rooms": rooms, "price": price}


def found(tmp_path: Path, extra: dict[str, list[object]], target: str = "price") -> dict[str, tuple[str, str]]:
    path = table(tmp_path, {**columns(), **extra})
    return {item.column: (item.kind, item.message) for item in leaks_of(path, target)}


def prices() -> list[float]:
    return [float(str(value)) for value in columns()["price"]]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda price: price, "equals `price` in all of 600 rows"),
        (lambda price: round(0.92 * price, 2), "`price` is 1.08696 × `x`"),
        (lambda price: round(32 + 1.8 * price), "`price` is 0.555556 × `x` -17.78"),
        (lambda price: f"${price:,.2f}", "equals `price`"),
    ],
)
def test_a_copy_of_a_number(tmp_path: Path, make: Callable[[float], object], words: str) -> None:
    leaks = found(tmp_path, {"x": [make(price) for price in prices()]})
    assert list(leaks) == ["x"]
    assert leaks["x"][0] == "leak"
    assert words in leaks["x"][1]


def test_parts_of_a_sum(tmp_path: Path) -> None:
    land = [round(price * random.Random(n).uniform(0.1, 0.4), 2) for n, price in enumerate(prices())]
    extra = {"land": land, "building": [round(p - part, 2) for p, part in zip(prices(), land, strict=True)]}
    leaks = found(tmp_path, extra)
    assert {name: kind for name, (kind, _) in leaks.items()} == {"land": "leak", "building": "leak"}
    assert "`price` is computed from `land` and `building` by adding them" in leaks["land"][1]


def test_what_the_project_would_refuse_is_left_out_before(tmp_path: Path) -> None:
    reading = [random.Random(n).uniform(400, 700) * 1000 for n in range(N)]
    mean = [round((price + other) / 2, -3) for price, other in zip(prices(), reading, strict=True)]
    leaks = found(tmp_path, {"reading": reading, "mean": mean})
    assert {name: kind for name, (kind, _) in leaks.items()} == {"reading": "leak", "mean": "leak"}
    assert "A straight line from `reading` and `mean` gives 99.9% of `price`" in leaks["mean"][1]


def test_factors_of_a_product(tmp_path: Path) -> None:
    area = [random.Random(n).uniform(20, 200) for n in range(N)]
    rate = [price / size for price, size in zip(prices(), area, strict=True)]
    leaks = found(tmp_path, {"area": area, "rate": rate})
    assert leaks.keys() == {"area", "rate"}
    assert "by multiplying them" in leaks["area"][1]


def test_a_function_of_the_target_is_suspected(tmp_path: Path) -> None:
    leaks = found(tmp_path, {"score": [(price / 1000) ** 2 for price in prices()]})
    assert leaks["score"][0] == "suspect"


def test_a_class_in_other_words(tmp_path: Path) -> None:
    sold = ["yes" if number % 3 else "no" for number in range(N)]
    leaks = found(tmp_path, {"sold": sold, "status": [{"yes": "S", "no": "N"}[text] for text in sold]}, "sold")
    assert leaks == {"status": ("leak", "`status` has one value for each value of `sold`")}


def test_a_number_that_decides_the_class(tmp_path: Path) -> None:
    delay = [random.Random(n).randint(-20, 60) for n in range(N)]
    leaks = found(tmp_path, {"delay": delay, "late": ["yes" if d > 15 else "no" for d in delay]}, "late")
    assert leaks.keys() == {"delay"}


def test_a_threshold_that_made_the_classes_is_found_in_few_rows(tmp_path: Path) -> None:
    dice = random.Random(3)
    weight = [round(dice.uniform(900, 4000)) for _ in range(120)]
    data: dict[str, list[object]] = {
        "weight": list(weight),
        "noise": [dice.gauss(w, 800) for w in weight],
        "low": ["yes" if w < 2000 else "no" for w in weight],
    }
    leaks = {item.column: (item.kind, item.message) for item in leaks_of(table(tmp_path, data), "low")}
    assert leaks == {"weight": ("suspect", "Each class of `low`, rare ones aside, has a range of `weight` for itself")}


@pytest.mark.parametrize(("odd", "accused"), [(6, True), (15, True), (30, False)])
def test_a_rare_class_does_not_hide_a_threshold(tmp_path: Path, odd: int, accused: bool) -> None:
    share = [number / 10 for number in range(200)]
    ploidy = ["low" if value < 10 else "high" for value in share]
    ploidy[10 : 190 : 180 // odd] = ["odd"] * len(ploidy[10 : 190 : 180 // odd])
    data: dict[str, list[object]] = {"g2": [*share], "ploidy": [*ploidy]}
    assert bool(leaks_of(table(tmp_path, data), "ploidy")) == accused


def test_what_is_known_only_afterwards(tmp_path: Path) -> None:
    dice = random.Random(4)
    planned = [dice.randint(1, 5) for _ in range(N)]
    real = [max(1, days + dice.randint(-2, 3)) for days in planned]
    late = ["yes" if took > plan else "no" for took, plan in zip(real, planned, strict=True)]
    leaks = found(tmp_path, {"days planned": planned, "Days for shipping (real)": real, "late": late}, "late")
    assert list(leaks) == ["Days for shipping (real)"]
    assert leaks["Days for shipping (real)"][0] == "suspect"
    assert "known only after `late`" in leaks["Days for shipping (real)"][1]


def test_honest_columns_are_not_accused(tmp_path: Path) -> None:
    dice = random.Random(9)
    extra: dict[str, list[object]] = {
        "row": list(range(1, N + 1)),
        "real income": [dice.gauss(50, 9) for _ in range(N)],
        "last price": [price * dice.uniform(0.9, 1.1) for price in prices()],
        "rare": ["yes" if number == 7 else "no" for number in range(N)],
        "panel": [number // 12 for number in range(N)],
    }
    assert found(tmp_path, extra) == {}


def test_equal_numbers_in_the_order_of_the_rows_know_nothing(tmp_path: Path) -> None:
    # Rows of one shop stand together and have one target: a column of zeros must not learn that from their order.
    shops = [number // 20 for number in range(N)]
    trend = [number % 20 if shop == 3 else 0 for number, shop in enumerate(shops)]
    sales = [random.Random(shop).uniform(1, 9) for shop in shops]
    assert found(tmp_path, {"trend": trend, "sales": sales}, "sales") == {}


def test_two_rare_flags_that_meet_by_chance(tmp_path: Path) -> None:
    one = ["yes" if number == 7 else "no" for number in range(N)]
    assert found(tmp_path, {"one": one, "other": one}, "one") == {}


def test_a_leak_with_missing_values(tmp_path: Path) -> None:
    copied = ["NA" if number % 5 == 0 else 2 * price for number, price in enumerate(prices())]
    assert found(tmp_path, {"x": copied}).keys() == {"x"}


def test_few_rows_prove_nothing(tmp_path: Path) -> None:
    path = table(tmp_path, {"a": [n * 1.5 for n in range(20)], "b": [n * 3.0 for n in range(20)]})
    assert leaks_of(path, "b") == []
