"""Read the files in archives (zip, tar, gzip, bzip2, xz), so that the leak search covers them, too."""

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
"""How many bytes of one archive are unpacked: no starter needs more, a decompression bomb has more."""
DEEPEST = 3
"""How deep archives in archives are followed."""
_STREAMS: tuple[tuple[bytes, Callable[..., Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ\0", lzma.open),
)
_UNREADABLE = (
    OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError,
)  # fmt: skip


class UnsearchableError(Exception):
    """An archive that cannot be read completely: it is damaged, encrypted, or too large."""


def members(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files in an archive, including those of archives in it; nothing for a file that is not an archive.

    Yields:
        The path, such as `data.zip/notes/a.txt`, and the content.

    Raises:
        UnsearchableError: The archive cannot be read completely.
    """
    budget = [LARGEST]
    try:
        yield from _open(path, content, budget, DEEPEST)
    except _UNREADABLE as error:
        raise UnsearchableError(path) from error


def _open(path: str, content: bytes, budget: list[int], depth: int) -> Iterator[tuple[str, bytes]]:
    for name, inner in _unpack(path, content, budget):
        if depth <= 1:
            raise UnsearchableError(path)
        yield name, inner
        yield from _open(name, inner, budget, depth - 1)


def _unpack(path: str, content: bytes, budget: list[int]) -> Iterator[tuple[str, bytes]]:
    for magic, open_stream in _STREAMS:
        if content.startswith(magic):
            with open_stream(io.BytesIO(content)) as stream:
                yield path.rpartition(".")[0] or path, _read_within(stream, budget, path)
            return
    if content.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for item in archive.infolist():
                if not item.is_dir():
                    with archive.open(item) as stream:
                        yield f"{path}/{item.filename}", _read_within(stream, budget, path)
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for entry in tar:
                file = tar.extractfile(entry) if entry.isfile() else None
                if file:
                    yield f"{path}/{entry.name}", _read_within(file, budget, path)


def _read_within(stream: IO[bytes], budget: list[int], path: str) -> bytes:
    """A stream's content; what it has is subtracted from the budget of bytes, a list of one number."""
    data = stream.read(budget[0] + 1)
    if len(data) > budget[0]:
        raise UnsearchableError(path)
    budget[0] -= len(data)
    return data
