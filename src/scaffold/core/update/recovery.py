"""Bringing a project back in order: after an update that was killed, or one that its owner takes back."""

from pathlib import Path

from scaffold.core.project import Project
from scaffold.core.update import journal, stash
from scaffold.core.update.journal import APPLYING, Journal
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import SUBMODULE, Entry

_SAVED = "Found by scaffold after an interrupted update"
_Files = dict[str, Entry]
_POP = "your uncommitted work is in git's stash (git stash pop)"


def recover(project: Project) -> str:
    """Put a project back in order that a killed update left behind.

    Returns:
        One sentence that says what was found; empty when nothing was.
    """
    left = journal.read(project)
    if left is None:
        return ""
    moved = journal.moved_on(project, left)
    if left.phase == APPLYING:
        notes = put_in_order(project, left)
        what = "had finished" if moved else "was interrupted; the project is as it was before"
        return "; ".join([f"An update to {left.version} {what}", *notes]) + "."
    if not moved and not git.attempt(project.root, "diff-index", "--cached", "--quiet", "HEAD").ok:
        return ""
    # Committed, or taken back with git's own commands.
    journal.clear(project)
    stashed = left.stash and stash.is_stored(project, left.stash)
    return f"The update to {left.version} is done with; {_POP}." if stashed else ""


def abort(project: Project) -> str:
    """Take an unfinished update back, to the bit; what the owner changed elsewhere since then stays.

    Returns:
        One sentence that says what was done.

    Raises:
        ScaffoldError: there is none, or it would cost the owner's later changes.
    """
    left = journal.read(project)
    if left is None or journal.moved_on(project, left):
        raise ScaffoldError(
            f"No update of {project.folder} is unfinished.",
            "git revert undoes one that is committed.",
            code="nothing-to-abort",
        )
    if not git.attempt(project.root, "reset", "--quiet", "--merge", "HEAD").ok:
        raise ScaffoldError(
            "Files that the update changed were changed again since then, and taking it back would lose that.",
            "git add them to give that up, or git commit to keep everything; then try again.",
            code="uncommitted-changes",
        )
    said = f"The update to {left.version} was taken back; {project.folder} is as it was"
    if left.stash and stash.is_stored(project, left.stash):
        # Never over what the owner changed since then.
        git.attempt(project.root, "update-index", "-q", "--refresh")
        clean = git.attempt(project.root, "diff-index", "--quiet", "HEAD").ok
        said += "" if clean and stash.bring_back(project, left.stash) else f"; {_POP}"
    journal.clear(project)
    return said + "."


def put_in_order(project: Project, left: Journal) -> list[str]:
    """Make the work tree HEAD's, with the owner's uncommitted work on top.

    Returns:
        What else there is to say, a few words each.
    """
    # A git that was killed with us leaves its lock; ours alone had reason to write the index while this journal stood.
    (project.repository.git_dir / "index.lock").unlink(missing_ok=True)
    found = _Found(project, left)
    # Before anything is overwritten: the owner may have gone on working before this command came.
    saved = "" if found.is_ours() else found.save()
    ours = found.added_by_us()
    git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    for path in ours:
        path.unlink(missing_ok=True)
        _prune(path.parent, project.root)
    back = stash.bring_back(project, left.stash)
    if saved and found.is_ours(git.run(project.root, "stash", "create")):
        stash.drop(project, saved)
        saved = ""
    journal.clear(project)
    notes = [] if back else [_POP]
    return [*notes, f"what you changed since then is in git's stash, as `{_SAVED}`"] if saved else notes


class _Found:
    """The tracked files as they are when an interrupted update is found."""

    def __init__(self, project: Project, left: Journal) -> None:
        self._project, self._root = project, project.root
        self._index = {"GIT_INDEX_FILE": str(journal.home(project) / "found.index")}
        self._objects = BareRepository(project.repository.git_dir)
        self._known = [self._files(tree) for tree in ("HEAD", left.tree, left.stash)]
        self._tree = self._snapshot()
        self._entries = self._files(self._tree)

    def is_ours(self, *more: str) -> bool:
        """Whether every file is as HEAD, the update or the stash has it, or as a part of that."""
        known = [*self._known, *(self._files(commit) for commit in more)]
        return all(self._explained(path, entry, known) for path, entry in self._entries.items())

    def save(self) -> str:
        """Put the files into git's stash, as a commit like those that it makes itself."""
        who = {f"GIT_{role}_{part}": "scaffold" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        parents = ["-p", "HEAD"]
        for tree in ("HEAD^{tree}", self._tree):
            commit = git.run(self._root, "commit-tree", tree, *parents, "-m", _SAVED, env=who)
            parents += ["-p", commit]
        stash.store(self._project, commit, _SAVED)
        return commit

    def added_by_us(self) -> list[Path]:
        """Files that the update brought and HEAD has not, as far as they are still what it wrote."""
        head, update, *_ = self._known
        there = [path for path in update.keys() - head.keys() if path in self._entries]
        return [self._root / path for path in there if self._explained(path, self._entries[path], [update])]

    def _snapshot(self) -> str:
        head, update, *_ = self._known
        there = [path for path in update.keys() - head.keys() if _is_file(self._root / path)]
        names = "".join(f"{path}\0" for path in there).encode("utf-8", "surrogateescape")
        git.run(self._root, "read-tree", "HEAD", env=self._index)
        git.run(self._root, "add", "--update", "--", ":/", env=self._index)
        git.run(self._root, "update-index", "-z", "--add", "--stdin", env=self._index, stdin=names)
        tree = git.run(self._root, "write-tree", env=self._index)
        Path(self._index["GIT_INDEX_FILE"]).unlink()
        return tree

    def _files(self, tree: str) -> _Files:
        """Every file of a tree; none where there is no such tree, or no longer."""
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
