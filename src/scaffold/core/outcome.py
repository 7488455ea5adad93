"""The result of a command (data for machines, blocks for people, an exit code for shells), and its progress."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from scaffold.errors import ExitCode


@dataclass(frozen=True)
class Text:
    """A line or paragraph for people, shown on stdout."""

    text: str


@dataclass(frozen=True)
class Patch:
    """A difference in git's format, shown on stdout; a pipe gets it byte for byte, so that `git apply` can read it."""

    text: str


@dataclass(frozen=True)
class Markdown:
    """Markdown, laid out on a terminal and given as it is to a pipe."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows under headings, shown on stdout.

    Attributes:
        columns: The headings.
        rows: One sequence of cells for each row, as many as there are columns.
        title: A line above the table; empty for none.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True)
class Tree:
    """Files as a tree, shown on stdout.

    Attributes:
        root: The name on top.
        files: POSIX path below it → size in bytes.
    """

    root: str
    files: Mapping[str, int]


Block = Text | Patch | Markdown | Table | Tree


@dataclass(frozen=True)
class Notice:
    """Something that was left out or is odd but did not stop the work, and the command that fixes it."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Outcome:
    """The result of one command.

    Attributes:
        data: What `--json` shows under `data`; its keys are a contract (tests/cli/test_contract.py).
        blocks: What a person reads.
        warnings: Notices shown on stderr, or listed in the JSON envelope.
        exit_code: What the process ends with.
    """

    data: Mapping[str, Any]
    blocks: Sequence[Block] = ()
    warnings: Sequence[Notice] = field(default=())
    exit_code: int = ExitCode.DONE


class Progress:
    """Told by a command what it is doing. This one shows nothing; the console's shows it on a terminal."""

    def step(self, name: str) -> None:
        """Say what is being done now, in a few words."""

    def count(self, name: str, done: int, total: int) -> None:
        """Say how many of all are done."""

    def release_terminal(self, name: str) -> None:
        """Say what is being done, and leave the terminal to a program that writes to it itself."""

    def counter(self, name: str) -> Callable[[int, int], None]:
        """`count` for one name: takes how many are done, and of how many."""
        return partial(self.count, name)


silent = Progress()
"""Progress that nobody watches."""


def first_of(names: Sequence[str], most: int) -> str:
    """The first of some names in full, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def first_few(names: Sequence[str]) -> str:
    """The first three of some names, as a sentence lists them."""
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
