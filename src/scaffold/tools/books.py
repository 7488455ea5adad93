"""The text of an EPUB: an archive with a page of XHTML for each chapter (EPUB 3.3, https://www.w3.org/TR/epub-33/)."""

import posixpath
import re
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError, fromstring
from zipfile import BadZipFile, ZipFile

from scaffold.tools.prose import LARGEST

SUFFIX = ".epub"
_PAGES = ("application/xhtml+xml", "text/html")
_BLOCKS = {"p", "div", "li", "blockquote", "section", "article", "tr", "dt", "dd", "pre", "figcaption", "hr"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_DAMAGED = (
    BadZipFile,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    UnicodeError,
    zlib.error,
)
"""What zipfile and the parser raise on any bytes."""
_UNREAD = {"script", "style", "head", "nav", "svg"}


def read(path: Path) -> str:
    """The text of a book in the order of reading: paragraphs with an empty line between them, headings as `# TITLE`.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no book, or one that is locked; the message says why in a few words.
    """
    with path.open("rb") as file:
        try:
            with ZipFile(file) as archive:
                text = "\n\n".join(part for page in _pages(archive) for part in _paragraphs(page))
        except _DAMAGED as error:
            raise ValueError("no book, or a damaged one") from error
    if not text.strip():
        raise ValueError("a book without text, perhaps of pictures")
    return f"{text}\n"


def _pages(archive: ZipFile) -> Iterator[str]:
    """The pages of the spine, decoded."""
    package_path = _attribute(_xml(archive, "META-INF/container.xml").find(".//{*}rootfile"), "full-path")
    package = _xml(archive, package_path)
    home = posixpath.dirname(package_path)
    pages = {
        _attribute(item, "id"): posixpath.normpath(posixpath.join(home, unquote(_attribute(item, "href"))))
        for item in package.iterfind("{*}manifest/{*}item")
        if item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
    }
    locked = _locked(archive)
    left = LARGEST
    for item in package.iterfind("{*}spine/{*}itemref"):
        name = pages.get(item.get("idref", ""))
        if name is None:
            continue
        if name in locked:
            raise ValueError("locked by whoever sold it")
        content = _content(archive, name, left)
        left -= len(content)
        yield content.decode("utf-8-sig", "replace")


def _locked(archive: ZipFile) -> set[str]:
    """The files that are encrypted."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    references = _xml(archive, "META-INF/encryption.xml").iterfind(".//{*}CipherReference")
    return {unquote(reference.get("URI", "")) for reference in references}


def _xml(archive: ZipFile, name: str) -> Element:
    return fromstring(_content(archive, name, LARGEST))  # noqa: S314 - expat limits what entities expand to


def _content(archive: ZipFile, name: str, most: int) -> bytes:
    """A file of the archive. A small archive can hold a text that fills the memory, whatever size it says."""
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"more than {LARGEST / 1e6:.0f} MB of text")
    return content


def _attribute(element: Element | None, name: str) -> str:
    """An attribute that must be there."""
    if element is None:
        raise KeyError(name)
    return element.attrib[name]


def _paragraphs(page: str) -> list[str]:
    parser = _Paragraphs()
    parser.feed(page)
    parser.close()
    return parser.found


class _Paragraphs(HTMLParser):
    """Collects the paragraphs and headings of a page; `found` has them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text = ""
        self._is_heading = False
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD or tag in self._unread or ("epub:type", "pagebreak") in attrs:
            self._unread.append(tag)
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end()
            self._is_heading = tag in _HEADINGS
        elif tag == "br":
            self._text += "\n"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unread:
            self._unread.remove(tag)
        if tag in _BLOCKS or tag in _HEADINGS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._text += re.sub(r"\s+", " ", data)

    def close(self) -> None:
        super().close()
        self._end()

    def _end(self) -> None:
        lines = [" ".join(line.split()) for line in self._text.split("\n")]
        text = "\n".join(line for line in lines if line)
        if text:
            self.found.append(f"# {' '.join(text.split())}" if self._is_heading else text)
        self._text, self._is_heading = "", False
