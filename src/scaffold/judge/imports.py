"""Why a module could not be imported: the file and line with the error, and what is wrong, in one line."""

import os
import traceback
from collections.abc import Collection
from typing import Any

_MAX_SUMMARY = 500


def explain(error: BaseException, folder: str, skipped: Collection[str] = ()) -> dict[str, Any]:
    """What `session._Session` reads of an import that failed: `place` (file and line) and `summary`.

    Args:
        error: The exception.
        folder: The folder with the student's files; other files are no place to look at.
        skipped: Files in it, relative to it, that are not the student's.
    """
    if isinstance(error, SyntaxError) and error.filename:
        found = [(error.filename, error.lineno or 0)]
        message = str(error.msg)
    else:
        found = [(frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)]
        message = str(error)
    relative = [(_relative(path, folder), line) for path, line in found]
    places = [place for place in relative if place[0] and place[0] not in skipped]
    lines = message.strip().splitlines()
    summary = f"{type(error).__name__}: {lines[0] if lines else ''}".rstrip(": ")
    return {"place": places[-1] if places else ("", 0), "summary": summary[:_MAX_SUMMARY]}


def _relative(path: str, folder: str) -> str:
    """The path below the folder, with slashes; empty for any other path."""
    inner = os.path.relpath(path, folder) if os.path.isabs(path) else ".."  # noqa: PTH117
    return "" if inner.startswith("..") else inner.replace(os.sep, "/")
