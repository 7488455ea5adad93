"""What the first and last bytes of a picture say."""

import struct
from pathlib import Path

import pytest

from picture_support import png
from scaffold.tools import pictures
from scaffold.tools.pictures import Picture

JPEG = (
    b"\xff\xd8\xff\xe1\x00\x04ab\xff\xff\xc0\x00\x0b\x08"
    + struct.pack(">HHB", 30, 40, 3)
    + b"\x01\x11\x00"
    + b"\xff\xd9"
)
LOSSY = b"VP8 \x0a\0\0\0" + bytes(6) + struct.pack("<HH", 40, 30)
LOSSLESS = b"VP8L\x05\0\0\0\x2f" + struct.pack("<I", 39 | 29 << 14)
EXTENDED = b"VP8X\x0a\0\0\0" + bytes(4) + (39).to_bytes(3, "little") + (29).to_bytes(3, "little")


def webp(body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize("colour", [0, 2])
def test_a_png(tmp_path: Path, colour: int) -> None:
    assert pictures.look(png(tmp_path / "a.png", side=7, colour=colour)) == Picture("png", 7, 7, colour == 0)


@pytest.mark.parametrize("content", [JPEG, webp(LOSSY), webp(LOSSLESS), webp(EXTENDED)])
def test_other_formats(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    found = pictures.look(tmp_path / "a")
    assert isinstance(found, Picture)
    assert (found.width, found.height, found.grey) == (40, 30, False)
    (tmp_path / "a").write_bytes(content[:-2])
    assert isinstance(pictures.look(tmp_path / "a"), str)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "an empty file"),
        (b"hello", "no PNG, JPEG or WebP picture"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (b"\xff\xd8\xff", "broken"),
        (b"\xff\xd8ab", "broken"),
        (webp(b"what"), "broken"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "a").write_bytes(content)
    assert pictures.look(tmp_path / "a") == why
