"""Pictures for tests, written without a library."""

import struct
import zlib
from pathlib import Path


def png_of(rows: list[bytes], colour: int) -> bytes:
    """A square PNG of its rows of samples, eight bits each; `colour` 0 is grey, 2 is red, green and blue."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", len(rows), len(rows), 8, colour, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
        (b"IEND", b""),
    ]
    body = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def png(path: Path, shade: int = 0, side: int = 20, colour: int = 2) -> Path:
    """Write a square PNG of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png_of([bytes([shade]) * side * (1 if colour == 0 else 3)] * side, colour))
    return path


def photos(root: Path, counts: dict[str, int], *parts: str, colour: int = 2) -> Path:
    """Write a folder of pictures: `counts` of each class, in each of the parts."""
    for part in parts or ("",):
        for name, count in counts.items():
            for number in range(count):
                png(root / part / name / f"{number}.png", number % 256, colour=colour)
    return root
