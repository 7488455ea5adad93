"""Missing values: texts that say so, and numbers that only mean it."""

import re
from collections.abc import Iterable, Sequence

from scaffold.core.dataset.cells import NumberFacts

_NUMERIC = {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "?", "-", "--", "---", ".", "..", "missing", "unknown"}
_TEXTUAL = {"na", "n/a", "#n/a", "nan", "null", "?", "-", "--", "missing"}
_SENTINELS = (
    *(-float(digits) for digits in ("1", "9", "99", "999", "9999", "99999")),
    *(float(digits) for digits in ("97", "98", "99", "997", "998", "999", "9997", "9998", "9999", "99999", "999999")),
)
_LEAST_DISTINCT = 5
_TIMES_AS_OFTEN = 5


def in_numbers(text: str) -> bool:
    """Whether a text among numbers or dates says that there is no value."""
    return text.casefold() in _NUMERIC


def in_texts(values: Iterable[str]) -> list[str]:
    """Those of a column's texts that say that there is no value.

    "NA" among two-letter codes is Namibia, or North America.
    """
    values = list(values)
    found = [value for value in values if value.casefold() in _TEXTUAL]
    others = [value for value in values if value not in found]
    codes = len(others) >= _LEAST_DISTINCT and all(re.fullmatch("[A-Z]{2}", value) for value in others)
    return [value for value in found if not (codes and value == "NA")]


def disguised(facts: NumberFacts) -> list[tuple[float, int]]:
    """Numbers such as -1 or 999 that stick out in value and in frequency, with how many cells hold them.

    A number sticks out in value when the gap to its neighbour is larger than half of what all others span, or when it
    is the only negative one; in frequency when it stands five times as often as the median of its five neighbours.
    """
    if facts.distinct <= _LEAST_DISTINCT:
        return []
    found = []
    for end in (facts.lowest, facts.highest):
        other = facts.highest if end is facts.lowest else facts.lowest
        odd = [position for position, (value, _) in enumerate(end[:3]) if value in _SENTINELS]
        # 998 and 999 may stand side by side: everything from the innermost one outwards.
        for inner in reversed(odd):
            if _sticks_out(end, inner, other[0][0]):
                found += [end[position] for position in odd if position <= inner]
                break
    return found


def _sticks_out(end: Sequence[tuple[float, int]], inner: int, far: float) -> bool:
    value, count = end[inner]
    neighbours = end[inner + 1 :]
    if not neighbours or value == far:
        return False
    nearest = neighbours[0][0]
    span = abs(nearest - far)
    only_negative = value < 0 <= nearest
    counts = sorted(number for _, number in neighbours)
    often = count >= _TIMES_AS_OFTEN * counts[len(counts) // 2] and count >= _LEAST_DISTINCT
    return often and (abs(value - nearest) > span / 2 or only_negative)
