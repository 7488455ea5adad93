"""`scaffold class forget`: after term, the personal data of a class goes."""

from pathlib import Path

from scaffold.core.classroom import course
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import UsageError
from scaffold.tools import files, git


def forget(folder: Path, *, repositories: bool = False, dry_run: bool = False, yes: bool = False) -> Outcome:
    """Remove the roster, the store, the journal and the secret of a class from this disk.

    Args:
        folder: the class.
        repositories: also students' repositories, where they stand in a folder.
        dry_run: only tell what would go.
        yes: do it without a further word.

    Raises:
        ScaffoldError: there is no class, or something cannot be removed.
        UsageError: neither `dry_run` nor `yes`: what is gone is gone.
    """
    room = course.find(folder)
    places = [
        (room.roster, "names, addresses, usernames"),
        (room.folder / "results", "points and feedback"),
        (room.home, "what everybody was given and sent, and the secret"),
    ]
    if repositories and room.forge == "folder":
        places.append((room.place, "students' repositories"))
    found = [(place, what) for place, what in places if place.exists()]
    if not dry_run and not yes:
        listed = ", ".join(
            str(place.relative_to(room.folder)) if place.is_relative_to(room.folder) else str(place)
            for place, _ in found
        )
        raise UsageError(f"This removes {listed or 'nothing'} for good.", "Look with --dry-run, then say --yes.")
    if not dry_run:
        with course.locked(room):
            for place, _ in found:
                if place != room.home:
                    _remove(place)
        # The lock is in there: the last to go.
        _remove(room.home)
    data = {"class": str(room.folder), "removed": [str(place) for place, _ in found], "dry_run": dry_run}
    verb = "would go" if dry_run else "gone"
    table = Table(("path", "what"), [(str(place), what) for place, what in found])
    return Outcome(data, [table, Text(f"{len(found)} {verb}.")], _left(room, repositories))


def _remove(place: Path) -> None:
    with files.friendly_os_errors(place):
        if place.is_dir():
            files.remove_tree(place)
        else:
            place.unlink(missing_ok=True)


def _left(room: course.Course, repositories: bool) -> list[Notice]:
    """What this cannot reach."""
    notices = []
    tracked = git.attempt(room.folder, "log", "--oneline", "-1", "--all", "--", room.roster.name)
    if tracked.ok and tracked.out.strip():
        notices.append(
            Notice(
                f"{room.roster.name} is in the git history of {room.folder}, which forgets nothing.",
                "Delete that repository, or write its history anew: git filter-repo",
            )
        )
    if not repositories or room.forge != "folder":
        where = room.url or str(room.place)
        notices.append(Notice(f"Students' repositories stay where they are: {where}.", "They are the students' own."))
    return notices
