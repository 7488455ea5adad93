"""Other formats become CSV: Excel, Parquet, JSON lines; and what is refused, with what to do instead."""

import datetime
import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

from scaffold.errors import ScaffoldError
from scaffold.tools.tables import convert, database


def test_the_first_sheet_that_holds_anything(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("prices")
    sheet.append(["name", "price", "sold", "new", "code"])
    sheet.append(["a,b", 3.0, datetime.datetime(2020, 5, 1), True, "007"])
    sheet.append([None, 2.5, datetime.datetime(2020, 5, 1, 13, 30), False, None])
    sheet.append([None] * 5)
    book.save(tmp_path / "t.xlsx")
    note = convert.excel_to_csv(tmp_path / "t.xlsx", tmp_path / "t.csv")
    assert note == "Of its 2 sheets, `prices` was read."
    assert (tmp_path / "t.csv").read_text() == (
        'name,price,sold,new,code\n"a,b",3,2020-05-01,true,007\n,2.5,2020-05-01 13:30:00,false,\n'
    )


def test_an_empty_workbook(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "t.xlsx")
    with pytest.raises(ScaffoldError, match="holds no table"):
        convert.excel_to_csv(tmp_path / "t.xlsx", tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 64, "encrypted workbook or one of Excel before 2007"),
        ("t.zip", b"PK\x03\x04" + b"\0" * 64, "zip archive"),
        ("t.csv.zst", b"\x28\xb5\x2f\xfd" + b"\0" * 64, "packed in a way"),
        ("t.csv.bz2", b"BZh9" + b"\0" * 64, "packed in a way"),
    ],
)
def test_what_is_not_read_says_what_to_do(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ScaffoldError, match=words) as caught:
        convert.kind_of(tmp_path / name)
    assert caught.value.hint


def test_a_damaged_workbook(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 64)
    assert convert.kind_of(tmp_path / "t.xlsx") == "excel"
    with pytest.raises(ScaffoldError, match="damaged workbook"):
        convert.excel_to_csv(tmp_path / "t.xlsx", tmp_path / "t.csv")


def to_csv(path: Path) -> str:
    folder = path.parent / "scratch"
    folder.mkdir()
    database.to_csv(path, convert.kind_of(path), path.with_suffix(".out"), folder)
    return path.with_suffix(".out").read_text()


def test_parquet_whatever_its_columns_are_called(tmp_path: Path) -> None:
    path = tmp_path / "t [1]*.parquet"
    rows = 'SELECT 1.0::DOUBLE AS "it\'s", NULL::DOUBLE AS "a""b", DATE \'2020-01-02\' AS d, \'007\' AS code, true AS f'
    target = str(path).replace("'", "''")
    duckdb.connect().execute(f"COPY ({rows} UNION ALL SELECT 2.5, 3, DATE '2020-01-03', '8', false) TO '{target}'")
    assert to_csv(path) == 'it\'s,"a""b",d,code,f\n1,,2020-01-02,007,true\n2.5,3,2020-01-03,8,false\n'


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    lines = [{"a": 1, "zip": "00501", "n": {"x": 1}}, {"a": None, "zip": "10001"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert to_csv(path).splitlines()[0] == "a,zip,n"
    assert to_csv_rows(path) == ["1,00501,{'x': 1}", ",10001,"]


def to_csv_rows(path: Path) -> list[str]:
    return path.with_suffix(".out").read_text().splitlines()[1:]


@pytest.mark.parametrize(("name", "content"), [("t.parquet", b"PAR1" + b"\0" * 64), ("t.jsonl", b'{"a": 1}\n{"a"')])
def test_a_damaged_file(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ScaffoldError, match="could not be read as"):
        to_csv(tmp_path / name)
