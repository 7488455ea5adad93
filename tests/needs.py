"""What a test needs and not every system has: it skips there, with the reason.

A mark says it for a whole test. What `os` lacks is met where it is called: `absent` puts a skip in its place.
"""

import os
import sys
from typing import Any, NoReturn

import pytest

WINDOWS = sys.platform == "win32"
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc and namespaces exist on Linux only")
permissions = pytest.mark.skipif(WINDOWS, reason="Windows keeps no permission bits")
posix = pytest.mark.skipif(WINDOWS, reason="paths and processes of POSIX")
shell = pytest.mark.skipif(WINDOWS, reason="Windows starts no shell script as a program")

_MISSING = {
    "fork": "this system cannot fork a process",
    "geteuid": "this system has no user ids",
    "killpg": "this system has no process groups",
    "mkfifo": "this system has no named pipes",
    "setsid": "this system has no sessions of processes",
}
_NO_PRIVILEGE = 1314
"""Windows' error for a symbolic link that only an administrator, or a developer's machine, may make."""


@pytest.fixture(autouse=True)
def absent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a skip in the place of every function that this system's `os` lacks."""

    def skipping(reason: str) -> Any:
        def skip(*_args: object, **_words: object) -> NoReturn:
            pytest.skip(reason)

        return skip

    for name, reason in _MISSING.items():
        if not hasattr(os, name):
            monkeypatch.setattr(os, name, skipping(reason), raising=False)
    link = os.symlink

    def symlink(*args: Any, **words: Any) -> None:
        try:
            link(*args, **words)
        except OSError as error:
            if getattr(error, "winerror", None) == _NO_PRIVILEGE:
                pytest.skip("this user may not make symbolic links")
            raise

    monkeypatch.setattr(os, "symlink", symlink)
