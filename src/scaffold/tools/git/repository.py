"""A user's repository: where it keeps what, who commits in it, and the few commands that scaffold runs there."""

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.tools.git import strangers
from scaffold.tools.git.command import ANYWHERE, GitError, attempt, failure, run, run_bytes
from scaffold.tools.git.trees import decoded, records

INTRODUCE = 'git config --global user.name "Your Name" && git config --global user.email you@example.org'
"""The command by which a person tells git their name."""
_FALLBACK = {"NAME": "scaffold", "EMAIL": "scaffold@localhost"}
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
_NO_PROMPT = {"GIT_TERMINAL_PROMPT": "0"}
"""Git never asks for a password: in a script, a prompt would hang."""


@dataclass(frozen=True)
class Repository:
    """Where a repository keeps its parts (gitrepository-layout(5)).

    Attributes:
        root: The work tree.
        git_dir: The folder of what belongs to this work tree alone: HEAD, index, locks.
        objects: The object database, shared with linked work trees.
        object_format: `sha1` or `sha256`.
    """

    root: Path
    git_dir: Path
    objects: Path
    object_format: str


def find_repository(folder: Path) -> Repository | None:
    """The repository whose work tree `folder` lies in, or None.

    Raises:
        GitError: There is one, of another user whom git was not told to trust, or with its work tree elsewhere.
    """
    args = ("rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir", "--show-object-format")
    done = attempt(folder, *args)
    if not done.ok:
        _refuse_foreign(failure(args, done))
        return None
    root, git_dir, common, object_format = done.stdout.splitlines()
    _require_here(Path(root), Path(git_dir))
    objects = (folder / common / "objects").resolve()
    return Repository(Path(root).resolve(), Path(git_dir), objects, object_format)


def _require_here(root: Path, git_dir: Path) -> None:
    """Refuse a repository that names a work tree which is not its own: the files there are somebody else's."""
    dot_git = root / ".git"
    named = dot_git.read_text(encoding="utf-8", errors="replace") if dot_git.is_file() else "gitdir: .git"
    if not (root / named.removeprefix("gitdir:").strip()).resolve() == git_dir.resolve():
        raise GitError(
            f"The repository {git_dir} names another folder as its work tree: {root} (core.worktree).",
            f"If that is wrong: git config --file {shlex.quote(str(git_dir / 'config'))} --unset core.worktree",
            code="not-in-git",
        )


def toplevel(folder: Path) -> Path | None:
    """The work tree that `folder` (or its nearest existing parent) lies in, or None. Raises as `find_repository`."""
    while not folder.is_dir():
        folder = folder.parent
    try:
        return Path(run(folder, "rev-parse", "--show-toplevel"))
    except GitError as error:
        _refuse_foreign(error)
        return None


def _refuse_foreign(error: GitError) -> None:
    if error.code == "repository-of-another":
        raise error


def configured_identity() -> dict[str, str]:
    """`user.name` and `user.email` as the user configured them for all repositories; unset ones are left out."""
    try:
        lines = run(ANYWHERE, "config", "--get-regexp", r"^user\.(name|email)$").splitlines()
    except GitError:
        return {}
    return dict(line.split(" ", 1) for line in lines if " " in line)


def has_identity(folder: Path) -> bool:
    """Whether the committer's name is configured, so that git need not derive one from the host's name."""
    return attempt(folder, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").ok


def init(folder: Path, branch: str = "main") -> None:
    """Make `folder` a repository."""
    run(folder, "init", "--quiet", f"--initial-branch={branch}")


def commit_all(folder: Path, message: str, *, identity: bool | None = None) -> None:
    """Commit everything in the work tree, without hooks: a project that is not whole yet has none of its owner's.

    Args:
        folder: The work tree.
        message: The commit's message.
        identity: What `has_identity` said; None: it is asked.

    Raises:
        GitError: A signing key or git itself refused.
    """
    run(folder, "add", "--all")
    commit_staged(folder, message, identity=identity)


def commit_staged(
    folder: Path, message: str, for_hooks: Mapping[str, str] | None = None, *, identity: bool | None = None
) -> None:
    """Commit what is staged, as the user or, where git knows no name, under a fallback identity.

    Args:
        folder: The work tree.
        message: The commit's message.
        for_hooks: Variables that the repository's hooks get; None: no hook runs.
        identity: What `has_identity` said; None: it is asked.

    Raises:
        GitError: A hook, a signing key or git itself refused.
    """
    env = dict(for_hooks or {})
    if not (has_identity(folder) if identity is None else identity):
        env |= {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _FALLBACK.items()}
    options = _NO_HOOKS if for_hooks is None else ()
    run(folder, *options, "commit", "--quiet", "--message", message, env=env)


def programs(folder: Path) -> list[str]:
    """The keys of a repository's own configuration that name programs which git runs when it writes files there."""
    listing = run(folder, "config", "--list", "--show-scope", "--name-only", "-z")
    words = listing.split("\0")
    own = {key for scope, key in zip(words[::2], words[1::2], strict=False) if scope in ("local", "worktree")}
    return sorted(filter(strangers.runs_programs, own))


def ignored_by_user(folder: Path) -> list[str]:
    """The files that only the user's own ignore rules leave out (core.excludesFile), and none of the repository's."""
    ignored = _paths(run_bytes(folder, "ls-files", "--others", "--ignored", "--exclude-standard", "-z"))
    if not ignored:
        return []
    others = ("ls-files", "--others", "--ignored", "--exclude-per-directory=.gitignore", "-z")
    return sorted(set(ignored) - set(_paths(run_bytes(folder, *others))))


def _paths(listing: bytes) -> list[str]:
    return [decoded(path) for path in listing.split(b"\0") if path]


def unmerged(folder: Path) -> list[str]:
    """The paths, from the top of the work tree, that have conflicts to resolve."""
    listing = run_bytes(folder, "ls-files", "--unmerged", "--full-name", "-z")
    return list(dict.fromkeys(path for _, path in records(listing)))


def remote_url(folder: Path) -> str:
    """The URL of the remote `origin`; empty when there is none."""
    return attempt(folder, "remote", "get-url", "origin").stdout.strip()


def add_remote(folder: Path, url: str) -> None:
    """Name `url` the remote `origin`."""
    run(folder, "remote", "add", "origin", "--", url)


def push(folder: Path) -> None:
    """Push the current branch to `origin` and track it. Raises GitError."""
    run(folder, "push", "--quiet", "--set-upstream", "origin", "HEAD", env=_NO_PROMPT)


def clone(url: str, folder: Path, *, bare: bool = True) -> None:
    """Clone `url` into `folder` with all its tags; the user's hooks are for their own repositories.

    Raises:
        GitError: The repository cannot be read.
    """
    flags = ("--quiet", "--mirror") if bare else ("--quiet",)
    run(folder.parent, *_NO_HOOKS, "clone", *flags, "--", url, str(folder), env=_NO_PROMPT)


def remote_tags(url: str) -> list[str]:
    """The tags of a repository at a URL or path. Raises GitError when it cannot be read."""
    lines = run(ANYWHERE, "ls-remote", "--tags", "--refs", "--", url, env=_NO_PROMPT).splitlines()
    return [line.partition("refs/tags/")[2] for line in lines]
