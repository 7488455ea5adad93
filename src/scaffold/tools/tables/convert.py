"""Other formats, written as CSV: Excel, Parquet, JSON lines."""

import csv
import datetime
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scaffold.errors import DataError, ScaffoldError

OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"
_ZIP_MAGIC = b"PK\x03\x04"
_PARQUET_MAGIC = b"PAR1"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")


def kind_of(path: Path) -> str:
    """`csv`, `excel`, `parquet` or `json`, told by the first bytes, and by the name where those say nothing.

    Raises:
        ScaffoldError: A format that is not read, with what to save instead.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == _PARQUET_MAGIC:
        return "parquet"
    if start == _ZIP_MAGIC:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return "excel"
        raise DataError(f"{path.name} is a zip archive.", "Unpack it and bring the table inside.")
    if start == OLD_EXCEL_MAGIC:
        raise DataError(
            f"{path.name} is an encrypted workbook or one of Excel before 2007.",
            "Open it and save it without a password as .xlsx or CSV.",
        )
    if start == _ZSTD_MAGIC or start[:3] == b"BZh" or start[:2] == b"\xfd7":
        raise DataError(f"{path.name} is packed in a way that is not read here.", "Unpack it, or pack it as .gz.")
    names = {suffix.lower() for suffix in path.suffixes}
    return "json" if names.intersection(JSON_SUFFIXES) else "csv"


def excel_to_csv(path: Path, dest: Path) -> str:
    """Write the first sheet that holds anything as UTF-8 CSV.

    Returns:
        A sentence about sheets that were not read; empty when there are none.

    Raises:
        ScaffoldError: The workbook is damaged or holds no table.
    """
    with _workbook(path) as sheets:
        for title, rows in sheets:
            if _write(dest, rows):
                return _other_sheets(title, len(sheets))
    raise _no_table(path)


def excel_rows(path: Path) -> tuple[list[tuple[int, list[str]]], str]:
    """The rows of the first sheet that holds anything.

    Returns:
        Their numbers and cells, without empty rows; and a sentence about sheets that were not read, or an empty text.

    Raises:
        ScaffoldError: The workbook is damaged or holds no table.
    """
    with _workbook(path) as sheets:
        for title, rows in sheets:
            filled = [(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)]
            if filled:
                return filled, _other_sheets(title, len(sheets))
    raise _no_table(path)


@contextmanager
def _workbook(path: Path) -> Iterator[list[tuple[str, Iterator[list[str]]]]]:
    """The titles of a workbook's sheets, and their rows."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
            yield [(sheet.title, map(_texts, sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
        finally:
            book.close()
    except (KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise DataError(f"{path.name} is a damaged workbook.", "Open it in Excel and save it again.") from error


def _other_sheets(title: str, count: int) -> str:
    return f"Of its {count} sheets, `{title}` was read." if count > 1 else ""


def _no_table(path: Path) -> ScaffoldError:
    return DataError(f"{path.name} holds no table.", "Put a line of column names on top of its first sheet.")


def _write(dest: Path, rows: Iterable[list[str]]) -> int:
    """Write the rows that hold anything, all as wide as the first of them."""
    count = width = 0
    with dest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in rows:
            if not any(row):
                continue
            width = width or max(number for number, cell in enumerate(row, start=1) if cell)
            writer.writerow((row + [""] * width)[: max(width, _filled(row))])
            count += 1
    return count


def _filled(row: list[str]) -> int:
    return max((number for number, cell in enumerate(row, start=1) if cell), default=0)


def _texts(row: Iterable[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    return str(cell).strip()
