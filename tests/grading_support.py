# ruff: noqa: E501
"""Support for tests of grading: an assignment that is graded quickly, and submissions in the store."""

import importlib.util
import os
import shutil
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

import pytest

from classroom_support import SECRET, Course
from scaffold.core.classroom.store import Store
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File
from scaffold.tools.sandbox import Bubblewrap
from support import git_repository, write

OUTSIDE = dict(os.environ)
"""The environment variables before tests replace them."""
Files = Mapping[str, str | bytes | None]

ASSIGNMENT = """\
title = "First homework"
hidden = ["tests/hidden"]
due = 2026-03-01T12:00:00Z
late = {per_day = 10, days = 3}
limits = {seconds = 1, import_seconds = 6, memory_mb = 400, processes = 40, output_mb = 8}

[grading]
python = "PYTHON"
"""
SOLUTION = {
    "src/answer.py": (
        '"""The answer."""\n\n\ndef answer(values: list[int]) -> int:\n    """The sum of the squares."""\n'
        "    ### BEGIN SOLUTION\n    return sum(value * value for value in values)\n    ### END SOLUTION\n\n\n"
        "def greet(name: str) -> str:\n"
        '    """A greeting."""\n    ### BEGIN SOLUTION\n    return f"Hello {name}"\n    ### END SOLUTION\n'
    ),
}
TESTS = {
    "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef numbers():\n    return [1, 2]\n",
    "tests/test_answer.py": (
        "from src.answer import answer\n\n\ndef test_answer(numbers):\n    assert answer(numbers) == 5\n\n\n"
        "def test_nothing():\n    assert answer([]) == 0\n"
    ),
    "tests/test_greet.py": "from src.answer import greet\n\n\ndef test_greet():\n    assert greet('you') == 'Hello you'\n",
    "tests/hidden/test_more.py": "from src.answer import answer\n\n\ndef test_more():\n    assert answer([3]) == 9\n",
}


def interpreter(work: Path) -> Path:
    """An environment with pytest only, which starts faster than ours; beside the folders of all tests."""
    place = work.parents[1] / "environment"
    if not place.exists():
        venv.create(place)
        site = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
        for name in ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments"):
            source = Path(importlib.util.find_spec(name).origin).parent  # type: ignore[union-attr,arg-type]
            shutil.copytree(source, site / name)
        shutil.copy(importlib.util.find_spec("py").origin, site)  # type: ignore[union-attr,arg-type]
    return place / "bin/python"


def need_sandbox() -> None:
    """Skip where bubblewrap does not work, or fail where REQUIRE_ALL is set."""
    if not Bubblewrap().works():
        (pytest.fail if OUTSIDE.get("REQUIRE_ALL") == "1" else pytest.skip)("bubblewrap does not work here")


def class_with_submissions(
    folder: Path, submissions: Mapping[str, Files], files: Files | None = None, received: str = "2026-03-01T110000Z"
) -> Course:
    """A class whose students submitted the solution with these changes (None deletes a file)."""
    about_it = ASSIGNMENT.replace("PYTHON", interpreter(folder.parent).as_posix())
    tree = {"assignment.toml": about_it, **SOLUTION, **TESTS, **(files or {})}
    roster = "student_id,name\n" + "".join(f"{name},{name.capitalize()}\n" for name in submissions)
    about = {"class.toml": 'title = "A class"\n', "roster.csv": roster, ".gitignore": ".scaffold/\nroster.csv\n"}
    about |= {".scaffold/secret": SECRET + "\n"}
    git_repository(write(folder, {**about, **{f"hw1/{path}": text for path, text in tree.items() if text is not None}}))
    course = Course(folder, folder / "repositories")
    submit(course, submissions, received)
    return course


def submit(course: Course, submissions: Mapping[str, Files], received: str = "2026-03-01T110000Z") -> None:
    """Put submissions into the store, as `collect` does."""
    store = Store(course.folder / ".scaffold/store.git")
    if not store.folder.is_dir():
        make_bare(store.folder)
    honest = {**SOLUTION, **{path: text for path, text in TESTS.items() if "hidden" not in path}}
    commits = [
        Commit("", files_of({**honest, **changes}), ref=f"refs/submissions/{owner}/hw1/{received}")
        for owner, changes in submissions.items()
    ]
    store.write(commits)


def files_of(files: Files) -> dict[str, File]:
    """Files for git; a text that begins with `->` is a link."""
    return {path: _file(content) for path, content in files.items() if content is not None}


def _file(content: str | bytes) -> File:
    if isinstance(content, bytes):
        return File(content)
    return File(content.removeprefix("->").encode(), symlink=content.startswith("->"))


def points(result: object) -> dict[str, float | None]:
    """Student → points."""
    return {
        row["id"]: row["score"]["points"] if row["score"] else None
        for row in result.data["students"]  # type: ignore[attr-defined]
    }


def messages(result: object, owner: str) -> dict[str, str]:
    """Why tests of a student did not pass: the test's name → the message."""
    row = next(row for row in result.data["students"] if row["id"] == owner)  # type: ignore[attr-defined]
    tests = [test for part in row["score"]["parts"] for test in part["tests"]]
    return {test["test"].rpartition("::")[2]: test["message"] for test in tests if not test["passed"]}
