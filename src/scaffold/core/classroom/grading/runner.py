"""Where trials are held: how a program is started in a box, what it is told first, and who watches it."""

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scaffold.core.classroom.grading.environment import Environment
from scaffold.core.classroom.grading.submission import Layout
from scaffold.core.classroom.rules import Limits
from scaffold.tools.process import Child
from scaffold.tools.sandbox import Box, Sandbox
from scaffold.tools.watchdog import Bounds, Watch

_JUDGE = Path(__file__).parents[3] / "judge"
# Where nothing of a teacher's stands: what a box shows at a path hides what is there on this machine.
_CODE, _WORK, _SHARED = "/opt/scaffold/lib/scaffold/judge", "/opt/scaffold/work", "/opt/scaffold/shared"
_ENV = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",  # noqa: S108
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    # As many threads as there are cores would run for every submission at once.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Court:
    """What all trials of an assignment have in common.

    Attributes:
        sandbox: where they are held.
        environment: in which environment.
        plan: what is the teacher's.
        limits: what a submission may use.
        together: test files that run in one process with the student's code.
        only: tests that count; all when empty.
        seed: where random numbers and the order of sets begin.
        halted: set when all trials are to end.
    """

    sandbox: Sandbox
    environment: Environment
    plan: Layout
    limits: Limits
    together: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    seed: int = 0
    halted: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass(frozen=True)
class Place:
    """What a program sees and may write.

    Attributes:
        folder: what it works in.
        shared: what the judge and the worker both have, for the files of tests.
        slot: a number that no other trial has at the same time.
    """

    folder: Path
    shared: Path
    slot: int

    @property
    def seen(self) -> dict[str, Path]:
        """Paths in the box, and what they are."""
        return {_WORK: self.folder, _SHARED: self.shared}


@dataclass(frozen=True)
class Program:
    """A program in a box, and who watches it."""

    child: Child
    watch: Watch
    sandbox: Sandbox

    def end(self) -> None:
        """End it, whatever it does."""
        self.sandbox.kill(self.child)
        self.watch.stop()
        self.child.close()


def roots(court: Court, place: Place) -> list[str]:
    """The folders, as the program sees them, from which the student's modules are imported."""
    top = court.sandbox.place(_WORK, place.seen)
    return [top if root == "." else f"{top}/{root}" for root in court.plan.roots]


def start(court: Court, role: str, place: Place) -> Program:
    """Start the `judge` or a `worker`. Raises ScaffoldError."""
    shown = {str(path): path for path in court.environment.folders} | {_CODE: _JUDGE}
    path = str(Path(court.sandbox.place(_CODE, shown)).parents[1])
    first = f"import sys; sys.path.insert(0, {path!r}); from scaffold.judge import {role}; {role}.main()"
    limits, sandbox = court.limits, court.sandbox
    box = Box(
        (court.environment.python, "-I", "-B", "-c", first),
        shown,
        place.seen,
        {**_ENV, "PYTHONHASHSEED": str(court.seed)},
        limits.memory_mb,
        limits.processes,
        place.slot,
    )
    child = sandbox.start(box)
    bounds, folders = Bounds(limits.memory_mb, limits.processes), (place.folder, place.shared)
    pid = child.pid if sandbox.sees_pids else 0
    return Program(child, Watch(pid, lambda: sandbox.kill(child), bounds, folders, court.halted), sandbox)


def tell(court: Court, program: Program, place: Place, about: Mapping[str, object]) -> None:
    """Tell a program what it has to know before anything else."""
    limits = asdict(court.limits)
    if not court.sandbox.counts_processes:
        limits["processes"] = 0
    where = {name: court.sandbox.place(path, place.seen) for name, path in (("folder", _WORK), ("shared", _SHARED))}
    program.child.send(json.dumps({"limits": limits, **where, **about}).encode())
