"""The only package that knows git: its commands through tools/process.py, its tags through GitPython.

`command` runs one git command, `repository` works on a user's repository, `bare` on repositories of our own; `trees`
holds trees as plain mappings, `merge` merges them. What most callers need is importable from here.
"""

from scaffold.tools.git.command import (
    ANYWHERE,
    GitError,
    attempt,
    failure,
    holds_secret,
    redact,
    refuse_secret,
    run,
    run_bytes,
    version,
)
from scaffold.tools.git.repository import (
    INTRODUCE,
    Repository,
    add_remote,
    clone,
    commit_all,
    commit_staged,
    configured_identity,
    find_repository,
    has_identity,
    ignored_by_user,
    init,
    programs,
    push,
    remote_tags,
    remote_url,
    toplevel,
    unmerged,
)
from scaffold.tools.git.strangers import deaf

__all__ = [
    "ANYWHERE",
    "INTRODUCE",
    "GitError",
    "Repository",
    "add_remote",
    "attempt",
    "clone",
    "commit_all",
    "commit_staged",
    "configured_identity",
    "deaf",
    "failure",
    "find_repository",
    "has_identity",
    "holds_secret",
    "ignored_by_user",
    "init",
    "programs",
    "push",
    "redact",
    "refuse_secret",
    "remote_tags",
    "remote_url",
    "run",
    "run_bytes",
    "toplevel",
    "unmerged",
    "version",
]
