"""Measure every column of an open table."""

from collections.abc import Sequence
from dataclasses import replace

from scaffold.core.dataset import dates, kinds, missing, numbers, personal
from scaffold.core.dataset.cells import Cells, NumberFacts
from scaffold.core.dataset.model import Column, Finding, NumberFormat, Profile, shown
from scaffold.core.dataset.read import OpenTable
from scaffold.core.dataset.request import Told
from scaffold.core.outcome import Progress, silent

_SAMPLE = 300
_MOST_VALUES = 50
_MOST_COUNTED = 20
_LONGEST_WHOLE = 15
"""Digits of a whole number that a float can hold; longer ones are codes."""


def measure(table: OpenTable, told: Told | None = None, progress: Progress = silent) -> Profile:
    """The profile of a table.

    Args:
        table: The open table.
        told: What the owner said about missing values.
        progress: Told which column is measured.
    """
    told = told or Told()
    continental = _has_decimal_commas(table)
    columns, findings = [], []
    for position, name in enumerate(table.names):
        progress.count("Measuring the columns", position + 1, len(table.names))
        measured = _Measured(Cells(table.database, position), position, name, table.database.rows, continental)
        column = measured.column(told.of(name))
        columns.append(column)
        findings += measured.findings(column)
    findings += _people(table, columns)
    return Profile(table.source.name, table.database.rows, tuple(columns), tuple(findings), table.notes)


def _has_decimal_commas(table: OpenTable) -> bool:
    if table.dialect.separator == ",":
        return False
    cells = ", ".join(f"c{position}" for position in range(len(table.names)))
    rows = table.database.all(f"SELECT {cells} FROM t LIMIT 200")
    return numbers.has_decimal_comma(cell for row in rows for cell in row if cell)


class _Measured:
    """One column while it is measured."""

    def __init__(self, cells: Cells, position: int, name: str, rows: int, continental: bool) -> None:
        self._cells = cells
        self._rows = rows
        self._continental = continental
        self._blank = Column(name, position, "constant", "all cells are empty", rows, 0)
        self._spoiled: list[str] = []

    def column(self, told: Sequence[str]) -> Column:
        """Decide the kind, and measure what belongs to it."""
        self._out(self._cells.same_as(told) if told else [])
        filled, _ = self._cells.size()
        if not filled:
            return self._blank
        sample = [value for value, _ in self._cells.head(_SAMPLE)] + self._cells.spread(_SAMPLE)
        column = self._numbers(sample) or self._dates(sample) or self._texts()
        examples = tuple(shown(value) for value, _ in self._cells.head(3))
        counts = self._cells.head(_MOST_COUNTED + 1)
        return replace(column, examples=examples, counts=tuple(counts) if len(counts) <= _MOST_COUNTED else ())

    def findings(self, column: Column) -> list[Finding]:
        """What its owner must know about it."""
        found = []
        what, values = personal.found_in(self._cells, column)
        if what:
            quoted = " and ".join(f"`{shown(personal.hidden(value))}`" for value in values)
            message = f"`{column.name}` holds {what}, such as {quoted}"
            found.append(Finding(column.name, "personal", message, "--drop"))
        if self._spoiled and column.kind in ("category", "text", "identifier"):
            quoted = ", ".join(f"`{shown(value)}`" for value in self._spoiled[:3])
            message = f"`{column.name}` would be numbers or dates without cells such as {quoted}"
            found.append(Finding(column.name, "text", message, "--missing"))
        for text, count in column.suspects.items():
            message = f"`{column.name}` holds {text} in {count:,} rows, far from its other values"
            found.append(Finding(column.name, "missing", message, "--missing"))
        return found

    def _out(self, texts: Sequence[str]) -> None:
        """Count texts as missing."""
        if texts:
            self._cells.take_out(texts)
            self._blank = replace(self._blank, missing_values=(*self._blank.missing_values, *texts))

    def _made(self, **facts: object) -> Column:
        filled, distinct = self._cells.size()
        made = replace(self._blank, missing=self._rows - filled, distinct=distinct)
        return replace(made, **facts)  # type: ignore[arg-type]

    def _numbers(self, sample: Sequence[str]) -> Column | None:
        values = [value for value in sample if not missing.in_numbers(value)]
        if not values or any(numbers.has_leading_zero(value) or _is_long(value) for value in values):
            return None
        for style in numbers.styles(self._continental):
            if not numbers.matches(style, values[0]) or not self._accepts(style.pattern, values):
                continue
            form = numbers.format_of(style, self._cells.letters())
            facts = self._cells.numbers(form)
            if facts.readable:
                return self._of_numbers(form, facts)
        return None

    def _accepts(self, pattern: str, values: Sequence[str]) -> bool:
        """Whether the pattern matches every value; texts that mean "missing" are taken out first."""
        odd = self._cells.misfits(pattern, _SAMPLE)
        words = [value for value in odd if missing.in_numbers(value)]
        if len(words) == len(odd) < _SAMPLE:
            self._out(odd)
            codes, _ = self._cells.matching(r"0[0-9]+(\.[0-9]+)?|[0-9]{16,}", 1)
            return not codes
        others = [value for value in odd if value not in words]
        if len(others) <= 5 and 20 * len(others) <= len(values):
            self._spoiled = others
        return False

    def _of_numbers(self, form: NumberFormat, facts: NumberFacts) -> Column:
        self._spoiled = []
        texts = [value for value, _ in self._cells.head(3)]
        flag = kinds.flag_values(texts)
        if flag:
            return self._made(kind="flag", evidence=f"two values, {flag[0]} and {flag[1]}", values=flag)
        filled, _ = self._cells.size()
        verdict = kinds.of_numbers(self._blank.name, facts, filled, self._rows)
        if verdict.kind == "category":
            return self._made(kind="category", evidence=verdict.evidence, values=self._values())
        odd = missing.disguised(facts) if verdict.kind in ("number", "count") else []
        return self._made(
            kind=verdict.kind,
            evidence=verdict.evidence,
            distinct=facts.distinct,
            number=form,
            minimum=facts.minimum,
            maximum=facts.maximum,
            mean=facts.mean,
            median=facts.median,
            whole=facts.whole,
            suspects={f"{value:g}": count for value, count in odd},
        )

    def _dates(self, sample: Sequence[str]) -> Column | None:
        values = [value for value in sample if not missing.in_numbers(value)]
        if not values or not any(letter.isdigit() for letter in values[0]):
            return None
        if not self._cells.misfits(dates.ISO_PATTERN, 1) or self._accepts(dates.ISO_PATTERN, values):
            utc = self._cells.matching(dates.ZONE_PATTERN, 1)[0] > 0
            return self._of_dates(dates.ISO, "", utc)
        for form in dates.fitting(values, day_first=self._continental):
            odd = self._cells.not_dates(form, _SAMPLE)
            if all(missing.in_numbers(value) for value in odd):
                self._out(odd)
                return self._of_dates(form, form, False)
        return None

    def _of_dates(self, name: str, form: str, utc: bool) -> Column | None:
        earliest, latest = self._cells.first_and_last(form)
        if not earliest:
            return None
        self._spoiled = []
        if earliest == latest:
            return self._made(kind="constant", evidence=f"every filled cell holds {earliest}")
        evidence = f"dates from {earliest} to {latest}, written as {name}"
        return self._made(kind="datetime", evidence=evidence, format=name, utc=utc, earliest=earliest, latest=latest)

    def _texts(self) -> Column:
        self._out(missing.in_texts([value for value, _ in self._cells.head(_SAMPLE)]))
        filled, distinct = self._cells.size()
        if not filled:
            return self._blank
        head = [value for value, _ in self._cells.head(3)]
        flag = kinds.flag_values(head)
        if flag:
            return self._made(kind="flag", evidence=f"two values, {flag[0]} and {flag[1]}", values=flag)
        verdict = kinds.of_texts(distinct, filled, *self._cells.text_shape(), head[0])
        values = self._values() if verdict.kind == "category" else ()
        return self._made(kind=verdict.kind, evidence=verdict.evidence, values=values)

    def _values(self) -> tuple[str, ...]:
        return tuple(value for value, _ in self._cells.head(_MOST_VALUES))


def _is_long(value: str) -> bool:
    return value.isdigit() and len(value) > _LONGEST_WHOLE


def _people(table: OpenTable, columns: Sequence[Column]) -> list[Finding]:
    def match(column: Column, pattern: str) -> bool:
        cells = Cells(table.database, column.position)
        filled, _ = cells.size()
        return cells.matching(pattern, 1)[0] >= 0.8 * filled

    return [
        Finding(
            name.name, "personal", f"`{name.name}` names people, and `{birth.name}` holds their birthdays", "--drop"
        )
        for name, birth in personal.named_people(columns, match)
    ]
