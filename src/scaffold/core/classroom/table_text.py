"""Read CSV files as other programs write them: their encoding, their separator, and where each cell stands.

A cell knows its place in the text, so that one cell can be replaced while every other byte stays the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BYTE_ORDER_MARK = "\ufeff"
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"
_SEPARATORS = ",;\t"
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
"""Excel's first line that names the separator, as `sep=;`."""


@dataclass(frozen=True)
class Cell:
    """A cell of a CSV file.

    Attributes:
        text: Its text, without the quotes around it.
        start: Where it begins in the file's text, quotes included.
        end: Where it ends.
        is_open: Whether it begins with a quote that nothing closes.
    """

    text: str
    start: int
    end: int
    is_open: bool = False


@dataclass(frozen=True)
class Line:
    """A record of a CSV file: the number of the line where it begins, and its cells."""

    number: int
    cells: tuple[Cell, ...]


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file, and the codec that gives the same bytes again.

    A byte order mark stays in the text. What is neither UTF-8 nor UTF-16 is read as Windows-1252, which Excel writes in
    Western Europe, or as Latin-1 where that has no such letter.
    """
    codec = _UTF16.get(content[:2]) or _utf16_without_mark(content)
    for candidate in filter(None, (codec, "utf-8")):
        try:
            return content.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    codec = "latin-1" if any(byte in content for byte in _UNDEFINED_IN_CP1252) else "cp1252"
    return content.decode(codec), codec


def _utf16_without_mark(content: bytes) -> str:
    """UTF-16 by the zero bytes of its first letters; empty for another encoding."""
    start = content[:64]
    if len(content) % 2 or start.count(0) <= len(start) // 4:
        return ""
    return "utf-16-le" if start[1::2].count(0) >= start[::2].count(0) else "utf-16-be"


def parse(text: str) -> Iterator[Line]:
    """The records of a CSV text (RFC 4180; also with `;` or tabs, or the separator that its first line names).

    A cell that begins with a quote and does not end with one is taken as it is; quotes within such a cell are text.
    """
    named = _SEPARATOR_LINE.match(text)
    start = named.end() if named else len(_BYTE_ORDER_MARK) if text.startswith(_BYTE_ORDER_MARK) else 0
    separator = named[1] if named else _separator(text[start:])
    sign = re.escape(separator)
    quoted = re.compile(rf'"[^"]*(?:""[^"]*)*"(?=[{sign}\r\n]|\Z)')
    cell_and_end = re.compile(rf"({quoted.pattern}|[^{sign}\r\n]*)({sign}|\r\n|\n|\r|\Z)")
    cells: list[Cell] = []
    number = begins = 1 + text.count("\n", 0, start)
    for match in cell_and_end.finditer(text, start):
        raw, end = match.groups()
        number += _line_ends(raw)
        if match.start() < len(text) or cells:
            cells.append(_cell(raw, match, is_quoted=quoted.fullmatch(raw) is not None))
        if end != separator:
            if cells:
                yield Line(begins, tuple(cells))
            cells = []
            number = begins = number + 1
        if not end:
            return


def _cell(raw: str, match: re.Match[str], *, is_quoted: bool) -> Cell:
    is_open = raw.startswith('"') and not is_quoted
    # `"Bob "B" T"`: the program that wrote it did not double the quotes in the name.
    has_both = len(raw) > 1 and raw.startswith('"') and raw.endswith('"')
    text = raw[1:-1].replace('""', '"') if has_both else raw
    return Cell(text, *match.span(1), is_open=is_open and not has_both)


def _line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\n|\r", text))


def _separator(text: str) -> str:
    """The separator of the first line that is not blank; those in quotes do not count."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_SEPARATORS, key=re.sub(r'"[^"]*"', "", header).count)
