"""The words that mark a solution or a hidden test, as nbgrader and Otter-Grader read them.

nbgrader: preprocessors/clearsolutions.py and clearhiddentests.py (`### BEGIN SOLUTION`, `### BEGIN HIDDEN TESTS`,
`### BEGIN MARK SCHEME`). Otter: otter/assign/solutions.py (`# SOLUTION`, `# BEGIN SOLUTION NO PROMPT`,
`# BEGIN PROMPT`) and its test cells (`# HIDDEN`). What looks like one of them and is none stops everything: a solution
that is published cannot be taken back.
"""

import difflib
import re
from dataclasses import dataclass

from scaffold.errors import ScaffoldError

SOLUTION, HIDDEN, PROMPT, MARK_SCHEME = "SOLUTION", "HIDDEN TESTS", "PROMPT", "MARK SCHEME"
NO_PROMPT = " NO PROMPT"
CELL = "HIDDEN"
"""A whole cell of a notebook that students do not get."""
_REGIONS = (SOLUTION, SOLUTION + NO_PROMPT, HIDDEN, PROMPT, MARK_SCHEME)
_BEGIN = tuple(f"BEGIN {name}" for name in _REGIONS)
_END = tuple(f"END {name}" for name in (SOLUTION, HIDDEN, PROMPT, MARK_SCHEME))
_LINE = (SOLUTION, SOLUTION + NO_PROMPT)
_CELL = (CELL, "HIDDEN TEST")
KNOWN = (*_BEGIN, *_END, *_LINE, *_CELL)
_ALIKE = 0.8
_LONGEST = 2 * max(map(len, KNOWN))
_HASH = re.compile(r"(?P<before>[^\n]*?)(?P<sign>#+)[ \t]*(?P<text>[^#\n]*)")
_ANGLE = re.compile(r"(?P<before>[^\n]*?)(?P<sign><!--)\s*(?P<text>[^\n]*?)\s*-->(?P<after>[^\n]*)")
_SHOUTED = re.compile(r"(BEGIN|END)\s+(SOLUTION|HIDDEN|PROMPT|MARK\s+SCHEME)|(SOLUTION|HIDDEN)(\s|:|S\b|$)")
_PAIR_WORDS = re.compile(r"(?i)(begin|end|start|stop)[\s_-]+(of[\s_-]+)?(the[\s_-]+)?\w+([\s_-]+\w+)?")


class MarkerError(ScaffoldError):
    """A marker that cannot be read for sure: nothing may be handed out."""


def broken(where: str, line: int, problem: str) -> MarkerError:
    """What to say of a marker in `where`, at `line`."""
    return MarkerError(f"{where}:{line}: {problem}.", "Nothing was handed out. Mend the marker, commit, and try again.")


@dataclass(frozen=True)
class Marker:
    """A marker on one line.

    Attributes:
        edge: `BEGIN`, `END`, or empty for one that is about its own line or cell.
        name: `SOLUTION`, `HIDDEN TESTS`, `PROMPT`, `MARK SCHEME` or `HIDDEN`.
        prompt: whether something stands in for what is taken out.
        before: what stands on the line in front of it.
        nbgrader: whether it is written nbgrader's way, with three signs.
    """

    edge: str
    name: str
    prompt: bool
    before: str
    nbgrader: bool = False


def find(line: str, markdown: bool, where: str, number: int) -> Marker | None:
    """The marker on a line, if there is one.

    Args:
        line: without its end.
        markdown: whether `#` begins a heading there, and `<!-- -->` a comment.
        where: the file, for messages.
        number: the line's, likewise.

    Raises:
        MarkerError: what stands there is nearly a marker.
    """
    found = (_ANGLE.fullmatch(line.rstrip()) if markdown else None) or _HASH.fullmatch(line.rstrip())
    if not found:
        return None
    text, sign, before = found["text"].strip(), found["sign"], found["before"]
    is_heading = markdown and sign.startswith("#")
    if text not in KNOWN or (is_heading and text not in (*_BEGIN, *_END)):
        _refuse_misspelt(text, is_heading, where, number)
        return None
    if found.groupdict().get("after") or (is_heading and (sign != "###" or before.strip())):
        raise broken(where, number, f"`{text}` must stand on a line of its own, as `### {text}` or `<!-- {text} -->`")
    edge, _, name = text.partition(" ") if text in (*_BEGIN, *_END) else ("", "", text)
    if sign.startswith("#") and sign not in ("#", "###"):
        raise broken(where, number, f"`{sign} {text}` is written with # (Otter) or ### (nbgrader)")
    if edge and before.strip() and name != PROMPT:
        raise broken(where, number, f"`{text}` must stand on a line of its own")
    if name in _CELL:
        name = CELL
    return Marker(edge, name.removesuffix(NO_PROMPT), not name.endswith(NO_PROMPT), before, sign == "###")


def _refuse_misspelt(text: str, is_heading: bool, where: str, number: int) -> None:
    """Stop at what a person would take for a marker; a sentence that speaks of solutions is none."""
    plain = re.sub(r"[\s_-]+", " ", text).strip(" .:!-").upper()
    candidates = (*_BEGIN, *_END) if is_heading else KNOWN
    # difflib is slow, and a comment much longer than every marker is like none.
    near = difflib.get_close_matches(plain, candidates, n=1, cutoff=_ALIKE) if 4 <= len(plain) <= _LONGEST else []
    alike = near if not is_heading or _PAIR_WORDS.fullmatch(text.strip()) else []
    shouted = not is_heading and _SHOUTED.match(text)
    if alike or shouted:
        meant = near[0] if near else difflib.get_close_matches(plain, KNOWN, n=1, cutoff=0)[0]
        raise broken(where, number, f"`{text}` looks like a marker and is none; `{meant}` is one")
