"""A machine that has Python, git, make and the system's basics, so that tests see what a stranger lacks.

Its PATH is one folder of links to chosen programs: no uv, pre-commit or Docker of this machine is found. Its home is
empty, and of the environment it keeps only what leads to the package index.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from generated_support import OUTSIDE, need

PROGRAMS = (
    "awk", "basename", "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "env", "expand", "find", "git", "grep",
    "head", "ln", "ls", "make", "mkdir", "mktemp", "mv", "printf", "pwd", "readlink", "rm", "rmdir", "sed", "sh",
    "sleep", "sort", "tail", "tar", "touch", "tr", "uname", "uniq", "wc", "xargs",
)  # fmt: skip
INDEX = (
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PIP_CERT", "PIP_EXTRA_INDEX_URL", "PIP_INDEX_URL", "PIP_TRUSTED_HOST",
    "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL",
)  # fmt: skip
"""The variables without which a machine behind a mirror or a proxy reaches no package index."""


def cut_network() -> tuple[str, ...]:
    """What starts a program without a network, even its loopback interface down; skips where that cannot be done."""
    cut = (shutil.which("unshare") or "unshare", "--map-root-user", "--net")
    able = shutil.which("unshare") and subprocess.run([*cut, "true"], check=False, capture_output=True).returncode == 0
    need(able, "this machine cannot cut the network (unshare)")
    return cut


class BareMachine:
    """Runs shell commands on such a machine.

    Attributes:
        home: its home folder, empty at first.
        env: its whole environment.
    """

    def __init__(self, root: Path, pythons: Mapping[str, str], env: Mapping[str, str]) -> None:
        """Make one below `root`.

        Args:
            root: an empty folder.
            pythons: name of a command → the Python that it starts.
            env: further variables, such as a package cache to share.
        """
        programs, self.home, temporary = root / "bin", root / "home", root / "tmp"
        for folder in (programs, self.home, temporary):
            folder.mkdir(parents=True)
        for name in PROGRAMS:
            if found := shutil.which(name, path=os.defpath):
                (programs / name).symlink_to(found)
        for name, python in pythons.items():
            (programs / name).symlink_to(python)
        # Those of proxies are spelt in small letters as well.
        index = {name: value for name, value in OUTSIDE.items() if name.upper() in INDEX}
        ours = {"PATH": str(programs), "HOME": str(self.home), "TMPDIR": str(temporary), "LC_ALL": "C.UTF-8"}
        self.env: dict[str, str] = {**index, **ours, **env}

    def run(
        self, script: str, cwd: Path, *, network: bool = True, fails: bool = False, env: Mapping[str, str] | None = None
    ) -> str:
        """Run a script as typed, line by line, and return what it said; without a network where it is told so."""
        cut = () if network else cut_network()
        done = subprocess.run(
            [*cut, "/bin/sh", "-ec", script],
            cwd=cwd,
            env={**self.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        assert (done.returncode != 0) == fails, f"{script}\nended with {done.returncode}:\n{done.stdout[-6000:]}"
        return done.stdout


def blocks(document: Path, language: str = "bash", section: str = "") -> list[str]:
    """The fenced blocks of a Markdown document in one language, below one heading or anywhere."""
    text = document.read_text(encoding="utf-8")
    if section:
        text = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
