"""Folders that untrusted code wrote to: entered by descriptors, one level at a time, so that no link leads out of them.

The code may have left links, folders that cannot be read, and thousands of folders in each other.
"""

import contextlib
import itertools
import os
import secrets
import sys
from pathlib import Path

IS_AVAILABLE = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether this system has what the functions here need; Windows has not."""
_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_MAX_DEPTH = 64
"""Folders that are nested deeper are not measured."""


def remove(folder: Path) -> None:
    """Delete a folder with everything in it; links are removed, never followed. What cannot be removed stays."""
    with contextlib.suppress(OSError):
        top = _open(str(folder))
        try:
            _empty(top)
        finally:
            os.close(top)
        folder.rmdir()


def exceeds(folder: Path, most_bytes: int, most_files: int) -> bool:
    """Whether a folder has more files or bytes; also where a part of it cannot be measured."""
    try:
        return _Usage(most_bytes, most_files).exceeds(str(folder), None, 0)
    except PermissionError:
        return True


class _Usage:
    """Counts what is in a folder until it is too much."""

    def __init__(self, most_bytes: int, most_files: int) -> None:
        self._bytes, self._files = most_bytes, most_files

    def exceeds(self, name: str, parent: int | None, depth: int) -> bool:
        """Whether a folder has more than what is left. Raises PermissionError where one cannot be read."""
        try:
            folder = os.open(name, _FLAGS, dir_fd=parent)
        except PermissionError:
            raise
        except OSError:  # it is gone, or something else by now
            return False
        try:
            with os.scandir(folder) as entries:
                return depth > _MAX_DEPTH or any(self._adds(entry, folder, depth) for entry in entries)
        finally:
            os.close(folder)

    def _adds(self, entry: "os.DirEntry[str]", folder: int, depth: int) -> bool:
        """Count one entry. Returns whether that is too much."""
        self._files -= 1
        with contextlib.suppress(FileNotFoundError):
            self._bytes -= entry.stat(follow_symlinks=False).st_size
            if entry.is_dir(follow_symlinks=False) and self.exceeds(entry.name, folder, depth + 1):
                return True
        return self._files < 0 or self._bytes < 0


def _empty(top: int) -> None:
    """Remove everything in a folder.

    A folder in a folder is moved to the top before it is emptied: two descriptors suffice, however deep it was.
    """
    prefix, numbers = secrets.token_hex(8), itertools.count()
    waiting = _remove_files(top)
    while waiting:
        name = waiting.pop()
        with contextlib.suppress(OSError):
            inner = _open(name, top)
            try:
                for child in _remove_files(inner):
                    moved = f"{prefix}-{next(numbers)}"
                    with contextlib.suppress(OSError):
                        _move(child, inner, moved, top)
                        waiting.append(moved)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)


def _remove_files(folder: int) -> list[str]:
    """Remove what is in a folder except the folders. Returns their names."""
    folders = []
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            else:
                with contextlib.suppress(OSError):
                    os.unlink(entry.name, dir_fd=folder)
    return folders


def _move(name: str, parent: int, moved: str, top: int) -> None:
    try:
        os.rename(name, moved, src_dir_fd=parent, dst_dir_fd=top)
    except PermissionError:  # its entry `..` has to be written
        _make_accessible(name, parent)
        os.rename(name, moved, src_dir_fd=parent, dst_dir_fd=top)


def _open(name: str, parent: int | None = None) -> int:
    """A descriptor of a folder, made readable and writable where its owner can. Raises OSError, also for a link."""
    try:
        folder = os.open(name, _FLAGS, dir_fd=parent)
    except PermissionError:
        _make_accessible(name, parent)
        folder = os.open(name, _FLAGS, dir_fd=parent)
    if os.fstat(folder).st_mode & 0o700 != 0o700:
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)  # noqa: PTH101
    return folder


def _make_accessible(name: str, parent: int | None) -> None:
    """Let the owner read and write a folder, whatever its mode; never what a link points to. Raises OSError."""
    if sys.platform == "linux":
        # chmod(2) follows links, and fchmod(2) needs a descriptor that can be read.
        folder = os.open(name, _FLAGS | os.O_PATH, dir_fd=parent)
        try:
            os.chmod(f"/proc/self/fd/{folder}", 0o700)  # noqa: PTH101
        finally:
            os.close(folder)
    else:
        os.chmod(name, 0o700, dir_fd=parent, follow_symlinks=False)
