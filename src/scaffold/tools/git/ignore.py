"""The `.gitignore` files of a tree that is in no repository yet: what `git add --all` would take of it.

The user's own rules (core.excludesFile) do not count: an update gives everybody the same files.
"""

import contextlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from scaffold.tools.files import temporary_folder
from scaffold.tools.git import command
from scaffold.tools.git.bare import BareRepository, make_bare
from scaffold.tools.git.trees import Tree, decoded, write_folder


def addable(folder: Path) -> list[str]:
    """The files below a folder that no ignore rule there leaves out of a commit.

    Raises:
        GitError: git cannot read the folder.
    """
    with _work_tree(folder) as repository:
        names = repository.run_bytes("ls-files", "-z", "--others", "--exclude-per-directory=.gitignore").split(b"\0")
    return [decoded(name) for name in names if name and not name.endswith(b"/")]


def ignored(tree: Tree, paths: Collection[str]) -> set[str]:
    """Those of some paths of a tree that its own ignore rules leave out of a commit.

    Raises:
        GitError: git cannot read the rules.
    """
    rules = {path: file for path, file in tree.items() if path.rsplit("/", 1)[-1] == ".gitignore" and not file.symlink}
    if not paths or not rules:
        return set()
    asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    with temporary_folder() as folder:
        write_folder(rules, folder)
        with _work_tree(folder) as repository:
            done = repository.attempt("check-ignore", "-z", "--stdin", "--no-index", stdin=asked)
    if done.returncode not in (0, 1):
        raise command.failure(["check-ignore"], done)
    return {decoded(name) for name in done.out.split(b"\0") if name}


@contextlib.contextmanager
def _work_tree(folder: Path) -> Iterator[BareRepository]:
    """An empty repository that takes a folder for its work tree."""
    with temporary_folder() as parent:
        place = make_bare(parent / "apart.git").folder
        options = ("-C", str(folder), f"--work-tree={folder}", "-c", f"core.excludesFile={os.devnull}")
        yield BareRepository(place, options)
