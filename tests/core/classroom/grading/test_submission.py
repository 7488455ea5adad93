"""Reading a submission from git's objects."""

import sys
from pathlib import Path

import pytest

from grading_support import files_of
from scaffold.core.classroom.grading.submission import read_submission
from scaffold.errors import ScaffoldError
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit
from support import git, spawn


def test_links_out_of_a_submission_are_left_out(work: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("links")
    tree = files_of(
        {
            "a.txt": "a",
            "dir/b.txt": "->../a.txt",
            "loop": "->loop",
            "out": "->../../etc/passwd",
            "abs": "->/etc/passwd",
            "chain": "->dir/b.txt",
        }
    )

    store = make_bare(work / "store.git")
    store.write([Commit("main", tree)])
    files = read_submission(store, git(store.folder, "rev-parse", "main"))
    assert {path: file.content for path, file in files.items()} == {"a.txt": b"a", "dir/b.txt": b"a", "chain": b"a"}
    assert not any(file.symlink for file in files.values())


@pytest.mark.thorough
def test_a_submission_that_is_too_large(work: Path) -> None:

    store = make_bare(work / "store.git")
    (work / "large").write_bytes(bytes(60 << 20))
    blob = git(store.folder, "hash-object", "-w", str(work / "large"))
    tree = spawn("git", "mktree", cwd=store.folder, stdin=f"100644 blob {blob}\tf\n").out.strip()
    for _ in range(12):
        listing = "".join(f"040000 tree {tree}\td{n}\n" for n in range(10))
        tree = spawn("git", "mktree", cwd=store.folder, stdin=listing).out.strip()
    link = spawn("git", "hash-object", "-w", "--stdin", cwd=store.folder, stdin="large").out.strip()
    links = "".join(f"120000 blob {link}\tl{n}\n" for n in range(10)) + f"100644 blob {blob}\tlarge\n"
    linked = spawn("git", "mktree", cwd=store.folder, stdin=links).out.strip()
    with pytest.raises(ScaffoldError, match="too many files"):
        read_submission(store, tree)
    with pytest.raises(ScaffoldError, match="larger than 512 MB"):
        read_submission(store, linked)
