"""Do the answers follow from the table as their words say?"""

import math

import pytest

from {{ package_name }}.metrics import Claim
from {{ package_name }}.questions import QUESTIONS
from {{ package_name }}.tables import Tables

pytestmark = pytest.mark.behaviour


def test_every_question_has_an_answer_with_an_interval(claims: list[Claim]) -> None:
    for question in QUESTIONS:
        answers = [claim for claim in claims if claim.question == question.name]
        assert [claim for claim in answers if claim.low is not None], question.asks
        assert all(math.isfinite(claim.value) for claim in answers), question.asks


def test_no_answer_counts_more_rows_than_there_are(tables: Tables, claims: list[Claim]) -> None:
    assert all(0 < claim.n <= len(tables["records"]) for claim in claims)


def test_every_column_that_is_asked_about_is_there(tables: Tables) -> None:
    for question in QUESTIONS:
        assert set(question.columns) <= set(tables["records"].columns)
