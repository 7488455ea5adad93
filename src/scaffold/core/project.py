"""A project: a generated repository, and the folder that it is to stand in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors
from scaffold.tools.git import Repository

ANSWERS_FILE = ".copier-answers.yml"
RESULTS_START = "<!-- results:start -->"
RESULTS_END = "<!-- results:end -->"


@dataclass(frozen=True)
class Project:
    """A generated repository, or a folder of a larger one.

    Attributes:
        folder: where it stands.
        repository: the git repository that it is, or lies in.
        address: its template, as recorded.
        version: the release that it was made from or last updated to.
        answers: the remembered answers.
    """

    folder: Path
    repository: Repository
    address: str
    version: str
    answers: Mapping[str, Any]

    @property
    def root(self) -> Path:
        """The work tree that it lies in; its own folder for most."""
        return self.repository.root

    @property
    def prefix(self) -> str:
        """Its place in the work tree, as a POSIX path; empty when it is the whole of it."""
        place = self.folder.relative_to(self.root).as_posix()
        return "" if place == "." else place

    def path_of(self, name: str) -> str:
        """The place of one of its files in the work tree, as a POSIX path."""
        return f"{self.prefix}/{name}" if self.prefix else name


def open_project(folder: Path, *, damaged: bool = False) -> Project:
    """The project in `folder`.

    Args:
        folder: where it stands.
        damaged: take one whose answers cannot be read, without them: an update in it may be unfinished.

    Raises:
        ScaffoldError: there is none, it is in no repository or without a commit, or its answers file is damaged.
    """
    folder = folder.expanduser().resolve()
    if not folder.is_dir():
        raise ScaffoldError(
            f"There is no folder {folder}.", "Name the folder of a generated project.", code="no-such-folder"
        )
    repository = git.find_repository(folder)
    try:
        answers = _read_answers(folder)
    except ScaffoldError:
        if not damaged or repository is None:
            raise
        answers = {}
    if repository is None:
        raise ScaffoldError(
            f"{folder} is in no git repository, so nothing could bring your changes back.",
            f'Make one first: cd {folder} && git init && git add --all && git commit --message "Before the update"',
            code="not-in-git",
        )
    address, version = (str(answers.get(key) or "") for key in ("_src_path", "_commit"))
    if not damaged and (not address or not version):
        raise ScaffoldError(
            f"{folder / ANSWERS_FILE} does not say which release of which template the project is from.",
            f"Link it again: scaffold adopt {folder} TEMPLATE",
            code="not-a-project",
        )
    remembered = {key: value for key, value in answers.items() if not key.startswith("_")}
    return Project(folder, repository, address, version, remembered)


def _read_answers(folder: Path) -> dict[str, Any]:
    path = folder / ANSWERS_FILE
    if not path.is_file():
        raise ScaffoldError(
            f"{folder} was not made from a template: it has no {ANSWERS_FILE}.",
            f"Link it: scaffold adopt {folder} TEMPLATE",
            code="not-a-project",
        )
    text = path.read_text(encoding="utf-8", errors="replace")
    if any(line.startswith(("<<<<<<< ", ">>>>>>> ")) for line in text.splitlines()):
        raise ScaffoldError(
            f"{path} is in conflict.",
            "Choose one side of it, git add it and commit, then try again.",
            code="not-a-project",
        )
    hint = f"See what changed: git -C {folder} log -p {ANSWERS_FILE}"
    try:
        answers = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ScaffoldError(f"{path} is not valid YAML.", hint, code="not-a-project") from error
    if not isinstance(answers, dict):
        raise ScaffoldError(f"{path} holds no answers.", hint, code="not-a-project")
    return answers


def remembered_text(folder: Path) -> bytes:
    """The answers file as it stands: the same for projects that get the same files. Empty when it cannot be read."""
    try:
        return (folder / ANSWERS_FILE).read_bytes()
    except OSError:
        return b""


def find_projects(folder: Path) -> list[Path]:
    """Every project in the folders directly below `folder`, and deeper ones; a project's own folders are not searched.

    Raises:
        ScaffoldError: there is no such folder.
    """
    if not folder.is_dir():
        raise ScaffoldError(f"There is no folder {folder}.", code="no-such-folder")
    found = []
    for place, folders, names in os.walk(folder):
        if ANSWERS_FILE in names:
            found.append(Path(place))
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
    return sorted(found)


def free_destination(dest: Path) -> Path:
    """The absolute path of a folder that may be made.

    Raises:
        ScaffoldError: something is there already, or the nearest existing folder above cannot be written.
    """
    # resolve() would follow a symlink that stands there, and Path.expanduser() fails for a user that there is not.
    try:
        dest = Path(os.path.abspath(os.path.expanduser(dest)))  # noqa: PTH100, PTH111
    except FileNotFoundError as error:
        raise ScaffoldError(
            "The folder that you stand in is gone.", "Go to another one: cd", code="no-such-folder"
        ) from error
    with friendly_os_errors(dest):
        _require_free(dest)
    return dest


def _require_free(dest: Path) -> None:
    if dest.is_symlink() or (dest.exists() and not dest.is_dir()):
        raise ScaffoldError(
            f"{dest} is in the way: it is not a folder.",
            "Choose another name, or move it away.",
            code="destination-in-use",
        )
    if dest.is_dir() and any(dest.iterdir()):
        raise ScaffoldError(
            f"{dest} is not empty.",
            f"Choose another name: scaffold new … {dest.name}-2; nothing was written.",
            code="destination-in-use",
        )
    above = next(folder for folder in dest.parents if folder.exists())
    if not above.is_dir():
        raise ScaffoldError(
            f"{dest} cannot be made: {above} is not a folder.", "Choose another folder.", code="destination-in-use"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise ScaffoldError(
            f"{above} cannot be written.", "Choose another folder, or change its permissions.", code="permission-denied"
        )


def results_table(project: Path) -> str:
    """The results that the project's run wrote into its README; empty when there are none."""
    readme = project / "README.md"
    if not readme.is_file():
        return ""
    _, found, rest = readme.read_text(encoding="utf-8").partition(RESULTS_START)
    block, ended, _ = rest.partition(RESULTS_END)
    return block.strip() if found and ended else ""
