"""Search what is about to be handed out for markers, solutions and hidden files: the last check before a push.

Markers are removed from four kinds of files; this search reads every file, whatever its name: a backup of a solution, a
checkpoint of a notebook, a copy in a document or in an archive.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.core.classroom.starter import archives, notebooks
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.core.classroom.starter.strip import RemovedText
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File

_MARKERS = re.compile(
    r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS?|MARK SCHEME|PROMPT)\b"
    r"|#[ \t]*(?:SOLUTION|HIDDEN)(?: NO PROMPT| TESTS?)?[ \t]*$",
    re.MULTILINE,
)
_SEQUENCE = 3
"""This many lines of a solution in a row are a leak."""
_DISTINCTIVE = 8
"""A line with fewer letters and digits is too common to count: `else:`, `return x`."""
_SHORT_SOLUTION = 24
"""A solution with fewer distinctive lines than a sequence counts only with this many letters and digits in them."""


@dataclass(frozen=True)
class Leak:
    """Something that students must not see.

    Attributes:
        path: The file.
        line: The line in it.
        what: What was found there.
    """

    path: str
    line: int
    what: str


class LeakSearch:
    """A search for removed text and hidden files, prepared once for many files."""

    def __init__(self, removed: Iterable[RemovedText], hidden: Mapping[str, str], allowed: Sequence[str] = ()) -> None:
        """Prepare the search.

        Args:
            removed: The text that was removed by markers.
            hidden: The blob id of each hidden file → its path.
            allowed: Files that may contain solution lines, because the teacher checked them (`may_show`).
        """
        self._hidden, self._allowed = dict(hidden), frozenset(allowed)
        self._sequences: dict[tuple[str, ...], RemovedText] = {}
        for text in removed:
            lines = [line for line in map(_normalise, text.lines) if _alphanumerics(line) >= _DISTINCTIVE]
            if len(lines) >= _SEQUENCE:
                for start in range(len(lines) - _SEQUENCE + 1):
                    self._sequences.setdefault(tuple(lines[start : start + _SEQUENCE]), text)
            elif sum(map(_alphanumerics, lines)) >= _SHORT_SOLUTION:
                self._sequences.setdefault(tuple(lines), text)

    def search_file(self, path: str, oid: str, content: bytes) -> list[Leak]:
        """The leaks in a file or, if it is an archive, in the files in it; at most those of one file."""
        leaks = self._search(path, oid, content)
        try:
            for name, inner in archives.members(path, content):
                if leaks:
                    break
                leaks = [replace(leak, path=name) for leak in self._search(path, File(inner).oid, inner)]
        except archives.UnsearchableError:
            if not leaks and path not in self._allowed:
                leaks = [Leak(path, 1, "an archive that cannot be searched completely")]
        return leaks

    def _search(self, path: str, oid: str, content: bytes) -> list[Leak]:
        if oid in self._hidden:
            return [Leak(path, 1, f"the hidden file {self._hidden[oid]}")]
        text = _searchable_text(path, content)
        markers = [
            Leak(path, text.count("\n", 0, match.start()) + 1, f"the marker `{match[0]}`")
            for match in _MARKERS.finditer(text)
        ]
        return markers or ([] if path in self._allowed else self._solution(path, text))

    def _solution(self, path: str, text: str) -> list[Leak]:
        lines = [(number, _normalise(line)) for number, line in enumerate(text.split("\n"), start=1)]
        distinctive = [(number, line) for number, line in lines if _alphanumerics(line) >= _DISTINCTIVE]
        for start in range(len(distinctive)):
            for length in range(1, _SEQUENCE + 1):
                removed = self._sequences.get(tuple(line for _, line in distinctive[start : start + length]))
                if removed:
                    return [Leak(path, distinctive[start][0], f"the solution of {removed.path}:{removed.line}")]
        return []


def raise_for(leaks: Sequence[Leak]) -> None:
    """Raise ScaffoldError when there is a leak."""
    if leaks:
        more = f" (and {len(leaks) - 1} more)" if len(leaks) > 1 else ""
        raise ScaffoldError(
            f"{leaks[0].path}:{leaks[0].line} would show students {leaks[0].what}{more}.",
            "Nothing was handed out. Mark it, hide the file in assignment.toml, or list it there under `may_show`.",
        )


def _searchable_text(path: str, content: bytes) -> str:
    """A file's text; for a notebook, the text of its cells as well, without the JSON's escapes."""
    text = content.decode("utf-8", "replace")
    if not path.lower().endswith(".ipynb"):
        return text
    try:
        notebook = notebooks.parse(path, content)
    except MarkerError:
        return text
    return "\n".join(notebooks.source(cell) for cell in notebook["cells"]) + "\n" + text


def _normalise(line: str) -> str:
    return " ".join(line.split())


def _alphanumerics(line: str) -> int:
    return sum(map(str.isalnum, line))
