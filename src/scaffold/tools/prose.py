"""Plain text files, in whatever encoding their owner saved them."""

import codecs
from pathlib import Path

SUFFIXES = {".txt", ".md", ".markdown", ".text"}
LARGEST = 20_000_000
"""In bytes. What a network reads in minutes is far less."""
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read(path: Path) -> str:
    """The text of a file, with a line feed at the end of each line.

    Raises:
        OSError: The file cannot be read.
        ValueError: It holds no text; the message says why in a few words.
    """
    if not path.is_file():
        raise ValueError("not an ordinary file")
    size = path.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{size / 1e6:,.0f} MB, and {LARGEST / 1e6:.0f} MB is the limit")
    content = path.read_bytes()
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise ValueError("it looks binary")
    if not text.strip():
        raise ValueError("an empty file" if not content else "only blanks")
    return text


def _decoded(content: bytes) -> str:
    from charset_normalizer import from_bytes

    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    try:
        return content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        found = from_bytes(content[:500_000]).best()
        return content.decode(found.encoding if found else "cp1252", "replace")
