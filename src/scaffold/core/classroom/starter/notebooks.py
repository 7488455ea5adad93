"""Read and write Jupyter notebooks as JSON (nbformat 4), so that only stripped cells change."""

import json
from collections.abc import Mapping
from typing import Any

from scaffold.core.classroom.starter.markers import marker_error

Cell = Mapping[str, Any]
OURS = "scaffold"
"""The key of what otter.py notes in a notebook's and a cell's metadata; no starter has it."""


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
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
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


def without_ours(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """A notebook or a cell without what otter.py noted in its metadata."""
    if not ours(part):
        return part
    return {**part, "metadata": {key: value for key, value in part["metadata"].items() if key != OURS}}


def with_ours(cell: Cell, **notes: Any) -> Cell:
    """The cell with notes in its metadata."""
    return {**cell, "metadata": {**_metadata(cell), OURS: notes}}


def ours(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What otter.py noted in the metadata of a notebook or a cell; empty for nothing."""
    notes = _metadata(part).get(OURS)
    return notes if isinstance(notes, dict) else {}


def nbgrader(cell: Cell) -> Mapping[str, Any]:
    """What nbgrader's metadata says about a cell (nbgrader/nbgraderformat); empty for nothing."""
    mark = _metadata(cell).get("nbgrader")
    return mark if isinstance(mark, dict) else {}


def _metadata(part: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = part.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def key(cell: Cell) -> str:
    """What stays the same when a student edits a cell: nbgrader's name of it, or its id; empty for neither."""
    found = nbgrader(cell).get("grade_id") or cell.get("id")
    return found if isinstance(found, str) else ""


def kernel(notebook: Mapping[str, Any]) -> str:
    """The name of a notebook's kernel; `python3` where it has none."""
    spec = _metadata(notebook).get("kernelspec")
    name = spec.get("name") if isinstance(spec, dict) else None
    return name if isinstance(name, str) and name else "python3"


def output_text(output: Mapping[str, Any]) -> str:
    """The text of a cell's output: what it printed, or its value."""
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    return "".join(text)


def is_solution(cell: Cell) -> bool:
    """Whether nbgrader's metadata marks the whole cell as a solution (nbgrader/utils.py)."""
    return bool(nbgrader(cell).get("solution"))


def lock(cell: Cell) -> Cell:
    """The cell as nbgrader's students get it: tests and other locked cells can be neither edited nor deleted."""
    mark = nbgrader(cell)
    if not (mark.get("grade") or mark.get("locked")) or mark.get("solution"):
        return cell
    return {**cell, "metadata": {**_metadata(cell), "deletable": False, "editable": False}}


def serialise(notebook: Mapping[str, Any]) -> bytes:
    """A notebook's bytes, as nbformat writes them."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", "surrogateescape"
    )
