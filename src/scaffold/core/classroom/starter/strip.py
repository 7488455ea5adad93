"""From a teacher's tree to the students': solutions and hidden tests taken out by their markers.

One pure function over paths and contents. A file without a marker comes out byte for byte; one whose markers do not add
up stops everything, with its name and line.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from scaffold.core.classroom.starter import markers, notebooks
from scaffold.core.classroom.starter.markers import CELL, PROMPT, SOLUTION, Marker, broken
from scaffold.tools.git.trees import File, Tree

Stub = Callable[[str, bool], str]
"""What stands in for a region: (indentation, nbgrader's way?) → lines without the last line's end."""
_ASSIGNMENT = re.compile(r"(\s*[\w., \[\]\"':]*?[\w\]]\s*(?::[^=]+)?=)(?!=)")
_YAML_KEY = re.compile(r"(\s*(?:- +)?[\w.\"' -]+:|\s*-)\s")


@dataclass(frozen=True)
class Secret:
    """Something that was taken out.

    Attributes:
        path: the file that it was in.
        line: the number of its first line there.
        lines: it.
    """

    path: str
    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Stripped:
    """A tree that holds no marker any more, and what it held."""

    tree: Tree
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True)
class _Kind:
    """How a kind of file is written.

    Attributes:
        markdown: whether comments look like HTML's.
        region: what stands in for a solution of several lines.
        line: what stands in for a line that ends in `# SOLUTION`, given the code on it.
    """

    markdown: bool
    region: Stub
    line: Callable[[str], str]


def _python_region(indent: str, nbgrader: bool) -> str:
    return f"{indent}# YOUR CODE HERE\n{indent}raise NotImplementedError()" if nbgrader else f"{indent}..."


def _python_line(code: str) -> str:
    assignment = _ASSIGNMENT.match(code)
    return f"{assignment[1]} ..." if assignment else f"{_indent(code)}..."


def _yaml_line(code: str) -> str:
    key = _YAML_KEY.match(code)
    return f"{key[1] if key else _indent(code)}{' ' if key else ''}# YOUR ANSWER HERE"


PYTHON = _Kind(False, _python_region, _python_line)
YAML = _Kind(False, lambda indent, _: f"{indent}# YOUR ANSWER HERE", _yaml_line)
MARKDOWN = _Kind(True, lambda indent, _: f"{indent}YOUR ANSWER HERE", lambda code: f"{_indent(code)}YOUR ANSWER HERE")
_KINDS = {".py": PYTHON, ".yml": YAML, ".yaml": YAML, ".md": MARKDOWN}


def strip(tree: Tree) -> Stripped:
    """Take out what students are not to see.

    Raises:
        MarkerError: a marker that is unbalanced, nested or misspelt, with its file and line; a notebook that is none.
    """
    out: dict[str, File] = {}
    secrets: list[Secret] = []
    for path, file in tree.items():
        content, found = (file.content, ()) if file.symlink else _file(path, file.content)
        out[path] = file if content == file.content else replace(file, content=content)
        secrets += found
    return Stripped(out, tuple(secrets))


def _file(path: str, content: bytes) -> tuple[bytes, Sequence[Secret]]:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".ipynb":
        return notebook(path, content)
    if suffix not in _KINDS:
        return content, ()
    text, found = strip_text(content.decode("utf-8", "surrogateescape"), _KINDS[suffix], path)
    return text.encode("utf-8", "surrogateescape"), found


def strip_text(text: str, kind: _Kind, where: str) -> tuple[str, list[Secret]]:
    """Strip one text. Returns it with what was taken out; raises MarkerError."""
    return _Stripper(kind, where).run(_lines(text))


def _lines(text: str) -> list[str]:
    """Lines that end where git and editors end them; str.splitlines also ends them at form feeds and others."""
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


@dataclass
class _Stripper:
    """One pass over the lines of a text.

    Attributes:
        kind: how the text is written.
        where: the file, for messages.
        out: the lines that stay.
        secrets: what was taken out.
        opened: the marker of the region that it is in, and its line.
        taken: the lines of that region.
    """

    kind: _Kind
    where: str
    out: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    opened: tuple[Marker, int] | None = None
    taken: list[str] = field(default_factory=list)

    def run(self, lines: Iterable[str]) -> tuple[str, list[Secret]]:
        """Read them all."""
        for number, line in enumerate(lines, start=1):
            body = line.rstrip("\r\n")
            marker = markers.find(body, self.kind.markdown, self.where, number)
            if marker is None:
                (self.taken if self._takes() else self.out).append(line)
            elif marker.edge == "BEGIN":
                self._begin(marker, number, line[len(body) :])
            elif marker.edge == "END":
                self._end(marker, number)
            else:
                self._single(marker, number, line)
        if self.opened:
            name = self.opened[0].name
            raise broken(self.where, self.opened[1], f"`BEGIN {name}` has no `END {name}`")
        return "".join(self.out), self.secrets

    def _takes(self) -> bool:
        return self.opened is not None and self.opened[0].name != PROMPT

    def _begin(self, marker: Marker, number: int, end: str) -> None:
        if self.opened:
            outer, line = self.opened
            raise broken(self.where, number, f"`BEGIN {marker.name}` inside `BEGIN {outer.name}` of line {line}")
        self.opened, self.taken = (marker, number), []
        if marker.name == SOLUTION and marker.prompt:
            self.out.append(self.kind.region(marker.before, marker.nbgrader).replace("\n", end or "\n") + end)

    def _end(self, marker: Marker, number: int) -> None:
        if not self.opened or self.opened[0].name != marker.name:
            began = f"`BEGIN {self.opened[0].name}` of line {self.opened[1]}" if self.opened else "nothing"
            raise broken(self.where, number, f"`END {marker.name}` ends {began}")
        if marker.name != PROMPT:
            self.secrets.append(Secret(self.where, self.opened[1] + 1, tuple(self.taken)))
        self.opened = None

    def _single(self, marker: Marker, number: int, line: str) -> None:
        if marker.name == CELL:
            raise broken(self.where, number, "`# HIDDEN` is for a notebook's cell; here use `### BEGIN HIDDEN TESTS`")
        if self.opened:
            outer, began = self.opened
            raise broken(self.where, number, f"`# {SOLUTION}` inside `BEGIN {outer.name}` of line {began}")
        if not marker.before.strip():
            raise broken(self.where, number, f"`# {SOLUTION}` marks the code in front of it, and there is none")
        end = line[len(line.rstrip("\r\n")) :]
        self.secrets.append(Secret(self.where, number, (marker.before.rstrip() + end,)))
        if marker.prompt:
            self.out.append(self.kind.line(marker.before) + end)


def _indent(code: str) -> str:
    return code[: len(code) - len(code.lstrip())]


def notebook(path: str, content: bytes) -> tuple[bytes, Sequence[Secret]]:
    """Strip a notebook (nbformat 4); one without markers comes out byte for byte.

    Cells that nbgrader's metadata calls solutions are emptied. In a notebook with any marker, outputs go: they show the
    answer as well.
    """
    book = notebooks.parse(path, content)
    kept: list[notebooks.Cell] = []
    secrets: list[Secret] = []
    in_block = ""
    for number, cell in enumerate(book["cells"], start=1):
        where, source = f"{path}, cell {number}", notebooks.source(cell)
        in_block, is_edge = _block(cell, source, in_block, where)
        if is_edge:
            continue
        if in_block or _is_hidden(cell, source, where):
            secrets.append(_whole(where, source))
            continue
        text, found = _cell(cell, source, where)
        secrets += found
        kept.append(cell if text == source else notebooks.with_source(cell, text))
    if in_block:
        raise broken(in_block, 1, "`BEGIN SOLUTION` has no `END SOLUTION`")
    if kept == book["cells"]:
        return content, ()
    return notebooks.serialise({**book, "cells": [notebooks.without_output(cell) for cell in kept]}), secrets


def _cell(cell: notebooks.Cell, source: str, where: str) -> tuple[str, list[Secret]]:
    kind = MARKDOWN if cell.get("cell_type") == "markdown" else PYTHON
    text, found = strip_text(source, kind, where)
    if found or not notebooks.is_solution(cell):
        return text, found
    stub = kind.region("", True)
    return stub, [] if source == stub else [_whole(where, source)]


def _whole(where: str, source: str) -> Secret:
    return Secret(where, 1, tuple(_lines(source)))


def _block(cell: notebooks.Cell, source: str, in_block: str, where: str) -> tuple[str, bool]:
    """Otter's blocks of cells, between raw cells that hold nothing but the marker.

    Returns:
        Where the block that the next cells are in began (empty for none), and whether this cell is its edge.
    """
    if cell.get("cell_type") != "raw":
        return in_block, False
    marker = markers.find(source.strip(), False, where, 1) if source.strip().count("\n") == 0 else None
    if marker is None or marker.name != SOLUTION or not marker.edge:
        return in_block, False
    if (marker.edge == "BEGIN") == bool(in_block):
        began = f" of {in_block}" if in_block else ""
        raise broken(where, 1, f"`{marker.edge} SOLUTION` {'inside the one' if in_block else 'ends nothing'}{began}")
    return (where, True) if marker.edge == "BEGIN" else ("", True)


def _is_hidden(cell: notebooks.Cell, source: str, where: str) -> bool:
    """Whether a code cell begins with Otter's `# HIDDEN`."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    if cell.get("cell_type") != "code" or not first:
        return False
    marker = markers.find(first, False, where, 1)
    return marker is not None and marker.name == CELL and not marker.before.strip()
