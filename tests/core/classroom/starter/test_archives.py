"""Leaks in archives are found, and an archive that cannot be searched is a leak."""

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.classroom.starter import archives
from scaffold.core.classroom.starter.leaks import Leak, LeakSearch
from scaffold.core.classroom.starter.strip import RemovedText
from scaffold.tools.git.trees import File

SOLUTION = (
    "    daily = table.groupby('day').mean()\n",
    "    level = daily.rolling(7).mean()\n",
    "    return level.shift(1)\n",
)
TEXT = "".join(SOLUTION).encode()
HIDDEN = b"assert f(3)\n"


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("empty/", b"")
        archive.writestr(name, content)
    return out.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def look(path: str, content: bytes, allowed: tuple[str, ...] = ()) -> list[Leak]:
    search = LeakSearch([RemovedText("src/a.py", 12, SOLUTION)], {File(HIDDEN).oid: "tests/hidden/test_a.py"}, allowed)
    return search.search_file(path, File(content).oid, content)


@pytest.mark.parametrize(
    ("path", "content", "where"),
    [
        ("a.py.gz", gzip.compress(TEXT), "a.py"),
        ("a.py.bz2", bz2.compress(TEXT), "a.py"),
        ("a.py.xz", lzma.compress(TEXT), "a.py"),
        ("old.zip", zipped("src/a.py", TEXT), "old.zip/src/a.py"),
        ("old.tar", tarred("src/a.py", TEXT), "old.tar/src/a.py"),
        ("old.tar.gz", gzip.compress(tarred("src/a.py", TEXT)), "old.tar/src/a.py"),
        ("book.docx", zipped("word/document.xml", TEXT), "book.docx/word/document.xml"),
        ("no-suffix", zipped("in.zip", zipped("a.py", TEXT)), "no-suffix/in.zip/a.py"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_solution_in_an_archive_is_found(path: str, content: bytes, where: str) -> None:
    assert look(path, content) == [Leak(where, 1, "the solution of src/a.py:12")]


def test_hidden_files_and_markers_in_an_archive_are_found() -> None:
    assert look("x.zip", zipped("t.py", HIDDEN))[0].what == "the hidden file tests/hidden/test_a.py"
    assert look("x.zip", zipped("t.py", b"\n### BEGIN SOLUTION\n")) == [
        Leak("x.zip/t.py", 2, "the marker `BEGIN SOLUTION`")
    ]


def test_archives_without_leaks() -> None:
    for content in (gzip.compress(b"a,b\n1,2\n" * 10_000), zipped("a.csv", b"a,b\n"), tarred("a.csv", b"a,b\n")):
        assert look("data", content) == []


BOMB = gzip.compress(bytes(archives.LARGEST + 1))


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(TEXT)[:-6],
        zipped("a", TEXT * 50)[:200] + zipped("a", TEXT * 50)[260:],
        BOMB,
        zipped("a", zipped("b", zipped("c", zipped("d", TEXT)))),
    ],
    ids=["cut short", "broken", "a bomb", "too deep"],
)
def test_an_unsearchable_archive_is_a_leak_unless_allowed(content: bytes) -> None:
    (leak,) = look("data/x", content)
    assert "cannot be searched completely" in leak.what
    assert look("data/x", content, ("data/x",)) == []


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"PK\x03\x04", b"PK\x05\x06"])
)
def test_any_bytes_are_read_or_unsearchable(content: bytes, magic: bytes) -> None:
    with contextlib.suppress(archives.UnsearchableError):
        assert all(isinstance(inner, bytes) for _, inner in archives.members("x", magic + content))
