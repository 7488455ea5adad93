"""Plain text files, in whatever encoding their owner saved them."""

from pathlib import Path

from scaffold.tools.tables.dialect import BOMS

SUFFIXES = {".txt", ".md", ".markdown", ".text"}
LARGEST = 20_000_000
"""In bytes. What a network reads in minutes is far less."""


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

    marked = next((encoding for mark, encoding in BOMS.items() if content.startswith(mark)), None)
    try:
        return content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        found = from_bytes(content[:500_000]).best()
        return content.decode(found.encoding if found else "cp1252", "replace")
