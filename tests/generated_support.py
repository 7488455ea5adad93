"""What the tests that really run a generated repository share."""

import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

OUTSIDE = dict(os.environ)
"""The environment before any test sealed it."""
TOOLS = OUTSIDE.get("SCAFFOLD_TEST_TOOLS", "")
"""Stand-ins for what a machine without GitHub lacks; .ci/run says where they are."""


def need(available: object, reason: str) -> None:
    """Skip with the reason when something is not there, or fail where everything has to be."""
    if not available:
        (pytest.fail if OUTSIDE.get("REQUIRE_ALL") == "1" else pytest.skip)(reason)


Run = Callable[..., subprocess.CompletedProcess[str]]
Mirror = Callable[[Path], dict[str, str]]


def generate(run: Run, folder: Path, *answers: str, install: bool = True) -> Path:
    """What a new user does: `scaffold new ml-tabular` with the defaults."""
    flags = [part for answer in answers for part in ("-d", answer)]
    extra = [] if install else ["--no-install"]
    run("scaffold", "new", "ml-tabular", folder.name, "-y", *flags, *extra, cwd=folder.parent)
    return folder


def free_port() -> int:
    """A port that is free on this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
