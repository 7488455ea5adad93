"""What is refused before anything is measured, in one sentence with what to do."""

from pathlib import Path

import pytest

from data_support import csv_text, write_houses
from scaffold.core.dataset import read
from scaffold.errors import ScaffoldError


def refused(path: Path) -> ScaffoldError:
    with pytest.raises(ScaffoldError) as caught, read.opened(path):
        pass
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\n1\n2\n", "t.csv has one column, so there is nothing to learn from."),
        ("a,b,a\n1,2,3\n", "t.csv has two columns called `a`."),
        ("1.5,2,x\n2.5,3,y\n", "The first line of t.csv holds values (1.5, 2), not column names."),
        (f"{'n' * 201},b\n1,2\n", f"t.csv has a column name of 201 characters (`{'n' * 40}…`); up to 200 are read."),
        ("a,b\n1,2\n1,2,3\n", "Line 3 of t.csv has 3 cells, and its header has 2."),
        ("", "t.csv is empty."),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    assert refused(tmp_path / "t.csv").message == message


def test_more_columns_than_are_read(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(read.MAX_COLUMNS + 1)]
    (tmp_path / "t.csv").write_text(csv_text(names, [range(len(names))] * 2))
    assert refused(tmp_path / "t.csv").message == "t.csv has 2,001 columns; up to 2,000 are read."


def test_years_are_column_names(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1990,1991,1992\n1,2,3\n4,5,6\n")
    with read.opened(tmp_path / "t.csv") as table:
        assert table.names == ("1990", "1991", "1992")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert refused(tmp_path / "nope.csv").message == f"There is no file {tmp_path / 'nope.csv'}."
    assert refused(tmp_path).message == f"{tmp_path} is a folder."


def test_names_are_cleaned_and_the_copy_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes('" a\nb ","c\u202ed",\n1,2,3\n4,5,6\n'.encode())
    with read.opened(tmp_path / "t.csv") as table:
        assert (table.names, table.converted) == (("a b", "c d", ""), True)


def test_a_plain_file_is_copied_as_it_is(tmp_path: Path) -> None:
    with read.opened(write_houses(tmp_path / "t.csv")) as table:
        assert (table.converted, table.plain) == (False, tmp_path / "t.csv")


def test_nothing_is_left_behind(tmp_path: Path, sealed: Path) -> None:
    with read.opened(write_houses(tmp_path / "t.csv")) as table:
        assert table.folder.is_dir()
    assert not table.folder.exists()
    refused(tmp_path / "nope.csv")
    assert list((sealed / "tmp").iterdir()) == []
