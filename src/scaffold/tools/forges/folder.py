"""A folder of bare repositories: a forge that needs nothing but a disk, which may be a shared one."""

import contextlib
import datetime
import os
import re
import stat
import time
from collections.abc import Mapping
from pathlib import Path

from scaffold.tools.files import friendly_os_errors, staged
from scaffold.tools.forges.base import ForgeError, Push, RejectedError, RepositoryNotFoundError, UnusableRepositoryError
from scaffold.tools.forges.remote import PlainGitForge, Remote
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.trees import WHO

STALE_LOCK_SECONDS = 10
"""A lock file of git that is this old was left behind by a killed git: git holds one only for an instant."""
_MAX_ENTRIES, _MAX_BYTES = 5000, 16 << 20
"""The most files of branches, and the largest file with refs or pushes, in bytes."""
_REFLOG_ENTRY = re.compile(r"^[0-9a-f]{40} ([0-9a-f]{40}) .*> (\d{1,10}) [+-]\d{4}(?:\t.*)?$", re.MULTILINE)
_PACKED_REF = re.compile(r"^([0-9a-f]{40}) refs/heads/(.+)$", re.MULTILINE)


class FolderForge(PlainGitForge):
    """Bare repositories FOLDER/NAME.git."""

    is_local = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._new: set[str] = set()

    def clone_url(self, name: str) -> str:
        """The path that a student clones."""
        return str(self._path(name))

    def check(self, *, used: bool) -> None:
        """Check that the folder exists, or create it if it was never used. Raises ScaffoldError."""
        if used and not self.folder.is_dir():
            raise self._missing_folder()
        with friendly_os_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)

    def heads(self, name: str) -> dict[str, str] | None:
        """The branches, read from git's files (gitrepository-layout(5)), so that no process is started."""
        path = self._path(name)
        if not path.is_dir():
            return None
        if not (path / "HEAD").is_file() or (path / "reftable").exists():
            _refuse_special_files(path)
            return Remote(str(path), local=True).heads(path)
        heads = {branch: commit for commit, branch in _PACKED_REF.findall(_read(path / "packed-refs"))}
        refs = path / "refs/heads"
        for number, file in enumerate(refs.rglob("*")):
            if number > _MAX_ENTRIES:
                raise UnusableRepositoryError(f"{path} has too many branches.", "Ask the student to delete them.")
            if not file.name.endswith(".lock"):
                commit = _read(file).strip()
                if re.fullmatch("[0-9a-f]{40}", commit):
                    heads[file.relative_to(refs).as_posix()] = commit
        return heads

    def fetch(self, store: Path, name: str, refs: str) -> None:
        """Fetch all branches into `store`. Raises ForgeError."""
        _refuse_special_files(self._path(name))
        super().fetch(store, name, refs)

    def create_repository(self, name: str) -> None:
        """Create an empty repository: in a temporary folder beside it, which is then renamed. Raises ForgeError."""
        path = self._path(name)
        if path.is_dir():
            return
        if not self.folder.is_dir():
            raise self._missing_folder()
        with staged(path) as stage:
            stage.rmdir()
            make_bare(stage)
            with (stage / "config").open("a", encoding="utf-8", newline="\n") as config:
                config.write("\tlogAllRefUpdates = true\n")  # so that `pushes` knows what was pushed when
        self._new.add(name)

    def push(self, store: Path, name: str, branches: Mapping[str, str]) -> None:
        """Set branches, never by force. Raises ForgeError."""
        if name in self._new:
            self._new.discard(name)
            if len(branches) == 1 and self._fill(store, name, *next(iter(branches.items()))):
                return
        remote = self._remote(name)
        try:
            remote.push(store, branches)
        except ForgeError as error:
            if isinstance(error, RejectedError) or not self._remove_stale_locks(name, branches):
                raise
            remote.push(store, branches)

    def pushes(self, name: str, branch: str) -> list[Push]:
        """The pushes in the branch's reflog, newest first; the last one has the modification time of the branch's file.

        Repositories that scaffold created before it switched reflogs on tell of the last push only.
        """
        file, log = (self._path(name) / folder / "refs/heads" / branch for folder in ("", "logs"))
        entries = _REFLOG_ENTRY.findall(_read(log))
        pushes = [Push(tip, _from_seconds(int(seconds))) for tip, seconds in reversed(entries)]
        tip = (self.heads(name) or {}).get(branch, "")
        if file.is_file() and not file.is_symlink():
            newest = Push(tip, _from_seconds(int(file.stat().st_mtime)))
            return [newest, *(pushes[1:] if pushes and pushes[0].commit == tip else pushes)]
        return pushes

    def _fill(self, store: Path, name: str, branch: str, commit: str) -> bool:
        """Set the first branch of a repository that this process made, by one process instead of the six of a push.

        The objects are written before the branch, and that under git's own lock (gitrepository-layout(5)).

        Returns:
            Whether it was set; git's push says why it was not.
        """
        path = self._path(name)
        packs, file, log = path / "objects/pack", path / "refs/heads" / branch, path / "logs/refs/heads" / branch
        with friendly_os_errors(path):
            for folder in (packs, file.parent, log.parent):
                folder.mkdir(parents=True, exist_ok=True)
            args = ("pack-objects", "--quiet", "--revs", "--threads=1", str(packs / "pack"))
            if not BareRepository(store).attempt(*args, stdin=f"{commit}\n".encode()).ok:
                return False
            lock = file.with_name(f"{file.name}.lock")
            try:
                stream = lock.open("x", encoding="ascii", newline="\n")
            except FileExistsError:
                return False
            try:
                with stream:
                    stream.write(f"{commit}\n")
                    stream.flush()
                    os.fsync(stream.fileno())
                if self.heads(name):
                    return False
                entry = f"{'0' * 40} {commit} {WHO} {int(time.time())} +0000\tpush\n"
                log.write_text(entry, encoding="ascii", newline="\n")
                lock.replace(file)
            finally:
                lock.unlink(missing_ok=True)
            return True

    def _remove_stale_locks(self, name: str, branches: Mapping[str, str]) -> bool:
        """Remove lock files that a killed push left on these branches. Returns whether there were any."""
        path = self._path(name)
        locks = [path / "HEAD.lock", *(path / f"refs/heads/{branch}.lock" for branch in branches)]
        stale = [lock for lock in locks if lock.is_file() and time.time() - lock.stat().st_mtime >= STALE_LOCK_SECONDS]
        for lock in stale:
            lock.unlink(missing_ok=True)
        return bool(stale)

    def _missing_folder(self) -> ForgeError:
        hint = "Is the disk mounted? class.toml names the folder."
        return ForgeError(f"The folder of repositories {self.folder} does not exist.", hint)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.git"

    def _remote(self, name: str) -> Remote:
        path = self._path(name)
        if not path.is_dir():
            raise RepositoryNotFoundError(
                f"There is no repository {path}.", "Create it: scaffold class handout ASSIGNMENT"
            )
        return Remote(str(path), local=True)


def _read(file: Path) -> str:
    """The text of a small file of git's; empty where it is no regular file, or none that git would write."""
    with contextlib.suppress(OSError):
        about = file.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size <= _MAX_BYTES:
            return file.read_text(encoding="utf-8", errors="replace")
    return ""


def _refuse_special_files(folder: Path) -> None:
    """Raise UnusableRepositoryError where a pipe, socket or device, or a link to one, lies below a repository."""
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif not entry.is_file() and not entry.is_dir() and os.path.exists(entry.path):  # noqa: PTH110
                    hint = "Ask the student to remove it."
                    raise UnusableRepositoryError(
                        f"{entry.path} is a pipe or a device, which git would wait for.", hint
                    )


def _from_seconds(seconds: int) -> datetime.datetime:
    """A time of the server's; one in the future, which a student can set on a shared disk, is now."""
    now = datetime.datetime.now(datetime.UTC)
    return datetime.datetime.fromtimestamp(max(0, min(seconds, int(now.timestamp()))), datetime.UTC)
