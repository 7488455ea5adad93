"""Writes PDFs, whole and broken, byte by byte: what the tests need of them is less than what a library would bring."""

import zlib
from collections.abc import Sequence

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 1 0 R >> >> >>"


def printed(lines: Sequence[str]) -> bytes:
    """Write the program of a page that prints lines of plain text."""
    rows = b"".join(b"(" + line.encode("cp1252") + b") Tj T*\n" for line in lines)
    return b"BT /F1 11 Tf 14 TL 50 780 Td\n" + rows + b"ET"


def make_pdf(*pages: bytes, trailer: bytes = b"") -> bytes:
    """Write a PDF from the programs of its pages."""
    objects = [b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", b""]
    for page in pages:
        packed = zlib.compress(page)
        head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
        objects += [head + packed + b"\nendstream", PAGE % (len(objects) + 1)]
    kids = b" ".join(b"%d 0 R" % (number + 1) for number in range(3, len(objects), 2))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids)
    objects.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % len(content))
        content += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(places)
    end = b"trailer\n<< /Size %d /Root %d 0 R %s >>\n" % (len(objects) + 1, len(objects), trailer)
    return content + table + end + b"startxref\n%d\n%%%%EOF\n" % len(content)
