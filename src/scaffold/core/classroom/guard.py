"""One guard for every student: whatever goes wrong with the material of one becomes that student's row."""

import traceback
from pathlib import Path

from scaffold.errors import ScaffoldError

_MAX_TEXT = 200


def explain_failure(error: Exception) -> str:
    """Why a step failed for one student, in a sentence; the place in scaffold for an error that nobody foresaw."""
    if isinstance(error, ScaffoldError):
        return error.message
    text = f"{type(error).__name__}: {error}"[:_MAX_TEXT].encode("utf-8", "replace").decode()
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"scaffold cannot handle this repository ({text}{place}): please report it"
