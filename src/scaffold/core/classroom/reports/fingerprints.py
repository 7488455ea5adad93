"""Fingerprints of a program: what stays the same when names, comments and the order of functions change.

Winnowing: S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting", SIGMOD 2003.
"""

import keyword
import re
import zlib
from collections.abc import Iterator, Sequence

from scaffold.core.classroom.starter import notebooks
from scaffold.errors import ScaffoldError

GRAM = 18
"""How many tokens make one fingerprint: shorter sequences are idioms that everybody writes."""
WINDOW = 8
"""One of this many fingerprints is kept: a shared sequence of GRAM + WINDOW - 1 tokens is always found."""
SUFFIXES = (".py", ".ipynb")
LARGEST = 1_000_000
"""The largest file, in bytes: a larger one was not written by hand."""

Fingerprint = tuple[int, int]
"""A hash, and the line where its tokens begin."""

_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<text>[A-Za-z]{0,2}(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))"
    r"|(?P<number>\d[\w.]*)|(?P<word>[^\W\d]\w*)|(?P<line>\n)|(?P<other>\S)"
)
_KEYWORDS = frozenset({*keyword.kwlist, *keyword.softkwlist})


def fingerprints(path: str, content: bytes) -> list[Fingerprint]:
    """The fingerprints of a file; empty for one that is not a program, too large, or shorter than one fingerprint.

    A program with syntax errors has fingerprints, too.
    """
    if not path.endswith(SUFFIXES) or len(content) > LARGEST:
        return []
    text = _notebook_code(path, content) if path.endswith(".ipynb") else content.decode("utf-8", "replace")
    return winnow(list(_tokens(text)))


def winnow(tokens: Sequence[Fingerprint]) -> list[Fingerprint]:
    """The smallest hash of every window, the rightmost where there are several (figure 2 of the paper)."""
    grams = [
        (hash(tuple(token for token, _ in tokens[start : start + GRAM])), tokens[start][1])
        for start in range(len(tokens) - GRAM + 1)
    ]
    kept: dict[int, Fingerprint] = {}
    for start in range(max(1, len(grams) - WINDOW + 1)):
        window = range(start, min(start + WINDOW, len(grams)))
        if window:
            smallest = min(window, key=lambda index: (grams[index][0], -index))
            kept[smallest] = grams[smallest]
    return list(kept.values())


def _tokens(text: str) -> Iterator[Fingerprint]:
    """Keywords and punctuation as they are; every name, number and string as one placeholder each; with their lines."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if kind not in ("comment", "line"):
            normalised = token if kind == "other" or token in _KEYWORDS else f"<{kind}>"
            # crc32, because `hash` of a string differs from run to run; `hash` of numbers, as in winnow, does not.
            yield zlib.crc32(normalised.encode()), line
        line += token.count("\n")


def _notebook_code(path: str, content: bytes) -> str:
    try:
        notebook = notebooks.parse(path, content)
        cells = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
        return "\n".join(map(notebooks.source, cells))
    except (ScaffoldError, RecursionError, LookupError, TypeError, AttributeError):  # it is no notebook
        return ""
