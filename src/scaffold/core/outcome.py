"""What a command gives back: data for machines, blocks for people, an exit code for shells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Text:
    """A line or paragraph for people, shown on stdout."""

    text: str


@dataclass(frozen=True)
class Markdown:
    """Markdown, laid out on a terminal and given as it is to a pipe."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows under headings, shown on stdout.

    Attributes:
        columns: the headings.
        rows: one sequence of cells a row, as many as there are columns.
        title: a line above the table; empty for none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True)
class Tree:
    """Files as a tree, shown on stdout.

    Attributes:
        root: the name on top.
        files: POSIX paths below it with their sizes in bytes.
    """

    root: str
    files: Mapping[str, int]


Block = Text | Markdown | Table | Tree


@dataclass(frozen=True)
class Notice:
    """Something left out or odd that did not stop the work, and the command that mends it."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Outcome:
    """The result of one command.

    Attributes:
        data: what `--json` shows under `data`; its keys are a contract (tests/cli/test_contract.py).
        blocks: what a person reads.
        warnings: shown on stderr, or listed in the JSON envelope.
        exit_code: 0 done, 4 partly done (DESIGN §5).
    """

    data: Mapping[str, Any]
    blocks: Sequence[Block] = ()
    warnings: Sequence[Notice] = field(default=())
    exit_code: int = 0


Progress = Callable[[str], None]
"""Told what is being done now, in a few words, whenever that changes."""


def silent(_step: str) -> None:
    """Progress that nobody watches."""
