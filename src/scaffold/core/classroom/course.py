"""A course: the teacher's folder with `class.toml`, roster and assignments, and scaffold's data in `.scaffold/`."""

import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge
from filelock import FileLock, Timeout

from scaffold.core import config
from scaffold.core.classroom.journal import Journal
from scaffold.core.config import WrongValueError
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

CLASS_FILE = "class.toml"
HOSTED = ("github", "gitlab", "gitea")
FORGES = ("folder", "git", *HOSTED)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_BRANCH = re.compile(r"(?!.*(\.\.|//|\.lock(/|$)|\.$|/$|/\.))[A-Za-z0-9][A-Za-z0-9._/-]*")
"""A subset of what git-check-ref-format(1) allows."""
_ORGANISATION = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*")
"""A name, or a path of names: groups on GitLab can contain groups."""
_NAME_EXAMPLE = 'For example: name = "{assignment}-{owner}".'
_HINT = "docs/teaching.md has an example."
_PLACEHOLDERS = {"assignment", "owner", "section", "username"}


@config.table
class ForgeTable:
    """`[forge]`: where students' repositories are; see `Course`."""

    kind: Literal["folder", "git", "github", "gitlab", "gitea"] = "folder"
    place: str = "repositories"
    url: str = ""
    organisation: str = ""

    def __post_init__(self) -> None:
        """Raise WrongValueError for a forge that lacks what its kind needs."""
        if self.kind == "git" and "{repository}" not in self.url:
            example = 'For example: url = "https://git.example.org/ml/{repository}.git"'
            raise WrongValueError("`url` must contain {repository}.", example)
        if self.kind in HOSTED and not _ORGANISATION.fullmatch(self.organisation):
            raise WrongValueError(
                f"`organisation` must name the owner of the repositories on {self.kind}.",
                'For example: organisation = "ml-course-2026"',
            )
        if self.kind == "gitea" and not self.url:
            example = 'For example: url = "https://codeberg.org"'
            raise WrongValueError("`url` must be the address of the server.", example)
        git.refuse_secret(self.url, "forge")


@config.table
class RepositoriesTable:
    """`[repositories]`: the names and branch of students' repositories; see `Course`."""

    name: str = "{assignment}-{owner}"
    branch: str = "main"
    pseudonyms: bool = False

    def __post_init__(self) -> None:
        """Raise WrongValueError for a name or a branch that no repository can have."""
        placeholders = set(_PLACEHOLDER.findall(self.name))
        if "assignment" not in placeholders or not placeholders & {"owner", "username"} or placeholders - _PLACEHOLDERS:
            raise WrongValueError(
                "`name` must contain {assignment} and {owner} (or {username}), and may contain {section}.",
                _NAME_EXAMPLE,
            )
        if "username" in placeholders and self.pseudonyms:
            raise WrongValueError("a name with {username} is not a pseudonym.", _NAME_EXAMPLE)
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", _PLACEHOLDER.sub("x", self.name)):
            raise WrongValueError("`name` may otherwise contain letters, digits and . _ - only.", _NAME_EXAMPLE)
        if not _BRANCH.fullmatch(self.branch):
            raise WrongValueError(f"`{self.branch}` is not a valid branch name.", 'For example: branch = "main"')


@config.table
class ClassFile:
    """The content of `class.toml`; docs/teaching.md describes every key."""

    title: str = ""
    roster: str = "roster.csv"
    late_days: Annotated[int, Ge(0)] = 0
    forge: ForgeTable = ForgeTable()
    repositories: RepositoriesTable = RepositoriesTable()


@dataclass(frozen=True)
class Course:
    """The content of `class.toml`.

    Attributes:
        folder: The class folder.
        title: The title of the course.
        roster: The file with the students.
        forge: The kind of forge with students' repositories: one of `FORGES`.
        place: For a folder forge: the folder with the repositories.
        url: For a git forge: the URL of a repository, with `{repository}` in it; for a hosted one: the server.
        organisation: For a hosted forge: the organisation, group or user that owns the repositories.
        pattern: The pattern of repository names.
        branch: The branch that students work on.
        pseudonyms: Whether repository names have codes that only the teacher can resolve to students.
        late_days: The days that a student may be late in all assignments together, without a penalty.
    """

    folder: Path
    title: str
    roster: Path
    forge: str = "folder"
    place: Path = Path("repositories")
    url: str = ""
    organisation: str = ""
    pattern: str = "{assignment}-{owner}"
    branch: str = "main"
    pseudonyms: bool = False
    late_days: int = 0

    @property
    def data_folder(self) -> Path:
        """The folder of scaffold's data about the class: on the teacher's disk, in no git repository."""
        return self.folder / ".scaffold"

    @cached_property
    def secret(self) -> bytes:
        """The key from which personal values and pseudonyms are derived; created at first use, and never changed.

        Raises:
            ScaffoldError: It is lost, or the folder cannot be written.
        """
        path = self.data_folder / "secret"
        if not path.is_file() and (self.data_folder / "store.git").is_dir():
            raise ScaffoldError(
                f"{path} is missing: students' values and pseudonyms cannot be derived without it.",
                "Copy it from a backup. If there is none, an empty file in its place begins a new one.",
            )
        if not path.is_file() or not path.stat().st_size:
            write_atomically(path, secrets.token_hex(32) + "\n")
            with friendly_os_errors(path):
                path.chmod(0o600)
        return path.read_bytes().strip()

    @cached_property
    def _first_ids(self) -> dict[str, str]:
        first_ids: dict[str, str] = {}
        for old, new in Journal(self.data_folder).renames():
            first_ids[new] = first_ids.pop(old, old)
        return first_ids

    def first_id(self, owner: str) -> str:
        """The first id of a student or team: repository names, pseudonyms and personal values follow it for ever."""
        return self._first_ids.get(owner, owner)

    def derive_bytes(self, *parts: str) -> bytes:
        """An HMAC of some strings with the class's secret: 32 bytes that nobody else can compute."""
        return hmac.digest(self.secret, "\0".join(parts).encode(), "sha256")


def find_course(folder: Path) -> Course:
    """The course of a folder: the folder itself, or the nearest parent with a class.toml.

    Raises:
        ScaffoldError: There is none, or its `class.toml` has an error.
    """
    start = folder.expanduser().resolve()
    for candidate in (start, *start.parents):
        if (candidate / CLASS_FILE).is_file():
            return read_course(candidate)
    raise ScaffoldError(
        f"{start} is not in a class: no folder above it has a {CLASS_FILE}.", "Create one: scaffold class init"
    )


def read_course(folder: Path) -> Course:
    """The course of a folder with a `class.toml`. Raises ScaffoldError when that has an error."""
    return _course(folder, config.read(folder / CLASS_FILE, ClassFile, CLASS_FILE, _HINT))


def parse_course(folder: Path, text: str) -> Course:
    """The course of a folder, from the text of its `class.toml`. Raises ScaffoldError when that has an error."""
    return _course(folder, config.parse(text, ClassFile, CLASS_FILE, _HINT))


def _course(folder: Path, file: ClassFile) -> Course:
    forge, names = file.forge, file.repositories
    return Course(
        folder,
        file.title or folder.name,
        folder / file.roster,
        forge.kind,
        folder / Path(forge.place).expanduser(),
        forge.url,
        forge.organisation,
        names.name,
        names.branch,
        names.pseudonyms,
        file.late_days,
    )


@contextmanager
def lock_course(course: Course) -> Iterator[None]:
    """Hold the lock of this class, so that no other scaffold works in it.

    Raises:
        ScaffoldError: Another scaffold holds it, or the folder cannot be written.
    """
    with friendly_os_errors(course.data_folder / "lock"):
        course.data_folder.mkdir(exist_ok=True)
        lock = FileLock(course.data_folder / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            message = f"Another scaffold is at work in the class {course.folder}."
            raise ScaffoldError(message, "Try again when it is done.") from error
    try:
        yield
    finally:
        lock.release()
