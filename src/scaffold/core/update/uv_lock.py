"""`uv.lock` is the owner's: it is never merged, but made again when an update changes the dependencies."""

import tomllib
from typing import Any

from scaffold.tools import files, uv

LOCK_FILE, PYPROJECT = "uv.lock", "pyproject.toml"


def is_stale(before: bytes, after: bytes) -> bool:
    """Whether two pyproject.toml need different environments. An unreadable one is taken for one without any."""
    return _wanted(before) != _wanted(after)


def _wanted(content: bytes) -> list[Any]:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    project = data.get("project", {})
    wanted = [
        project.get(key) for key in ("name", "version", "requires-python", "dependencies", "optional-dependencies")
    ]
    return [*wanted, data.get("dependency-groups"), data.get("tool", {}).get("uv")]


def lock_again(pyproject: bytes, lock_file: bytes) -> tuple[bytes | None, str]:
    """Run `uv lock` in a temporary folder.

    Args:
        pyproject: The new `pyproject.toml`.
        lock_file: The old `uv.lock`, whose versions are kept where they fit.

    Returns:
        The new `uv.lock`, or None and the reason.
    """
    with files.temporary_folder() as folder:
        (folder / PYPROJECT).write_bytes(pyproject)
        (folder / LOCK_FILE).write_bytes(lock_file)
        done = uv.lock(folder)
        return ((folder / LOCK_FILE).read_bytes(), "") if done.ok else (None, uv.reason(done))
