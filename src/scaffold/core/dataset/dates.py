"""Dates and times as people write them, told by trying formats on values."""

from collections.abc import Sequence
from datetime import datetime
from itertools import product

ISO = "ISO8601"
ISO_PATTERN = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?".replace(r"\d", "[0-9]")
ZONE_PATTERN = r".*[0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
_DAYS = (
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y.%m.%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d.%m.%y",
)
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_MONTHS = ("%Y-%m", "%Y/%m", "%m/%Y", "%Y %b", "%b %Y", "%B %Y", "%Y-%b", "%b-%Y", "%b-%y")
FORMATS = (*(day + time for day, time in product(_DAYS, _TIMES)), *_MONTHS, "%Y%m%d")
_DAY_FIRST = {"%m/%d": "%d/%m", "%m-%d": "%d-%m"}


def fitting(texts: Sequence[str], *, day_first: bool) -> list[str]:
    """The formats under which every one of the texts is a date, the likelier first.

    Args:
        texts: A few values.
        day_first: Whether 03/04/2020 is more likely the third of April.
    """
    found = [form for form in FORMATS if texts and all(_fits(text, form) for text in texts)]
    if day_first:
        found.sort(key=lambda form: form[:5] in _DAY_FIRST)
    return found


def _fits(text: str, form: str) -> bool:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return False
    # strptime takes 1/1/12 for the year 12 of %Y, and 201231 for %Y%m%d.
    if not 1000 <= moment.year <= 2999:
        return False
    return form != "%Y%m%d" or (len(text) == 8 and 1800 <= moment.year <= 2100)
