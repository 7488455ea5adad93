"""What stands in an archive, so that the last look before a hand-out sees it, too: zip, tar, gzip, bzip2, xz."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

LARGEST = 64_000_000
"""Bytes that are unpacked of one file: more is no starter, or a bomb."""
DEEPEST = 3
_STREAMS: tuple[tuple[bytes, Callable[..., Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)
_BROKEN = (
    OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError,
)  # fmt: skip


class UnsearchableError(Exception):
    """It cannot be read whole: it is broken, encrypted, or too large."""


def members(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in an archive, those of archives in it included; nothing for what is none.

    Yields:
        Where it is, as in `data.zip/notes/a.txt`, and its content.

    Raises:
        UnsearchableError: it cannot be read whole.
    """
    left = [LARGEST]
    try:
        yield from _open(path, content, left, DEEPEST)
    except _BROKEN as error:
        raise UnsearchableError(path) from error


def _open(path: str, content: bytes, left: list[int], depth: int) -> Iterator[tuple[str, bytes]]:
    for name, inner in _unpacked(path, content, left):
        if depth <= 1:
            raise UnsearchableError(path)
        yield name, inner
        yield from _open(name, inner, left, depth - 1)


def _unpacked(path: str, content: bytes, left: list[int]) -> Iterator[tuple[str, bytes]]:
    for magic, kind in _STREAMS:
        if content.startswith(magic):
            with kind(io.BytesIO(content)) as stream:
                yield path.rpartition(".")[0] or path, _limited(stream, left, path)
            return
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for item in archive.infolist():
                if not item.is_dir():
                    with archive.open(item) as stream:
                        yield f"{path}/{item.filename}", _limited(stream, left, path)
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for entry in tar:
                found = tar.extractfile(entry) if entry.isfile() else None
                if found:
                    yield f"{path}/{entry.name}", _limited(found, left, path)


def _limited(stream: IO[bytes], left: list[int], path: str) -> bytes:
    data = stream.read(left[0] + 1)
    if len(data) > left[0]:
        raise UnsearchableError(path)
    left[0] -= len(data)
    return data
