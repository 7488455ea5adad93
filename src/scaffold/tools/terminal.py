"""Text that others wrote, made harmless for a terminal.

A template, a file name or an answer may hold escape sequences that move the cursor, change the window's title or hide
what follows, and bidirectional controls that show text in another order than it has (https://trojansource.codes).
"""

import re

BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Unicode's Bidi_Control characters."""
# C0 without tab and newline, DEL, C1, line separators; a carriage return only where it does not end a line.
_CONTROLS = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029{BIDI_CONTROLS}]|\r(?!\n)")


def escaped(text: str) -> str:
    r"""The text with every control character written out, as `\x1b` or `\u202e`; tabs and line ends stay."""
    return _CONTROLS.sub(lambda match: _written_out(ord(match[0])), text)


def _written_out(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
