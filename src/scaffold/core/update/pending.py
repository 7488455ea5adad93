"""The record of an unfinished update, kept in the project's git directory for the next command.

While its phase is `applying`, the work tree may be between two states. `conflicts` and `staged` are left to the owner.
"""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from scaffold.core.project import Project
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

APPLYING, CONFLICTS, STAGED = "applying", "conflicts", "staged"
_ID = re.compile(r"([0-9a-f]{40}(\^\{tree\})?)?")
"""What names an object to git; anything else might be an option."""
_WORDS = {APPLYING: "interrupted", CONFLICTS: "conflicts to resolve", STAGED: "update staged"}


@dataclass(frozen=True)
class PendingUpdate:
    """An update that is not finished.

    Attributes:
        phase: `applying`, `conflicts` or `staged`.
        head: The commit that it started from; empty on a branch without one.
        tree: The id of the tree that it brings.
        version: The release that it brings.
        stash: The commit that holds the owner's uncommitted work; empty for none.
    """

    phase: str
    head: str
    tree: str
    version: str
    stash: str = ""


def home(project: Project) -> Path:
    """Our folder in the project's git directory; every linked worktree has its own."""
    return project.repository.git_dir / "scaffold"


def read(project: Project) -> PendingUpdate | None:
    """The project's unfinished update, or None."""
    path = home(project) / "update.json"
    try:
        found = PendingUpdate(**json.loads(path.read_text(encoding="utf-8")))
        return found if all(map(_ID.fullmatch, (found.head, found.tree, found.stash))) else None
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write(project: Project, pending: PendingUpdate) -> None:
    """Record an update, before it changes anything."""
    write_atomically(home(project) / "update.json", json.dumps(asdict(pending)))


def clear(project: Project) -> None:
    """Delete the record: the update is finished or undone."""
    (home(project) / "update.json").unlink(missing_ok=True)


def moved_on(project: Project, pending: PendingUpdate) -> bool:
    """Whether there has been a commit since the update began: its own, or the owner's."""
    return git.attempt(project.folder, "rev-parse", "--verify", "--quiet", "HEAD").stdout.strip() != pending.head


def is_left(project: Project, pending: PendingUpdate) -> bool:
    """Whether an update is still to be finished: neither committed, nor undone with git's own commands."""
    if moved_on(project, pending):
        return False
    return pending.phase == APPLYING or not git.attempt(project.root, "diff-index", "--cached", "--quiet", "HEAD").ok


def state(project: Project) -> str:
    """What an update left to be done, in a few words; `ok` when nothing is."""
    pending = read(project)
    if pending is None or not is_left(project, pending):
        return "ok"
    return f"{_WORDS[pending.phase]} ({pending.version})"


def require_unlocked(project: Project) -> None:
    """Refuse while another git command is writing the index: its lock is never ours to remove.

    Raises:
        ScaffoldError: One is, or was killed.
    """
    lock = _lock_of_git(project)
    if lock.exists():
        raise ScaffoldError(
            f"Another git command is at work in {project.root}, or was killed there: {lock} exists.",
            "Wait until it has ended; if none is running, delete that file. Then try again.",
            code="busy",
        )


def remove_our_locks(project: Project) -> None:
    """Remove the locks of a git that was killed with the update of the record: none was there when it was written.

    Raises:
        ScaffoldError: The index has another git's.
    """
    written = (home(project) / "update.json").stat().st_mtime_ns
    for lock in _locks(project):
        if lock.exists() and lock.stat().st_mtime_ns >= written:
            lock.unlink()
    require_unlocked(project)


def _locks(project: Project) -> list[Path]:
    """The locks that git takes in an update: for the index, and for the refs that a commit and a stash move."""
    own, shared = project.repository.git_dir, project.repository.objects.parent
    branch = git.attempt(project.root, "symbolic-ref", "--quiet", "HEAD").stdout.strip()
    refs = [name for name in ("packed-refs", "refs/stash", branch) if name]
    return [own / f"{name}.lock" for name in ("index", "HEAD", "ORIG_HEAD")] + [
        shared / f"{name}.lock" for name in refs
    ]


def _lock_of_git(project: Project) -> Path:
    return project.repository.git_dir / "index.lock"


def require_own_programs_unused(project: Project) -> None:
    """Refuse to write into a project whose own git configuration names programs: they may be a stranger's.

    Raises:
        ScaffoldError: It names some.
    """
    names = git.programs(project.root)
    if names:
        raise ScaffoldError(
            f"{project.root} has git run programs that its own configuration names: {', '.join(names[:3])}.",
            f"If they are yours: scaffold update {shlex.quote(str(project.folder))}",
            code="project-runs-programs",
        )


@contextlib.contextmanager
def exclusive(project: Project) -> Iterator[None]:
    """Keep every other scaffold out of this work tree.

    Raises:
        ScaffoldError: Another one is at work in it.
    """
    from filelock import FileLock, Timeout  # `status` needs none

    folder = home(project)
    mutex = FileLock(folder / "lock", timeout=0)
    try:
        with friendly_os_errors(folder):
            folder.mkdir(exist_ok=True)
            mutex.acquire()
    except Timeout as error:
        raise ScaffoldError(
            f"Another scaffold is updating {project.folder}.", "Try again when it is done.", code="busy"
        ) from error
    try:
        yield
    finally:
        mutex.release()
