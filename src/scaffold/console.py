"""The only printer: results to stdout, messages to stderr, as text for people or as JSON for machines.

What others wrote (file names, answers, a template's texts) reaches a terminal only through `escaped`. rich is imported
when something is laid out: completion and `--json` never need it.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scaffold import __version__
from scaffold.core.outcome import Markdown, Notice, Outcome, Patch, Progress, Table, Text, Tree
from scaffold.errors import ScaffoldError
from scaffold.tools.files import friendly_os_error
from scaffold.tools.terminal import escaped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text as RichText
    from rich.tree import Tree as RichTree

SCHEMA = 1
"""The version of the JSON envelope: raised when a key changes its meaning or goes away."""


@dataclass
class Style:
    """How this run prints: set once from the command line."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False


style = Style()


def show(command: str, outcome: Outcome) -> None:
    """Print the result of a command.

    Raises:
        ScaffoldError: It cannot be written: the disk of stdout is full.
    """
    try:
        _show(command, outcome)
        sys.stdout.flush()
    except OSError as error:
        # Nothing more goes there: not the error, and not what Python still holds when it ends.
        style.as_json = False
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
        if not isinstance(error, BrokenPipeError):  # a reader that has read enough is no error
            raise _unwritable(error) from error


def _unwritable(error: OSError) -> ScaffoldError:
    friendly = friendly_os_error(error, Path("stdout"))
    message = f"The output could not be written: {error.strerror}."
    return friendly or ScaffoldError(message, "Write it to another place.")


def _show(command: str, outcome: Outcome) -> None:
    if style.as_json:
        _envelope(command, outcome.exit_code, data=outcome.data, warnings=outcome.warnings)
        return
    for notice in outcome.warnings:
        _say("warning", notice.message, notice.hint)
    if not style.quiet:
        for block in outcome.blocks:
            if isinstance(block, Text):
                print(escaped(block.text))
            else:
                _lay_out(_rich(stderr=False), block)


def show_error(command: str, error: ScaffoldError) -> None:
    """Print one sentence, a blank line and the hint; or the same in the JSON envelope."""
    if style.as_json:
        _envelope(command, error.exit_code, error={"code": error.code, "message": error.message, "hint": error.hint})
    else:
        _say("error", error.message, error.hint)


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """Show on a terminal what is being done; say nothing in a pipe, in JSON or when quiet."""
    if style.as_json or style.quiet or not sys.stderr.isatty():
        yield Progress()
        return
    err = _rich(stderr=True)
    with err.status("") as status:
        yield _Spinner(err, status)


class _Spinner(Progress):
    """Progress as one line with a spinner, which goes away when the command ends."""

    def __init__(self, err: "Console", status: "Status") -> None:
        self._err, self._status = err, status

    def step(self, name: str) -> None:
        """Show what is being done now."""
        self._status.update(self._line(name))
        self._status.start()

    def count(self, name: str, done: int, total: int) -> None:
        """Show how many of all are done."""
        self.step(f"{name}, {done} of {total}")

    def release_terminal(self, name: str) -> None:
        """Leave a line that says what is being done, and stop the spinner until the next step."""
        self._status.stop()
        self._err.print(self._line(name), style="dim")

    def _line(self, name: str) -> "RichText":
        from rich.text import Text as RichText

        return RichText(f"{escaped(name)} …")


def can_ask() -> bool:
    """Whether a person can answer: without a terminal nothing prompts."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not style.as_json


def choose(question: str, table: Table, names: Sequence[str]) -> str:
    """Show a numbered table and ask for one of its rows."""
    from rich.prompt import Prompt
    from rich.text import Text as RichText

    numbered = Table(("", *table.columns), [(str(i), *row) for i, row in enumerate(table.rows, start=1)])
    out = _rich(stderr=False)
    _lay_out(out, numbered)
    numbers = {str(i): name for i, name in enumerate(names, start=1)}
    line = RichText(escaped(f"{question}, 1 to {len(names)} (Enter accepts 1)"))
    answer = Prompt.ask(
        line, choices=[*numbers, *names], show_choices=False, default="1", show_default=False, console=out
    )
    return numbers.get(answer, answer)


def confirm(question: str) -> bool:
    """Ask a question that is answered with yes or no; no is the default."""
    from rich.prompt import Confirm

    return Confirm.ask(escaped(question), default=False, console=_rich(stderr=False))


def write(question: str) -> str:
    """Ask for a line of text."""
    from rich.prompt import Prompt

    return Prompt.ask(question, console=_rich(stderr=False)).strip()


def _envelope(
    command: str,
    exit_code: int,
    data: Mapping[str, Any] | None = None,
    warnings: Sequence[Notice] = (),
    error: Mapping[str, str] | None = None,
) -> None:
    content = {
        "schema": SCHEMA,
        "scaffold": __version__,
        "command": command,
        "ok": exit_code == 0,
        "exit_code": exit_code,
        "data": data,
        "warnings": [{"message": notice.message, "hint": notice.hint} for notice in warnings],
        "error": error,
    }
    print(json.dumps(content, default=str))


def _say(kind: str, message: str, hint: str) -> None:
    from rich.text import Text as RichText

    err = _rich(stderr=True)
    colour = "bold red" if kind == "error" else "yellow"
    err.print(RichText.assemble((f"{kind}: ", colour), escaped(message)), soft_wrap=True)
    if hint:
        err.print(RichText.assemble("\n", ("hint: ", "bold cyan"), escaped(hint)), soft_wrap=True)


def _rich(*, stderr: bool) -> "Console":
    from rich.console import Console

    # A pipe has no width: tables are laid out for a wide page there instead of being cut at 80 columns.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else 160
    return Console(file=stream, highlight=False, emoji=False, width=width)


def _lay_out(out: "Console", block: Patch | Markdown | Table | Tree) -> None:
    if isinstance(block, Patch):
        out.print(escaped(block.text) if out.is_terminal else block.text, markup=False, soft_wrap=True)
    elif isinstance(block, Markdown):
        _markdown(out, block.text)
    elif isinstance(block, Table):
        _table(out, block)
    else:
        out.print(_tree(block))


def _markdown(out: "Console", text: str) -> None:
    from rich.markdown import Markdown as RichMarkdown

    if out.is_terminal:
        out.print(RichMarkdown(escaped(text)))
    else:
        out.print(escaped(text), markup=False, emoji=False, soft_wrap=True)


def _table(out: "Console", block: Table) -> None:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

    table = RichTable(
        title=RichText(escaped(block.title)) if block.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for index, column in enumerate(block.columns):
        table.add_column(column, no_wrap=index == 0, overflow="fold")
    for row in block.rows:
        table.add_row(*(RichText(escaped(cell)) for cell in row))
    out.print(table)


def _tree(block: Tree) -> "RichTree":
    from rich.text import Text as RichText
    from rich.tree import Tree as RichTree

    root = RichTree(RichText(escaped(block.root), style="bold"), guide_style="dim")
    folders: dict[tuple[str, ...], RichTree] = {(): root}
    for path, size in block.files.items():
        *parents, name = path.split("/")
        for depth in range(1, len(parents) + 1):
            key = tuple(parents[:depth])
            if key not in folders:
                folders[key] = folders[key[:-1]].add(RichText(escaped(key[-1]) + "/", style="bold blue"))
        label = RichText.assemble(escaped(name), "  ", (_size(size), "dim"))
        folders[tuple(parents)].add(label)
    return root


def _size(size: int) -> str:
    return f"{size} B" if size < 1024 else f"{size / 1024:.1f} KB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"
