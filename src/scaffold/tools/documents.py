"""What the name and the first bytes of a document say: whether a reader can find text in it. Nothing is unpacked."""

import zipfile
from pathlib import Path

ARCHIVES = {".docx", ".pptx", ".xlsx", ".epub"}
PLAIN = {".md", ".markdown", ".rst", ".txt", ".html", ".htm", ".csv", ".tsv", ".ipynb"}
SUFFIXES = {*ARCHIVES, *PLAIN, ".pdf"}
NAMES = "md, rst, txt, html, pdf, docx, pptx, xlsx, epub, csv or ipynb"
LARGEST_MB = 20
"""The projects' own limit, the setting `max_file_mb`."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""How a .doc begins, and what an office program makes of a .docx with a password."""
_HEAD = 8192
_MOST_TEXT = 2_000_000


def refusal(path: Path) -> str:
    """Why a file is no document that can be read, in a few words; empty for one that can be.

    Raises:
        OSError: The file cannot be opened.
    """
    if not path.is_file():
        return "not an ordinary file"
    size = path.stat().st_size
    if not size:
        return "an empty file"
    if size > LARGEST_MB * 1_000_000:
        return f"{size / 1e6:,.0f} MB, and {LARGEST_MB} MB is the limit"
    with path.open("rb") as file:
        head = file.read(_HEAD)
    suffix = path.suffix.lower()
    if suffix in ARCHIVES:
        return _archive(path, head)
    if suffix == ".pdf":
        return "" if b"%PDF-" in head[:1024] else "no PDF is in it"
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and b"\0" in head:
        return "it looks binary"
    return "" if head.strip() else "only blanks"


def _archive(path: Path, head: bytes) -> str:
    if head.startswith(_OLD_OFFICE):
        return "it has a password, or is of an old format"
    try:
        with zipfile.ZipFile(path) as archive:
            locked = any(part.flag_bits & 1 for part in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return "damaged"
    return "it has a password" if locked else ""


def plain_text(path: Path) -> str:
    """The beginning of a file that is text, in whatever encoding; empty for any other."""
    if path.suffix.lower() not in PLAIN:
        return ""
    with path.open("rb") as file:
        return file.read(_MOST_TEXT).decode("utf-8", "replace")
