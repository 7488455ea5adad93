"""Jupyter notebooks as JSON (nbformat 4): only what stripping needs, so that nothing else in the file changes."""

import json
from collections.abc import Mapping
from typing import Any

from scaffold.core.classroom.starter.markers import broken

Cell = Mapping[str, Any]


def parse(path: str, content: bytes) -> dict[str, Any]:
    """A notebook with its cells.

    Raises:
        MarkerError: it is no notebook: what cannot be read cannot be stripped.
    """
    try:
        book = json.loads(content)
        if not isinstance(book, dict) or not isinstance(book["cells"], list):
            raise TypeError
        for cell in book["cells"]:
            source(cell)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise broken(path, getattr(error, "lineno", 1), "this is no notebook of format 4 that can be read") from error
    return book


def source(cell: Cell) -> str:
    """A cell's text; it may be stored as a list of lines."""
    text = cell["source"]
    if isinstance(text, str):
        return text
    return "".join(text)


def with_source(cell: Cell, text: str) -> Cell:
    """The cell with another text, stored as the one before was."""
    if not source(cell).endswith("\n"):
        text = text.removesuffix("\n")
    return {**cell, "source": text if isinstance(cell["source"], str) else text.splitlines(keepends=True)}


def without_output(cell: Cell) -> Cell:
    """A code cell that has not been run."""
    if cell.get("cell_type") != "code":
        return cell
    return {**cell, "outputs": [], "execution_count": None}


def is_solution(cell: Cell) -> bool:
    """Whether nbgrader's metadata says that the whole cell is one (nbgrader/utils.py)."""
    about = cell.get("metadata", {}).get("nbgrader", {})
    return bool(isinstance(about, dict) and about.get("solution"))


def serialise(book: Mapping[str, Any]) -> bytes:
    """A notebook as nbformat writes it."""
    return (json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8", "surrogateescape")
