"""The part of a CHANGELOG.md between two releases: what an update brings, in the words of the template's authors."""

import re

from packaging.version import Version

from scaffold.core.templates.release import is_version

_HEADING = re.compile(r"^#+\s+\[?v?(?P<version>[0-9][^\s\]]*)\]?.*$", re.MULTILINE)


def between(text: str, old: str, new: str) -> str:
    """The sections of the releases after `old` up to `new`, in the order of the file; empty when there are none."""
    if not (is_version(old) and is_version(new)):
        return ""
    headings = [match for match in _HEADING.finditer(text) if is_version(match["version"])]
    parts = []
    for index, match in enumerate(headings):
        end = headings[index + 1].start() if index + 1 < len(headings) else len(text)
        if Version(old) < Version(match["version"]) <= Version(new):
            parts.append(text[match.start() : end].strip())
    return "\n\n".join(parts)


_NOTICE = re.compile(r"^(?:[-*] )?\*\*Notice:\*\* (?P<text>.+(?:\n(?![-*#] ?|\s*$).+)*)", re.MULTILINE)


def notices(text: str) -> list[str]:
    """The paragraphs and list items of a change log that begin with `**Notice:**`, each as one line."""
    return [" ".join(match["text"].split()) for match in _NOTICE.finditer(text)]
