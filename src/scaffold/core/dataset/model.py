"""What is known about a table: frozen values that every other module of this package takes or returns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["number", "count", "flag", "category", "datetime", "text", "identifier", "constant"]
_SHOWN = 40
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """A cell as it may be shown: short, and without characters that command a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text[:_SHOWN])


NUMERIC: tuple[Kind, ...] = ("number", "count")
NOT_FEATURES: tuple[Kind, ...] = ("text", "identifier", "constant")
"""Kinds that are left out as features unless the owner keeps them."""


@dataclass(frozen=True)
class NumberFormat:
    """How numbers are written: delete the characters of `remove`, put "." for `decimal`, and it is a float.

    Attributes:
        decimal: "." or ",".
        remove: Characters to delete, such as "$,".
        unit: A currency sign or "%" that the cells carry; empty for none.
    """

    decimal: str = "."
    remove: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Column:
    """One column as it was measured.

    Attributes:
        name: As in the header; empty where the header has nothing.
        position: Its place in the file, from 0.
        kind: What its values are.
        evidence: The sentence that says why.
        missing: How many cells hold no value.
        distinct: How many different values there are.
        examples: Up to three cells as they are written, the most frequent ones.
        missing_values: Texts that mean "no value" beside the empty cell.
        number: How its numbers are written; None for other kinds.
        minimum: Smallest number.
        maximum: Largest number.
        mean: Arithmetic mean.
        median: Median.
        whole: All numbers are whole.
        values: A flag's texts for false and true; a category's texts by falling frequency, at most 50.
        format: A datetime's strptime format, or `ISO8601`.
        utc: The datetimes carry a zone.
        earliest: The first datetime, in ISO form.
        latest: The last one.
        suspects: Numbers that look like disguised missing values: text → how many cells.
        counts: Every text with the number of its cells, the most frequent first, where there are at most 20.
    """

    name: str
    position: int
    kind: Kind
    evidence: str
    missing: int
    distinct: int
    examples: tuple[str, ...] = ()
    missing_values: tuple[str, ...] = ()
    number: NumberFormat | None = None
    minimum: float = 0
    maximum: float = 0
    mean: float = 0
    median: float = 0
    whole: bool = False
    values: tuple[str, ...] = ()
    format: str = ""
    utc: bool = False
    earliest: str = ""
    latest: str = ""
    suspects: Mapping[str, int] = field(default_factory=dict)
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether it can be computed with."""
        return self.kind in NUMERIC


FindingKind = Literal["leak", "suspect", "personal", "missing", "text", "time"]


@dataclass(frozen=True)
class Finding:
    """Something about a column that its owner must know.

    Attributes:
        column: Its name.
        kind: `leak` (certain), `suspect` (a likely leak), `personal`, `missing` (a disguised missing value), `text`
            (numbers or dates that could not be read as such) or `time` (it may order the rows, and nobody said so).
        message: One sentence that quotes what was found.
        advice: The flag that answers it.
    """

    column: str
    kind: FindingKind
    message: str
    advice: str = ""


@dataclass(frozen=True)
class Profile:
    """A table as it was measured.

    Attributes:
        source: The base name of the owner's file.
        rows: How many rows it has.
        columns: Its columns in the file's order.
        findings: What its owner must know.
        notes: Sentences about how it was read.
    """

    source: str
    rows: int
    columns: tuple[Column, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """The column of that name; None when there is none, or the name is empty."""
        return next((column for column in self.columns if name and column.name == name), None)

    def __getitem__(self, name: str) -> Column:
        """The column of a name that is known to be there."""
        return next(column for column in self.columns if column.name == name)

    def of_kind(self, *kinds: str) -> list[Column]:
        """The columns of these kinds, in the file's order."""
        return [column for column in self.columns if column.kind in kinds]


Answers = dict[str, Any]
"""Question → answer, as Copier takes it: str, int, float, bool, and lists and dicts of those."""
