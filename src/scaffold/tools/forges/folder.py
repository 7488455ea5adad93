"""A folder of bare repositories: the forge that needs nothing but a disk, perhaps a shared one."""

import datetime
import re
import time
from collections.abc import Mapping
from pathlib import Path

from scaffold.tools.files import friendly_os_errors, staged
from scaffold.tools.forges.base import ForgeError, NoRepositoryError, RejectedError
from scaffold.tools.forges.remote import BranchesOnly, Remote
from scaffold.tools.git.bare import make_bare

STALE = 10
"""Seconds after which nobody holds a lock any more."""
_PACKED = re.compile(r"^([0-9a-f]{40}) refs/heads/(.+)$", re.MULTILINE)


class FolderForge(BranchesOnly):
    """Repositories at PLACE/NAME.git."""

    is_near = True

    def __init__(self, place: Path) -> None:
        self.place = place

    def address(self, name: str) -> str:
        """What a student clones."""
        return str(self._path(name))

    def check(self, *, used: bool) -> None:
        """See that the folder is there, or can be made when it never was. Raises ScaffoldError."""
        if used and not self.place.is_dir():
            raise self._gone()
        with friendly_os_errors(self.place):
            self.place.mkdir(parents=True, exist_ok=True)

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches, read from the files that git keeps them in (gitrepository-layout(5)): nothing is run there."""
        path = self._path(name)
        if not path.is_dir():
            return None
        if not (path / "HEAD").is_file() or (path / "reftable").exists():
            return Remote(str(path), local=True).heads(path)
        packed = path / "packed-refs"
        found = (
            {name: commit for commit, name in _PACKED.findall(packed.read_text("utf-8", "replace"))}
            if packed.is_file()
            else {}
        )
        top = path / "refs/heads"
        for file in top.rglob("*"):
            if file.is_file() and not file.is_symlink() and not file.name.endswith(".lock"):
                commit = file.read_text("ascii", "replace").strip()
                if re.fullmatch("[0-9a-f]{40}", commit):
                    found[file.relative_to(top).as_posix()] = commit
        return found

    def create(self, name: str) -> None:
        """Make an empty repository: in a folder beside it, then by one rename."""
        path = self._path(name)
        if path.is_dir():
            return
        if not self.place.is_dir():
            raise self._gone()
        with staged(path) as folder:
            folder.rmdir()
            make_bare(folder)

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, by no force. Raises ForgeError."""
        remote = self._remote(name)
        try:
            remote.push(store, branches)
        except ForgeError as error:
            if isinstance(error, RejectedError) or not self._unlock(name, branches):
                raise
            remote.push(store, branches)

    def pushed_at(self, name: str, branch: str) -> datetime.datetime | None:
        """When the file that git keeps a branch in was written; None when git has packed it since."""
        file = self._path(name) / "refs/heads" / branch
        if not file.is_file() or file.is_symlink():
            return None
        return datetime.datetime.fromtimestamp(int(file.stat().st_mtime), datetime.UTC)

    def _unlock(self, name: str, branches: Mapping[str, str]) -> bool:
        """Take away the locks that a killed push left on these branches. Returns whether there were any.

        git holds them for an instant, and one that was killed in it leaves them for ever.
        """
        path = self._path(name)
        locks = [path / "HEAD.lock", *(path / f"refs/heads/{branch}.lock" for branch in branches)]
        stale = [lock for lock in locks if lock.is_file() and time.time() - lock.stat().st_mtime >= STALE]
        for lock in stale:
            lock.unlink(missing_ok=True)
        return bool(stale)

    def _gone(self) -> ForgeError:
        return ForgeError(
            f"The folder of repositories {self.place} is gone.", "Is the disk there? class.toml names it."
        )

    def _path(self, name: str) -> Path:
        return self.place / f"{name}.git"

    def _remote(self, name: str) -> Remote:
        path = self._path(name)
        if not path.is_dir():
            raise NoRepositoryError(f"There is no repository {path}.", "Hand it out: scaffold class handout")
        return Remote(str(path), local=True)
