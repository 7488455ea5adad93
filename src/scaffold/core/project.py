"""A project: a generated repository; and the folder in which a new one is made."""

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.core import yaml_text
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors
from scaffold.tools.git import Repository

ANSWERS_FILE = ".copier-answers.yml"
_ANSWERS_FILES = re.compile(r"\.copier-answers(\..+)?\.ya?ml")
"""The names of answers files, as Copier's documentation has them for several templates in one project."""
RESULTS_START = "<!-- results:start -->"
RESULTS_END = "<!-- results:end -->"
_GONE = ("The current folder no longer exists.", "Go to another one: cd")


@dataclass(frozen=True)
class Project:
    """A generated repository, or a folder of a larger one.

    Attributes:
        folder: The project's folder.
        repository: The git repository that it is, or lies in.
        address: The recorded address of its template.
        version: The release that it was made from or last updated to.
        answers: The recorded answers.
        answers_file: The name of the file that records all this; a project of several templates has one for each.
    """

    folder: Path
    repository: Repository
    address: str
    version: str
    answers: Mapping[str, Any]
    answers_file: str = ANSWERS_FILE

    @property
    def root(self) -> Path:
        """The work tree that it lies in; usually its own folder."""
        return self.repository.root

    @property
    def prefix(self) -> str:
        """Its path in the work tree, in POSIX form; empty when it is the whole of it."""
        path = self.folder.relative_to(self.root).as_posix()
        return "" if path == "." else path

    @property
    def other_answers_file(self) -> str:
        """The name of its answers file where that is not the usual one; empty where it is."""
        return "" if self.answers_file == ANSWERS_FILE else self.answers_file

    def path_of(self, name: str) -> str:
        """The path of one of its files in the work tree, in POSIX form."""
        return f"{self.prefix}/{name}" if self.prefix else name


def open_project(folder: Path, answers_file: str | None = None, *, damaged: bool = False) -> Project:
    """The project in `folder`.

    Args:
        folder: The project's folder.
        answers_file: The name of its answers file; None for the usual one, or the only one.
        damaged: Whether to accept a project whose answers cannot be read: an update in it may be unfinished.

    Raises:
        ScaffoldError: There is none, it is in no repository, its answers file is damaged, or it has several and none is
            named.
    """
    with friendly_os_errors(folder):
        folder = folder.expanduser().resolve()
        if not folder.is_dir():
            raise ScaffoldError(
                f"There is no folder {folder}.", "Name the folder of a generated project.", code="no-such-folder"
            )
    repository = git.find_repository(folder)
    try:
        answers_file = answers_file or _only_answers_file(folder)
        answers = _read_answers(folder / answers_file)
    except ScaffoldError:
        if not damaged or repository is None:
            raise
        answers, answers_file = {}, answers_file or ANSWERS_FILE
    if repository is None:
        raise ScaffoldError(
            f"{folder} is in no git repository, so nothing could restore your changes.",
            f'Make one first: cd {folder} && git init && git add --all && git commit --message "Before the update"',
            code="not-in-git",
        )
    address, version = (str(answers.get(key) or "") for key in ("_src_path", "_commit"))
    if not damaged and (not address or not version):
        raise ScaffoldError(
            f"{folder / answers_file} does not say which release of which template the project is from.",
            f"Link it again: scaffold adopt {folder} TEMPLATE",
            code="not-a-project",
        )
    remembered = {key: value for key, value in answers.items() if not key.startswith("_")}
    return Project(folder, repository, address, version, remembered, answers_file)


def answers_files(folder: Path) -> list[str]:
    """The names of the answers files in a folder, one for each template that the project is made from; sorted."""
    return sorted(path.name for path in folder.glob(".copier-answers*") if _ANSWERS_FILES.fullmatch(path.name))


def templates_of(folder: Path) -> Sequence[str | None]:
    """One answers file for each template of a project; None for the usual one, or the only one."""
    names = answers_files(folder)
    return names if len(names) > 1 else [None]


def _only_answers_file(folder: Path) -> str:
    names = answers_files(folder)
    if ANSWERS_FILE in names or len(names) < 2:
        return ANSWERS_FILE if ANSWERS_FILE in names or not names else names[0]
    raise ScaffoldError(
        f"{folder} is made from {len(names)} templates: {', '.join(names)}.",
        f"Name one of them: scaffold update {shlex.quote(str(folder))} --answers-file {names[0]}",
        code="several-templates",
    )


def _read_answers(path: Path) -> dict[str, Any]:
    folder = path.parent
    if not path.is_file():
        raise ScaffoldError(
            f"{folder} was not made from a template: it has no {path.name}.",
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
    hint = f"See what changed: git -C {folder} log -p {path.name}"
    try:
        answers = yaml_text.load(text)
    except yaml_text.NotYamlError as error:
        raise ScaffoldError(f"{path} is not valid YAML: {error}.", hint, code="not-a-project") from error
    if not isinstance(answers, dict):
        raise ScaffoldError(f"{path} holds no answers.", hint, code="not-a-project")
    return answers


def remembered_text(folder: Path, answers_file: str | None = None) -> bytes:
    """The content of the answers file, equal for projects that get the same files; empty when it cannot be read."""
    path = folder / (answers_file or ANSWERS_FILE)
    try:
        return path.read_bytes() if path.is_file() else b""  # a pipe or a device would have no end
    except OSError:
        return b""


def find_projects(folder: Path) -> list[Path]:
    """Every project in the folders directly below `folder`, and deeper ones; a project's own folders are not searched.

    Raises:
        ScaffoldError: There is no such folder.
    """
    if not folder.is_dir():
        raise ScaffoldError(f"There is no folder {folder}.", code="no-such-folder")
    projects = []
    for place, folders, names in os.walk(folder):
        if any(map(_ANSWERS_FILES.fullmatch, names)):
            projects.append(Path(place))
            folders.clear()
        folders[:] = sorted(name for name in folders if not name.startswith("."))
    return sorted(projects)


def current_folder() -> Path:
    """The folder that the person is in. Raises ScaffoldError when it was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ScaffoldError(*_GONE, code="no-such-folder") from error


def destination(dest: Path) -> Path:
    """The absolute path of a folder that the user named. Raises ScaffoldError when the current folder was removed."""
    # resolve() would follow a symlink of this name, and Path.expanduser() fails for a user that does not exist.
    try:
        return Path(os.path.abspath(os.path.expanduser(dest)))  # noqa: PTH100, PTH111
    except FileNotFoundError as error:
        raise ScaffoldError(*_GONE, code="no-such-folder") from error


def repository_at(folder: Path, answers_file: str | None = None) -> Project | None:
    """The repository whose top is `folder`, as a project without a template; None when there is none."""
    repository = git.find_repository(folder) if folder.is_dir() else None
    here = repository is not None and repository.root == folder.resolve()
    if repository is None or not here:
        return None
    return Project(folder.resolve(), repository, "", "", {}, answers_file or ANSWERS_FILE)


def free_destination(dest: Path) -> Path:
    """The absolute path of a folder that can be made.

    Raises:
        ScaffoldError: Something is there already, or the nearest existing folder above is not writable.
    """
    dest = destination(dest)
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
        raise _not_empty(dest)
    above = next(folder for folder in dest.parents if folder.exists())
    if not above.is_dir():
        raise ScaffoldError(
            f"{dest} cannot be made: {above} is not a folder.", "Choose another folder.", code="destination-in-use"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise ScaffoldError(
            f"{above} cannot be written.", "Choose another folder, or change its permissions.", code="permission-denied"
        )


def _not_empty(dest: Path) -> ScaffoldError:
    where, outer = shlex.quote(str(dest)), git.toplevel(dest)
    if (dest / "HEAD").is_file() and (dest / "objects").is_dir():
        return ScaffoldError(
            f"{dest} is a bare repository, which has no work tree; nothing was written.",
            f"Clone it, and start there: git clone {where}",
            code="destination-in-use",
        )
    another = f"Choose another name: scaffold new … {dest.name}-2; or"
    if outer is not None:
        return ScaffoldError(
            f"{dest} is not empty, and lies in the repository {outer}; nothing was written.",
            f"{another} bring the template's files into it: scaffold adopt {where} TEMPLATE --complete",
            code="destination-in-use",
        )
    first = f'cd {where} && git init && git add --all && git commit --message "Before the template"'
    return ScaffoldError(
        f"{dest} is not empty, and no git repository keeps what is in it; nothing was written.",
        f"{another} commit what is there, then try again: {first}",
        code="destination-in-use",
    )


def results_table(project: Path) -> str:
    """The block of results that the project's run wrote into its README; empty when there is none."""
    readme = project / "README.md"
    if not readme.is_file():
        return ""
    _, started, rest = readme.read_text(encoding="utf-8").partition(RESULTS_START)
    block, ended, _ = rest.partition(RESULTS_END)
    return block.strip() if started and ended else ""
