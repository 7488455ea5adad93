"""The folder that a project is made in, and the results it wrote."""

from pathlib import Path

import pytest

from scaffold.core.project import free_destination, results_table
from scaffold.errors import ScaffoldError
from support import write


def test_a_new_folder_is_free(work: Path) -> None:
    assert free_destination(Path("a/b")) == work / "a/b"


def test_an_empty_folder_is_free(work: Path) -> None:
    (work / "a").mkdir()
    assert free_destination(Path("a")) == work / "a"


def test_home_is_known(home: Path) -> None:
    assert free_destination(Path("~/a")) == home / "a"


def test_a_stranger_s_home_is_a_plain_name(work: Path) -> None:
    assert free_destination(Path("~nobody-of-that-name/a")) == work / "~nobody-of-that-name/a"


def test_dots_are_taken_out(work: Path) -> None:
    assert free_destination(Path("x/../a/.")) == work / "a"


def test_a_full_folder_is_not_free(work: Path) -> None:
    write(work, {"a/.hidden": ""})
    with pytest.raises(ScaffoldError, match="a is not empty") as refused:
        free_destination(Path("a"))
    assert "a-2" in refused.value.hint


def test_a_file_is_in_the_way(work: Path) -> None:
    write(work, {"a": ""})
    with pytest.raises(ScaffoldError, match="in the way: it is not a folder"):
        free_destination(Path("a"))


@pytest.mark.parametrize("target", ["nowhere", "empty"])
def test_a_symlink_is_in_the_way(work: Path, target: str) -> None:
    (work / "empty").mkdir()
    (work / "a").symlink_to(target)
    with pytest.raises(ScaffoldError, match="in the way"):
        free_destination(Path("a"))


def test_a_file_above_is_in_the_way(work: Path) -> None:
    write(work, {"a": ""})
    with pytest.raises(ScaffoldError, match="a is not a folder"):
        free_destination(Path("a/b/c"))


def test_a_name_may_be_too_long(work: Path) -> None:
    with pytest.raises(ScaffoldError, match="too long"):
        free_destination(Path("a" * 300))


def test_a_results_table(work: Path) -> None:
    write(work, {"README.md": "# R\n<!-- results:start -->\n| a |\n|---|\n<!-- results:end -->\nmore\n"})
    assert results_table(work) == "| a |\n|---|"


@pytest.mark.parametrize(
    "content", ["", "# no marks\n", "<!-- results:start -->\n| a |\n", "<!-- results:end -->\n<!-- results:start -->\n"]
)
def test_no_results(work: Path, content: str) -> None:
    write(work, {"README.md": content})
    assert results_table(work) == ""


def test_no_readme(work: Path) -> None:
    assert results_table(work) == ""
