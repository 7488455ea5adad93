"""Fingerprints do not change when a copied program is disguised."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.classroom.reports.fingerprints import GRAM, LARGEST, WINDOW, fingerprints, winnow

PROGRAM = '''\
def mean(values: list[float]) -> float:
    """The mean."""
    total = 0.0
    for value in values:
        if value is not None:
            total += value  # skip what is missing
    return total / max(len(values), 1)


def spread(values):
    middle = mean(values)
    return (sum((value - middle) ** 2 for value in values) / len(values)) ** 0.5
'''


def hashes(text: str, path: str = "a.py") -> set[int]:
    return {mark for mark, _ in fingerprints(path, text.encode())}


def test_names_comments_numbers_and_strings_do_not_matter() -> None:
    disguised = PROGRAM.replace("values", "xs").replace("total", "acc").replace("# skip what is missing", "# mine")
    disguised = disguised.replace('"""The mean."""', "'''Average of xs.'''").replace("0.0", "0").replace("mean", "avg")
    assert disguised != PROGRAM
    assert hashes(disguised) == hashes(PROGRAM)


def test_different_programs_share_nothing() -> None:
    other = "import numpy as np\n\nprint(np.mean([1, 2, 3]), np.std([1, 2, 3], ddof=1), 'done', end='')\n" * 2
    assert hashes(other)
    assert not hashes(other) & hashes(PROGRAM)


def test_fingerprints_have_lines() -> None:
    marks = fingerprints("a.py", ("\n" * 10 + PROGRAM).encode())
    assert {line for _, line in marks} <= set(range(11, 11 + PROGRAM.count("\n")))


def test_a_notebook_has_the_fingerprints_of_its_code() -> None:
    cells = [
        {"cell_type": "markdown", "source": "words " * 100},
        {"cell_type": "code", "source": PROGRAM.splitlines(keepends=True)},
    ]
    assert hashes(json.dumps({"cells": cells}), "a.ipynb") == hashes(PROGRAM)
    assert hashes("{", "a.ipynb") == hashes(PROGRAM, "a.csv") == set()


def test_unparsable_and_large_files() -> None:
    assert hashes('"""' * 1001 + PROGRAM)
    assert hashes("def (((\n" * 50)
    assert fingerprints("a.py", b"x = 1\n" * LARGEST) == []
    assert fingerprints("a.py", bytes(range(256)) * 8) is not None


token = st.integers(0, 5)


@pytest.mark.thorough
@given(st.lists(token, max_size=60), st.lists(token, max_size=60), st.lists(token, min_size=1), st.data())
def test_a_long_shared_sequence_is_always_found(
    before: list[int], other: list[int], run: list[int], data: st.DataObject
) -> None:
    shared = data.draw(st.lists(st.integers(100, 10**6), min_size=GRAM + WINDOW - 1, max_size=90))
    first, second = (
        [(each, line) for line, each in enumerate(part + shared + run)] for part in (before, [*other, 7, 7])
    )
    assert {mark for mark, _ in winnow(first)} & {mark for mark, _ in winnow(second)}


@given(st.lists(token, min_size=GRAM, max_size=200))
def test_a_file_of_enough_tokens_has_a_fingerprint(tokens: list[int]) -> None:
    assert winnow([(each, 1) for each in tokens])


def test_a_short_file_has_no_fingerprint() -> None:
    assert winnow([(each, 1) for each in range(GRAM - 1)]) == winnow([]) == []
