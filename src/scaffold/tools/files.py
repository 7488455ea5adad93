"""File-system operations that succeed completely or change nothing."""

import contextlib
import errno
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scaffold.errors import ScaffoldError
from scaffold.tools import folders

_OURS = re.compile(r"(\..*\.)?scaffold-(?P<process>[1-9]\d*)-\w{8}")
_MEMORY = Path("/dev/shm")  # noqa: S108
"""Where Linux keeps files in memory (shm_overview(7)); containers often have little of it."""
_OLD = 24 * 60 * 60
"""Seconds after which a temporary folder of a process that is no longer running is removed."""
_ANCIENT = 7 * _OLD
"""Seconds after which it is removed on Windows, where Python cannot ask whether a process is running."""
_swept: set[Path] = set()


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
            parent = _make_temporary(dest.parent, f".{dest.name[:40]}.")
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
def temporary_folder(room: int = 0) -> Iterator[Path]:
    """A temporary folder, deleted afterwards with everything in it, read-only git objects included.

    Args:
        room: The bytes that it will hold, where many small files would be slow on a disk: it is in memory then, if the
            system has such a folder with four times as much free space, and the user named no other (`TMPDIR`).
    """
    in_memory = room and "TMPDIR" not in os.environ and _has_room(_MEMORY, 4 * room)
    above = _MEMORY if in_memory else Path(tempfile.gettempdir())
    with friendly_os_errors(above):
        folder = _make_temporary(above)
    try:
        yield folder
    finally:
        remove_tree(folder)


@contextlib.contextmanager
def temporary_place() -> Iterator[Path]:
    """A temporary folder for everything temporary that Python code makes in this block, ours or not."""
    with temporary_folder() as folder:
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def _has_room(folder: Path, size: int) -> bool:
    return os.access(folder, os.W_OK) and free_space(folder) >= size


def _make_temporary(above: Path, prefix: str = "") -> Path:
    """A new folder whose name says that it is ours, and which process it belongs to."""
    sweep(above)
    return Path(tempfile.mkdtemp(dir=above, prefix=f"{prefix}scaffold-{os.getpid()}-"))


def sweep(above: Path) -> None:
    """Remove the temporary folders that runs of this user, killed more than a day ago, left in a folder.

    Once for each process. Links are not followed. On Windows it is a week, whoever made them and whether killed or not.
    """
    if above in _swept:
        return
    _swept.add(above)
    with contextlib.suppress(OSError), os.scandir(above) as entries:
        for entry in entries:
            ours = _OURS.fullmatch(entry.name)
            if ours and _is_abandoned(entry, int(ours["process"])):
                remove_tree(Path(entry.path))


def _is_abandoned(entry: "os.DirEntry[str]", process: int) -> bool:
    about = entry.stat(follow_symlinks=False)
    age = time.time() - about.st_mtime
    if not stat.S_ISDIR(about.st_mode) or age < _OLD:
        return False
    if sys.platform == "win32":
        return age >= _ANCIENT
    if about.st_uid != os.getuid():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # it runs, as another user
        return False
    return False


def open_to_all(folder: Path, *, only: bool = False) -> None:
    """Let every user write in a folder that is ours, or to a file; the folder above decides who gets there.

    Args:
        folder: The folder or file.
        only: Leave what is in the folder as it is.
    """
    for path in (folder, *(() if only else folder.rglob("*"))):
        if path.exists():
            path.chmod(0o777 if path.is_dir() else path.stat().st_mode | 0o666)


def remove_tree(folder: Path) -> None:
    """Delete a folder, read-only git objects included; links in it are removed, never followed."""
    if folders.IS_AVAILABLE:
        folders.remove(folder)
        return

    def make_writable(function: Callable[..., Any], path: str, _error: Any) -> None:
        with contextlib.suppress(OSError):
            if not Path(path).is_symlink():
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
        friendly = friendly_os_error(error, path)
        if friendly is None:
            raise
        raise friendly from error


def friendly_os_error(error: OSError, path: Path) -> ScaffoldError | None:
    """One sentence and a hint for an error of the operating system; None when it is none that a user can fix.

    Args:
        error: The error.
        path: What was to be written or read.
    """
    where = Path(error.filename).parent if error.filename else path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ScaffoldError(
            f"The disk is full: {path} could not be written.", "Free some space first.", code="disk-full"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        hint = "Choose another folder, or change its permissions."
        return ScaffoldError(f"{where} cannot be written.", hint, code="permission-denied")
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY, errno.EBUSY, errno.ELOOP):
        message = f"{path} cannot be made: something else is in its way."
        return ScaffoldError(message, "Choose another folder.", code="destination-in-use")
    if error.errno == errno.ENAMETOOLONG:
        return ScaffoldError(
            f"The name {path.name[:40]}… is too long for this file system.",
            "Choose a shorter one.",
            code="destination-in-use",
        )
    return None


def move(source: Path, dest: Path) -> None:
    """Move a file or folder to a path where nothing is, across file systems if necessary."""
    with friendly_os_errors(dest):
        dest.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(source), dest)
