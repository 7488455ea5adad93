"""Places to run what nobody trusts: bubblewrap, else a container engine, else none at all if that is said aloud.

In a box there is no network, the system is read-only, nothing of the user's is to be seen but what is shown, and the
end of the box is the end of everything in it. The program in it limits itself before it runs anything of a student's
(judge/limits.py), and tools/watch.py looks at it from outside.
"""

import os
import platform
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scaffold.errors import ScaffoldError
from scaffold.tools import process

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
NOBODY = 65534
_IMAGE = "scaffold-sandbox:empty"
"""An image with nothing in it: all that a box shows is of this machine."""


@dataclass(frozen=True)
class Box:
    """What runs, and what it sees.

    Attributes:
        args: the program and its arguments.
        shown: a path in the box → what is seen there, read-only.
        writable: a path in the box → the folder that it is.
        env: its whole environment.
        memory_mb: of all its processes, and once more of its temporary files.
        processes: how many it may have, threads counted.
        slot: a number that no other box has at the same time.
    """

    args: Sequence[str]
    shown: Mapping[str, Path] = field(default_factory=dict)
    writable: Mapping[str, Path] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    memory_mb: int = 1024
    processes: int = 64
    slot: int = 0


class Sandbox(Protocol):
    """A way to run boxes.

    Attributes:
        name: what it is called.
        is_safe: whether it keeps anything in.
        sees_pids: whether a box's processes are below the one that was started, for watching them.
        counts_processes: whether a limit on a user's processes is one for each box, and not for all that the user runs.
    """

    name: str
    is_safe: bool
    sees_pids: bool
    counts_processes: bool

    def start(self, box: Box) -> process.Child:
        """Start a box. Raises ScaffoldError."""

    def kill(self, child: process.Child) -> None:
        """End a box and everything in it."""

    def place(self, path: str, where: Mapping[str, Path]) -> str:
        """How the program in a box finds what it is shown at `path`."""


def find(*, allow_none: bool = False) -> Sandbox:
    """The best sandbox that works here.

    Args:
        allow_none: run without any rather than not at all.

    Raises:
        ScaffoldError: none works, and none is not allowed.
    """
    for sandbox in (Bubblewrap(), Container("docker"), Container("podman")):
        if not allow_none and sandbox.works():
            return sandbox
    if allow_none:
        return Bare()
    raise ScaffoldError(
        "Students' code is only run in a sandbox, and none works here: neither bubblewrap nor a container engine.",
        "Install one: apt install bubblewrap. On a machine that you can throw away: --no-sandbox",
    )


class Bubblewrap:
    """Linux namespaces by bwrap(1): milliseconds to start."""

    name, is_safe, sees_pids = "bubblewrap", True, True

    def __init__(self) -> None:
        # As root each box has a user of its own; otherwise a user namespace counts for itself since Linux 5.14.
        found = re.match(r"(\d+)\.(\d+)", platform.release())
        self.counts_processes = _is_root() or (found is not None and (int(found[1]), int(found[2])) >= (5, 14))

    def works(self) -> bool:
        """Whether it is installed, and the kernel lets it."""
        if not sys.platform.startswith("linux") or process.find_program("bwrap") is None:
            return False
        return process.run(_bwrap(Box(["/usr/bin/env", "true"])), Path("/")).ok

    def start(self, box: Box) -> process.Child:
        """Start a box."""
        return process.Child(_bwrap(box), Path("/"))

    def kill(self, child: process.Child) -> None:
        """The first process of the box dies with bwrap, and with that one all others."""
        child.kill()

    def place(self, path: str, where: Mapping[str, Path]) -> str:  # noqa: ARG002
        """The same path."""
        return path


def _is_root() -> bool:
    return hasattr(os, "getuid") and os.getuid() == 0


def _bwrap(box: Box) -> list[str]:
    size = str(box.memory_mb << 20)
    user, become = ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)], []
    if _is_root():
        # In a user namespace, limits do not hold for what is root outside: each box at work has a user of its own.
        uid = str(NOBODY - box.slot)
        user, become = [], ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", "--bounding-set=-all", "--"]
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
    # bwrap would make them for root alone.
    above = {str(one) for path in (*_ETC, *box.shown, *box.writable) for one in Path(path).parents}
    for folder in sorted(above - {"/", "/tmp"}):
        args += ["--perms", "0755", "--dir", folder]
    for path in _ETC:
        args += ["--ro-bind-try", path, path]
    for path, source in box.shown.items():
        args += ["--ro-bind", str(source), path]
    for path, source in box.writable.items():
        args += ["--bind", str(source), path]
    for name, value in box.env.items():
        args += ["--setenv", name, value]
    return [*args, "--remount-ro", "/", "--", *become, *box.args]


class Container:
    """A container of docker or podman with nothing in it but this machine's own system, read-only."""

    is_safe, sees_pids, counts_processes = True, False, False

    def __init__(self, name: str) -> None:
        self.name = name
        self._boxes: dict[int, str] = {}

    def works(self) -> bool:
        """Whether there is an engine that sees this machine's files; makes the empty image."""
        if not sys.platform.startswith("linux") or process.find_program(self.name) is None:
            return False
        here = Path("/")
        if not process.run([self.name, "image", "inspect", _IMAGE], here).ok:
            empty = bytes(10240)  # a tar archive of nothing
            if not process.run([self.name, "import", "-", _IMAGE], here, stdin=empty).ok:
                return False
        return process.run([self.name, *self._args(Box(["/usr/bin/env", "true"]), "")], here).ok

    def start(self, box: Box) -> process.Child:
        """Start a box."""
        name = f"scaffold-{secrets.token_hex(8)}"
        child = process.Child([self.name, *self._args(box, name)], Path("/"))
        self._boxes[child.pid] = name
        return child

    def kill(self, child: process.Child) -> None:
        """Ask the engine to end it: the process that we started is only its client."""
        if name := self._boxes.pop(child.pid, ""):
            process.run([self.name, "rm", "--force", name], Path("/"))
        child.kill()

    def place(self, path: str, where: Mapping[str, Path]) -> str:  # noqa: ARG002
        """The same path."""
        return path

    def _args(self, box: Box, name: str) -> list[str]:
        # Whoever started it has to be able to remove what it wrote.
        user = f"{NOBODY}:{NOBODY}" if _is_root() else f"{os.getuid()}:{os.getgid()}"
        args = [
            "run", "--rm", "--interactive", "--network", "none", "--read-only", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges", "--user", user,
            "--memory", f"{box.memory_mb}m", "--memory-swap", f"{box.memory_mb}m", "--pids-limit", str(box.processes),
            "--tmpfs", f"/tmp:rw,mode=1777,size={box.memory_mb}m", "--pull", "never", "--log-driver", "none",
        ]  # fmt: skip
        args += ["--name", name] if name else []
        shown = {path: Path(path) for path in (*_SYSTEM, *_ETC) if Path(path).exists()} | dict(box.shown)
        for path, source in shown.items():
            args += ["--volume", f"{source}:{path}:ro"]
        for path, source in box.writable.items():
            args += ["--volume", f"{source}:{path}:rw"]
        for key, value in box.env.items():
            args += ["--env", f"{key}={value}"]
        return [*args, _IMAGE, *box.args]


class Bare:
    """No sandbox: the teacher said so."""

    name, is_safe, sees_pids, counts_processes = "none", False, True, False

    def start(self, box: Box) -> process.Child:
        """Start the program."""
        where = {**box.shown, **box.writable}
        args = [self.place(arg, where) for arg in box.args]
        return process.Child(args, Path(os.path.abspath(os.sep)), {**_KEPT, **box.env})  # noqa: PTH100

    def kill(self, child: process.Child) -> None:
        """End the program and its group."""
        child.kill()

    def place(self, path: str, where: Mapping[str, Path]) -> str:
        """Where it really is."""
        for shown, source in where.items():
            if path == shown or path.startswith(f"{shown}/"):
                return str(source) + path[len(shown) :]
        return path


_KEPT = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
"""What programs on Windows cannot do without."""
