"""How CSV files are written: separators, encodings, headers, and what is no CSV at all."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError
from scaffold.tools.tables.dialect import Dialect, read_dialect, write_utf8


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "t.csv"
    rows = [["name", "price", "note"], ["a", "1,5", "x; y"], ["b", "2,5", "x | y, z"], ["c", "3,5", 'said "no"']]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    assert read_dialect(path) == Dialect(separator, "utf-8", 0, False, ("name", "price", "note"))


@pytest.mark.parametrize("above", ["", "Report of May\n\n"])
@pytest.mark.parametrize("columns", [2, 5])
def test_decimal_commas_in_every_column_are_no_separators(tmp_path: Path, columns: int, above: str) -> None:
    path = tmp_path / "t.csv"
    header = tuple("abcde"[:columns])
    rows = [";".join(f"{row},{column}" for column in range(columns)) for row in range(30)]
    path.write_text(above + "\n".join([";".join(header), *rows]) + "\n")
    assert read_dialect(path) == Dialect(";", "utf-8", above.count("\n"), False, header)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("latin-1", "cp1252"), ("cp1252", "cp1252")],
)
def test_the_encoding(tmp_path: Path, encoding: str, expected: str) -> None:
    path = tmp_path / "t.csv"
    text = "Größe;Preis\n" + "zwölf Äpfel für Müller;7\n" * 30
    path.write_bytes(text.encode(encoding))
    found = read_dialect(path)
    assert (found.encoding, found.separator, found.header) == (expected, ";", ("Größe", "Preis"))
    write_utf8(path, found, tmp_path / "plain.csv")
    assert (tmp_path / "plain.csv").read_bytes() == text.encode()


def test_cyrillic_is_not_taken_for_latin(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(("название,цена\n" + "большой красный дом на берегу реки,7\n" * 40).encode("cp1251"))
    assert read_dialect(path).header[0] == "название"


@pytest.mark.thorough
def test_an_encoding_that_shows_late_in_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 400_000 + "é,2\n".encode("latin-1"))
    assert read_dialect(path).encoding == "cp1252"


def test_gzip_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "no-suffix.csv"
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_dialect(path) == Dialect(",", "utf-8", 0, True, ("a", "b"))


def test_lines_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("Prices of 2024\n\na,b,c\n1,2,3\n4,5,6\n")
    assert (read_dialect(path).skip_rows, read_dialect(path).header) == (2, ("a", "b", "c"))


def test_a_quoted_cell_may_hold_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,"b\nc"\n1,"x\ny"\n2,z\n')
    assert read_dialect(path).header == ("a", "b\nc")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"  \n \n", "is empty"),
        (b"a,b\n\x00\x01,2\n", "no text file"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:-20], "damaged gzip"),
    ],
    ids=["nothing", "blanks", "no text", "cut off"],
)
def test_what_holds_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(ScaffoldError, match=words):
        read_dialect(path)


CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)


@given(st.lists(CELLS, min_size=2, max_size=6), st.sampled_from(",;\t|"))
def test_any_header_is_read_back(tmp_path_factory: pytest.TempPathFactory, header: list[str], separator: str) -> None:
    path = tmp_path_factory.mktemp("d") / "t.csv"
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([header, *[[str(number) for number in range(len(header))]] * 3])
    path.write_bytes(out.getvalue().encode())
    found = read_dialect(path)
    assert (found.header, found.separator) == (tuple(header), separator)
