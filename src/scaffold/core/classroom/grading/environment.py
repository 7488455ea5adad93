"""The environment that an assignment's tests run in: built once for a lock file, and shared by all submissions.

It is made from the teacher's lock file. What a student adds to theirs is not installed.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from scaffold.core.outcome import Progress
from scaffold.errors import ScaffoldError
from scaffold.tools import process, uv
from scaffold.tools.files import friendly_os_errors, remove_tree, temporary_folder
from scaffold.tools.git.trees import File, Tree, write_folder

_LOCKED = ("pyproject.toml", "uv.lock", ".python-version", "README.md")
_ASK = (
    "import json, os, sys, pytest; home = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable))); "
    "print(json.dumps([sys.prefix, sys.base_prefix, home]))"
)


@dataclass(frozen=True)
class Environment:
    """An interpreter with pytest and the assignment's libraries.

    Attributes:
        python: the interpreter.
        folders: what it needs to see of this machine besides the system.
    """

    python: str
    folders: tuple[Path, ...]


def locked(teacher: Tree) -> dict[str, File]:
    """What an environment follows from."""
    return {path: teacher[path] for path in (*_LOCKED, "requirements.txt") if path in teacher}


def find(home: Path, given: Tree, python: str, progress: Progress) -> Environment:
    """The environment of an assignment; built when there is none for its lock file yet.

    Args:
        home: where environments are kept.
        given: what it follows from.
        python: an interpreter to take instead; empty for none.
        progress: told when it is built.

    Raises:
        ScaffoldError: it cannot be built, or has no pytest.
    """
    if python:
        return _asked(python)
    digest = sha256(repr(sorted((path, file.oid) for path, file in given.items())).encode()).hexdigest()[:16]
    folder = home / "environments" / digest
    with friendly_os_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f"{digest}.lock"):
        if not (folder / "complete").is_file():
            progress.step("Building the environment")
            _build(given, folder)
            (folder / "complete").write_text("")
    return _asked(str(folder / ("Scripts/python.exe" if (folder / "Scripts").is_dir() else "bin/python")))


def _build(given: Tree, folder: Path) -> None:
    if folder.exists():
        remove_tree(folder)
    with temporary_folder() as project:
        write_folder(given, project)
        if "uv.lock" in given:
            done = uv.sync_only(project, folder)
        else:
            listed = ("-r", str(project / "requirements.txt")) if "requirements.txt" in given else ()
            done = uv.make_environment(project, folder, ("pytest", *listed))
    if not done.ok:
        remove_tree(folder)
        raise ScaffoldError(
            f"The environment for grading cannot be built: {uv.reason(done)}.",
            "It is made from the assignment's uv.lock or requirements.txt.",
        )


def _asked(python: str) -> Environment:
    done = process.run([python, "-I", "-c", _ASK], Path(python).parent)
    if not done.ok:
        raise ScaffoldError(
            f"{python} has no pytest: {done.last_line}.", "Put pytest among the assignment's development dependencies."
        )
    folders = dict.fromkeys(Path(folder) for folder in json.loads(done.stdout))
    return Environment(python, tuple(folder for folder in folders if not folder.is_relative_to("/usr")))
