"""One git command, run to its end: where it runs, in which environment, and what is said when it fails."""

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools import process
from scaffold.tools.git import strangers

OLDEST = (2, 28)
"""The first git with `git init --initial-branch`; it has everything that copier asks of git, too."""
ANYWHERE = Path(os.path.abspath(os.sep))  # noqa: PTH100
"""A folder that always exists and lies in no repository. The home folder may be missing, or be a repository."""
REPOSITORY_VARIABLES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
)  # fmt: skip
"""What git sets for hooks, `rebase --exec` and remote helpers. It names their repository; we work in another one."""
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TOP_PAD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "16777216"}
"""glibc keeps memory that was freed (mallopt(3)): git asks for 256 KB for each object that it compresses, and half of
the time of a fast-import went into getting them from the kernel and clearing them."""
_INSTALL = "Run: scaffold doctor"
"""It names the command that installs git on this system."""


class GitError(ScaffoldError):
    """A git command failed; the message carries git's own last line."""

    code = "git-failed"


def version() -> tuple[int, ...]:
    """The installed git's version.

    Raises:
        ScaffoldError: git is not installed, or too old.
    """
    numbers = _version_of(process.find_program("git"))
    if numbers < OLDEST:
        installed, needed = ".".join(map(str, numbers)), ".".join(map(str, OLDEST))
        raise ScaffoldError(
            f"git {installed} is too old: scaffold needs {needed} or newer.", _INSTALL, code="git-failed"
        )
    return numbers


@cache
def _version_of(_program: str | None) -> tuple[int, ...]:
    """The version of the git on PATH, asked for once for each program."""
    match = re.search(r"\d+(\.\d+)+", run(ANYWHERE, "version"))
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def attempt(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> process.Completed:
    """Run one git command in `folder`, and return its result whether it failed or not.

    Raises:
        ScaffoldError: git is not installed.
    """
    try:
        return process.run(["git", *args], cwd=folder, env=_environment(env), stdin=stdin)
    except ScaffoldError as error:
        if process.find_program("git") is None:
            raise ScaffoldError("git is not installed, or not on PATH.", _INSTALL, code="git-failed") from error
        raise


def run(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    """Run one git command in `folder` and return what it printed, without the last newline.

    Raises:
        GitError: The command failed.
    """
    return run_bytes(folder, *args, env=env, stdin=stdin).decode("utf-8", "replace").removesuffix("\n")


def run_bytes(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> bytes:
    """Run one git command in `folder` and return exactly what it printed. Raises GitError."""
    done = attempt(folder, *args, env=env, stdin=stdin)
    if not done.ok:
        raise failure(args, done)
    return done.out


def attempt_within(
    seconds: float, folder: Path, *args: str, env: Mapping[str, str] | None = None
) -> process.Completed | None:
    """The same as `attempt`; None where the command takes longer, and is ended. Raises ScaffoldError."""
    return process.run_within(seconds, ["git", *args], folder, _environment(env))


def run_up_to(most: int, folder: Path, *args: str) -> bytes | None:
    """Run one git command in `folder` and return what it printed; None when that is more than `most` bytes.

    Raises:
        GitError: The command failed.
    """
    done = process.run_up_to(most, ["git", *args], folder, _environment())
    if done is not None and not done.ok:
        raise failure(args, done)
    return None if done is None else done.out


def feed(folder: Path, *args: str, chunks: Iterable[bytes]) -> None:
    """Run one git command that reads its input piece by piece, so that it is never held in memory as a whole.

    Raises:
        GitError: The command failed.
    """
    done = process.feed(["git", *args], folder, chunks, _environment())
    if not done.ok:
        raise failure(args, done)


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    # English messages, whatever the user's language: `_reason` looks for their `fatal:`.
    return {
        "LANGUAGE": "en",
        **_MEMORY,
        **dict.fromkeys(REPOSITORY_VARIABLES, ""),
        **strangers.variables(),
        **(more or {}),
    }


def failure(args: Sequence[str], done: process.Completed) -> GitError:
    """The error for a git command that failed."""
    if re.search(r"No space left on device|Disk quota exceeded", done.stderr):
        return GitError(
            f"The disk is full: git {_verb(args)} could not write.", "Free some space first.", code="disk-full"
        )
    if foreign := re.search(r"dubious ownership in repository at '(.+)'", done.stderr):
        return GitError(
            f"The repository {foreign[1]} belongs to another user, so git does not work in it.",
            f"If you trust them: git config --global --add safe.directory {shlex.quote(foreign[1])}",
            code="repository-of-another",
        )
    return GitError(f"git {_verb(args)} failed: {_reason(done)}.")


def _verb(args: Sequence[str]) -> str:
    return next((arg for arg in args if re.fullmatch("[a-z][a-z-]+", arg)), args[0])


def _reason(done: process.Completed) -> str:
    lines = re.findall(r"^(?:fatal|error): (.*)$", done.stderr, re.MULTILINE)
    # pre-commit says which hooks failed, far above its last line.
    hooks = re.findall(r"^(.+?)\.{3,}.*Failed$", f"{done.stdout}\n{done.stderr}", re.MULTILINE)
    reason = lines[0] if lines else f"hooks failed: {', '.join(hooks)}" if hooks else done.last_line
    return redact(reason).rstrip(".")


def redact(text: str) -> str:
    """Remove user:password from the URLs in a text: no token may reach a log or an error."""
    return re.sub(r"(\w[\w+.-]*://)[^/\s]*@", r"\1", text)


def holds_secret(url: str) -> bool:
    """Whether a URL carries a password, or over HTTP anything that may be a token. `ssh://git@host` is harmless."""
    match = re.match(r"(?:git\+)?(\w[\w+.-]*)://([^/\s]*)@", url)
    return match is not None and (":" in match[2] or match[1].startswith("http"))


def refuse_secret(url: str, whose: str) -> None:
    """Refuse a URL with a password or token in it, before it is written anywhere or shown.

    Raises:
        ScaffoldError: The URL has one.
    """
    if holds_secret(url):
        raise ScaffoldError(
            f"The {whose}'s URL holds a password or token, which would be kept in plain text.",
            "Remove it from the URL and set up a credential helper: https://git-scm.com/docs/gitcredentials",
            code="secret-in-url",
        )
