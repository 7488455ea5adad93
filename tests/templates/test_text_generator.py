"""text-generator with its owner's text: nothing of the example is in it."""

import re

import pytest

from rendering import Rendered

WORDS = re.compile(r"\b(austen\w*|novels?|bennet|darcy|shakespeare|comed(y|ies)|pride|prejudice)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def own(renderings: list[Rendered]) -> Rendered:
    (found,) = [one for one in renderings if one.template == "text-generator" and one.answers["dataset"]]
    return found


def test_a_project_of_ones_own_text_has_no_word_of_the_example(own: Rendered) -> None:
    for path, text in own.texts().items():
        assert not WORDS.search(text), path
    assert not [path for path in own.texts() if path.startswith("data/raw/")]


def test_its_settings_fit_the_length_of_the_text(own: Rendered) -> None:
    settings = own.texts()["conf/train.yaml"]
    assert "source: data/raw/texts\n" in settings
    assert "vocabulary: 512\n" in settings
    assert "voice: null\n" in settings
    assert 'heading: "#{1,3} .*"\n' in settings
