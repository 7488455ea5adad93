"""The only door to git: its commands through tools/process.py, its objects through GitPython."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.tools import process

if TYPE_CHECKING:
    from git import Repo

OLDEST = (2, 28)
"""`git init --initial-branch` and everything that copier asks of git."""
_DOWNLOADS = "See https://git-scm.com/downloads"
_FALLBACK = {"NAME": "scaffold", "EMAIL": "scaffold@localhost"}


class GitError(ScaffoldError):
    """A git command failed; the message carries git's own last line."""


def version() -> tuple[int, ...]:
    """The installed git's version.

    Raises:
        ScaffoldError: there is no git, or one too old.
    """
    if process.find_program("git") is None:
        raise ScaffoldError("git is not installed, or not on PATH.", _DOWNLOADS)
    found = re.search(r"\d+(\.\d+)+", run(Path.home(), "version"))
    numbers = tuple(int(part) for part in found.group().split(".")) if found else ()
    if numbers < OLDEST:
        here, need = ".".join(map(str, numbers)), ".".join(map(str, OLDEST))
        raise ScaffoldError(f"git {here} is too old: scaffold needs {need} or newer.", _DOWNLOADS)
    return numbers


def run(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    """Run one git command in `folder` and return what it printed, without the last newline.

    Raises:
        GitError: the command failed.
    """
    # Messages in English, whatever the user's language: their `fatal:` is looked for below.
    done = process.run(["git", *args], cwd=folder, env={"LANGUAGE": "en", **(env or {})}, stdin=stdin)
    if not done.ok:
        raise GitError(f"git {_verb(args)} failed: {_reason(done)}.")
    return done.stdout.removesuffix("\n")


def _verb(args: Sequence[str]) -> str:
    return next((arg for arg in args if arg.isalpha()), args[0])


def _reason(done: process.Completed) -> str:
    lines = re.findall(r"^(?:fatal|error): (.*)$", done.stderr, re.MULTILINE)
    return redact(lines[0] if lines else done.last_line).rstrip(".")


def redact(text: str) -> str:
    """Take user:password out of the URLs in a text: no token may reach a log or an error."""
    return re.sub(r"(\w[\w+.-]*://)[^/@\s]+@", r"\1", text)


def toplevel(folder: Path) -> Path | None:
    """The work tree that `folder` (or its nearest existing parent) lies in, or None."""
    while not folder.is_dir():
        folder = folder.parent
    try:
        return Path(run(folder, "rev-parse", "--show-toplevel"))
    except GitError:
        return None


def configured_identity() -> dict[str, str]:
    """`user.name` and `user.email` as the user configured them for all repositories; unset ones are left out."""
    try:
        lines = run(Path.home(), "config", "--get-regexp", r"^user\.(name|email)$").splitlines()
    except GitError:
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def has_identity(folder: Path) -> bool:
    """Whether git knows who commits, without making a name up from the host's."""
    try:
        run(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    except GitError:
        return False
    return True


def init(folder: Path, branch: str = "main") -> None:
    """Make `folder` a repository."""
    run(folder, "init", "--quiet", f"--initial-branch={branch}")


def commit_all(folder: Path, message: str) -> None:
    """Commit everything in the work tree, as the user or, where git knows none, under a fallback identity.

    Raises:
        GitError: a hook, a signing key or git itself refused.
    """
    env = {}
    if not has_identity(folder):
        env = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _FALLBACK.items()}
    run(folder, "add", "--all")
    run(folder, "commit", "--quiet", "--message", message, env=env)


def add_remote(folder: Path, url: str) -> None:
    """Name `url` the remote `origin`."""
    run(folder, "remote", "add", "origin", "--", url)


def push(folder: Path) -> None:
    """Push the current branch to `origin` and track it. Never asks for a password: a prompt would hang a script."""
    run(folder, "push", "--quiet", "--set-upstream", "origin", "HEAD", env={"GIT_TERMINAL_PROMPT": "0"})


def clone(url: str, folder: Path, *, bare: bool = True) -> None:
    """Clone `url` into `folder` with all its tags.

    Raises:
        GitError: it cannot be read.
    """
    flags = ["--mirror"] if bare else []
    run(folder.parent, "clone", "--quiet", *flags, "--", url, str(folder), env={"GIT_TERMINAL_PROMPT": "0"})


def tags(repository: Path) -> dict[str, str]:
    """The repository's tags: name → commit."""
    with _repo(repository) as repo:
        return {tag.name: tag.commit.hexsha for tag in repo.tags}


def tree_of(repository: Path, commit: str) -> str:
    """The id of a commit's tree."""
    with _repo(repository) as repo:
        return repo.commit(commit).tree.hexsha


def _repo(repository: Path) -> "Repo":
    # 0.1 s of CPU to import, which `scaffold new` is spared: it runs plain commands.
    from git import Repo

    return Repo(repository)


def fast_import(folder: Path, stream: bytes) -> None:
    """Feed a bare repository with a git-fast-import stream (git-fast-import(1)).

    One process writes all objects, attributes and ignore rules inside the tree have no say, and no clock is read.
    """
    run(folder, "fast-import", "--quiet", "--done", stdin=stream)


def write_bundle(folder: Path, path: Path) -> None:
    """Write every ref of the repository into one bundle file at `path`."""
    run(folder, "bundle", "create", "--quiet", str(path), "--all")


def rewrites(addresses: Mapping[str, str]) -> dict[str, str]:
    """Environment variables that make git read each address from another place, for every process below.

    Args:
        addresses: what stands in projects → where it is on this machine.

    Returns:
        `GIT_CONFIG_*` entries, appended to those the user has set already (git-config(1), ENVIRONMENT).
    """
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    env = {"GIT_CONFIG_COUNT": str(first + len(addresses))}
    for index, (address, place) in enumerate(sorted(addresses.items()), start=first):
        env[f"GIT_CONFIG_KEY_{index}"] = f"url.{place}.insteadOf"
        env[f"GIT_CONFIG_VALUE_{index}"] = address
    return env


@contextmanager
def bare_repository(parent: Path) -> Iterator[Path]:
    """An empty bare repository in `parent`, with HEAD on `main`."""
    folder = parent / "release.git"
    run(parent, "init", "--quiet", "--bare", "--initial-branch=main", str(folder))
    yield folder
