"""`scaffold class backup` and `restore`: what only the teacher's disk has, for a new laptop or a co-teacher."""

from pathlib import Path

from scaffold.core.classroom.backup import restore_backup, write_backup
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.outcome import Notice, Outcome, Text


def backup(folder: Path, file: Path) -> Outcome:
    """Write a class's store, journal, secret, roster and results into one file.

    Args:
        folder: The class folder, or a folder in it.
        file: The file to write; it must not exist.

    Raises:
        ScaffoldError: There is no class, nothing was handed out, or the file cannot be written.
    """
    course = find_course(folder)
    path = file.expanduser()
    with lock_course(course):
        names = write_backup(course, path)
    data = {"class": str(course.folder), "backup": str(path), "files": names}
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    notice = Notice(
        f"{path} holds names, points, students' work and the class's secret.",
        "Keep it where only teachers can read it.",
    )
    text = Text(f"{len(names)} files, {size}: {path}. On another machine: scaffold class restore {path.name}")
    return Outcome(data, [text], [notice])


def restore(folder: Path, file: Path) -> Outcome:
    """Write what a backup holds into a class that has no store, such as a fresh clone of the course's repository.

    Args:
        folder: The class folder, or a folder in it.
        file: The file that `backup` wrote.

    Raises:
        ScaffoldError: There is no class, it has a store already, or the file is no backup.
    """
    course = find_course(folder)
    with lock_course(course):
        restored, kept = restore_backup(course, file.expanduser())
    data = {"class": str(course.folder), "restored": restored, "kept": kept}
    notices = [Notice(f"The class's own {', '.join(kept)} differ and were kept.")] if kept else []
    return Outcome(data, [Text(f"{len(restored)} files were restored. Next: scaffold class status")], notices)
