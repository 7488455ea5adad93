"""Reading a submission from git's objects."""

import sys
from pathlib import Path

import pytest

from grading_support import files_of
from scaffold.core.classroom.grading.submission import read_layout, read_submission, split_files
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


STUDENTS = {
    "src/answer.py": "x",
    "src/notes.md": "x",
    "src/data.csv": "x",
    "src/evil.zip": "x",
    "src/model.pkl": "x",
    "src/odd.xyz": "x",
    "src/given.xyz": "x",
    "src": "x",
    "src/__pycache__/answer.cpython-311.pyc": "x",
    "evil.dist-info/entry_points.txt": "x",
    "evil.egg-info/PKG-INFO": "x",
    "pytest.ini": "x",
    "src/pytest.ini": "x",
    "src/setup.cfg": "x",
    "run.sh": "x",
}


def test_what_the_judge_sees_of_a_submission() -> None:
    """Data, and what the teacher's version has at the same place; nothing that is run, or that configures a program."""
    teacher = files_of(
        {
            "src/answer.py": "t",
            "src/given.xyz": "t",
            "src/model.pkl": "t",
            "run.sh": "t",
            "tests/test_a.py": "t",
            "tests/hidden/test_b.py": "t",
            "tox.ini": "[pytest]\n",
            "pyproject.toml": "[project]\n",
        }
    )
    layout = read_layout(teacher, ["tests/hidden"])
    split = split_files(files_of(STUDENTS), teacher, layout, files_of({"own.toml": "own"}))
    from_student = {path for path, file in split.judge.items() if file.content == b"x"}
    assert from_student == {"src/notes.md", "src/data.csv", "src/given.xyz"}
    assert split.judge["own.toml"].content == b"own"
    assert {path for path in split.judge if layout.is_hidden(path)} == {"tests/hidden/test_b.py"}
    assert layout.configuration == "tox.ini"
    assert "src/__pycache__/answer.cpython-311.pyc" not in {**split.worker, **split.together}
    assert "src/model.pkl" in split.worker


@pytest.mark.parametrize(
    ("files", "configuration"),
    [
        ({}, ""),
        ({"pyproject.toml": "[tool.pytest.ini_options]\n", "setup.cfg": "[tool:pytest]\n"}, "pyproject.toml"),
        ({"pyproject.toml": "[tool.ruff]\n", "setup.cfg": "[tool:pytest]\n"}, "setup.cfg"),
        ({"pytest.ini": "", "tox.ini": "[pytest]\n"}, "pytest.ini"),
        ({"tests/pytest.ini": "[pytest]\n"}, ""),
    ],
)
def test_the_teachers_settings_of_pytest(files: dict[str, str], configuration: str) -> None:
    tree = files_of({"tests/test_a.py": "t", **files})
    assert read_layout(tree, []).configuration == configuration
