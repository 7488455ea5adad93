"""Personal data: what must not come into a public repository by accident. Told by values, never by a name alone."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scaffold.core.dataset.cells import Cells
from scaffold.core.dataset.kinds import is_called
from scaffold.core.dataset.model import Column

_MOST = 0.6
_LEAST_DIFFERENT = 5
_EMAIL = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
_EMAIL_INSIDE = rf"(?s).*{_EMAIL}.*"
_PHONE = "|".join(
    (
        r"\+[0-9]{1,3}([ ./()-]*[0-9]){6,14}",  # +49 170 1234567
        r"\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-][0-9]{4}",  # (212) 555-0123
        r"[0-9]{3}-[0-9]{4}",  # 555-0123
        r"0[0-9]{1,4}[ /.-][0-9]{3,4}([ .-]?[0-9]{2,4}){1,3}",  # 0170 1234567
    )
)
_SSN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}"
_CARD = r"[3-6][0-9]{3}([ -]?[0-9]{4}){2}([ -]?[0-9]{1,7})|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}"
_IBAN = r"[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?"
_PERSON = r"[A-Z][\p{L}'’.-]+,? ([A-Z][\p{L}'’.-]*,? ?){1,3}|[A-Z][\p{L}'’-]+"
_NAME_WORDS = {"name", "firstname", "lastname", "surname", "fullname", "vorname", "nachname", "nom", "prenom", "nombre"}
_BIRTH_WORDS = {
    "birth",
    "birthday",
    "birthdate",
    "dob",
    "born",
    "geburtsdatum",
    "geburtstag",
    "naissance",
    "nacimiento",
}


@dataclass(frozen=True)
class _Shape:
    """What one kind of personal data looks like."""

    what: str
    pattern: str
    valid: Callable[[str], bool] = lambda _text: True
    anywhere: bool = False


def luhn(text: str) -> bool:
    """Whether the digits of a text end in a right check digit, as those of every card number do."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and sum(doubled) % 10 == 0 and len(set(digits)) > 1


def iban(text: str) -> bool:
    """Whether a text is an account number: its remainder by 97 is 1."""
    plain = text.replace(" ", "")
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _phone(text: str) -> bool:
    return 8 <= sum(letter.isdigit() for letter in text) <= 15 and not re.fullmatch(
        r"(19|20)\d\d[ .-]\d\d[ .-]\d\d.*", text
    )


_SHAPES = (
    _Shape("e-mail addresses", _EMAIL_INSIDE, anywhere=True),
    _Shape("card numbers", _CARD, luhn),
    _Shape("account numbers", _IBAN, iban),
    _Shape("national identity numbers", _SSN),
    _Shape("phone numbers", _PHONE, _phone),
)


def found_in(cells: Cells, column: Column) -> tuple[str, list[str]]:
    """What personal data a column's values are, and two of them as evidence; ("", []) for none.

    An e-mail address counts wherever it stands in a cell; anything else must make up most of the cells, in at least
    five different values.
    """
    if column.kind in ("constant", "flag", "datetime"):
        return "", []
    filled, _ = cells.size()
    for shape in _SHAPES:
        if column.is_number and shape.what != "card numbers":
            continue
        count, values = cells.matching(shape.pattern, 200)
        valid = [value for value in values if shape.valid(value)]
        share = count / filled * len(valid) / len(values) if values else 0.0
        if len(valid) >= _LEAST_DIFFERENT and (share >= _MOST or shape.anywhere):
            return shape.what, valid[:2]
    return "", []


def hidden(text: str) -> str:
    """A value that shows what it is and not whose: `a…e@e…e.org` stays recognisable, the rest is dots."""
    return re.sub(r"[\w](?=[\w])", "·", text)


def named_people(columns: Sequence[Column], cells_match: Callable[[Column, str], bool]) -> list[tuple[Column, Column]]:
    """A column of people's names beside a column of their birthdays: each alone says little, both say who.

    Args:
        columns: The table's columns.
        cells_match: Whether most of a column's cells match a pattern.
    """
    births = [column for column in columns if column.kind == "datetime" and is_called(column.name, _BIRTH_WORDS)]
    names = [
        column
        for column in columns
        if column.kind in ("text", "identifier", "category")
        and is_called(column.name, _NAME_WORDS)
        and column.distinct >= _LEAST_DIFFERENT
        and cells_match(column, _PERSON)
    ]
    return [(name, births[0]) for name in names] if births else []


_IN_TEXT = (
    (
        "e-mail addresses",
        re.compile(r"\b[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", re.ASCII),
        lambda _: True,
    ),
    ("phone numbers", re.compile(r"(?<![\w+])\+[0-9]{1,3}(?:[ ./()-]?[0-9]){7,13}(?![\w-])"), lambda _: True),
    ("card numbers", re.compile(r"(?<![\w.-])[3-6][0-9]{3}([ -]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?![\w.-])"), luhn),
    ("account numbers", re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), iban),
)
_INVENTED = re.compile(r"@(?:.+\.)?(?:example(?:\.\w+)?|invalid|test|localhost)$|^(?:git|noreply)@", re.IGNORECASE)


def in_text(text: str) -> list[str]:
    """What personal data stands in a text; addresses that belong to nobody, such as `ada@example.org`, are none."""
    return [
        what
        for what, pattern, valid in _IN_TEXT
        if any(valid(found[0]) and not _INVENTED.search(found[0]) for found in pattern.finditer(text))
    ]
