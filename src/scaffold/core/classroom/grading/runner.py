"""Start the judge and the worker in a sandbox, and watch them."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scaffold.core.classroom.assignment_file import Limits
from scaffold.core.classroom.grading.environment import Environment
from scaffold.core.classroom.grading.submission import Layout
from scaffold.tools.process import Child
from scaffold.tools.sandbox import Sandbox, SandboxCommand
from scaffold.tools.watchdog import ResourceLimits, Watchdog

_JUDGE = Path(__file__).parents[3] / "judge"
# Paths that do not exist on a teacher's machine: a mount in the sandbox hides what is below it.
_CODE, _WORK, _SHARED = "/opt/scaffold/lib/scaffold/judge", "/opt/scaffold/work", "/opt/scaffold/shared"
_ENV = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # Otherwise every submission would start as many threads as there are CPU cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Runner:
    """How the tests of an assignment are run, the same for every submission.

    Attributes:
        sandbox: The sandbox to run in.
        environment: The Python environment with the assignment's libraries.
        layout: Which files of the assignment are the teacher's.
        limits: What one submission may use.
        together: Test files, and tests, that run in one process with the student's code.
        only: The tests to run; all when empty.
        seed: The seed for random numbers and for the order of sets (PYTHONHASHSEED).
        stop_all: Set to end all sessions.
    """

    sandbox: Sandbox
    environment: Environment
    layout: Layout
    limits: Limits
    together: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    seed: int = 0
    stop_all: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Workspace:
    """The folders that a sandboxed process may write.

    Attributes:
        folder: Its working directory.
        shared: The folder that the judge and the worker share, for files that tests write.
        slot: A number that no other session has at the same time.
    """

    folder: Path
    shared: Path
    slot: int

    @property
    def mounts(self) -> dict[str, Path]:
        """Path in the sandbox → folder on this machine."""
        return {_WORK: self.folder, _SHARED: self.shared}


@dataclass(frozen=True)
class SandboxedProcess:
    """A process in a sandbox with its watchdog."""

    child: Child
    watchdog: Watchdog
    sandbox: Sandbox

    def terminate(self) -> None:
        """End the process and everything that it started."""
        self.sandbox.kill(self.child)
        self.watchdog.stop()
        self.child.close()


def import_roots(runner: Runner, workspace: Workspace) -> list[str]:
    """The folders from which the student's modules are imported, as paths that the process sees."""
    top = runner.sandbox.resolve(_WORK, workspace.mounts)
    return [top if root == "." else f"{top}/{root}" for root in runner.layout.import_roots]


def start(runner: Runner, role: str, workspace: Workspace) -> SandboxedProcess:
    """Start a module of `scaffold.judge` in the sandbox.

    Args:
        runner: How tests are run.
        role: The module: `judge` or `worker`.
        workspace: The folders that it may write.

    Raises:
        ScaffoldError: It cannot be started.
    """
    read_only = {str(path): path for path in runner.environment.folders} | {_CODE: _JUDGE}
    package = str(Path(runner.sandbox.resolve(_CODE, read_only)).parents[1])
    code = f"import sys; sys.path.insert(0, {package!r}); from scaffold.judge import {role}; {role}.main()"
    limits, sandbox = runner.limits, runner.sandbox
    command = SandboxCommand(
        (runner.environment.python, "-I", "-B", "-c", code),
        read_only,
        workspace.mounts,
        {**_ENV, "PYTHONHASHSEED": str(runner.seed)},
        limits.memory_mb,
        limits.processes,
        workspace.slot,
    )
    child = sandbox.start(command)
    resource_limits = ResourceLimits(limits.memory_mb, limits.processes)
    folders = (workspace.folder, workspace.shared)
    pid = child.pid if sandbox.sees_pids else 0
    watchdog = Watchdog(pid, lambda: sandbox.kill(child), resource_limits, folders, runner.stop_all)
    return SandboxedProcess(child, watchdog, sandbox)


def send_settings(
    runner: Runner, process: SandboxedProcess, workspace: Workspace, settings: Mapping[str, object]
) -> None:
    """Send the first frame: the limits, the folders and `settings`, as a JSON object."""
    limits = asdict(runner.limits)
    if not runner.sandbox.counts_processes:
        limits["processes"] = 0
    folders = {
        name: runner.sandbox.resolve(path, workspace.mounts) for name, path in (("folder", _WORK), ("shared", _SHARED))
    }
    process.child.send(json.dumps({"limits": limits, **folders, **settings}).encode())
