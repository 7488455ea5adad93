"""The markers of solutions and hidden tests, as nbgrader and Otter-Grader define them.

nbgrader: preprocessors/clearsolutions.py and clearhiddentests.py (`### BEGIN SOLUTION`, `### BEGIN HIDDEN TESTS`,
`### BEGIN MARK SCHEME`). Otter: otter/assign/solutions.py (`# SOLUTION`, `# BEGIN SOLUTION NO PROMPT`,
`# BEGIN PROMPT`) and its test cells (`# HIDDEN`). A misspelt marker is an error, because a published solution cannot be
unpublished.
"""

import difflib
import re
from dataclasses import dataclass

from scaffold.errors import ScaffoldError

SOLUTION, HIDDEN, PROMPT, MARK_SCHEME = "SOLUTION", "HIDDEN TESTS", "PROMPT", "MARK SCHEME"
NO_PROMPT = " NO PROMPT"
CELL = "HIDDEN"
"""Marks a whole notebook cell that students do not receive."""
_REGIONS = (SOLUTION, SOLUTION + NO_PROMPT, HIDDEN, PROMPT, MARK_SCHEME)
_BEGIN = tuple(f"BEGIN {name}" for name in _REGIONS)
_END = tuple(f"END {name}" for name in (SOLUTION, HIDDEN, PROMPT, MARK_SCHEME))
_LINE = (SOLUTION, SOLUTION + NO_PROMPT)
_CELL = (CELL, "HIDDEN TEST")
KNOWN = (*_BEGIN, *_END, *_LINE, *_CELL)
_SIMILARITY = 0.8
"""The difflib ratio from which a comment counts as a misspelt marker."""
_MAX_LENGTH = 2 * max(map(len, KNOWN))
"""A longer comment is not compared with the markers: difflib is slow."""
_HASH_COMMENT = re.compile(r"(?P<before>[^\n]*?)(?P<sign>#+)[ \t]*(?P<text>[^#\n]*)")
_HTML_COMMENT = re.compile(r"(?P<before>[^\n]*?)(?P<sign><!--)\s*(?P<text>[^\n]*?)\s*-->(?P<after>[^\n]*)")
_UPPER_CASE = re.compile(r"(BEGIN|END)\s+(SOLUTION|HIDDEN|PROMPT|MARK\s+SCHEME)|(SOLUTION|HIDDEN)(\s|:|S\b|$)")
_BEGIN_END_WORDS = re.compile(r"(?i)(begin|end|start|stop)[\s_-]+(of[\s_-]+)?(the[\s_-]+)?\w+([\s_-]+\w+)?")


class MarkerError(ScaffoldError):
    """A marker that is wrong or ambiguous: nothing may be handed out."""


def marker_error(where: str, line: int, problem: str) -> MarkerError:
    """The error for a marker in the file `where`, at `line`."""
    return MarkerError(f"{where}:{line}: {problem}.", "Nothing was handed out. Fix the marker, commit, and try again.")


@dataclass(frozen=True)
class Marker:
    """A marker in a line.

    Attributes:
        edge: `BEGIN`, `END`, or empty for a marker of its own line or cell.
        name: `SOLUTION`, `HIDDEN TESTS`, `PROMPT`, `MARK SCHEME` or `HIDDEN`.
        prompt: Whether a placeholder replaces what is removed.
        before: The text before it in the line.
        nbgrader: Whether it has nbgrader's form, with three number signs.
    """

    edge: str
    name: str
    prompt: bool
    before: str
    nbgrader: bool = False


def find(line: str, markdown: bool, where: str, number: int) -> Marker | None:
    """The marker in a line; None for none.

    Args:
        line: The line, without its line ending.
        markdown: Whether the file is Markdown, where `#` begins a heading and `<!-- -->` is a comment.
        where: The file, for messages.
        number: The number of the line, for messages.

    Raises:
        MarkerError: The line has a misspelt or misplaced marker.
    """
    comment = (_HTML_COMMENT.fullmatch(line.rstrip()) if markdown else None) or _HASH_COMMENT.fullmatch(line.rstrip())
    if not comment:
        return None
    text, sign, before = comment["text"].strip(), comment["sign"], comment["before"]
    is_heading = markdown and sign.startswith("#")
    if text not in KNOWN or (is_heading and text not in (*_BEGIN, *_END)):
        _raise_if_misspelt(text, is_heading, where, number)
        return None
    if comment.groupdict().get("after") or (is_heading and (sign != "###" or before.strip())):
        raise marker_error(
            where, number, f"`{text}` must be on a line of its own, as `### {text}` or `<!-- {text} -->`"
        )
    edge, _, name = text.partition(" ") if text in (*_BEGIN, *_END) else ("", "", text)
    if sign.startswith("#") and sign not in ("#", "###"):
        raise marker_error(where, number, f"`{sign} {text}` must be written with # (Otter) or ### (nbgrader)")
    if edge and before.strip() and name != PROMPT:
        raise marker_error(where, number, f"`{text}` must be on a line of its own")
    if name in _CELL:
        name = CELL
    return Marker(edge, name.removesuffix(NO_PROMPT), not name.endswith(NO_PROMPT), before, sign == "###")


def _raise_if_misspelt(text: str, is_heading: bool, where: str, number: int) -> None:
    """Raise MarkerError for a comment that a person would read as a marker; a sentence about solutions is fine."""
    normalised = re.sub(r"[\s_-]+", " ", text).strip(" .:!-").upper()
    candidates = (*_BEGIN, *_END) if is_heading else KNOWN
    has_length = 4 <= len(normalised) <= _MAX_LENGTH
    near = difflib.get_close_matches(normalised, candidates, n=1, cutoff=_SIMILARITY) if has_length else []
    similar = near if not is_heading or _BEGIN_END_WORDS.fullmatch(text.strip()) else []
    upper_case = not is_heading and _UPPER_CASE.match(text)
    if similar or upper_case:
        meant = near[0] if near else difflib.get_close_matches(normalised, KNOWN, n=1, cutoff=0)[0]
        raise marker_error(where, number, f"`{text}` is not a marker (did you mean `{meant}`?)")
