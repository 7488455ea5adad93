"""What of a program stays the same when names, comments and the order of functions are changed?

Winnowing: S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
"""

import keyword
import re
import zlib
from collections.abc import Iterator, Sequence

from scaffold.core.classroom.starter import notebooks
from scaffold.errors import ScaffoldError

GRAM = 18
"""So many tokens make one fingerprint: shorter runs are idioms."""
WINDOW = 8
"""One fingerprint of so many is kept: a shared run of GRAM + WINDOW - 1 tokens is always found."""
SUFFIXES = (".py", ".ipynb")
LARGEST = 1_000_000
"""Bytes: what is larger was not written by hand."""

Mark = tuple[int, int]
"""A fingerprint and the line where it begins."""

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<text>[A-Za-z]{0,2}(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<number>\d[\w.]*)|(?P<word>[^\W\d]\w*)|(?P<line>\n)|(?P<other>\S)"
)
_KEPT = frozenset({*keyword.kwlist, *keyword.softkwlist})


def fingerprints(path: str, content: bytes) -> list[Mark]:
    """The fingerprints of a file; none for what is no program, or too large, or shorter than one of them.

    A program that cannot be parsed has some as well.
    """
    if not path.endswith(SUFFIXES) or len(content) > LARGEST:
        return []
    text = _cells(path, content) if path.endswith(".ipynb") else content.decode("utf-8", "replace")
    return winnow(list(_tokens(text)))


def winnow(tokens: Sequence[Mark]) -> list[Mark]:
    """Of every window of hashes the least, the rightmost where there are several (the paper's figure 2)."""
    grams = [
        (hash(tuple(token for token, _ in tokens[at : at + GRAM])), tokens[at][1])
        for at in range(len(tokens) - GRAM + 1)
    ]
    kept: dict[int, Mark] = {}
    for start in range(max(1, len(grams) - WINDOW + 1)):
        window = range(start, min(start + WINDOW, len(grams)))
        if window:
            at = min(window, key=lambda place: (grams[place][0], -place))
            kept[at] = grams[at]
    return list(kept.values())


def _tokens(text: str) -> Iterator[Mark]:
    """Words that are the language's, signs, and one sign for each name, number and string; each with its line."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind not in ("comment", "line"):
            plain = token if kind == "other" or token in _KEPT else f"<{kind}>"
            # crc32: `hash` of a string differs from run to run, that of numbers does not.
            yield zlib.crc32(plain.encode()), line
        line += token.count("\n")


def _cells(path: str, content: bytes) -> str:
    try:
        book = notebooks.parse(path, content)
    except ScaffoldError:
        return ""
    return "\n".join(notebooks.source(cell) for cell in book["cells"] if cell.get("cell_type") == "code")
