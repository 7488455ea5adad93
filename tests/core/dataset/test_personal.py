"""Personal data is told by values; numbers and codes are not taken for it."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_support import measured, table
from scaffold.core.dataset import personal

N = 80
DICE = random.Random(2)


def luhn_number(number: int) -> str:
    body = f"4{number:014d}"
    return next(body + digit for digit in "0123456789" if personal.luhn(body + digit))


CARDS = [luhn_number(DICE.randint(0, 10**14 - 1)) for _ in range(N)]


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("e-mail addresses", [f"person{n}@example.org" for n in range(N)]),
        ("e-mail addresses", [f"please write to p{n}@mail.example.org soon, thank you" for n in range(N)]),
        ("e-mail addresses", ["" if n % 5 else f"p{n}@example.org" for n in range(N)]),
        ("phone numbers", [f"({200 + n}) 555-{n:04d}" for n in range(N)]),
        ("phone numbers", [f"+49 170 {1000000 + n}" for n in range(N)]),
        ("phone numbers", [f"0{170 + n % 5}/{1234567 + n}" for n in range(N)]),
        ("national identity numbers", [f"{100 + n}-{10 + n % 80}-{1000 + n}" for n in range(N)]),
        ("card numbers", CARDS),
        ("card numbers", [" ".join(card[at : at + 4] for at in range(0, 16, 4)) for card in CARDS]),
    ],
)
def test_personal_data(tmp_path: Path, what: str, values: list[str]) -> None:
    findings = measured(table(tmp_path, {"x": values, "y": range(N)})).findings
    assert [(item.column, item.kind) for item in findings if item.kind == "personal"] == [("x", "personal")]
    assert f"`x` holds {what}, such as `" in findings[0].message
    assert not any(value in findings[0].message for value in values if value)


@pytest.mark.parametrize(
    "values",
    [
        [DICE.randint(10**9, 10**10) for _ in range(N)],
        [f"{DICE.randint(1000, 1999)}-{DICE.randint(10000, 99999)}" for _ in range(N)],  # bands of birds
        [f"20{DICE.randint(10, 23)}-0{DICE.randint(1, 9)}-1{DICE.randint(0, 9)}" for _ in range(N)],
        [str(10**15 + DICE.randint(0, 10**14)) for _ in range(N)],
        [f"{DICE.randint(1, 300)}.{DICE.randint(100, 999)}" for _ in range(N)],
        [f"10.0.{DICE.randint(0, 255)}.{DICE.randint(0, 255)}" for _ in range(N)],
        [f"@user{n}" for n in range(N)],
        ["Ford Mustang", "Fiat 500", "VW Golf", "Opel Corsa"] * 20,
    ],
)
def test_what_is_nobody_s(tmp_path: Path, values: list[object]) -> None:
    findings = measured(table(tmp_path, {"x": values, "y": range(N)})).findings
    assert [item for item in findings if item.kind == "personal"] == []


NAMES = [
    f"{first} {last}" for first in ("Ada", "Grace", "Alan", "Mary") for last in ("Lovelace", "Hopper", "Turing", "Li")
]


def test_names_with_birthdays(tmp_path: Path) -> None:
    born = [f"{1950 + n % 40}-0{1 + n % 9}-11" for n in range(N)]
    people = [NAMES[n % len(NAMES)] for n in range(N)]
    both = measured(table(tmp_path, {"full name": people, "date_of_birth": born})).findings
    assert [item.message for item in both] == ["`full name` names people, and `date_of_birth` holds their birthdays"]
    assert measured(table(tmp_path, {"full name": people, "sold": born})).findings == ()
    assert measured(table(tmp_path, {"model": people, "date_of_birth": born})).findings == ()


@given(st.integers(0, 10**15))
def test_one_wrong_digit_fails_the_check(number: int) -> None:
    body = f"4{number:015d}"[:15]
    right = [digit for digit in "0123456789" if personal.luhn(body + digit)]
    assert len(right) <= 1


@pytest.mark.parametrize(
    ("text", "valid"), [("DE89 3704 0044 0532 0130 00", True), ("DE88 3704 0044 0532 0130 00", False)]
)
def test_account_numbers(text: str, valid: bool) -> None:
    assert personal.iban(text) is valid
