"""From a folder of pictures to answers and copies; and every refusal, in one sentence with the next command."""

from pathlib import Path
from typing import Any

import pytest

from picture_support import photos, png
from scaffold.core.dataset import pictures
from scaffold.core.dataset.answers import without_typed
from scaffold.core.dataset.request import Request
from scaffold.errors import ScaffoldError, UsageError


def refused(folder: Path, **more: Any) -> tuple[str, str]:
    with pytest.raises(ScaffoldError) as caught, pictures.brought(Request(folder, **more)):
        pass
    return caught.value.message, caught.value.hint


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    root = photos(tmp_path / "My photos", {"cat": 10, "dog": 12}, colour=0)
    with pictures.brought(Request(root)) as found:
        assert found.answers == {
            "dataset": "images",
            "dataset_source": "My photos",
            "dataset_bytes": found.bytes,
            "dataset_in_git": True,
            "pictures": 22,
            "picture_classes": [{"name": "cat", "pictures": 10}, {"name": "dog", "pictures": 12}],
            "picture_side": 28,
            "picture_channels": 1,
            "picture_split": False,
        }
        assert found.notices == []
        found.put(tmp_path / "project")
    copies = tmp_path / "project/data/images"
    assert sorted(path.name for path in copies.iterdir()) == ["cat", "dog"]
    assert (copies / "dog/11.png").read_bytes() == (root / "dog/11.png").read_bytes()
    with pytest.raises(UsageError, match="belong to a project with data of its own") as caught:
        without_typed(found.answers)
    assert caught.value.hint == "Bring the folder: --data FOLDER"


def test_the_answers_of_the_example_are_no_answers_about_data() -> None:
    assert without_typed({"dataset": "", "picture_side": 28, "picture_channels": 1, "ci": "none"}) == {"ci": "none"}


def test_a_split_that_was_made_is_kept(tmp_path: Path) -> None:
    with pictures.brought(Request(photos(tmp_path / "p", {"a": 5, "b": 5}, "Train", "valid", "test"))) as found:
        assert (found.answers["picture_split"], found.classes) == (True, {"a": 15, "b": 15})
        found.put(tmp_path)
    assert sorted(path.name for path in (tmp_path / "data/images").iterdir()) == ["test", "train", "validation"]
    with pictures.brought(Request(photos(tmp_path / "one", {"a": 10, "b": 10}, "train"))) as found:
        assert not found.answers["picture_split"]
    with pictures.brought(Request(photos(tmp_path / "words", {"train": 10, "bus": 10}))) as found:
        assert list(found.classes) == ["bus", "train"]


def test_colours_and_sizes(tmp_path: Path) -> None:
    root = photos(tmp_path / "p", {"a": 10, "b": 10}, colour=0)
    for number in range(30):
        png(root / "a" / f"large-{number}.png", side=200)
    with pictures.brought(Request(root)) as found:
        assert (found.answers["picture_channels"], found.answers["picture_side"]) == (3, 64)


def test_what_cannot_be_used_is_named_and_names_are_made_safe(tmp_path: Path) -> None:
    root = photos(tmp_path / "p", {"a": 10, "b": 10})
    (root / "a/empty.png").write_bytes(b"")
    (root / "a/{{ 7*7 }}.png").write_bytes((root / "a/1.png").read_bytes())
    (root / "a/.DS_Store").write_bytes(b"x")
    (root / "readme.txt").write_text("mine")
    with pictures.brought(Request(root)) as found:
        (notice,) = found.notices
        assert notice.message == f"Left out: {Path('a/empty.png')} (an empty file)."
        found.put(tmp_path)
    names = {path.name for path in (tmp_path / "data/images/a").iterdir()}
    assert len(names) == 11
    assert {name for name in names if name.startswith("picture-")} == {"picture-00012.png"}


def test_ten_to_one_is_warned_of(tmp_path: Path) -> None:
    with pictures.brought(Request(photos(tmp_path / "p", {"many": 100, "few": 10}))) as found:
        assert found.notices[0].message == "`many` has 100 pictures and `few` 10, 10 times fewer."
    with pictures.brought(Request(photos(tmp_path / "q", {"many": 99, "few": 10}))) as found:
        assert found.notices == []


def test_large_folders_stay_out_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "LARGEST_IN_GIT", 100)
    with pictures.brought(Request(photos(tmp_path / "p", {"a": 10, "b": 10}))) as found:
        assert not found.answers["dataset_in_git"]
        assert "too large for git: data/images is ignored" in found.notices[0].message


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "p holds no picture that can be read."),
        ({"a": 10}, "p has pictures of one class, `a`; two are needed."),
        ({"a": 10, "b": 9}, "`b` has 9 pictures; at least 10 of each class are needed."),
        ({f"c{n}": 1 for n in range(101)}, "p has 101 classes; up to 100 can be told apart."),
        ({"a": 10, "a\nb": 10}, "The folder 'a\\nb' cannot name a class"),
    ],
)
def test_refusals(tmp_path: Path, counts: dict[str, int], message: str) -> None:
    (tmp_path / "p").mkdir()
    found, hint = refused(photos(tmp_path / "p", counts))
    assert found.startswith(message)
    assert hint


def test_what_is_no_folder_of_pictures(tmp_path: Path) -> None:
    assert refused(tmp_path / "none") == (f"There is no folder {tmp_path / 'none'}.", "Check the path.")
    assert "is a file" in refused(png(tmp_path / "a.png"))[0]
    assert refused(tmp_path, target="x")[0] == "Pictures have no columns."
    (tmp_path / "p/a").mkdir(parents=True)
    (tmp_path / "p/a/1.jpg").write_text("text")
    message = refused(tmp_path / "p")[0]
    assert message == f"p holds no picture that can be read: {Path('a/1.jpg')} (no PNG, JPEG or WebP picture)."
