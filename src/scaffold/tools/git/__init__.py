"""The only door to git: its commands through tools/process.py, its objects through GitPython."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scaffold.errors import ScaffoldError
from scaffold.tools import process

if TYPE_CHECKING:
    from git import Repo

OLDEST = (2, 28)
"""`git init --initial-branch` and everything that copier asks of git."""
_ROOT = Path(os.path.abspath(os.sep))  # noqa: PTH100
"""A folder that is always there, and lies in no repository: home may be either."""
ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
)  # fmt: skip
"""What git sets for hooks, `rebase --exec` and remote helpers: it names their repository, and we work in another."""
_DOWNLOADS = "See https://git-scm.com/downloads"
INTRODUCE = 'git config --global user.name "Your Name" && git config --global user.email you@example.org'
"""What a person runs to be known to git."""
_FALLBACK = {"NAME": "scaffold", "EMAIL": "scaffold@localhost"}


class GitError(ScaffoldError):
    """A git command failed; the message carries git's own last line."""


def version() -> tuple[int, ...]:
    """The installed git's version.

    Raises:
        ScaffoldError: there is no git, or one too old.
    """
    found = re.search(r"\d+(\.\d+)+", run(_ROOT, "version"))
    numbers = tuple(int(part) for part in found.group().split(".")) if found else ()
    if numbers < OLDEST:
        here, need = ".".join(map(str, numbers)), ".".join(map(str, OLDEST))
        raise ScaffoldError(f"git {here} is too old: scaffold needs {need} or newer.", _DOWNLOADS)
    return numbers


def attempt(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> process.Completed:
    """Run one git command in `folder`, whatever comes of it."""
    # Messages in English, whatever the user's language: their `fatal:` is looked for below.
    ours = {"LANGUAGE": "en", **dict.fromkeys(ELSEWHERE, "")}
    try:
        return process.run(["git", *args], cwd=folder, env={**ours, **(env or {})}, stdin=stdin)
    except ScaffoldError as error:
        if process.find_program("git") is None:
            raise ScaffoldError("git is not installed, or not on PATH.", _DOWNLOADS) from error
        raise


def run(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    """Run one git command in `folder` and return what it printed, without the last newline.

    Raises:
        GitError: the command failed.
    """
    return run_bytes(folder, *args, env=env, stdin=stdin).decode("utf-8", "replace").removesuffix("\n")


def run_bytes(folder: Path, *args: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> bytes:
    """Run one git command in `folder` and return exactly what it printed. Raises GitError."""
    done = attempt(folder, *args, env=env, stdin=stdin)
    if not done.ok:
        raise failure(args, done)
    return done.out


def failure(args: Sequence[str], done: process.Completed) -> GitError:
    """What to say of a git command that failed."""
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
    """Take user:password out of the URLs in a text: no token may reach a log or an error."""
    return re.sub(r"(\w[\w+.-]*://)[^/\s]*@", r"\1", text)


def holds_secret(url: str) -> bool:
    """Whether a URL carries a password, or over HTTP anything that may be a token. `ssh://git@host` is harmless."""
    found = re.match(r"(?:git\+)?(\w[\w+.-]*)://([^/\s]*)@", url)
    return found is not None and (":" in found[2] or found[1].startswith("http"))


@dataclass(frozen=True)
class Repository:
    """Where a repository keeps what (gitrepository-layout(5)).

    Attributes:
        root: the work tree.
        git_dir: what belongs to this work tree alone: HEAD, index, locks.
        objects: the object database, shared with linked work trees.
        object_format: `sha1` or `sha256`.
    """

    root: Path
    git_dir: Path
    objects: Path
    object_format: str


def repository(folder: Path) -> Repository | None:
    """The repository whose work tree `folder` lies in, or None."""
    done = attempt(
        folder, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir", "--show-object-format"
    )
    if not done.ok:
        return None
    root, git_dir, common, object_format = done.stdout.splitlines()
    objects = (folder / common / "objects").resolve()
    return Repository(Path(root).resolve(), Path(git_dir), objects, object_format)


def refuse_secret(url: str, whose: str) -> None:
    """Raise ScaffoldError for a URL with a password or token in it, before it is written anywhere or shown."""
    if holds_secret(url):
        raise ScaffoldError(
            f"The {whose}'s URL holds a password or token, which would be kept in plain text.",
            "Take it out of the URL and let a credential helper answer: https://git-scm.com/docs/gitcredentials",
        )


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
        lines = run(_ROOT, "config", "--get-regexp", r"^user\.(name|email)$").splitlines()
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
    """Commit everything in the work tree. Raises GitError as `commit_staged` does."""
    run(folder, "add", "--all")
    commit_staged(folder, message)


def commit_staged(folder: Path, message: str) -> None:
    """Commit what is staged, as the user or, where git knows none, under a fallback identity.

    Raises:
        GitError: a hook, a signing key or git itself refused.
    """
    env = {}
    if not has_identity(folder):
        env = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _FALLBACK.items()}
    run(folder, "commit", "--quiet", "--message", message, env=env)


def unmerged(folder: Path) -> list[str]:
    """The paths, from the top of the work tree, that have conflicts to solve."""
    listing = run_bytes(folder, "ls-files", "--unmerged", "--full-name", "-z").split(b"\0")
    return list(dict.fromkeys(os.fsdecode(line.partition(b"\t")[2]) for line in listing if line))


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


def remote_tags(url: str) -> list[str]:
    """The tags of a repository anywhere. Raises GitError when it cannot be read."""
    lines = run(_ROOT, "ls-remote", "--tags", "--refs", "--", url, env={"GIT_TERMINAL_PROMPT": "0"}).splitlines()
    return [line.partition("refs/tags/")[2] for line in lines]


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

    repo = Repo(repository)
    repo.git.update_environment(**_named(repository))
    return repo


def _named(repository: Path) -> dict[str, str]:
    """Name a bare repository of ours instead of letting git find it, which `safe.bareRepository=explicit` forbids."""
    return {"GIT_DIR": str(repository)}


def fast_import(folder: Path, stream: bytes | Iterable[bytes]) -> None:
    """Feed a bare repository with a git-fast-import stream (git-fast-import(1)), whole or piece by piece.

    One process writes all objects, attributes and ignore rules inside the tree have no say, and no clock is read.
    """
    args = (f"--git-dir={folder}", "fast-import", "--quiet", "--done")
    done = feed(folder, *args, chunks=(stream,) if isinstance(stream, bytes) else stream)
    if not done.ok:
        raise failure(args, done)


def feed(folder: Path, *args: str, chunks: Iterable[bytes]) -> process.Completed:
    """Run one git command that reads much, piece by piece, whatever comes of it."""
    return process.feed(["git", *args], folder, chunks, {"LANGUAGE": "en", **dict.fromkeys(ELSEWHERE, "")})


def write_bundle(folder: Path, path: Path) -> None:
    """Write every ref of the repository into one bundle file at `path`."""
    run(folder, "bundle", "create", "--quiet", str(path), "--all", env=_named(folder))


def list_tree(repository: Path, tree: str) -> dict[str, tuple[str, str]]:
    """Every file of a tree: path → (mode, object id)."""
    found = {}
    for line in run_bytes(repository, "ls-tree", "-r", "-z", "--full-tree", tree, env=_named(repository)).split(b"\0"):
        if line:
            about, _, path = line.partition(b"\t")
            mode, _, oid = about.decode().split(" ")
            found[path.decode("utf-8", "surrogateescape")] = (mode, oid)
    return found


def read_blobs(repository: Path, oids: Collection[str]) -> dict[str, bytes]:
    """The contents of many blobs, by one process: id → content."""
    if not oids:
        return {}
    asked = "".join(f"{oid}\n" for oid in oids).encode()
    data = run_bytes(repository, "cat-file", "--batch", stdin=asked, env=_named(repository))
    found, start = {}, 0
    for oid in oids:
        end = data.index(b"\n", start)
        size = int(data[start:end].split(b" ")[2])
        found[oid] = data[end + 1 : end + 1 + size]
        start = end + size + 2
    return found


def make_bare(folder: Path) -> Path:
    """Make `folder` an empty bare repository with HEAD on `main`, and return it.

    What `git init --bare` makes, without the process (gitrepository-layout(5)), and with sha1 names whatever the user's
    default: a release's commit has one hash everywhere.
    """
    (folder / "objects/info").mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n", encoding="utf-8")
    return folder
