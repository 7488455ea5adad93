"""What an owner asks for when bringing a file: the target, the split, and what was said about columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

NO_COLUMN = "none"
"""`--time none`: the split is not made in time although there is a date."""


@dataclass(frozen=True)
class Told:
    """What the owner said about missing values.

    Attributes:
        everywhere: Texts that mean "no value" in every column.
        in_column: Column → texts that mean it there.
    """

    everywhere: tuple[str, ...] = ()
    in_column: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, name: str) -> list[str]:
        """The texts for one column."""
        return [*self.everywhere, *self.in_column.get(name, ())]


@dataclass(frozen=True)
class Request:
    """What the owner asked for.

    Attributes:
        file: The owner's file; None for the one that the project has.
        target: The column to predict; empty when it is still to be asked, or nothing is predicted.
        positive: The class that is looked for, of two; empty for the rarer one.
        time: The column that orders rows in time; empty lets the only date decide, `none` forbids it.
        group: The column whose rows belong together; empty for none.
        drop: Columns that must not come into the project.
        keep: Columns to use although something speaks against them.
        missing: `TEXT` or `COLUMN=TEXT`: what means "no value".
        keep_personal: Personal data may come into the project.
    """

    file: Path | None
    target: str = ""
    positive: str = ""
    time: str = ""
    group: str = ""
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    keep_personal: bool = False

    @property
    def names_columns(self) -> bool:
        """Whether anything was said that only a table has."""
        return any((self.target, self.time, self.group, self.drop, self.keep, self.missing))

    def told(self, names: Iterable[str]) -> Told:
        """What was said about missing values; a text before `=` is a column only where there is one."""
        known = set(names)
        everywhere: list[str] = []
        in_column: dict[str, tuple[str, ...]] = {}
        for item in self.missing:
            name, separator, text = item.rpartition("=")
            if separator and name in known:
                in_column[name] = (*in_column.get(name, ()), text.strip())
            else:
                everywhere.append(item.strip())
        return Told(tuple(everywhere), in_column)
