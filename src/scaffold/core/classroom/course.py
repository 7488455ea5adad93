"""A course: the teacher's folder with `class.toml`, the roster, the assignments, and scaffold's own `.scaffold/`."""

import hmac
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from scaffold.core.classroom import toml
from scaffold.core.classroom.toml import Table
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.files import friendly_os_errors, write_atomically

CLASS_FILE = "class.toml"
HOSTED = ("github", "gitlab", "gitea")
FORGES = ("folder", "git", *HOSTED)
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_BRANCH = re.compile(r"(?!.*(\.\.|//|\.lock(/|$)|\.$|/$|/\.))[A-Za-z0-9][A-Za-z0-9._/-]*")
"""A careful part of what git-check-ref-format(1) allows."""
_ORGANISATION = re.compile(r"[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*")
"""A name, or a path of them: GitLab's groups hold groups."""
_NAME_EXAMPLE = 'For example: name = "{assignment}-{owner}"'
_PLACEHOLDERS = {"assignment", "owner", "section", "username"}


@dataclass(frozen=True)
class Course:
    """What `class.toml` says.

    Attributes:
        folder: the course's.
        title: what it is called.
        roster: the file of students.
        forge: where students' repositories are: one of `FORGES`.
        place: of a folder forge, where the repositories stand.
        url: of a git forge, the address of a repository, with `{repository}` in it; of a hosted one, the server.
        organisation: of a hosted forge, who the repositories belong to there: an organisation, a group or a user.
        pattern: what a repository is called.
        branch: the branch that students work on.
        pseudonyms: whether repositories are named by something that only the teacher can take back to a student.
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

    @property
    def data_folder(self) -> Path:
        """What scaffold keeps for the class: on the teacher's disk, in no repository."""
        return self.folder / ".scaffold"

    @cached_property
    def secret(self) -> bytes:
        """The key that personal answers and pseudonyms are made with; made at first use, and never changed.

        Raises:
            ScaffoldError: the folder cannot be written.
        """
        path = self.data_folder / "secret"
        if not path.is_file():
            write_atomically(path, secrets.token_hex(32) + "\n")
            with friendly_os_errors(path):
                path.chmod(0o600)
        return path.read_bytes().strip()

    def derive_bytes(self, *parts: str) -> bytes:
        """Bytes that follow from the class's secret and these words, and that nobody else can work out."""
        return hmac.digest(self.secret, "\0".join(parts).encode(), "sha256")


def find_course(folder: Path) -> Course:
    """The course that `folder` is, or lies in.

    Raises:
        ScaffoldError: there is none, or its `class.toml` has a mistake.
    """
    start = folder.expanduser().resolve()
    for candidate in (start, *start.parents):
        if (candidate / CLASS_FILE).is_file():
            return read_course(candidate)
    raise ScaffoldError(
        f"{start} is in no class: no folder above it has a {CLASS_FILE}.", "Make one: scaffold class init"
    )


def read_course(folder: Path) -> Course:
    """The course of a folder with a `class.toml`. Raises ScaffoldError when that has a mistake."""
    return parse_course(folder, toml.read(folder / CLASS_FILE))


def parse_course(folder: Path, content: Mapping[str, Any]) -> Course:
    """The course of a folder, by what its `class.toml` says. Raises ScaffoldError when that has a mistake."""
    top = Table(content, CLASS_FILE, ("title", "roster", "forge", "repositories"))
    forge = Table(top.get("forge", {}), f"{CLASS_FILE} [forge]", ("kind", "place", "url", "organisation"))
    names = Table(top.get("repositories", {}), f"{CLASS_FILE} [repositories]", ("name", "branch", "pseudonyms"))
    kind = forge.get("kind", "folder")
    if kind not in FORGES:
        raise ScaffoldError(f"{CLASS_FILE} [forge]: there is no kind `{kind}`.", f"There are: {', '.join(FORGES)}.")
    course = Course(
        folder,
        top.get("title", folder.name),
        folder / top.get("roster", "roster.csv"),
        kind,
        folder / Path(forge.get("place", "repositories")).expanduser(),
        forge.get("url", ""),
        forge.get("organisation", ""),
        names.get("name", "{assignment}-{owner}"),
        names.get("branch", "main"),
        names.get("pseudonyms", False),
    )
    _check(course)
    return course


def _check(course: Course) -> None:
    placeholders = set(_PLACEHOLDER.findall(course.pattern))
    if "assignment" not in placeholders or not placeholders & {"owner", "username"} or placeholders - _PLACEHOLDERS:
        raise ScaffoldError(
            f"{CLASS_FILE} [repositories]: `name` must hold {{assignment}} and {{owner}} (or {{username}}), "
            "and may hold {section}.",
            _NAME_EXAMPLE,
        )
    if "username" in placeholders and course.pseudonyms:
        raise ScaffoldError(f"{CLASS_FILE} [repositories]: a name with {{username}} is no pseudonym.", _NAME_EXAMPLE)
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", _PLACEHOLDER.sub("x", course.pattern)):
        raise ScaffoldError(
            f"{CLASS_FILE} [repositories]: `name` may hold letters, digits and . _ - besides.", _NAME_EXAMPLE
        )
    if not _BRANCH.fullmatch(course.branch):
        message = f"{CLASS_FILE} [repositories]: `{course.branch}` is no name for a branch."
        raise ScaffoldError(message, 'For example: branch = "main"')
    _check_forge(course)


def _check_forge(course: Course) -> None:
    if course.forge == "git" and "{repository}" not in course.url:
        raise ScaffoldError(
            f"{CLASS_FILE} [forge]: `url` must hold {{repository}}.",
            'For example: url = "https://git.example.org/ml/{repository}.git"',
        )
    if course.forge in HOSTED and not _ORGANISATION.fullmatch(course.organisation):
        raise ScaffoldError(
            f"{CLASS_FILE} [forge]: `organisation` must say who the repositories belong to on {course.forge}.",
            'For example: organisation = "ml-course-2026"',
        )
    if course.forge == "gitea" and not course.url:
        raise ScaffoldError(
            f"{CLASS_FILE} [forge]: `url` must say where the server is.", 'For example: url = "https://codeberg.org"'
        )
    git.refuse_secret(course.url, "forge")


@contextmanager
def lock_course(course: Course) -> Iterator[None]:
    """Be the only scaffold at work in this class.

    Raises:
        ScaffoldError: another one is, or the folder cannot be written.
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
