"""`scaffold class forget`: remove the personal data of a class after term."""

from pathlib import Path

from scaffold.core.classroom.course import Course, find_course, lock_course
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import UsageError
from scaffold.tools import files, git


def forget(folder: Path, *, repositories: bool = False, dry_run: bool = False, yes: bool = False) -> Outcome:
    """Remove the roster, the store, the journal and the secret of a class from this disk.

    Args:
        folder: The class folder, or a folder in it.
        repositories: Also remove students' repositories, where they are in a local folder.
        dry_run: Only list what would be removed.
        yes: Remove without asking.

    Raises:
        ScaffoldError: There is no class, or something cannot be removed.
        UsageError: Neither `dry_run` nor `yes` is given: the removal cannot be undone.
    """
    course = find_course(folder)
    personal_data = [
        (course.roster, "names, addresses, usernames"),
        (course.folder / "results", "points and feedback"),
        (course.data_folder, "starters, submissions, the journal and the secret"),
    ]
    if repositories and course.forge == "folder":
        personal_data.append((course.place, "students' repositories"))
    existing = [(path, content) for path, content in personal_data if path.exists()]
    if not dry_run and not yes:
        names = ", ".join(
            str(path.relative_to(course.folder)) if path.is_relative_to(course.folder) else str(path)
            for path, _ in existing
        )
        raise UsageError(f"This removes {names or 'nothing'} for good.", "Check with --dry-run, then pass --yes.")
    if not dry_run:
        with lock_course(course):
            for path, _ in existing:
                if path != course.data_folder:
                    _remove(path)
        # It holds the lock file, so it is removed last.
        _remove(course.data_folder)
    data = {"class": str(course.folder), "removed": [str(path) for path, _ in existing], "dry_run": dry_run}
    table = Table(("path", "what"), [(str(path), content) for path, content in existing])
    text = Text(f"{len(existing)} {'would be removed' if dry_run else 'removed'}.")
    return Outcome(data, [table, text], _remaining(course, repositories))


def _remove(path: Path) -> None:
    with files.friendly_os_errors(path):
        if path.is_dir():
            files.remove_tree(path)
        else:
            path.unlink(missing_ok=True)


def _remaining(course: Course, repositories: bool) -> list[Notice]:
    """Notices about personal data that this command cannot remove."""
    notices = []
    tracked = git.attempt(course.folder, "log", "--oneline", "-1", "--all", "--", course.roster.name)
    if tracked.ok and tracked.out.strip():
        notices.append(
            Notice(
                f"{course.roster.name} is in the git history of {course.folder}, where it stays.",
                "Delete that repository, or rewrite its history with git filter-repo.",
            )
        )
    if not repositories or course.forge != "folder":
        location = course.url or str(course.place)
        notices.append(
            Notice(f"Students' repositories stay where they are: {location}.", "They belong to the students.")
        )
    return notices
