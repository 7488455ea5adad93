"""What is read of an EPUB, and what is said of one that cannot be read."""

import random
import zipfile
from pathlib import Path

import pytest

from scaffold.tools import books, prose

CONTAINER = '<container xmlns="urn:x"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
PAGE = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>no</title></head><body>{}</body></html>'


def book(path: Path, pages: dict[str, str], **more: str) -> Path:
    """An EPUB with these pages in this order, and files beside them."""
    items = "".join(
        f'<item id="i{n}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(pages)
    )
    refs = "".join(f'<itemref idref="i{n}"/>' for n in range(len(pages)))
    nav = '<item id="nav" properties="nav" href="nav.xhtml" media-type="application/xhtml+xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        spine = f'<spine><itemref idref="nav"/><itemref idref="cover"/>{refs}</spine>'
        archive.writestr("OPS/book.opf", f'<package xmlns="urn:y"><manifest>{nav}{items}</manifest>{spine}</package>')
        archive.writestr("OPS/nav.xhtml", PAGE.format("<p>contents</p>"))
        for name, body in pages.items():
            archive.writestr(f"OPS/{name}", PAGE.format(body))
        for name, content in more.items():
            archive.writestr(f"META-INF/{name}.xml", content)
    return path


def test_chapters_come_in_the_order_of_reading(tmp_path: Path) -> None:
    first = "<h2>CHAPTER&#160;I.<br/>The beginning</h2><div><p>It was   <em>late</em>.</p>\n"
    first += "<p>&ldquo;&Eacute;t&eacute;,&rdquo; said\nhe.</p><div epub:type='pagebreak'><div>171</div>171</div></div>"
    second = "<h2>II</h2><p>A line<br/>of verse<hr/>and more</p><script>no()</script><nav>no<nav>no</nav>no</nav><p/>"
    path = book(tmp_path / "a.epub", {"b two.xhtml": first, "a.xhtml": second})
    assert books.read(path) == (
        "# CHAPTER I. The beginning\n\nIt was late.\n\n“Été,” said he.\n\n# II\n\nA line\nof verse\n\nand more\n"
    )


def test_a_locked_book_is_said_to_be_locked(tmp_path: Path) -> None:
    lock = '<encryption xmlns="urn:z"><EncryptedData><CipherReference URI="OPS/{}"/></EncryptedData></encryption>'
    path = book(tmp_path / "a.epub", {"a.xhtml": "<p>x</p>"}, encryption=lock.format("a.xhtml"))
    with pytest.raises(ValueError, match="locked by whoever sold it"):
        books.read(path)
    font = book(tmp_path / "b.epub", {"a.xhtml": "<p>x</p>"}, encryption=lock.format("font.otf"))
    assert books.read(font) == "x\n"


def test_what_is_no_book_is_said(tmp_path: Path) -> None:
    whole = book(tmp_path / "a.epub", {"a.xhtml": "<p>" + "word " * 2000 + "</p>"})
    content = whole.read_bytes()
    dice = random.Random(0)
    bad = tmp_path / "bad.epub"
    for _ in range(300):
        wrong = bytearray(content)
        for _ in range(9):
            wrong[dice.randrange(len(wrong))] = dice.randrange(256)
        bad.write_bytes(bytes(wrong[: dice.choice([len(wrong), dice.randrange(len(wrong))])]))
        try:
            assert books.read(bad)
        except ValueError as error:
            assert str(error) in ("no book, or a damaged one", "a book without text, perhaps of pictures")
    empty = book(tmp_path / "c.epub", {"a.xhtml": "<p> </p>"})
    with pytest.raises(ValueError, match="without text"):
        books.read(empty)
    (tmp_path / "d.epub").write_bytes(b"")
    with pytest.raises(ValueError, match="no book"):
        books.read(tmp_path / "d.epub")


def test_a_small_archive_of_a_large_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "LARGEST", 100_000)
    path = book(tmp_path / "a.epub", {f"{n}.xhtml": "<p>" + "a" * 60_000 + "</p>" for n in range(2)})
    assert path.stat().st_size < 5000
    with pytest.raises(ValueError, match="of text"):
        books.read(path)
    assert prose.LARGEST > 1_000_000
