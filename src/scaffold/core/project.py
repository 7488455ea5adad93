"""A project: a generated repository, and the folder that it is to stand in."""

import os
from pathlib import Path

from scaffold.errors import ScaffoldError

RESULTS_START = "<!-- results:start -->"
RESULTS_END = "<!-- results:end -->"


def free_destination(dest: Path) -> Path:
    """The absolute path of a folder that may be made.

    Raises:
        ScaffoldError: something is there already, or the nearest existing folder above cannot be written.
    """
    dest = Path(os.path.abspath(dest.expanduser()))  # noqa: PTH100 - resolve() would follow a symlink that stands there
    if dest.is_symlink() or (dest.exists() and not dest.is_dir()):
        raise ScaffoldError(f"{dest} is in the way: it is not a folder.", "Choose another name, or move it away.")
    if dest.is_dir() and any(dest.iterdir()):
        raise ScaffoldError(
            f"{dest} is not empty.", f"Choose another name: scaffold new … {dest.name}-2; nothing was written."
        )
    above = next(folder for folder in dest.parents if folder.exists())
    if not above.is_dir():
        raise ScaffoldError(f"{dest} cannot be made: {above} is not a folder.", "Choose another folder.")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ScaffoldError(f"{above} cannot be written.", "Choose another folder, or change its permissions.")
    return dest


def results_table(project: Path) -> str:
    """The results that the project's run wrote into its README; empty when there are none."""
    readme = project / "README.md"
    if not readme.is_file():
        return ""
    _, found, rest = readme.read_text(encoding="utf-8").partition(RESULTS_START)
    block, ended, _ = rest.partition(RESULTS_END)
    return block.strip() if found and ended else ""
