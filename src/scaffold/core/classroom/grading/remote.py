"""A trial on another machine: all that it needs is sent, and the environment is built there once."""

import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from scaffold.core.classroom.grading import environment, session
from scaffold.core.classroom.grading.runner import Court
from scaffold.core.classroom.grading.session import Trial
from scaffold.core.classroom.grading.submission import Layout, Trees
from scaffold.core.classroom.rules import Limits
from scaffold.core.outcome import silent
from scaffold.errors import ScaffoldError
from scaffold.tools import cluster, sandbox
from scaffold.tools.git.trees import File

_SLOTS = 20_000
"""So many trials may be at work on one machine; as root, each is a user of its own."""
_count = itertools.count()


@dataclass(frozen=True)
class Paper:
    """What a trial elsewhere needs.

    Attributes:
        given: what the boxes see.
        plan: what is the teacher's.
        limits: what a submission may use.
        together: test files that run in one process with the student's code.
        only: tests that count.
        locked: the files that the environment follows from.
        python: an interpreter there to take instead; empty for none.
        allow_none: run it without a sandbox.
    """

    given: Trees
    plan: Layout
    limits: Limits
    together: tuple[str, ...]
    only: tuple[str, ...]
    locked: Mapping[str, File]
    python: str
    allow_none: bool


def hold(paper: Paper) -> Trial:
    """Run the tests; on the machine where this is called. Raises ScaffoldError."""
    box = sandbox.find(allow_none=paper.allow_none)
    home = Path(user_cache_path("scaffold"))
    found = environment.find(home, paper.locked, paper.python, silent)
    # Of several processes on one machine, none shall have another's number.
    slot = (os.getpid() * 31 + next(_count)) % _SLOTS
    return session.hold(Court(box, found, paper.plan, paper.limits, paper.together, paper.only), paper.given, slot)


def hold_all(address: str, papers: Iterator[tuple[str, Paper]]) -> Iterator[tuple[str, Trial | ScaffoldError]]:
    """Run many on a cluster: the owner, and what became of their submission or why nothing did.

    Raises:
        ScaffoldError: the cluster cannot be used.
    """
    for owner, done in cluster.spread(address, hold, papers):
        if isinstance(done, Trial):
            yield owner, done
        else:
            message = done.message if isinstance(done, ScaffoldError) else f"{type(done).__name__} on the cluster"
            yield owner, ScaffoldError(message)
