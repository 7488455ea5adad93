"""Control characters never reach a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.tools.terminal import escaped

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(st.text())
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    clean = escaped(text.replace("\r\n", "\n"))
    assert [c for c in clean if unicodedata.category(c) == "Cc" and c not in "\t\n"] == []
    assert [c for c in clean if unicodedata.bidirectional(c) in BIDI] == []


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Zl", "Zp"])))
def test_plain_text_of_any_script_stays(text: str) -> None:
    assert escaped(text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\x9b1mb", "a\\x9b1mb"),
        ("\u202eexe.gnp", "\\u202eexe.gnp"),
        ("over\rwritten", "over\\x0dwritten"),
        ("a\r\nb\tc\n", "a\r\nb\tc\n"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_what_becomes_of_it(text: str, clean: str) -> None:
    assert escaped(text) == clean
