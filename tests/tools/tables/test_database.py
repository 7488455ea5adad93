"""The door to DuckDB: what is loaded, what is refused, and that no file name or content is ever code."""

import gzip
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_support import csv_text
from scaffold.errors import ScaffoldError
from scaffold.tools.tables import database
from scaffold.tools.tables.dialect import read_dialect


def rows_of(path: Path, folder: Path) -> list[tuple[object, ...]]:
    with database.loaded(path, read_dialect(path), folder) as loaded:
        assert loaded.rows == len(loaded.all("SELECT * FROM t"))
        return loaded.all("SELECT * FROM t ORDER BY rowid")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def test_cells_are_texts_without_blanks_around_them(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "t.csv").write_text('a,b\n 007 ,"x ""y"""\n\u00a01\u00a0,\n"","z\nz"\n')
    assert rows_of(tmp_path / "t.csv", folder) == [("007", 'x "y"'), ("1", None), (None, "z\nz")]


def test_gzip_and_windows_line_ends(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(b"a;b\r\n1;2\r\n"))
    assert rows_of(tmp_path / "t.csv.gz", folder) == [("1", "2")]


@pytest.mark.parametrize("name", ["*.csv", "t[1].csv", "t?.csv", "it's.csv", "a b.csv", "{a,b}.csv", "$path.csv"])
def test_a_file_name_is_no_pattern_and_no_code(tmp_path: Path, folder: Path, name: str) -> None:
    (tmp_path / "t1.csv").write_text("a,b\nwrong,file\n")
    (tmp_path / name).write_text("a,b\n1,2\n")
    assert rows_of(tmp_path / name, folder) == [("1", "2")]


@pytest.mark.parametrize(("line", "cells"), [("1,2,3", 3), ("1", 1)])
def test_an_irregular_line_is_named(tmp_path: Path, folder: Path, line: str, cells: int) -> None:
    (tmp_path / "t.csv").write_text(f"a,b\n1,2\n3,4\n{line}\n5,6\n")
    with pytest.raises(ScaffoldError) as caught:
        rows_of(tmp_path / "t.csv", folder)
    assert caught.value.message == f"Line 4 of t.csv has {cells} cells, and its header has 2."


def test_a_loaded_table_reaches_no_other_file(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with database.loaded(tmp_path / "t.csv", read_dialect(tmp_path / "t.csv"), folder) as loaded:
        for statement in (
            "SELECT * FROM read_text('/etc/hostname')",
            "COPY t TO '/tmp/out.csv'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
            f"ATTACH '{tmp_path}/x.duckdb'",
        ):
            with pytest.raises(duckdb.Error):
                loaded.all(statement)


def test_some_columns_are_written_under_other_names(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "it's.csv"
    path.write_text('a,b,c\n1,"x,y",3\n4,,6\n')
    database.write_csv(path, read_dialect(path), {1: 'B "b"', 2: "c"}, tmp_path / "o.csv", folder)
    assert (tmp_path / "o.csv").read_text() == '"B ""b""",c\n"x,y",3\n,6\n'


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cf")), min_size=1, max_size=30)


@pytest.mark.thorough
@settings(max_examples=25)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=3, max_size=8))
def test_any_text_comes_through(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    place = tmp_path_factory.mktemp("d")
    (place / "scratch").mkdir()
    path = place / "t.csv"
    path.write_bytes(csv_text(["a", "b"], rows).encode())
    # The separator is not what is tested here.
    form = replace(read_dialect(path), separator=",", header=("a", "b"), skip_rows=0)
    with database.loaded(path, form, place / "scratch") as loaded:
        assert loaded.all("SELECT * FROM t ORDER BY rowid") == rows
