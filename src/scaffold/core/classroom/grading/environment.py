"""The Python environment of an assignment's tests: built once per lock file, and shared by all submissions.

It is built from the teacher's lock file. Libraries that a student added to theirs are not installed.
"""

import json
import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools import process, uv
from scaffold.tools.files import friendly_os_errors, remove_tree, temporary_folder
from scaffold.tools.git.trees import File, Tree, write_folder

_LOCK_FILES = ("pyproject.toml", "uv.lock", ".python-version", "README.md")
_PROBE = (
    "import json, os, sys, pytest; home = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable))); "
    "print(json.dumps([sys.prefix, sys.base_prefix, home]))"
)


@dataclass(frozen=True)
class Environment:
    """A Python interpreter with pytest and the assignment's libraries.

    Attributes:
        python: The path of the interpreter.
        folders: The folders that it needs besides the system's.
    """

    python: str
    folders: tuple[Path, ...]


def lock_files(teacher: Tree) -> dict[str, File]:
    """The files of the teacher's version from which the environment is built."""
    return {path: teacher[path] for path in (*_LOCK_FILES, "requirements.txt") if path in teacher}


def require_lock_file(assignment: Assignment, files: Tree) -> None:
    """Raise ScaffoldError where dependencies are named, and no file says which versions to install."""
    if "uv.lock" in files or "requirements.txt" in files or "pyproject.toml" not in files:
        return
    try:
        content = tomllib.loads(files["pyproject.toml"].content.decode())
    except ValueError:
        return
    if content.get("project", {}).get("dependencies") or content.get("dependency-groups"):
        raise ScaffoldError(
            f"{assignment.name}/pyproject.toml names dependencies, and there is no uv.lock or requirements.txt.",
            f"Lock them, and commit the file: uv lock --project {assignment.folder}",
        )


def require_notebooks(assignment: Assignment, env: Environment) -> None:
    """Raise ScaffoldError where an environment cannot run notebooks."""
    completed = process.run([env.python, "-I", "-c", "import nbclient, ipykernel"], Path(env.python).parent)
    if not completed.ok:
        raise ScaffoldError(
            f"{assignment.name} has a notebook to grade, and its environment cannot run one: {completed.last_line}.",
            f"Add what runs it, and commit: uv add --project {assignment.folder} --dev nbclient ipykernel",
        )


def find_or_build(cache: Path, files: Tree, python: str, progress: Progress) -> Environment:
    """The environment of an assignment; built when there is none for its lock file yet.

    Args:
        cache: The folder with environments.
        files: The files from which it is built.
        python: An interpreter to use instead; empty to build the environment.
        progress: Receives that it is being built.

    Raises:
        ScaffoldError: It cannot be built, or has no pytest.
    """
    if python:
        return _probe(python)
    digest = sha256(repr(sorted((path, file.oid) for path, file in files.items())).encode()).hexdigest()[:16]
    folder = cache / "environments" / digest
    with friendly_os_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f"{digest}.lock"):
        if not (folder / "complete").is_file():
            progress.step("Building the environment")
            _build(files, folder)
            (folder / "complete").touch()
    return _probe(str(folder / ("Scripts/python.exe" if (folder / "Scripts").is_dir() else "bin/python")))


def _build(files: Tree, folder: Path) -> None:
    if folder.exists():
        remove_tree(folder)
    with temporary_folder() as project:
        write_folder(files, project)
        if "uv.lock" in files:
            completed = uv.sync_only(project, folder)
        else:
            requirements = ("-r", str(project / "requirements.txt")) if "requirements.txt" in files else ()
            completed = uv.make_environment(project, folder, ("pytest", *requirements))
    if not completed.ok:
        remove_tree(folder)
        raise ScaffoldError(
            f"The environment for grading cannot be built: {uv.reason(completed)}.",
            "It is built from the assignment's uv.lock or requirements.txt.",
        )


def _probe(python: str) -> Environment:
    """Ask an interpreter for the folders that it needs. Raises ScaffoldError when it has no pytest."""
    completed = process.run([python, "-I", "-c", _PROBE], Path(python).parent)
    if not completed.ok:
        raise ScaffoldError(
            f"{python} has no pytest: {completed.last_line}.",
            "Add pytest to the assignment's development dependencies.",
        )
    folders = dict.fromkeys(Path(folder) for folder in json.loads(completed.stdout))
    return Environment(python, tuple(folder for folder in folders if not folder.is_relative_to("/usr")))
