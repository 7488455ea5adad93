"""Sandboxes for untrusted code: bubblewrap, else a container engine, else none, if that is requested explicitly.

In a sandbox there is no network, the system is read-only, the user's files are invisible except those that are mounted,
and all processes end together. The program in it limits itself before it runs a student's code (judge/limits.py), and
tools/watchdog.py watches it from outside.
"""

import os
import platform
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from scaffold.errors import ScaffoldError
from scaffold.tools import process

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
NOBODY = 65534
_IMAGE = "scaffold-sandbox:empty"
"""An empty image: everything that a container sees is mounted from this machine."""


@dataclass(frozen=True)
class SandboxCommand:
    """A command to run in a sandbox, and what it can see.

    Attributes:
        args: The program and its arguments.
        read_only: Path in the sandbox → file or folder on this machine, mounted read-only.
        writable: Path in the sandbox → folder on this machine, mounted writable.
        env: Its whole environment.
        memory_mb: The memory of all its processes, in MB; its temporary files may take the same amount again.
        processes: How many processes it may have, threads included.
        slot: A number that no other sandboxed command has at the same time.
    """

    args: Sequence[str]
    read_only: Mapping[str, Path] = field(default_factory=dict)
    writable: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    memory_mb: int = 1024
    processes: int = 64
    slot: int = 0


class Sandbox(Protocol):
    """A way to run commands in isolation.

    Attributes:
        name: Its name.
        is_safe: Whether it isolates at all.
        sees_pids: Whether a command's processes are descendants of the one that was started, where they can be watched.
        counts_processes: Whether RLIMIT_NPROC counts the processes of one sandbox, not all of the user's.
    """

    name: str
    is_safe: bool
    sees_pids: bool
    counts_processes: bool

    def start(self, command: SandboxCommand) -> process.Child:
        """Start a command. Raises ScaffoldError."""

    def kill(self, child: process.Child) -> None:
        """Kill a command and all its processes."""

    def resolve(self, path: str, mounts: Mapping[str, Path]) -> str:
        """The path under which the command sees the mounted `path`."""


def find_sandbox(*, allow_none: bool = False) -> Sandbox:
    """The best sandbox that works here.

    Args:
        allow_none: Use no sandbox.

    Raises:
        ScaffoldError: No sandbox works, and `allow_none` is not set.
    """
    for sandbox in (Bubblewrap(), Container("docker"), Container("podman")):
        if not allow_none and sandbox.works():
            return sandbox
    if allow_none:
        return Unsandboxed()
    raise ScaffoldError(
        "Students' code only runs in a sandbox, and none works here: neither bubblewrap nor a container engine.",
        "Run: scaffold doctor. On a disposable machine: --no-sandbox",
    )


class Bubblewrap:
    """Linux namespaces by bwrap(1), which start in milliseconds."""

    name, is_safe, sees_pids = "bubblewrap", True, True

    def __init__(self) -> None:
        # As root, each sandbox has a user id of its own. Otherwise RLIMIT_NPROC counts per user namespace since
        # Linux 5.14.
        kernel = re.match(r"(\d+)\.(\d+)", platform.release())
        self.counts_processes = process.is_root() or (
            kernel is not None and (int(kernel[1]), int(kernel[2])) >= (5, 14)
        )

    def works(self) -> bool:
        """Whether it is installed, and the kernel allows it."""
        if not sys.platform.startswith("linux") or process.find_program("bwrap") is None:
            return False
        return process.run(_bwrap_arguments(SandboxCommand(["/usr/bin/env", "true"])), Path("/")).ok

    def start(self, command: SandboxCommand) -> process.Child:
        """Start a command."""
        return process.Child(_bwrap_arguments(command), Path("/"))

    def kill(self, child: process.Child) -> None:
        """Kill bwrap: the sandbox's first process dies with it (--die-with-parent), and with that one all others."""
        child.kill()

    def resolve(self, path: str, mounts: Mapping[str, Path]) -> str:  # noqa: ARG002
        """The path itself: it is mounted there."""
        return path


def _bwrap_arguments(command: SandboxCommand) -> list[str]:
    size = str(command.memory_mb << 20)
    user, setpriv = ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)], []
    if process.is_root():
        # Resource limits do not apply to a process in a user namespace that is root outside: use a user id per slot.
        # What it runs gives up namespaces of its own itself (judge/syscalls.py).
        uid = str(NOBODY - command.slot)
        user, setpriv = [], ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--bounding-set=-all", "--"]
    elif _can_disable_userns():
        user.append("--disable-userns")
    args = [
        "bwrap", *user, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
        "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev",
        "--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--perms", "1777", "--size", size, "--tmpfs", "/tmp",
    ]  # fmt: skip
    for path in _SYSTEM:
        if Path(path).is_symlink():
            args += ["--symlink", os.readlink(path), path]  # noqa: PTH115
        else:
            args += ["--ro-bind-try", path, path]
    # bwrap would create these folders for root only.
    mounts = (*_ETC, *command.read_only, *command.writable)
    parents = {str(parent) for path in mounts for parent in Path(path).parents}
    for folder in sorted(parents - {"/", "/tmp"}):
        args += ["--perms", "0755", "--dir", folder]
    for path in _ETC:
        args += ["--ro-bind-try", path, path]
    for path, source in command.read_only.items():
        args += ["--ro-bind", str(source), path]
    for path, source in command.writable.items():
        args += ["--bind", str(source), path]
    for name, value in command.env.items():
        args += ["--setenv", name, value]
    return [*args, "--remount-ro", "/", "--", *setpriv, *command.args]


@cache
def _can_disable_userns() -> bool:
    """Whether this bwrap can forbid user namespaces inside the sandbox (since 0.8)."""
    return "--disable-userns" in process.run(["bwrap", "--help"], Path("/")).stdout


class Container:
    """A container of docker or podman that sees this machine's own system, read-only."""

    is_safe, sees_pids, counts_processes = True, False, False

    def __init__(self, name: str) -> None:
        self.name = name
        self._containers: dict[int, str] = {}

    def works(self) -> bool:
        """Whether there is an engine that can mount this machine's files; creates the empty image."""
        return not self.problem()

    def problem(self) -> str:
        """Why it does not work, in the engine's words; empty when it works. Creates the empty image."""
        if not sys.platform.startswith("linux") or process.find_program(self.name) is None:
            return f"{self.name} is not on PATH, or this is not Linux"
        root = Path("/")
        if not process.run([self.name, "image", "inspect", _IMAGE], root).ok:
            empty = bytes(10240)  # an empty tar archive
            done = process.run([self.name, "import", "-", _IMAGE], root, stdin=empty)
            if not done.ok:
                return done.stderr
        trial = [self.name, *self._arguments(SandboxCommand(["/usr/bin/env", "true"]), "")]
        done = process.run(trial, root)
        # A busy engine failed to start one container of hundreds: a class must not stay ungraded for that.
        if not done.ok:
            done = process.run(trial, root)
        return "" if done.ok else done.stderr

    def start(self, command: SandboxCommand) -> process.Child:
        """Start a command."""
        name = f"scaffold-{secrets.token_hex(8)}"
        child = process.Child([self.name, *self._arguments(command, name)], Path("/"))
        self._containers[child.pid] = name
        return child

    def kill(self, child: process.Child) -> None:
        """Have the engine remove the container: the process that we started is only a client."""
        if name := self._containers.pop(child.pid, ""):
            process.run([self.name, "rm", "--force", name], Path("/"))
        child.kill()

    def resolve(self, path: str, mounts: Mapping[str, Path]) -> str:  # noqa: ARG002
        """The path itself: it is mounted there."""
        return path

    def _arguments(self, command: SandboxCommand, name: str) -> list[str]:
        memory = f"{command.memory_mb}m"
        # The user who started it must be able to remove what it wrote.
        user = f"{NOBODY}:{NOBODY}"
        if sys.platform != "win32" and not process.is_root():
            user = f"{os.getuid()}:{os.getgid()}"
        args = [
            "run", "--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--user", user,
            "--memory", memory, "--memory-swap", memory, "--pids-limit", str(command.processes),
            "--tmpfs", f"/tmp:rw,mode=1777,size={memory}", "--pull", "never", "--log-driver", "none",
        ]  # fmt: skip
        args += ["--name", name] if name else []
        read_only = {path: Path(path) for path in (*_SYSTEM, *_ETC) if Path(path).exists()} | dict(command.read_only)
        for path, source in read_only.items():
            args += ["--volume", f"{source}:{path}:ro"]
        for path, source in command.writable.items():
            args += ["--volume", f"{source}:{path}:rw"]
        for key, value in command.env.items():
            args += ["--env", f"{key}={value}"]
        return [*args, _IMAGE, *command.args]


class Unsandboxed:
    """No sandbox, as the teacher requested."""

    name, is_safe, sees_pids, counts_processes = "none", False, True, False

    def start(self, command: SandboxCommand) -> process.Child:
        """Start the command."""
        mounts = {**command.read_only, **command.writable}
        args = [self.resolve(arg, mounts) for arg in command.args]
        return process.Child(args, Path(os.path.abspath(os.sep)), {**_WINDOWS_ENVIRONMENT, **command.env})  # noqa: PTH100

    def kill(self, child: process.Child) -> None:
        """Kill the command and its process group."""
        child.kill()

    def resolve(self, path: str, mounts: Mapping[str, Path]) -> str:
        """The path on this machine."""
        for read_only, source in mounts.items():
            if path == read_only or path.startswith(f"{read_only}/"):
                return str(source) + path[len(read_only) :]
        return path


_WINDOWS_ENVIRONMENT = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
"""Variables that programs on Windows need."""
