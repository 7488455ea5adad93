"""Restoring a project after an update that was killed, or that its owner undoes."""

from dataclasses import replace
from pathlib import Path

from scaffold.core.project import Project
from scaffold.core.update import pending, stash
from scaffold.core.update.pending import APPLYING, PendingUpdate
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import EMPTY_TREE, SUBMODULE, Entry

_SAVED = "Found by scaffold after an interrupted update"
_Files = dict[str, Entry]
_POP = "your uncommitted work is in git's stash (git stash pop)"


def recover(project: Project) -> str:
    """Restore a project after an update that was killed.

    Returns:
        One sentence that says what happened; empty when no update was unfinished.
    """
    unfinished = pending.read(project)
    if unfinished is None:
        return ""
    if unfinished.phase == APPLYING:
        moved = pending.moved_on(project, unfinished)
        pending.remove_our_locks(project)
        notes = restore(project, unfinished)
        what = "had finished" if moved else "was interrupted; the project is as it was before"
        return "; ".join([f"An update to {unfinished.version} {what}", *notes]) + "."
    if pending.is_left(project, unfinished):
        return ""
    # The owner committed it, or undid it with git's own commands.
    pending.clear(project)
    stashed = unfinished.stash and stash.is_stored(project, unfinished.stash)
    return f"The update to {unfinished.version} is no longer pending; {_POP}." if stashed else ""


def abort(project: Project) -> str:
    """Undo an unfinished update, to the bit; what the owner changed in other files since then stays.

    Returns:
        One sentence that says what was done.

    Raises:
        ScaffoldError: There is none, or the owner's later changes would be lost.
    """
    unfinished = pending.read(project)
    if unfinished is None or not pending.is_left(project, unfinished):
        raise ScaffoldError(
            f"No update of {project.folder} is unfinished.",
            "git revert undoes one that is committed.",
            code="nothing-to-abort",
        )
    pending.require_unlocked(project)
    # Killed from here on, the next command restores the project.
    pending.write(project, replace(unfinished, phase=APPLYING))
    stash.refresh(project)
    undo = (
        ("reset", "--quiet", "--merge", "HEAD")
        if unfinished.head
        else ("read-tree", "-m", "-u", unfinished.tree, EMPTY_TREE)
    )
    if not git.attempt(project.root, *undo).ok:
        pending.write(project, unfinished)
        raise ScaffoldError(
            "Files that the update changed were changed again since then, and undoing it would lose that.",
            "git commit --all keeps everything; or copy those files elsewhere, git checkout them, then try again.",
            code="uncommitted-changes",
        )
    said = f"The update to {unfinished.version} was undone; {project.folder} is as it was"
    if unfinished.stash and stash.is_stored(project, unfinished.stash):
        said += "" if stash.pop(project, unfinished.stash) else f"; {_POP}"
    pending.clear(project)
    return said + "."


def restore(project: Project, unfinished: PendingUpdate) -> list[str]:
    """Reset the work tree to HEAD and restore the owner's uncommitted work.

    Returns:
        What else the owner should know, a few words each.
    """
    there = _WorkTree(project, unfinished)
    if not unfinished.stash and there.is_untouched():
        # Git writes no file before it knows that it can write all: what differs is the owner's, and stays.
        pending.clear(project)
        return []
    # Before anything is overwritten: the owner may have gone on working since the update was killed.
    saved = "" if there.is_ours() or not there.has_commit else there.save()
    ours = there.added_by_us()
    if there.has_commit:
        git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    else:  # only files that are ours are removed below, so nothing of the owner's has to be saved
        git.run(project.root, "read-tree", "--empty")
    for path in ours:
        path.unlink(missing_ok=True)
        _prune(path.parent, project.root)
    restored = stash.pop(project, unfinished.stash)
    if saved and there.is_ours(git.run(project.root, "stash", "create")):
        stash.drop(project, saved)
        saved = ""
    pending.clear(project)
    notes = [] if restored else [_POP]
    return [*notes, f"what you changed since then is in git's stash, as `{_SAVED}`"] if saved else notes


class _WorkTree:
    """The tracked files as an interrupted update left them, or as the owner changed them since."""

    def __init__(self, project: Project, unfinished: PendingUpdate) -> None:
        self._project, self._root = project, project.root
        self._index = {"GIT_INDEX_FILE": str(pending.home(project) / "found.index")}
        self._objects = BareRepository(project.repository.git_dir)
        self.has_commit = git.attempt(project.root, "rev-parse", "--verify", "--quiet", "HEAD").ok
        self._head = "HEAD" if self.has_commit else EMPTY_TREE
        self._known = [self._files(tree) for tree in (self._head, unfinished.tree, unfinished.stash)]
        self._tree = self._snapshot()
        self._entries = self._files(self._tree)

    def is_ours(self, *more: str) -> bool:
        """Whether every file is as HEAD, the update or the stash has it, or a part of that."""
        known = [*self._known, *(self._files(commit) for commit in more)]
        return all(self._explained(path, entry, known) for path, entry in self._entries.items())

    def is_untouched(self) -> bool:
        """Whether no file is as the update would have it."""
        head, update, *_ = self._known
        return bool(update) and not any(
            (path not in self._entries or self._explained(path, self._entries[path], [update]))
            if path in update
            else path not in self._entries
            for path in head.keys() | update.keys()
            if head.get(path) != update.get(path) and self._entries.get(path) != head.get(path)
        )

    def save(self) -> str:
        """Save the files to git's stash, as a commit of the form that git makes itself."""
        who = {f"GIT_{role}_{part}": "scaffold" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        parents = ["-p", "HEAD"]
        for tree in ("HEAD^{tree}", self._tree):
            commit = git.run(self._root, "commit-tree", tree, *parents, "-m", _SAVED, env=who)
            parents += ["-p", commit]
        stash.store(self._project, commit, _SAVED)
        return commit

    def added_by_us(self) -> list[Path]:
        """Files that the update added to HEAD's, as far as they still are what it wrote."""
        head, update, *_ = self._known
        there = [path for path in update.keys() - head.keys() if path in self._entries]
        return [self._root / path for path in there if self._explained(path, self._entries[path], [update])]

    def _snapshot(self) -> str:
        head, update, *_ = self._known
        there = [path for path in update.keys() - head.keys() if _is_file(self._root / path)]
        names = "".join(f"{path}\0" for path in there).encode("utf-8", "surrogateescape")
        git.run(self._root, "read-tree", self._head, env=self._index)
        git.run(self._root, "add", "--update", "--", ":/", env=self._index)
        git.run(self._root, "update-index", "-z", "--add", "--stdin", env=self._index, stdin=names)
        tree = git.run(self._root, "write-tree", env=self._index)
        Path(self._index["GIT_INDEX_FILE"]).unlink()
        return tree

    def _files(self, tree: str) -> _Files:
        """Every file of a tree; empty when there is no such tree any more."""
        try:
            return self._objects.entries(tree) if tree else {}
        except git.GitError:
            return {}

    def _explained(self, path: str, entry: Entry, known: list[_Files]) -> bool:
        candidates = [tree[path] for tree in known if path in tree]
        if entry in candidates:
            return True
        # git was killed while it wrote this very file: what is there is a part of what was to be.
        content = self._content(entry)
        return any(self._content(candidate).startswith(content) for candidate in candidates)

    def _content(self, entry: Entry) -> bytes:
        return self._objects.read(entry.oid) if entry.mode != SUBMODULE else entry.oid.encode()


def _is_file(path: Path) -> bool:
    return path.is_file() or path.is_symlink()


def _prune(folder: Path, root: Path) -> None:
    """Remove folders that the update made and that are empty now."""
    while folder != root and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
