"""Run test sessions on the machines of a cluster: a job carries all that a session needs.

The environment is built on each machine once.
"""

import itertools
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path

from scaffold import __version__
from scaffold.core.classroom.assignment_file import Limits
from scaffold.core.classroom.grading import environment, session
from scaffold.core.classroom.grading.runner import Runner
from scaffold.core.classroom.grading.submission import Layout, SandboxFiles
from scaffold.core.classroom.grading.verdict import SessionResult
from scaffold.core.outcome import silent
from scaffold.errors import ScaffoldError
from scaffold.tools import cluster
from scaffold.tools.git.trees import File
from scaffold.tools.sandbox import find_sandbox

_SLOTS = 20_000
"""How many sessions one machine can have at a time; as root, each slot is a user id of its own."""
_count = itertools.count()


@dataclass(frozen=True)
class Job:
    """One test session to run on another machine.

    Attributes:
        files: What the judge and the worker see.
        layout: Which files of the assignment are the teacher's.
        limits: What one submission may use.
        together: Test files, and tests, that run in one process with the student's code.
        only: The tests to run; all when empty.
        lock_files: The files from which the environment is built.
        python: A Python interpreter on that machine to use instead; empty to build the environment.
        allow_none: Run without a sandbox.
    """

    files: SandboxFiles
    layout: Layout
    limits: Limits
    together: tuple[str, ...]
    only: tuple[str, ...]
    lock_files: Mapping[str, File]
    python: str
    allow_none: bool


def run_job(job: Job) -> SessionResult:
    """Run the tests on the machine where this is called. Raises ScaffoldError."""
    sandbox = find_sandbox(allow_none=job.allow_none)
    cache = Path(user_cache_path("scaffold"))
    env = environment.find_or_build(cache, job.lock_files, job.python, silent)
    # Several worker processes on one machine must not use the same slot.
    slot = (os.getpid() * 31 + next(_count)) % _SLOTS
    return session.run_tests(Runner(sandbox, env, job.layout, job.limits, job.together, job.only), job.files, slot)


def check_worker(version: str, python: tuple[int, int], allow_none: bool) -> str:
    """Why the machine where this is called cannot run jobs; empty where it can.

    Args:
        version: The version of scaffold that makes the jobs.
        python: The version of Python that makes the jobs.
        allow_none: Run without a sandbox.
    """
    if __version__ != version:
        return f"it has scaffold {__version__}, and this machine {version}."
    if sys.version_info[:2] != python:
        return f"it has Python {sys.version_info[0]}.{sys.version_info[1]}, and this machine {python[0]}.{python[1]}."
    try:
        find_sandbox(allow_none=allow_none)
    except ScaffoldError as error:
        return error.message
    return ""


def run_jobs(
    address: str, jobs: Iterator[tuple[str, Job]], notes: list[str], *, allow_none: bool
) -> Iterator[tuple[str, SessionResult | ScaffoldError]]:
    """Run jobs on a Dask cluster.

    Args:
        address: The scheduler's address.
        jobs: Owner and job.
        notes: Receives a sentence for each worker that is left out.
        allow_none: Run without a sandbox.

    Yields:
        Owner, and the result or the error.

    Raises:
        ScaffoldError: The cluster cannot be used.
    """
    check = partial(check_worker, __version__, sys.version_info[:2], allow_none)
    for owner, result in cluster.spread(address, check, run_job, jobs, notes):
        if isinstance(result, SessionResult):
            yield owner, result
        else:
            message = result.message if isinstance(result, ScaffoldError) else f"{type(result).__name__} on the cluster"
            yield owner, ScaffoldError(message)
