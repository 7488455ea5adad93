"""Read a submission, and decide which of its files are used: never its tests, its test settings or links out of it.

A submission is read from git's objects and written by scaffold: nothing in it configures git, and no filter or hook
runs.
"""

import posixpath
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from scaffold.core.classroom.assignment import is_test
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.grading.notebooks import Steps, steps
from scaffold.core.classroom.store import MAX_LISTING_BYTES
from scaffold.errors import ScaffoldError
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import SUBMODULE, File, Tree, with_contents

_SETTINGS = {
    "pytest.toml": "", ".pytest.toml": "", "pytest.ini": "", ".pytest.ini": "",
    "pyproject.toml": r"^\[tool\.pytest\b", "tox.ini": r"^\[pytest\]", "setup.cfg": r"^\[tool:pytest\]",
}  # fmt: skip
"""The files where pytest looks for settings, in its order → what makes it take the file."""
_DATA = {
    ".bib", ".bmp", ".bz2", ".css", ".csv", ".feather", ".geojson", ".gif", ".gz", ".html", ".ipynb", ".jpeg", ".jpg",
    ".json", ".jsonl", ".log", ".md", ".npy", ".npz", ".onnx", ".parquet", ".pdf", ".png", ".rst", ".safetensors",
    ".sql", ".svg", ".tex", ".tsv", ".txt", ".wav", ".webp", ".xlsx", ".xml", ".xz", ".yaml", ".yml",
}  # fmt: skip
"""A student's files that a test may read: nothing in them is run, wherever they lie."""
_CODE = {
    ".py", ".pyc", ".pyd", ".so", ".dll", ".dylib", ".pth", ".pyz", ".egg", ".whl", ".zip", ".ini", ".cfg",
    ".pkl", ".pickle", ".joblib", ".pt", ".bin", ".sh",
}  # fmt: skip
"""Files that a test never reads from a submission: reading them runs what is in them."""
_METADATA = (".dist-info", ".egg-info", "__pycache__")
"""Folders whose files are no data: they name plugins, or are run in the place of the source beside them."""
_MAX_BYTES = 512 << 20
"""The largest submission, in bytes."""
_FORBIDDEN_PARTS = {"", ".", "..", ".git"}


@dataclass(frozen=True)
class Layout:
    """Which files of an assignment are the teacher's.

    Attributes:
        tests: The folders with tests.
        hidden: Files and folders that students never receive.
        import_roots: The folders from which modules are imported.
        modules: The top-level names of the students' modules.
        files: The teacher's test files.
        configuration: The teacher's file from which pytest reads its settings; empty for none.
        notebooks: Those of them that are notebooks, which have the student's cells as well.
    """

    tests: tuple[str, ...]
    hidden: tuple[str, ...]
    import_roots: tuple[str, ...]
    modules: tuple[str, ...]
    files: tuple[str, ...]
    configuration: str = ""
    notebooks: tuple[str, ...] = ()

    @property
    def hidden_files(self) -> list[str]:
        """The test files that students never receive."""
        return [file for file in self.files if self.is_hidden(file)]

    def is_hidden(self, path: str) -> bool:
        """Whether students never receive a file."""
        return any(_is_within(path, item) for item in self.hidden)

    def is_teachers(self, path: str) -> bool:
        """Whether a path is taken from the teacher's version, never from a submission."""
        name = path.rpartition("/")[2]
        return path not in self.notebooks and (
            any(_is_within(path, item) for item in (*self.tests, *self.hidden))
            or path in _SETTINGS
            or name == "conftest.py"
            or is_test(path)
        )


@dataclass(frozen=True)
class SandboxFiles:
    """The files of a test session.

    Attributes:
        judge: For the judge: the tests, and data of the student's.
        worker: For the worker: the student's code and files, without any test.
        together: All of them, for test files that run in one process with the student's code.
        notebooks: What to run in each notebook that is graded by cell.
    """

    judge: Tree
    worker: Tree
    together: Tree
    notebooks: Mapping[str, Steps] = field(default_factory=dict)


def read_layout(teacher: Tree, hidden: Iterable[str], notebooks: Sequence[str] = ()) -> Layout:
    """The layout of an assignment, from the teacher's version and its test settings.

    Args:
        teacher: The teacher's version.
        hidden: Files and folders that students never receive.
        notebooks: The notebooks that are graded by cell.

    Raises:
        ScaffoldError: It has no tests.
    """
    settings = _pytest_settings(teacher)
    folders = settings.get("testpaths", ["tests", "test"])
    tests = tuple(folder.rstrip("/") for folder in folders if any(_is_within(path, folder) for path in teacher))
    partial = Layout(tests, tuple(hidden), (), (), (), notebooks=tuple(notebooks))
    pythonpath = [str(root) for root in settings.get("pythonpath", [])]
    import_roots = tuple(
        root
        for root in dict.fromkeys((".", "src", *pythonpath))
        if root == "." or any(_is_within(path, root) for path in teacher)
    )
    files = tuple(path for path in teacher if partial.is_teachers(path) and is_test(path))
    if not files and not notebooks:
        raise ScaffoldError("The assignment has no tests to grade by.", "Write some: tests/test_….py")
    modules = tuple(sorted(_top_level_modules(teacher, partial, import_roots)))
    configuration = _configuration(teacher)
    all_files = (*files, *notebooks)
    return Layout(tests, tuple(hidden), import_roots, modules, all_files, configuration, tuple(notebooks))


def read_submission(repository: BareRepository, commit: str) -> dict[str, File]:
    """The files of a submission: without submodules and forbidden names, links replaced by the files they point to.

    Raises:
        ScaffoldError: It is too large.
    """
    too_large = ScaffoldError(f"It is larger than {_MAX_BYTES >> 20} MB.", "Ask the student to take large files out.")
    listing = repository.entries_up_to(MAX_LISTING_BYTES, commit)
    if listing is None:
        raise ScaffoldError("It has too many files.", "Ask the student to take them out.")
    entries = {
        path: entry
        for path, entry in listing.items()
        if entry.mode != SUBMODULE and not _FORBIDDEN_PARTS & set(path.split("/")) and "\\" not in path
    }
    # Checked before anything is read, and again after links have become copies.
    if repository.size_of([entry.oid for entry in entries.values()]) > _MAX_BYTES:
        raise too_large
    tree = with_contents(entries, repository.read_many({entry.oid for entry in entries.values()}))
    files = {path: file for path, unresolved in tree.items() if (file := _resolve_link(tree, path, unresolved))}
    if sum(len(file.content) for file in files.values()) > _MAX_BYTES:
        raise too_large
    return files


def split_files(student: Tree, teacher: Tree, layout: Layout, own: Tree) -> SandboxFiles:
    """Split the files between the judge and the worker.

    Args:
        student: The submission.
        teacher: The teacher's version.
        layout: Which files are the teacher's.
        own: The files with the student's personal values, as they were handed out.
    """
    teachers = {path: file for path, file in teacher.items() if layout.is_teachers(path) and path != ASSIGNMENT_FILE}
    students = dict(own) | {
        path: file
        for path, file in student.items()
        if path not in own and not layout.is_teachers(path) and not _is_compiled(path)
    }
    data = {path: file for path, file in students.items() if path in own or _is_data(path, teacher)}
    settings = {path: file for path, file in teachers.items() if path in _SETTINGS}
    # The teacher's files come first: where a student has a file in the place of a folder of the teacher's, it is the
    # student's file that cannot be written.
    together = {**dict.fromkeys(layout.notebooks, File(b"")), **teachers, **students}
    return SandboxFiles(
        {**teachers, **data},
        {**settings, **students},
        together,
        {path: steps(path, teacher[path].content, _content(student.get(path))) for path in layout.notebooks},
    )


def _content(file: File | None) -> bytes | None:
    return file.content if file else None


def _is_data(path: str, teacher: Tree) -> bool:
    """Whether a test may read a student's file: data, or what the teacher's version has at the same place."""
    suffix = PurePosixPath(path).suffix.lower()
    if any(part.endswith(_METADATA) for part in path.split("/")) or suffix in _CODE:
        return False
    return suffix in _DATA or path in teacher


def _is_compiled(path: str) -> bool:
    """Whether Python would run a file in the place of the source that teachers read and compare."""
    return path.endswith(".pyc") or "__pycache__" in path.split("/")


def _configuration(tree: Tree) -> str:
    """The file from which pytest reads its settings: the first that has any; empty for none."""
    for name, section in _SETTINGS.items():
        if name in tree and re.search(section, tree[name].content.decode("utf-8", "replace"), re.MULTILINE):
            return name
    return ""


def _resolve_link(tree: Mapping[str, File], path: str, file: File) -> File | None:
    """A file, or the file of the repository that a link points to; None for a link to anything else."""
    seen: set[str] = set()
    while file.symlink:
        target = file.content.decode("utf-8", "surrogateescape")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if path in seen or path not in tree:
            return None
        seen.add(path)
        file = tree[path]
    return file


def _pytest_settings(tree: Tree) -> dict[str, Any]:
    """The settings of pytest in pyproject.toml."""
    try:
        tool = tomllib.loads(tree["pyproject.toml"].content.decode()).get("tool", {})
    except (KeyError, ValueError):
        return {}
    pytest = tool.get("pytest", {})
    settings: dict[str, Any] = pytest.get("ini_options") or pytest
    return settings


def _top_level_modules(tree: Tree, layout: Layout, import_roots: Collection[str]) -> set[str]:
    modules = set()
    for path in tree:
        if not path.endswith(".py") or layout.is_teachers(path):
            continue
        for root in import_roots:
            if root == "." or _is_within(path, root):
                relative = path if root == "." else path[len(root) + 1 :]
                modules.add(relative.partition("/")[0].removesuffix(".py"))
    return modules


def _is_within(path: str, item: str) -> bool:
    item = item.rstrip("/")
    return path == item or path.startswith(f"{item}/")
