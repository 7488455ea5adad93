"""Whether answers fit their questions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import UsageError
from scaffold.tools.questions import check_answers

KINDS = ["str", "int", "float", "bool", "yaml", "json", "path"]


def fits(value: Any, **question: Any) -> bool:
    try:
        check_answers({"key": value}, {"key": question})
    except UsageError as error:
        assert "`key`" in error.message
        return False
    return True


@given(st.integers())
def test_every_integer_fits(number: int) -> None:
    assert fits(number, type="int")
    assert fits(str(number), type="int")
    assert fits(str(number), type="float")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_fits(number: float) -> None:
    assert fits(number, type="float")
    assert fits(repr(number), type="float")


@given(st.text(), st.sampled_from(KINDS))
def test_what_fits_is_what_python_reads(text: str, kind: str) -> None:
    assert fits(text, type="str")
    if kind in ("int", "float") and fits(text, type=kind):
        {"int": int, "float": float}[kind](text)


@pytest.mark.parametrize("text", ["true", "False", " YES ", "off", "1", "0"])
def test_a_boolean(text: str) -> None:
    assert fits(text, type="bool")


@pytest.mark.parametrize("text", ["", "maybe", "2", "truee", "None", "null"])
def test_no_boolean(text: str) -> None:
    assert not fits(text, type="bool")


@pytest.mark.parametrize(
    ("default", "good", "bad"), [(3, "4", "x"), (True, "no", "x"), (0.5, "1", "x"), ("s", "x", ["x"])]
)
def test_the_type_of_a_short_question_is_its_default_s(default: Any, good: Any, bad: Any) -> None:
    assert fits(good, default=default)
    assert not fits(bad, default=default)


def test_a_type_that_the_template_computes_is_left_to_copier() -> None:
    assert fits("anything", type="{{ 'int' }}")
