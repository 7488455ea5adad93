"""cnn-classifier with its owner's pictures: nothing of the example is in it."""

import re

import pytest

from rendering import Rendered

WORDS = re.compile(r"\b(mnist\w*|census|american|handwrit\w+|lecun)\b", re.IGNORECASE)
ABOUT_THE_EXAMPLE = "The figures below were measured on the 5,000 handwritten digits of the template's example, not on these"


@pytest.fixture(scope="module")
def own(renderings: list[Rendered]) -> Rendered:
    (found,) = [one for one in renderings if one.template == "cnn-classifier" and one.answers["dataset"]]
    return found


def test_a_project_of_ones_own_pictures_has_no_word_of_the_example(own: Rendered) -> None:
    for path, text in own.texts().items():
        assert not WORDS.search(text.replace(ABOUT_THE_EXAMPLE, "")), path
    assert not [path for path in own.texts() if path.startswith("data/raw/")]
    assert "example" not in own.texts()["README.md"].partition("## Results")[0]


def test_its_settings_fit_the_pictures(own: Rendered) -> None:
    settings = own.texts()["conf/train.yaml"]
    assert "source: data/images\n" in settings
    assert "image_size: 64\nchannels: 3\n" in settings
    assert "min_score: null\n" in settings
