"""How a CSV file is written: its encoding, its separator, and where its header stands."""

import codecs
import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import DataError

SAMPLE_BYTES = 1 << 18
SEPARATORS = (",", ";", "\t", "|")
GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 1 << 20
_MAX_FIELD = 1 << 24
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
"""The bytes at the beginning of a text that name its encoding."""
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_WIDE = ("utf_16", "utf_32", "big5", "gb", "shift", "euc", "cp932", "cp949", "cp1251", "koi8", "cp1253", "johab")


@dataclass(frozen=True)
class Dialect:
    """How to read a CSV file. The quote is always `"`, doubled inside a quoted cell.

    Attributes:
        separator: One character between cells.
        encoding: A Python codec.
        skip_rows: Lines before the header.
        compressed: The file is gzipped.
        header: The cells of the header as they are written.
    """

    separator: str
    encoding: str
    skip_rows: int
    compressed: bool
    header: tuple[str, ...]


def read_dialect(path: Path) -> Dialect:
    """Find out how the CSV file at `path` is written.

    Raises:
        ScaffoldError: It holds no table, or cannot be decoded.
    """
    with path.open("rb") as file:
        compressed = file.read(2) == GZIP_MAGIC
    try:
        encoding = _encoding(path, compressed)
        text = _sample(path, compressed, encoding)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise DataError(f"{path.name} is a damaged gzip file.", "Get it again from where it comes from.") from error
    if not text.strip():
        raise DataError(f"{path.name} is empty.", "Save the table again, with a line of column names on top.")
    if "\x00" in text:
        raise DataError(f"{path.name} is no text file.", "Bring a CSV, TSV, JSON lines, Parquet or .xlsx file.")
    separator, records = _best_split(text)
    width = _usual_width(records)
    skip = next(number for number, (_, record) in enumerate(records) if len(record) == width)
    line = records[skip][0]
    return Dialect(separator, encoding, line, compressed, tuple(records[skip][1]))


def open_bytes(path: Path, compressed: bool) -> gzip.GzipFile | io.BufferedReader:
    """The file's content as bytes, unpacked."""
    return gzip.open(path, "rb") if compressed else path.open("rb")


def write_utf8(path: Path, dialect: Dialect, dest: Path) -> None:
    """Write the file again as plain UTF-8 text, in constant memory.

    Raises:
        ScaffoldError: A byte does not belong to the encoding.
    """
    try:
        with (
            open_bytes(path, dialect.compressed) as raw,
            io.TextIOWrapper(raw, encoding=dialect.encoding, newline="") as text,
            dest.open("w", encoding="utf-8", newline="") as out,
        ):
            while chunk := text.read(_CHUNK):
                out.write(chunk)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is neither UTF-8 nor {dialect.encoding}: a byte at {error.start} belongs to neither.",
            "Save it again as UTF-8.",
        ) from error


def _encoding(path: Path, compressed: bool) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_bytes(path, compressed) as file:
        first = file.read(_CHUNK)
        for bom, name in BOMS.items():
            if first.startswith(bom):
                return name
        chunk = first
        try:
            while chunk:
                decoder.decode(chunk)
                chunk = file.read(_CHUNK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _other_encoding(first if first is chunk else first + chunk)
    return "utf-8"


def _other_encoding(sample: bytes) -> str:
    """The encoding of text that is not UTF-8.

    Single-byte Latin encodings differ in a few letters that statistics cannot tell apart in a table: the one of
    Windows and of Excel stands for all of them.
    """
    from charset_normalizer import from_bytes

    lines = [line for line in sample.splitlines() if not line.isascii()][:2000]
    best = from_bytes(b"\n".join(lines) if b"\x00" not in sample else sample[:SAMPLE_BYTES]).best()
    if best is not None and best.encoding.startswith(_WIDE):
        return codecs.lookup(best.encoding).name
    return "latin-1" if any(byte in sample for byte in _UNDEFINED_IN_CP1252) else "cp1252"


def _sample(path: Path, compressed: bool, encoding: str) -> str:
    with open_bytes(path, compressed) as file:
        content = file.read(SAMPLE_BYTES)
        whole = not file.read(1)
    text = codecs.getincrementaldecoder(encoding)(errors="replace").decode(content, final=whole)
    if whole:
        return text
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text


def _best_split(text: str) -> tuple[str, list[tuple[int, list[str]]]]:
    """The separator under which most records have one width."""
    best, chosen, kept = (-1.0, 0, 0), SEPARATORS[0], list[tuple[int, list[str]]]()
    for separator in SEPARATORS:
        records = list(_records(text, separator))
        width = _usual_width(records)
        widths = [len(record) for _, record in records]
        share = widths.count(width) / len(records) if width > 1 else 0.0
        score = (share, -widths.index(width), width)
        if _beats(score, best):
            best, chosen, kept = score, separator, records
    return chosen, kept


def _beats(score: tuple[float, int, int], other: tuple[float, int, int]) -> bool:
    """Whether a separator splits better: clearly more regularly, or the header too, or into more cells.

    Decimal commas may split every line but the header, and into more cells than the semicolons do.
    """
    if abs(score[0] - other[0]) > 0.05:
        return score[0] > other[0]
    return score[1:] > other[1:]


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Records that are not blank, each with the number of lines before it."""
    csv.field_size_limit(_MAX_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield before, record
            before = reader.line_num
    except csv.Error:
        return


def _usual_width(records: list[tuple[int, list[str]]]) -> int:
    counts = Counter(len(record) for _, record in records)
    return max(counts, key=lambda width: (counts[width], width))
