"""A backup of what only the teacher's disk has: the class store, the journal, the secret, the roster and results.

It is one ZIP file: `store.bundle` is the class store as a git bundle, and the other files are as they are. The course
itself, with `class.toml` and the assignments, is in the teacher's own git repository.
"""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from scaffold import __version__
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.store import open_store
from scaffold.errors import ScaffoldError
from scaffold.tools.files import friendly_os_errors, staged, temporary_folder, write_atomically
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import is_safe

_MANIFEST, _BUNDLE, _JOURNAL, _SECRET = "backup.json", "store.bundle", "journal.jsonl", "secret"
_ROSTER, _RESULTS = "roster/", "results/"
_FORMAT = 1


def write_backup(course: Course, path: Path) -> list[str]:
    """Write a backup to `path`, which only its owner can read. Returns the names of the files in it.

    Raises:
        ScaffoldError: There is a file already, or it cannot be written.
    """
    if path.exists():
        raise ScaffoldError(f"{path} exists already.", "Choose another name.", code="destination-in-use")
    if not (course.data_folder / "store.git").is_dir():
        raise ScaffoldError(f"{course.folder} has no class store: nothing was handed out yet.", "Hand out first.")
    with friendly_os_errors(path), temporary_folder() as folder, staged(path.absolute()) as stage:
        stage.rmdir()  # what becomes `path` is a file
        stage.touch(0o600, exist_ok=False)
        with zipfile.ZipFile(stage, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_MANIFEST, json.dumps(_manifest(course)))
            for name, file in _files(course, folder):
                archive.write(file, name)
            return archive.namelist()


def _manifest(course: Course) -> dict[str, object]:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": _FORMAT, "scaffold": __version__, "class": course.title, "made": made}


def _files(course: Course, folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a backup: their names in it, and where they are; `folder` is for those that are made for it."""
    store = open_store(course)
    if store.run("for-each-ref", "--count=1"):
        store.write_bundle(folder / _BUNDLE)
        yield _BUNDLE, folder / _BUNDLE
    for name in (_JOURNAL, _SECRET):
        if (course.data_folder / name).is_file():
            yield name, course.data_folder / name
    if course.roster.is_file():
        yield _ROSTER + course.roster.name, course.roster
    results = course.folder / "results"
    for file in sorted(results.rglob("*")):
        if file.is_file() and not file.is_symlink():
            yield _RESULTS + file.relative_to(results).as_posix(), file


def restore_backup(course: Course, path: Path) -> tuple[list[str], list[str]]:
    """Write what a backup holds into a class that has no store yet.

    Returns:
        The names of the files that were restored, and of those that were kept because the class has them.

    Raises:
        ScaffoldError: It is no backup, or the class has a store: nothing was changed.
    """
    target = course.data_folder / "store.git"
    if target.exists():
        raise ScaffoldError(
            f"{course.folder} has a class store already; a backup would replace it.",
            f"If it is the older one, move it away first: mv {course.data_folder} {course.data_folder}-old",
        )
    with friendly_os_errors(path), _open(path) as archive:
        restored, kept = [], []
        for name in filter(is_safe, archive.namelist()):
            place = _place(course, name)
            if place and _may_replace(course, place, archive.read(name)):
                write_atomically(place, archive.read(name))
                restored.append(name)
            elif place:
                kept.append(name)
        if (course.data_folder / _SECRET).is_file():
            (course.data_folder / _SECRET).chmod(0o600)
        # Last, because a class with a store is one that was restored.
        with staged(target) as stage:
            stage.rmdir()
            store = make_bare(stage)
            if _BUNDLE in archive.namelist():
                with temporary_folder() as folder:
                    archive.extract(_BUNDLE, folder)
                    store.run("fetch", "--quiet", str(folder / _BUNDLE), "+refs/*:refs/*")
                restored.append(_BUNDLE)
    return restored, kept


def _open(path: Path) -> zipfile.ZipFile:
    """The archive. Raises ScaffoldError where it is no backup."""
    try:
        archive = zipfile.ZipFile(path)
        manifest = json.loads(archive.read(_MANIFEST))
    except FileNotFoundError as error:
        raise ScaffoldError(f"There is no file {path}.", "It is written by: scaffold class backup FILE") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ScaffoldError(f"{path} is not a backup of a class, or is damaged.", "Use another backup.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != _FORMAT:
        raise ScaffoldError(f"{path} was written by a newer scaffold.", "Update scaffold.")
    return archive


def _place(course: Course, name: str) -> Path | None:
    """Where a file of a backup belongs; None for one that is no file of the class."""
    if name in (_JOURNAL, _SECRET):
        return course.data_folder / name
    if name.startswith(_ROSTER):
        return course.roster
    return course.folder / name if name.startswith(_RESULTS) else None


def _may_replace(course: Course, place: Path, content: bytes) -> bool:
    """Whether a file may be written: scaffold's own, a new one, an equal one, and a roster without students."""
    if place.parent == course.data_folder or not place.is_file():
        return True
    own = place.read_bytes()
    return own == content or (place == course.roster and len(own.splitlines()) <= 1)
