"""Which kind a column is, decided on its values; each decision comes with the sentence that says why."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scaffold.core.dataset.cells import NumberFacts
from scaffold.core.dataset.model import Kind, shown

_FLAGS = (
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("off", "on"),
    ("0", "1"),
    ("1", "2"),
    ("non", "oui"),
    ("nein", "ja"),
    ("no", "si"),
    ("no", "sí"),
)
_ID_WORDS = {"id", "ids", "uuid", "guid", "key", "idx", "index", "serial", "ref", "rowname", "rownames", "rowid"}
_NUMBER_WORDS = {"nr", "no", "num", "number", "code"}
"""What the last word of an identifier's name is."""
_TIME_WORDS = {"year", "yr", "date", "time", "day", "month", "week", "quarter", "hour", "jahr", "monat", "tag"}
_FEW = 20
_MOST_CODES = 50
_LONG_TEXT = 40
_MANY_WORDS = 4.0


@dataclass(frozen=True)
class Verdict:
    """A kind and the sentence that says why."""

    kind: Kind
    evidence: str


def words_of(name: str) -> list[str]:
    """The words of a column name in small letters: `customerID_no` has customer, id and no."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word for word in re.split(r"[\W_]+", apart.casefold()) if word]


def is_called(name: str, words: Iterable[str]) -> bool:
    """Whether any word of a column name is among `words`."""
    return not set(words).isdisjoint(words_of(name))


def is_called_id(name: str) -> bool:
    """Whether a name says that its column identifies something: `customer_id`, and not `number_of_calls`."""
    words = words_of(name)
    if not words or is_called(name, _TIME_WORDS):
        return False
    # "order number" names an order; "number" alone may count anything.
    return words[-1] in _ID_WORDS or (len(words) > 1 and words[-1] in _NUMBER_WORDS)


def flag_values(texts: list[str]) -> tuple[str, str] | None:
    """The texts of false and of true, when two texts are a usual pair."""
    if len(texts) != 2:
        return None
    small = {text.casefold(): text for text in texts}
    for no, yes in _FLAGS:
        if small.keys() == {no, yes}:
            return small[no], small[yes]
    return None


def of_numbers(name: str, facts: NumberFacts, filled: int, rows: int) -> Verdict:
    """The kind of a column of numbers, flags aside."""
    if facts.distinct == 1:
        return Verdict("constant", f"every filled cell holds {_plain(facts.minimum)}")
    if facts.whole:
        if _counts_rows(name, facts, filled, rows):
            return Verdict(
                "identifier",
                f"{filled:,} different whole numbers from {_plain(facts.minimum)} to {_plain(facts.maximum)} without a "
                "gap: a row number",
            )
        if is_called_id(name):
            if facts.distinct <= _MOST_CODES:
                return Verdict("category", f"{facts.distinct} numbers, and the name says that they are codes")
            if facts.distinct == filled or _as_long(facts):
                alike = "different whole numbers" if facts.distinct == filled else "whole numbers of one length"
                return Verdict("identifier", f"{facts.distinct:,} {alike}, and the name says so")
    if facts.whole and facts.minimum >= 0:
        return Verdict("count", f"whole numbers from {_plain(facts.minimum)} to {_plain(facts.maximum)}")
    return Verdict("number", f"numbers from {_plain(facts.minimum)} to {_plain(facts.maximum)}")


def _counts_rows(name: str, facts: NumberFacts, filled: int, rows: int) -> bool:
    no_gap = filled == rows == facts.distinct and facts.maximum - facts.minimum + 1 == rows
    # Years and hours count without a gap too; a row number begins at 0 or 1, or says what it is.
    return no_gap and not is_called(name, _TIME_WORDS) and (facts.minimum in (0, 1) or is_called_id(name))


def _as_long(facts: NumberFacts) -> bool:
    """Whether all whole numbers have one length, of at least four digits."""
    return facts.minimum >= 1000 and len(_plain(facts.minimum)) == len(_plain(facts.maximum))


def of_texts(distinct: int, filled: int, characters: float, words: float, first: str) -> Verdict:
    """The kind of a column of texts, flags aside.

    Args:
        distinct: How many different ones.
        filled: How many cells hold one.
        characters: Their mean length.
        words: Their mean number of words.
        first: The most frequent one.
    """
    if distinct == 1:
        return Verdict("constant", f"every filled cell holds `{shown(first)}`")
    share = distinct / filled
    if characters > _LONG_TEXT and words >= _MANY_WORDS and distinct > _FEW:
        return Verdict("text", f"{words:.0f} words a cell, {distinct:,} different texts")
    if distinct <= _FEW or share <= 0.5:
        return Verdict("category", f"{distinct:,} different texts in {filled:,} cells")
    if share >= 0.9 and words < 2:
        return Verdict("identifier", f"{distinct:,} different texts in {filled:,} cells, one word each")
    return Verdict("text", f"{distinct:,} different texts in {filled:,} cells: too many for categories")


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.6g}"
