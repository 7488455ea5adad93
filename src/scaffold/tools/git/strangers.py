"""Git in repositories of strangers: a repository's own configuration and hooks name programs that git would run.

`status`, `diff`, `update --check`, `update --dry-run` and `update --all` are deaf to them. The command that
an owner gives in their own project is not: git-lfs or nbstripout must see the files that it writes.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from contextvars import ContextVar

_OWN = {"core.hooksPath": os.devnull, "core.fsmonitor": "false"}
"""What every git command would run: it is overridden. What is left is run by commands that write files."""
_PROGRAM = re.compile(
    r"filter\..+\.(clean|smudge|process)|merge\..+\.driver|diff\.external|diff\..+\.(command|textconv)"
    r"|core\.(sshcommand|gitproxy|askpass|editor|alternaterefscommand)|gpg(\..+)?\.(program|defaultkeycommand)"
    r"|credential\.(.+\.)?helper|remote\..+\.(uploadpack|receivepack|vcs)|uploadpack\.packobjectshook"
    r"|submodule\..+\.update|gc\.recentobjectshook"
)
_is_deaf: ContextVar[bool] = ContextVar("deaf", default=False)


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Git commands in this block run no hook and no file-system monitor, whatever the repository says."""
    token = _is_deaf.set(True)
    try:
        yield
    finally:
        _is_deaf.reset(token)


def variables() -> dict[str, str]:
    """The environment that overrides a repository's configuration (GIT_CONFIG_COUNT, git-config(1)); empty outside."""
    if not _is_deaf.get():
        return {}
    number = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    found = {"GIT_CONFIG_COUNT": str(number + len(_OWN))}
    for index, (key, value) in enumerate(_OWN.items(), start=number):
        found |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    return found


def runs_programs(key: str) -> bool:
    """Whether git, when it writes files, may run the program that a key of the configuration names."""
    return _PROGRAM.fullmatch(key.lower()) is not None
