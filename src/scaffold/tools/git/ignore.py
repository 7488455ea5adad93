"""The `.gitignore` files of a tree that is in no repository yet: what `git add --all` would take of it.

The user's own rules (core.excludesFile) do not count: an update gives everybody the same files.
"""

import os
from collections.abc import Collection
from pathlib import Path

from scaffold.tools.files import temporary_folder
from scaffold.tools.git import command
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Tree, decoded, write_folder


def addable(folder: Path) -> list[str]:
    """The files below a folder that no ignore rule there leaves out of a commit.

    Raises:
        GitError: git cannot read the folder.
    """
    with temporary_folder() as parent:
        args = (*_apart(parent, folder), "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore")
        names = command.run_bytes(folder, *args).split(b"\0")
    return [decoded(name) for name in names if name and not name.endswith(b"/")]


def ignored(tree: Tree, paths: Collection[str]) -> set[str]:
    """Those of some paths of a tree that its own ignore rules leave out of a commit.

    Raises:
        GitError: git cannot read the rules.
    """
    rules = {path: file for path, file in tree.items() if path.rsplit("/", 1)[-1] == ".gitignore" and not file.symlink}
    if not paths or not rules:
        return set()
    with temporary_folder() as parent:
        folder = parent / "tree"
        folder.mkdir()
        write_folder(rules, folder)
        alone = ("-c", f"core.excludesFile={os.devnull}")
        args = (*_apart(parent, folder), *alone, "check-ignore", "-z", "--stdin", "--no-index")
        stdin = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
        done = command.attempt(folder, *args, stdin=stdin)
    if done.returncode not in (0, 1):
        raise command.failure(["check-ignore"], done)
    return {decoded(name) for name in done.out.split(b"\0") if name}


def _apart(parent: Path, folder: Path) -> tuple[str, str]:
    """The options by which git takes a folder for a work tree, with its repository elsewhere."""
    return f"--git-dir={make_bare(parent / 'apart.git').folder}", f"--work-tree={folder}"
