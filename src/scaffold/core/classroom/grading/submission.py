"""What of a submission is run, and what is not taken from it: its tests, its test settings, its links.

A submission is read from git's objects and written by us: nothing of it configures git, no filter or hook has a say.
"""

import posixpath
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from scaffold.core.classroom.assignment import FILE_NAME
from scaffold.errors import ScaffoldError
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import SUBMODULE, File, Tree, with_contents

_SETTINGS = {
    "pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg",
}  # fmt: skip
_CODE = {".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".pth", ".pyz", ".egg", ".whl"}
_LARGEST = 512 << 20
"""So many bytes may a submission have."""
_LISTED = 16 << 20
"""So many bytes may the list of its files have."""
_NEVER = {"", ".", "..", ".git"}


@dataclass(frozen=True)
class Layout:
    """What is the teacher's in an assignment.

    Attributes:
        tests: the folders of tests.
        hidden: files and folders that students never received.
        roots: the folders from which modules are imported.
        tops: the students' modules, by the first part of their names.
        files: the teacher's test files.
    """

    tests: tuple[str, ...]
    hidden: tuple[str, ...]
    roots: tuple[str, ...]
    tops: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def hidden_files(self) -> list[str]:
        """The test files that students never received."""
        return [file for file in self.files if any(_is_in(file, item) for item in self.hidden)]

    def is_teachers(self, path: str) -> bool:
        """Whether a path is taken from the teacher, and never from a student."""
        name = path.rpartition("/")[2]
        return (
            any(_is_in(path, item) for item in (*self.tests, *self.hidden))
            or path in _SETTINGS
            or name == "conftest.py"
            or _is_test(name)
        )


@dataclass(frozen=True)
class Trees:
    """What the two boxes see.

    Attributes:
        judge: the tests, and the student's files that are no code.
        worker: the student's code and files, without any test.
        together: all of it, for test files that run in one process with the student's code.
    """

    judge: Tree
    worker: Tree
    together: Tree


def layout(teacher: Tree, hidden: Iterable[str]) -> Layout:
    """What is whose, by the teacher's version and its test settings.

    Raises:
        ScaffoldError: it has no tests.
    """
    settings = _settings(teacher)
    folders = settings.get("testpaths", ["tests", "test"])
    tests = tuple(folder.rstrip("/") for folder in folders if any(_is_in(path, folder) for path in teacher))
    plain = Layout(tests, tuple(hidden), (), (), ())
    more = [str(root) for root in settings.get("pythonpath", [])]
    roots = tuple(
        root
        for root in dict.fromkeys((".", "src", *more))
        if root == "." or any(_is_in(path, root) for path in teacher)
    )
    files = tuple(path for path in teacher if plain.is_teachers(path) and _is_test(path.rpartition("/")[2]))
    if not files:
        raise ScaffoldError("The assignment has no tests to grade by.", "Write some: tests/test_….py")
    return Layout(tests, tuple(hidden), roots, tuple(sorted(_tops(teacher, plain, roots))), files)


def read(repository: BareRepository, commit: str) -> dict[str, File]:
    """The files of a submission, its submodules and odd names left out and its links replaced by what they mean.

    Raises:
        ScaffoldError: it is too large.
    """
    too_large = ScaffoldError(f"It is larger than {_LARGEST >> 20} MB.", "Ask the student to take large files out.")
    listed = repository.entries_up_to(_LISTED, commit)
    if listed is None:
        raise ScaffoldError("It has too many files.", "Ask the student to take them out.")
    entries = {
        path: entry
        for path, entry in listed.items()
        if entry.mode != SUBMODULE and not _NEVER & set(path.split("/")) and "\\" not in path
    }
    # Asked before anything is read, and again when links have become copies.
    if repository.size_of([entry.oid for entry in entries.values()]) > _LARGEST:
        raise too_large
    found = with_contents(entries, repository.read_many({entry.oid for entry in entries.values()}))
    plain = {path: file for path, one in found.items() if (file := _plain(found, path, one))}
    if sum(len(file.content) for file in plain.values()) > _LARGEST:
        raise too_large
    return plain


def trees(student: Tree, teacher: Tree, plan: Layout, own: Tree) -> Trees:
    """What is put before the boxes.

    Args:
        student: the submission.
        teacher: the teacher's version.
        plan: what is whose.
        own: the files with the student's own values, as they were handed out.
    """
    ours = {path: file for path, file in teacher.items() if plan.is_teachers(path) and path != FILE_NAME}
    # Ours first: where a student has a file in the place of a folder of ours, it is theirs that cannot be written.
    theirs = dict(own) | {
        path: file for path, file in student.items() if path not in own and not plan.is_teachers(path)
    }
    data = {path: file for path, file in theirs.items() if PurePosixPath(path).suffix not in _CODE}
    settings = {path: file for path, file in ours.items() if path in _SETTINGS}
    return Trees({**ours, **data}, {**settings, **theirs}, {**ours, **theirs})


def _plain(tree: Mapping[str, File], path: str, file: File) -> File | None:
    """A file, or the file of the repository that a link leads to; None for a link to anything else."""
    seen: set[str] = set()
    while file.symlink:
        target = file.content.decode("utf-8", "surrogateescape")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if path in seen or path not in tree:
            return None
        seen.add(path)
        file = tree[path]
    return file


def _settings(tree: Tree) -> dict[str, Any]:
    """The settings of pytest in pyproject.toml."""
    try:
        tool = tomllib.loads(tree["pyproject.toml"].content.decode()).get("tool", {})
    except (KeyError, ValueError):
        return {}
    found = tool.get("pytest", {})
    settings: dict[str, Any] = found.get("ini_options") or found
    return settings


def _tops(tree: Tree, plan: Layout, roots: Collection[str]) -> set[str]:
    found = set()
    for path in tree:
        if not path.endswith(".py") or plan.is_teachers(path):
            continue
        for root in roots:
            if root == "." or _is_in(path, root):
                inner = path if root == "." else path[len(root) + 1 :]
                found.add(inner.partition("/")[0].removesuffix(".py"))
    return found


def _is_test(name: str) -> bool:
    return fnmatch(name, "test_*.py") or fnmatch(name, "*_test.py")


def _is_in(path: str, item: str) -> bool:
    item = item.rstrip("/")
    return path == item or path.startswith(f"{item}/")
