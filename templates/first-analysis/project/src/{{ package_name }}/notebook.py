"""How does the notebook get its outputs, and do they say what they said?

The text is what people edit, and what a diff shows; the run writes the notebook with its outputs beside it.
"""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TEXT = Path("notebooks/analysis.py")


def execute() -> None:
    """Run the notebook, and write it with its outputs beside the text, unless they are what stands there."""
    import jupytext
    from nbclient import NotebookClient

    book = jupytext.read(TEXT)
    client = NotebookClient(
        book, kernel_name="python3", timeout=300, record_timing=False, coalesce_streams=True
    )
    with TemporaryDirectory() as folder:
        kernel = client.create_kernel_manager()
        if os.name == "posix":  # through files instead of ports: a machine without a network can run it too
            kernel.transport, kernel.connection_file = "ipc", f"{folder}/kernel.json"
        client.execute()
    book.metadata.pop("language_info", None)  # which Python it was says nothing about the data
    for i, cell in enumerate(book.cells):
        cell["id"] = f"cell-{i}"  # else each run would draw new ones
    written = TEXT.with_suffix(".ipynb")
    if not written.exists() or said(json.loads(written.read_text(encoding="utf-8"))) != said(book):
        text = json.dumps(book, indent=1, ensure_ascii=False) + "\n"
        written.write_text(text, encoding="utf-8", newline="\n")


def said(book: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """List each cell of a notebook with the texts that it printed; pictures may differ between versions of a library."""
    cells = []
    for cell in book["cells"]:
        outputs = cell.get("outputs", [])
        texts = [output.get("text") or output.get("data", {}).get("text/plain") for output in outputs]
        cells.append(("".join(cell["source"]), ["".join(text) for text in texts if text]))
    return cells
