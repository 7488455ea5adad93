"""The last look at what is about to be handed out: is there a marker, a solution or a hidden file in it after all?

Markers are taken out of four kinds of files; this search reads all, whatever their name: a backup of a solution, a
checkpoint of a notebook, a copy in a document or in an archive.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.core.classroom.starter import archives, notebooks
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.core.classroom.starter.strip import Secret
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File

_WORDS = re.compile(
    r"(?:BEGIN|END) (?:SOLUTION|HIDDEN TESTS?|MARK SCHEME|PROMPT)\b"
    r"|#[ \t]*(?:SOLUTION|HIDDEN)(?: NO PROMPT| TESTS?)?[ \t]*$",
    re.MULTILINE,
)
_RUN = 3
"""So many lines of a solution in a row are no accident."""
_TELLING = 8
"""A line with fewer letters and digits is written by everybody: `else:`, `return x`."""
_SHORT = 24
"""A solution of one or two lines counts only when it has so many letters and digits."""


@dataclass(frozen=True)
class Leak:
    """Something that students would see.

    Attributes:
        path: the file.
        line: where in it.
        what: what it is.
    """

    path: str
    line: int
    what: str


class LeakSearch:
    """Everything that must not be found, prepared for looking through many files."""

    def __init__(self, secrets: Iterable[Secret], hidden: Mapping[str, str], allowed: Sequence[str] = ()) -> None:
        """Prepare.

        Args:
            secrets: what was taken out by markers.
            hidden: the blob ids of hidden files → their path.
            allowed: files in which solution lines may stand: the teacher looked.
        """
        self._hidden, self._allowed = dict(hidden), frozenset(allowed)
        self._runs: dict[tuple[str, ...], Secret] = {}
        for secret in secrets:
            telling = [line for line in map(_plain, secret.lines) if _weight(line) >= _TELLING]
            if len(telling) >= _RUN:
                for start in range(len(telling) - _RUN + 1):
                    self._runs.setdefault(tuple(telling[start : start + _RUN]), secret)
            elif sum(map(_weight, telling)) >= _SHORT:
                self._runs.setdefault(tuple(telling), secret)

    def look(self, path: str, oid: str, content: bytes) -> list[Leak]:
        """What one file shows that it must not, by itself or as an archive."""
        found = self._shown(path, oid, content)
        try:
            for name, inner in archives.members(path, content):
                if found:
                    break
                found = [replace(leak, path=name) for leak in self._shown(path, File(inner).oid, inner)]
        except archives.UnsearchableError:
            if not found and path not in self._allowed:
                found = [Leak(path, 1, "an archive that cannot be searched whole")]
        return found

    def _shown(self, path: str, oid: str, content: bytes) -> list[Leak]:
        if oid in self._hidden:
            return [Leak(path, 1, f"it is the hidden file {self._hidden[oid]}")]
        text = _readable(path, content)
        found = [
            Leak(path, text.count("\n", 0, word.start()) + 1, f"the marker `{word[0]}`")
            for word in _WORDS.finditer(text)
        ]
        return found or ([] if path in self._allowed else self._solutions(path, text))

    def _solutions(self, path: str, text: str) -> list[Leak]:
        lines = [(number, _plain(line)) for number, line in enumerate(text.split("\n"), start=1)]
        telling = [(number, line) for number, line in lines if _weight(line) >= _TELLING]
        for start in range(len(telling)):
            for length in range(1, _RUN + 1):
                secret = self._runs.get(tuple(line for _, line in telling[start : start + length]))
                if secret:
                    what = f"the solution of {secret.path}:{secret.line}"
                    return [Leak(path, telling[start][0], what)]
        return []


def refuse(found: Sequence[Leak]) -> None:
    """Raise ScaffoldError when there is any leak."""
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise ScaffoldError(
            f"{found[0].path}:{found[0].line} would show students {found[0].what}{more}.",
            "Nothing was handed out. Mark it, hide the file in assignment.toml, or list it there under `may_show`.",
        )


def _readable(path: str, content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    if not path.lower().endswith(".ipynb"):
        return text
    try:
        book = notebooks.parse(path, content)
    except MarkerError:
        return text
    return "\n".join(notebooks.source(cell) for cell in book["cells"]) + "\n" + text


def _plain(line: str) -> str:
    return " ".join(line.split())


def _weight(line: str) -> int:
    return sum(map(str.isalnum, line))
