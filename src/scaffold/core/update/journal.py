"""What an update leaves in the project's git directory, so that the next command knows what is going on.

While the journal says `applying`, the work tree may be between two states. `conflicts` and `staged` wait for the owner.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from scaffold.core.project import Project
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

APPLYING, CONFLICTS, STAGED = "applying", "conflicts", "staged"
_WORDS = {APPLYING: "interrupted", CONFLICTS: "conflicts to solve", STAGED: "update staged"}


@dataclass(frozen=True)
class Journal:
    """What an update left to be finished.

    Attributes:
        phase: `applying`, `conflicts` or `staged`.
        head: the commit that it started from.
        tree: the tree that it brings.
        version: the release that it brings.
        stash: the commit that holds the owner's uncommitted work; empty for none.
    """

    phase: str
    head: str
    tree: str
    version: str
    stash: str = ""


def home(project: Project) -> Path:
    """Our folder in the project's git directory; every linked worktree has its own."""
    return project.repository.git_dir / "scaffold"


def read(project: Project) -> Journal | None:
    """What is left to be finished, or None."""
    path = home(project) / "update.json"
    try:
        return Journal(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(project: Project, journal: Journal) -> None:
    """Say what is going on, before it does."""
    write_atomically(home(project) / "update.json", json.dumps(asdict(journal)))


def clear(project: Project) -> None:
    """Forget it: the update is finished or taken back."""
    (home(project) / "update.json").unlink(missing_ok=True)


def moved_on(project: Project, journal: Journal) -> bool:
    """Whether there has been a commit since the update began: its own, or the owner's."""
    return git.run(project.folder, "rev-parse", "HEAD") != journal.head


def state(project: Project) -> str:
    """What an update left to be done, in a few words; `ok` when nothing is."""
    journal = read(project)
    if journal is None or moved_on(project, journal):
        return "ok"
    return f"{_WORDS[journal.phase]} ({journal.version})"


@contextlib.contextmanager
def locked(project: Project) -> Iterator[None]:
    """Be the only scaffold at work in this work tree.

    Raises:
        ScaffoldError: another one is.
    """
    place = home(project)
    lock = FileLock(place / "lock", timeout=0)
    try:
        with friendly_os_errors(place):
            place.mkdir(exist_ok=True)
            lock.acquire()
    except Timeout as error:
        raise ScaffoldError(
            f"Another scaffold is updating {project.folder}.", "Try again when it is done.", code="busy"
        ) from error
    try:
        yield
    finally:
        lock.release()
