"""Remove solutions and hidden tests from a teacher's files by their markers.

`strip` is a pure function of paths and contents. A file without a marker stays the same byte for byte; a wrong marker
raises an error with its file and line.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from scaffold.core.classroom.starter import markers, notebooks, otter
from scaffold.core.classroom.starter.markers import CELL, PROMPT, SOLUTION, Marker, marker_error
from scaffold.tools.git.trees import File, Tree

Placeholder = Callable[[str, bool], str]
"""The replacement of a region: (indentation, in nbgrader's form?) → lines without the last line ending."""
_ASSIGNMENT = re.compile(r"(\s*[\w., \[\]\"':]*?[\w\]]\s*(?::[^=]+)?=)(?!=)")
_YAML_KEY = re.compile(r"(\s*(?:- +)?[\w.\"' -]+:|\s*-)\s")


@dataclass(frozen=True)
class RemovedText:
    """Text that was removed.

    Attributes:
        path: The file that it was in.
        line: The number of its first line there.
        lines: Its lines.
    """

    path: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Stripped:
    """A tree without markers, and the text that was removed."""

    tree: Tree
    removed: tuple[RemovedText, ...] = ()


@dataclass(frozen=True)
class _Syntax:
    """The comments and placeholders of a kind of file.

    Attributes:
        markdown: Whether comments are HTML comments.
        region: The placeholder of a solution region.
        line: The placeholder of a line that ends in `# SOLUTION`, given the code in it.
    """

    markdown: bool
    region: Placeholder
    line: Callable[[str], str]


def _python_region(indent: str, nbgrader: bool) -> str:
    return f"{indent}# YOUR CODE HERE\n{indent}raise NotImplementedError()" if nbgrader else f"{indent}..."


def _python_line(code: str) -> str:
    assignment = _ASSIGNMENT.match(code)
    return f"{assignment[1]} ..." if assignment else f"{_indent(code)}..."


def _yaml_line(code: str) -> str:
    key = _YAML_KEY.match(code)
    return f"{key[1] if key else _indent(code)}{' ' if key else ''}# YOUR ANSWER HERE"


PYTHON = _Syntax(False, _python_region, _python_line)
YAML = _Syntax(False, lambda indent, _: f"{indent}# YOUR ANSWER HERE", _yaml_line)
MARKDOWN = _Syntax(True, lambda indent, _: f"{indent}YOUR ANSWER HERE", lambda code: f"{_indent(code)}YOUR ANSWER HERE")
_SYNTAXES = {".py": PYTHON, ".yml": YAML, ".yaml": YAML, ".md": MARKDOWN}


def strip(tree: Tree) -> Stripped:
    """Remove what students must not see.

    Raises:
        MarkerError: A marker is unbalanced, nested or misspelt, or a notebook cannot be read.
    """
    out: dict[str, File] = {}
    removed: list[RemovedText] = []
    for path, file in tree.items():
        content, texts = (file.content, ()) if file.symlink else _file(path, file.content)
        out[path] = file if content == file.content else replace(file, content=content)
        removed += texts
    return Stripped(out, tuple(removed))


def _file(path: str, content: bytes) -> tuple[bytes, Sequence[RemovedText]]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".ipynb":
        return _notebook(path, content)
    if suffix not in _SYNTAXES:
        return content, ()
    text, texts = strip_text(content.decode("utf-8", "surrogateescape"), _SYNTAXES[suffix], path)
    return text.encode("utf-8", "surrogateescape"), texts


def strip_text(text: str, kind: _Syntax, where: str) -> tuple[str, list[RemovedText]]:
    """Strip one text. Returns it with what was removed. Raises MarkerError."""
    return _Stripper(kind, where).run(_lines(text))


def _lines(text: str) -> list[str]:
    """Lines as git and editors see them; str.splitlines also splits at form feeds and other characters."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


@dataclass
class _Stripper:
    """One pass over the lines of a text.

    Attributes:
        syntax: The kind of file.
        where: The file, for messages.
        out: The lines that stay.
        removed: The text that was removed.
        opened: The marker that opened the current region, and its line; None outside a region.
        region: The lines of the current region.
    """

    syntax: _Syntax
    where: str
    out: list[str] = field(default_factory=list)
    removed: list[RemovedText] = field(default_factory=list)
    opened: tuple[Marker, int] | None = None
    region: list[str] = field(default_factory=list)

    def run(self, lines: Iterable[str]) -> tuple[str, list[RemovedText]]:
        """Strip the lines. Returns the text with what was removed."""
        for number, line in enumerate(lines, start=1):
            body = line.rstrip("\r\n")
            marker = markers.find(body, self.syntax.markdown, self.where, number)
            if marker is None:
                (self.region if self._is_removing() else self.out).append(line)
            elif marker.edge == "BEGIN":
                self._begin(marker, number, line[len(body) :])
            elif marker.edge == "END":
                self._end(marker, number)
            else:
                self._single(marker, number, line)
        if self.opened:
            name = self.opened[0].name
            raise marker_error(self.where, self.opened[1], f"`BEGIN {name}` has no `END {name}`")
        return "".join(self.out), self.removed

    def _is_removing(self) -> bool:
        return self.opened is not None and self.opened[0].name != PROMPT

    def _begin(self, marker: Marker, number: int, end: str) -> None:
        if self.opened:
            outer, line = self.opened
            raise marker_error(self.where, number, f"`BEGIN {marker.name}` inside `BEGIN {outer.name}` of line {line}")
        self.opened, self.region = (marker, number), []
        if marker.name == SOLUTION and marker.prompt:
            self.out.append(self.syntax.region(marker.before, marker.nbgrader).replace("\n", end or "\n") + end)

    def _end(self, marker: Marker, number: int) -> None:
        if not self.opened or self.opened[0].name != marker.name:
            began = f"`BEGIN {self.opened[0].name}` of line {self.opened[1]}" if self.opened else "nothing"
            raise marker_error(self.where, number, f"`END {marker.name}` ends {began}")
        if marker.name != PROMPT:
            self.removed.append(RemovedText(self.where, self.opened[1] + 1, tuple(self.region)))
        self.opened = None

    def _single(self, marker: Marker, number: int, line: str) -> None:
        if marker.name == CELL:
            raise marker_error(
                self.where, number, "`# HIDDEN` is for a notebook's cell; here use `### BEGIN HIDDEN TESTS`"
            )
        if self.opened:
            outer, began = self.opened
            raise marker_error(self.where, number, f"`# {SOLUTION}` inside `BEGIN {outer.name}` of line {began}")
        if not marker.before.strip():
            raise marker_error(
                self.where, number, f"`# {SOLUTION}` marks the code before it in the line, and there is none"
            )
        end = line[len(line.rstrip("\r\n")) :]
        self.removed.append(RemovedText(self.where, number, (marker.before.rstrip() + end,)))
        if marker.prompt:
            self.out.append(self.syntax.line(marker.before) + end)


def _indent(code: str) -> str:
    return code[: len(code) - len(code.lstrip())]


def _notebook(path: str, content: bytes) -> tuple[bytes, Sequence[RemovedText]]:
    """Strip a notebook (nbformat 4); one without markers stays the same byte for byte.

    Cells that nbgrader's metadata marks as solutions are emptied. If anything was removed, all outputs are removed,
    too, because they can show the answer.
    """
    original = notebooks.parse(path, content)
    parsed = otter.translate(path, original)
    kept: list[notebooks.Cell] = []
    removed: list[RemovedText] = []
    in_block = ""
    for number, cell in enumerate(parsed["cells"], start=1):
        where, source = f"{path}, cell {number}", notebooks.source(cell)
        in_block, is_edge = _block(cell, source, in_block, where)
        if is_edge:
            continue
        if _is_hidden(cell, source, where):
            removed.append(_whole(where, source))
            continue
        text, texts = _cell(cell, source, where)
        if in_block and not texts:  # Otter keeps a cell with markers in it
            removed.append(_whole(where, source))
            continue
        removed += texts
        changed = cell if text == source else notebooks.with_source(cell, text)
        kept.append(notebooks.lock(notebooks.without_ours(changed)))
    if in_block:
        raise marker_error(in_block, 1, "`BEGIN SOLUTION` has no `END SOLUTION`")
    if kept == original["cells"]:
        return content, ()
    stripped = {**notebooks.without_ours(parsed), "cells": [notebooks.without_output(cell) for cell in kept]}
    return notebooks.serialise(stripped), removed


def _cell(cell: notebooks.Cell, source: str, where: str) -> tuple[str, list[RemovedText]]:
    kind = MARKDOWN if cell.get("cell_type") == "markdown" else PYTHON
    text, texts = strip_text(source, kind, where)
    if texts or not notebooks.is_solution(cell):
        return text, texts
    stub = kind.region("", True)
    return stub, [] if source == stub else [_whole(where, source)]


def _whole(where: str, source: str) -> RemovedText:
    return RemovedText(where, 1, tuple(_lines(source)))


def _block(cell: notebooks.Cell, source: str, in_block: str, where: str) -> tuple[str, bool]:
    """Track Otter's blocks of cells, which are between raw cells that contain only a marker.

    Returns:
        Where the block of the next cells began (empty for none), and whether this cell begins or ends a block.
    """
    if cell.get("cell_type") != "raw":
        return in_block, False
    marker = markers.find(source.strip(), False, where, 1) if source.strip().count("\n") == 0 else None
    if marker is None or marker.name != SOLUTION or not marker.edge:
        return in_block, False
    if (marker.edge == "BEGIN") == bool(in_block):
        began = f" of {in_block}" if in_block else ""
        raise marker_error(
            where, 1, f"`{marker.edge} SOLUTION` {'inside the one' if in_block else 'ends nothing'}{began}"
        )
    return (where, True) if marker.edge == "BEGIN" else ("", True)


def _is_hidden(cell: notebooks.Cell, source: str, where: str) -> bool:
    """Whether a code cell begins with Otter's `# HIDDEN`."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    if cell.get("cell_type") != "code" or not first:
        return False
    marker = markers.find(first, False, where, 1)
    return marker is not None and marker.name == CELL and not marker.before.strip()
