"""File-system operations that succeed completely or change nothing."""

import contextlib
import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scaffold.errors import ScaffoldError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, sees the old content or the new one, never a part.

    Raises:
        ScaffoldError: The folder cannot be written, or the disk is full.
    """
    data = content.encode() if isinstance(content, str) else content
    with friendly_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def staged(dest: Path) -> Iterator[Path]:
    """A folder to fill that becomes `dest` when the block succeeds, and is deleted when it fails.

    It is beside `dest`, so that the last step is one rename on one file system, and has the same name, because
    templates derive names from it.

    Args:
        dest: A path where nothing is, or an empty folder.

    Raises:
        ScaffoldError: The parent cannot be written, or the disk is full.
    """
    with friendly_os_errors(dest), _parents_of(dest):
        # Only a part of the name: a long one with the rest added would be too long.
        try:
            parent = Path(tempfile.mkdtemp(dir=dest.parent, prefix=f".{dest.name[:40]}.scaffold-"))
        except FileNotFoundError as error:  # a folder that exists but takes no folders, as /proc
            raise PermissionError(errno.EACCES, "no folder can be made", str(dest)) from error
        try:
            stage = parent / dest.name
            stage.mkdir()
            yield stage
            if dest.is_dir():
                dest.rmdir()
            stage.rename(dest)
        finally:
            remove_tree(parent)


@contextlib.contextmanager
def _parents_of(dest: Path) -> Iterator[None]:
    """Make the folders above `dest`, and remove them when the block fails."""
    made = [folder for folder in dest.parents if not folder.exists()]
    dest.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # another process has put a file into one of them
            for folder in made:
                folder.rmdir()
        raise


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A temporary folder, deleted afterwards with everything in it, read-only git objects included."""
    folder = Path(tempfile.mkdtemp(prefix="scaffold-"))
    try:
        yield folder
    finally:
        remove_tree(folder)


def open_to_all(folder: Path) -> None:
    """Let every user write in a folder that is ours; the folder above decides who gets there."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else path.stat().st_mode | 0o666)


def remove_tree(folder: Path) -> None:
    """Delete a folder; git's objects are read-only, which stops a plain rmtree on Windows."""

    def make_writable(function: Callable[..., Any], path: str, _error: Any) -> None:
        with contextlib.suppress(OSError):
            Path(path).chmod(stat.S_IWRITE)
            function(path)

    shutil.rmtree(folder, onerror=make_writable)


def free_space(folder: Path) -> int:
    """The bytes that this user may still write on the disk of a folder."""
    return shutil.disk_usage(folder).free


def read_line(path: Path) -> str:
    """The first line of a small text file, stripped; empty when it cannot be read."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").partition("\n")[0].strip()
    return ""


def sizes(folder: Path) -> dict[str, int]:
    """Every file below `folder`: POSIX path → size in bytes."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


@contextlib.contextmanager
def friendly_os_errors(path: Path) -> Iterator[None]:
    """Turn errors of the operating system into one sentence and a hint."""
    try:
        yield
    except OSError as error:
        where = Path(error.filename).parent if error.filename else path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ScaffoldError(
                f"The disk is full: {path} could not be written.", "Free some space first.", code="disk-full"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            hint = "Choose another folder, or change its permissions."
            raise ScaffoldError(f"{where} cannot be written.", hint, code="permission-denied") from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.EBUSY):
            message = f"{path} cannot be made: something else is in its way."
            raise ScaffoldError(message, "Choose another folder.", code="destination-in-use") from error
        if error.errno == errno.ENAMETOOLONG:
            raise ScaffoldError(
                f"The name {path.name[:40]}… is too long for this file system.",
                "Choose a shorter one.",
                code="destination-in-use",
            ) from error
        raise


def move(source: Path, dest: Path) -> None:
    """Move a file or folder to a path where nothing is, across file systems if necessary."""
    with friendly_os_errors(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(source), dest)
