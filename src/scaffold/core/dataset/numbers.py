"""Numbers as people write them: "$1,200.50", "12 %", "1.200,50", "1 200", "1'200"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scaffold.core.dataset.model import NumberFormat

UNITS = "$€£¥₹₽₩%"
_SPACES = " \u00a0\u202f"
_UNIT = f"[{UNITS}]?"
_PLAIN = r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"


@dataclass(frozen=True)
class Style:
    """One way to write a number.

    Attributes:
        pattern: Matches the whole of such a number; understood by Python's `re` and by RE2.
        decimal: Its decimal mark.
        groups: Characters between thousands.
    """

    pattern: str
    decimal: str
    groups: str = ""


def _style(core: str, decimal: str, groups: str = "") -> Style:
    space = f"[{_SPACES}]?"
    sign = f"([-+]?{_UNIT}{space}|{_UNIT}{space}[-+])"
    return Style(f"{sign}({core}){space}{_UNIT}", decimal, groups)


def _grouped(group: str, decimal: str) -> str:
    return rf"([1-9][0-9]{{0,2}}({group}[0-9]{{3}})+|[0-9]+)({decimal}[0-9]+)?"


_BARE = Style(f"[-+]?({_PLAIN})".replace(r"\d", "[0-9]"), ".")
_DOT = _style(_PLAIN.replace(r"\d", "[0-9]"), ".")
_COMMA = _style("[0-9]+|[0-9]*,[0-9]+", ",")
_DOT_GROUPS = _style(_grouped(r"\.", ","), ",", ".")
_COMMA_GROUPS = _style(_grouped(",", r"\."), ".", ",")
_OTHERS = (
    _style(_grouped(f"[{_SPACES}]", ","), ",", _SPACES),
    _style(_grouped(f"[{_SPACES}]", r"\."), ".", _SPACES),
    _style(_grouped("['\u2019]", r"\."), ".", "'\u2019"),
)
# "1,234" is a thousand in one country and one in the other: the order decides, and the whole file the order.
_ENGLISH = (_BARE, _DOT, _COMMA_GROUPS, _COMMA, _DOT_GROUPS, *_OTHERS)
_CONTINENTAL = (_COMMA, _DOT_GROUPS, _BARE, _DOT, _COMMA_GROUPS, *_OTHERS)
_CERTAINLY_COMMA = re.compile(
    rf"[-+]?{_UNIT}\s?[-+]?([0-9]+,[0-9]{{1,2}}|0,[0-9]+|[0-9]+,[0-9]{{4,}}|[0-9.]+\.[0-9]{{3}},[0-9]+)\s?{_UNIT}"
)


def styles(continental: bool) -> tuple[Style, ...]:
    """The ways to write numbers, the likelier first."""
    return _CONTINENTAL if continental else _ENGLISH


def has_decimal_comma(texts: Iterable[str]) -> bool:
    """Whether any of the texts is a number with a decimal comma, beyond doubt."""
    return any(_CERTAINLY_COMMA.fullmatch(text) for text in texts)


def matches(style: Style, text: str) -> bool:
    """Whether a text is a number in this style."""
    return re.fullmatch(style.pattern, text) is not None


def format_of(style: Style, letters: Iterable[str]) -> NumberFormat:
    """The format of a column whose cells are in one style.

    Args:
        style: The style.
        letters: The characters that the cells use, in any order.
    """
    used = set(letters)
    groups = used.intersection(style.groups)
    units = [unit for unit in UNITS if unit in used]
    spaces = used.intersection(_SPACES)
    remove = "".join(sorted(groups | set(units) | spaces))
    decimal = style.decimal if style.decimal in used else "."
    return NumberFormat(decimal, remove, units[0] if len(units) == 1 else "")


def parse(text: str, form: NumberFormat) -> float:
    """The number that a cell holds, by the rule that the generated project follows too.

    Raises:
        ValueError: It holds none.
    """
    kept = "".join(letter for letter in text if letter not in form.remove)
    return float(kept.replace(form.decimal, "."))


def has_leading_zero(text: str) -> bool:
    """Whether a text is a code such as 00501 or 007.1, which a number would lose."""
    return re.fullmatch(r"0[0-9]+(\.[0-9]+)?", text) is not None
