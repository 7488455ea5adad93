"""The files with feedback that a teacher reads, and may edit, before they are sent: an edited one is never overwritten.

A file is ours as long as its content is one that we wrote; `.written.json` has the hashes of those.
"""

import html
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from scaffold.tools.files import write_atomically

_WRITTEN = ".written.json"


def write(folder: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Write feedback, except where the teacher edited it.

    Args:
        folder: The folder of an assignment's feedback.
        texts: Owner → the text of `feedback.md`.

    Returns:
        Owner → the text of the file, for those whose file was edited.
    """
    ours = _hashes(folder)
    current = {owner: _current(folder / f"{owner}.md") for owner in texts}
    edited = {
        owner: text
        for owner, text in current.items()
        if text is not None and text != texts[owner] and _hash(text) not in ours
    }
    new = {owner: text for owner, text in texts.items() if owner not in edited}
    # Written first: a file whose hash is not known counts as edited.
    ours |= {_hash(text) for text in new.values()}
    write_atomically(folder / _WRITTEN, json.dumps(sorted(ours), indent=0) + "\n")
    for owner, text in new.items():
        write_atomically(folder / f"{owner}.md", text)
    return edited


def edited_text(folder: Path, owner: str) -> str | None:
    """The text of a file that the teacher edited; None for one that we wrote, or none at all."""
    current = _current(folder / f"{owner}.md")
    return None if current is None or _hash(current) in _hashes(folder) else current


def as_html(text: str) -> str:
    """Feedback as one line of HTML, as platforms store comments: line ends, headings and bold text."""
    lines = (html.escape(line, quote=False) for line in text.strip().splitlines())
    bold = (re.sub(r"^#+ (.*)|\*\*(.+?)\*\*", r"<strong>\1\2</strong>", line) for line in lines)
    return f"<p>{'<br>'.join(bold)}</p>"


def _current(path: Path) -> str | None:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _hashes(folder: Path) -> set[str]:
    path = folder / _WRITTEN
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else set()
