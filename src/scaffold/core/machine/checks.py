"""What `scaffold doctor` looks at: a check is one function, and its row in CHECKS says what it is needed for."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.machine.packages import as_root, install_command
from scaffold.core.outcome import Progress
from scaffold.core.templates import catalog
from scaffold.core.templates.settings import PYTHONS
from scaffold.errors import ScaffoldError
from scaffold.tools import files, git, process, uv
from scaffold.tools.sandbox import Bubblewrap

_SECONDS = 10.0
"""The longest that a check waits for another program."""
_PYTHON = f'"{sys.executable}"' if " " in sys.executable else sys.executable
_ENGINES = {
    "docker": ("version", "--format", "{{.Server.Version}}"),
    "podman": ("info", "--format", "{{.Version.Version}}"),
}
"""How a container engine is asked for its version; its client alone cannot answer."""
_USER_NAMESPACES = {
    "kernel.apparmor_restrict_unprivileged_userns": "0",
    "kernel.unprivileged_userns_clone": "1",
}
"""Kernel settings without which bubblewrap works for root only, with the value that it needs."""


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Attributes:
        ok: whether the machine has it.
        found: what was found, with its version; or what is wrong.
        fix: the command that adds it; empty when `ok`.
    """

    ok: bool
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Check:
    """One thing to look at.

    Attributes:
        name: what is looked for.
        needed_for: what does not work without it.
        required: whether scaffold cannot make or update a project without it.
        look: looks; it is given the folder that the person is in.
    """

    name: str
    needed_for: str
    required: bool
    look: Callable[[Path], Verdict]


@dataclass(frozen=True)
class Finding:
    """A check, and what it found."""

    check: Check
    verdict: Verdict


def examine(folder: Path, progress: Progress) -> list[Finding]:
    """Make every check.

    Args:
        folder: where a project would be made.
        progress: told which check is made.
    """
    findings = []
    for check in CHECKS:
        progress.step(f"Checking {check.name}")
        findings.append(Finding(check, check.look(folder)))
    return findings


def _git(_folder: Path) -> Verdict:
    try:
        return Verdict(True, ".".join(map(str, git.version())))
    except ScaffoldError as error:
        return Verdict(False, error.message, install_command("git"))


def _identity(_folder: Path) -> Verdict:
    if process.find_program("git") is None:
        return Verdict(False, "unknown without git", git.INTRODUCE)
    known = git.configured_identity()
    if len(known) < 2:
        return Verdict(False, "git does not know your name and e-mail address", git.INTRODUCE)
    return Verdict(True, f"{known['user.name']} <{known['user.email']}>")


def _pythons(_folder: Path) -> Verdict:
    running = ".".join(map(str, sys.version_info[:3]))
    found = sorted({running, *uv.pythons(_SECONDS)}, key=lambda version: [int(part) for part in version.split(".")])
    offered = [version for version in found if version.rpartition(".")[0] in PYTHONS]
    fix = "" if offered else f"{_PYTHON} -m uv python install {PYTHONS[-2]}"
    return Verdict(bool(offered), ", ".join(offered or found), fix)


def _own_uv(_folder: Path) -> Verdict:
    try:
        return Verdict(True, uv.version())
    except ScaffoldError as error:
        return Verdict(False, error.message, f"{_PYTHON} -m pip install uv")


def _uv_on_path(_folder: Path) -> Verdict:
    path = process.find_program("uv")
    return Verdict(True, path) if path else Verdict(False, "not on PATH", f"{_PYTHON} -m uv tool install uv")


def _make(_folder: Path) -> Verdict:
    path = process.find_program("make")
    return Verdict(True, path) if path else Verdict(False, "not on PATH", install_command("make"))


def _container_engine(_folder: Path) -> Verdict:
    silent = []
    for client, question in _ENGINES.items():
        if process.find_program(client):
            done = process.ask([client, *question], _SECONDS)
            if done and done.ok:
                return Verdict(True, f"{client} {done.stdout.strip()}")
            silent.append((client, done.last_line if done else f"no answer within {_SECONDS:g} seconds"))
    if not silent:
        return Verdict(False, "neither docker nor podman is on PATH", install_command("docker"))
    client, reason = silent[0]
    return Verdict(False, f"{client} is installed, but its engine does not answer: {reason}", _start(client, reason))


def _start(client: str, reason: str) -> str:
    if not sys.platform.startswith("linux"):
        return "docker desktop start" if client == "docker" else "podman machine start"
    if "permission denied" in reason.lower():
        return as_root(f"usermod -aG {client} $USER") + " && newgrp " + client
    return as_root("systemctl start docker") if client == "docker" else "podman info"


def _bubblewrap(_folder: Path) -> Verdict:
    if not sys.platform.startswith("linux"):
        return Verdict(False, "exists on Linux only", "Grade on a Linux machine, or in WSL.")
    path = process.find_program("bwrap")
    if path is None:
        return Verdict(False, "not on PATH", install_command("bubblewrap"))
    if Bubblewrap().works():
        return Verdict(True, path)
    for setting, needed in _USER_NAMESPACES.items():
        if files.read_line(Path("/proc/sys") / setting.replace(".", "/")) not in ("", needed):
            return Verdict(False, f"{setting} forbids it", as_root(f"sysctl -w {setting}={needed}"))
    return Verdict(False, "this system does not let it make a sandbox", "Use a container engine, or a virtual machine.")


def _disk(folder: Path) -> Verdict:
    need = max((entry.manifest.disk_mb for entry in catalog.built_in() if entry.manifest), default=0)
    free = files.free_space(folder) >> 20
    found = f"{free:,} MB free; the largest template takes {need:,} MB"
    return Verdict(free >= need, found, "" if free >= need else f"{_PYTHON} -m uv cache prune")


def _index(_folder: Path) -> Verdict:
    if uv.is_offline():
        return Verdict(False, "not asked, because UV_OFFLINE is set", "Run scaffold with UV_OFFLINE=0.")
    try:
        done = uv.ask_index(_SECONDS)
    except ScaffoldError as error:
        return Verdict(False, error.message, f"{_PYTHON} -m pip install uv")
    if done is None:
        return Verdict(False, f"no answer within {_SECONDS:g} seconds", _PROXY)
    if not done.ok:
        return Verdict(False, git.redact(uv.reason(done)), _PROXY)
    return Verdict(True, git.redact(", ".join(uv.indexes(done))))


_PROXY = "Connect to the network; behind a proxy set HTTPS_PROXY, for another index UV_DEFAULT_INDEX."

CHECKS = (
    Check("git", "making and updating projects", True, _git),
    Check("git identity", "commits under your own name", False, _identity),
    Check("Python", "the projects' environments", True, _pythons),
    Check("scaffold's uv", "locking and installing the projects' environments", True, _own_uv),
    Check("uv on PATH", "typing `uv run …` in a project; `make setup` brings its own", False, _uv_on_path),
    Check("make", "`scaffold new --run`, and the projects' verbs", False, _make),
    Check("container engine", "building the projects' images", False, _container_engine),
    Check("bubblewrap", "`scaffold class grade` in a sandbox; a container engine does, too", False, _bubblewrap),
    Check("disk space", "a project and its environment", True, _disk),
    Check("package index", "installing a project's environment the first time", False, _index),
)
"""Every check, in the order in which they are shown."""
