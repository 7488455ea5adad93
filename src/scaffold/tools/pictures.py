"""What the first and last bytes of a picture say: its format, its size in pixels and whether it has colours."""

import struct
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
_HEAD = 1 << 18
"""A JPEG's own notes, such as a small copy of itself, come before its size."""


@dataclass(frozen=True)
class Picture:
    """A picture file.

    Attributes:
        format: png, jpeg or webp.
        width: In pixels, before it is turned as its EXIF says.
        height: In pixels.
        grey: It has shades of grey only.
    """

    format: str
    width: int
    height: int
    grey: bool


def look(path: Path) -> Picture | str:
    """A picture's description, or why it is none, in a few words. Nothing is unpacked.

    Raises:
        OSError: The file cannot be read.
    """
    size = path.stat().st_size
    if not size:
        return "an empty file"
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, size - 64))
        tail = file.read()
    try:
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height, _, colours = struct.unpack(">IIBB", head[16:26])
            whole, found = b"IEND" in tail, Picture("png", width, height, colours in (0, 4))
        elif head.startswith(b"\xff\xd8"):
            whole, found = b"\xff\xd9" in tail, _jpeg(head)
        elif head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            whole, found = size >= 8 + int.from_bytes(head[4:8], "little"), _webp(head)
        else:
            return "no PNG, JPEG or WebP picture"
    except (struct.error, IndexError, ValueError):
        return "broken"
    if not whole:
        return "cut off"
    return found if found.width and found.height else "broken"


def _jpeg(head: bytes) -> Picture:
    place = 2
    while head[place] == 0xFF:
        marker = head[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width, channels = struct.unpack(">HHB", head[place + 5 : place + 10])
            return Picture("jpeg", width, height, channels == 1)
        place += 1 if marker == 0xFF else 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    raise ValueError


def _webp(head: bytes) -> Picture:
    kind = head[12:16]
    if kind == b"VP8X":
        sides = int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        sides = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        sides = width & 0x3FFF, height & 0x3FFF
    else:
        raise ValueError
    return Picture("webp", *sides, grey=False)
