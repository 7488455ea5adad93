"""`uv.lock` is the owner's: it is never merged, but locked again when an update changes what it locks."""

import tomllib
from typing import Any

from scaffold.tools import files, uv

LOCK, PYPROJECT = "uv.lock", "pyproject.toml"


def is_stale(before: bytes, after: bytes) -> bool:
    """Whether two pyproject.toml ask for different environments. An unreadable one asks for nothing new."""
    return _asked(before) != _asked(after)


def _asked(content: bytes) -> list[Any]:
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []
    project = data.get("project", {})
    wanted = [
        project.get(key) for key in ("name", "version", "requires-python", "dependencies", "optional-dependencies")
    ]
    return [*wanted, data.get("dependency-groups"), data.get("tool", {}).get("uv")]


def lock_again(pyproject: bytes, lock: bytes) -> tuple[bytes | None, str]:
    """Lock in a folder apart.

    Returns:
        The new `uv.lock`, or None and the reason why there is none.
    """
    with files.temporary_folder() as folder:
        (folder / PYPROJECT).write_bytes(pyproject)
        (folder / LOCK).write_bytes(lock)
        done = uv.lock(folder)
        return ((folder / LOCK).read_bytes(), "") if done.ok else (None, uv.reason(done))
