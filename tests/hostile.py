"""Texts that an owner's column or cell may hold, and that must stay data wherever they end up."""

import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SIGNS = st.characters(exclude_categories=["C", "Z"]) | st.sampled_from([*string.punctuation, " "])
HOSTILE = [
    '"); import os  #', "{{ 7*7 }}", "{% raw %}", "class", "None", "__init__",
    "a b", "100 %", "😀", "'''", '"""', "\\", "\\'", "<script>",
    "x" * 200,
]  # fmt: skip
NAMES = (st.text(SIGNS, min_size=1, max_size=200) | st.sampled_from(HOSTILE)).map(str.strip).filter(bool)


# The tool makes a name one line, and keeps a cell as it is.
CELLS = st.builds("{}\n{}".format, NAMES, NAMES) | NAMES


def any_table(test: Callable[..., None]) -> Any:
    """Run a test with any `names` of four columns and any two or three `values` of a cell."""
    of_table = given(
        names=st.lists(NAMES, min_size=4, max_size=4, unique=True),
        values=st.lists(CELLS, min_size=2, max_size=3, unique=True),
    )
    often = settings(
        max_examples=25,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    return pytest.mark.thorough(often(of_table(test)))
