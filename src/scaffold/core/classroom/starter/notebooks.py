"""Read and write Jupyter notebooks as JSON (nbformat 4), so that only stripped cells change."""

import json
from collections.abc import Mapping
from typing import Any

from scaffold.core.classroom.starter.markers import marker_error

Cell = Mapping[str, Any]


def parse(path: str, content: bytes) -> dict[str, Any]:
    """A notebook's content.

    Raises:
        MarkerError: It is not a notebook, and so cannot be stripped.
    """
    try:
        notebook = json.loads(content)
        if not isinstance(notebook, dict) or not isinstance(notebook["cells"], list):
            raise TypeError
        for cell in notebook["cells"]:
            source(cell)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise marker_error(path, getattr(error, "lineno", 1), "this is not a readable notebook of format 4") from error
    return notebook


def source(cell: Cell) -> str:
    """A cell's text, which the file may store as a list of lines."""
    text = cell["source"]
    if isinstance(text, str):
        return text
    return "".join(text)


def with_source(cell: Cell, text: str) -> Cell:
    """The cell with another text, stored in the same form as the text before."""
    if not source(cell).endswith("\n"):
        text = text.removesuffix("\n")
    return {**cell, "source": text if isinstance(cell["source"], str) else text.splitlines(keepends=True)}


def without_output(cell: Cell) -> Cell:
    """The cell as if it had not been run."""
    if cell.get("cell_type") != "code":
        return cell
    return {**cell, "outputs": [], "execution_count": None}


def is_solution(cell: Cell) -> bool:
    """Whether nbgrader's metadata marks the whole cell as a solution (nbgrader/utils.py)."""
    metadata = cell.get("metadata", {}).get("nbgrader", {})
    return bool(isinstance(metadata, dict) and metadata.get("solution"))


def serialise(notebook: Mapping[str, Any]) -> bytes:
    """A notebook's bytes, as nbformat writes them."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "surrogateescape"
    )
