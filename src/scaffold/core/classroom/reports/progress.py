"""The progress of a class: who started, which tests pass, who may be stuck; from the store and the results alone."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import StarterVersion, Store
from scaffold.tools.git.graph import read_graph

IDLE = datetime.timedelta(days=3)
"""A student who has not finished and has not committed for this long may be stuck."""
_GIT_BEGAN = datetime.datetime(2005, 4, 7, tzinfo=datetime.UTC)
"""An earlier commit, and one in the future, has a date that was made up: it counts as now."""


@dataclass(frozen=True)
class PassCount:
    """How many tests a submission passed, and when the server received it."""

    when: datetime.datetime
    passed: int
    tests: int


@dataclass(frozen=True)
class ExerciseShare:
    """An exercise's title, and the share of its tests that passed, from 0 to 1."""

    title: str
    share: float


@dataclass(frozen=True)
class StudentProgress:
    """The progress of one owner.

    Attributes:
        id: The student's or team's id.
        name: The students' names.
        commits: The times of their own commits, oldest first.
        points: The points reached; None when nothing was graded.
        most: The points that can be reached.
        parts: The share of tests that passed, by exercise.
        history: How many tests passed, by submission, oldest first.
        stuck: Why they may need help; empty when nothing suggests it.
        waiting: What the teacher has not graded yet.
    """

    id: str
    name: str
    commits: tuple[datetime.datetime, ...]
    points: float | None
    most: float
    parts: tuple[ExerciseShare, ...]
    history: tuple[PassCount, ...]
    stuck: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def passes_everything(self) -> bool:
        """Whether all tests of all exercises passed."""
        return _passes_everything(self.parts)


def class_progress(
    store: Store,
    assignment: str,
    branch: str,
    owners: Sequence[Owner],
    results: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]],
    now: datetime.datetime,
) -> list[StudentProgress]:
    """The progress of every owner, in the roster's order, from what was last fetched and graded.

    Args:
        store: The class store.
        assignment: The assignment's name.
        branch: The branch that students work on.
        owners: The students or teams.
        results: What `results.read` returns; empty before anything was graded.
        history: What `results.history` returns.
        now: The time against which `IDLE` is measured.
    """
    starters = store.student_starters(assignment)
    tips = {owner: heads[branch] for owner, heads in store.heads(assignment).items() if branch in heads}
    commits = _commit_times(store, {owner: (starters[owner], tip) for owner, tip in tips.items() if owner in starters})
    scores = {result["id"]: result["score"] for result in results}
    counts: dict[str, list[PassCount]] = {}
    for entry in history:
        received = datetime.datetime.fromisoformat(entry["received"])
        counts.setdefault(entry["id"], []).append(PassCount(received, entry["passed"], entry["tests"]))
    students = []
    for owner in owners:
        score = scores.get(owner.id)
        parts = tuple(ExerciseShare(part["title"], _share(part)) for part in score["parts"]) if score else ()
        own_counts = tuple(sorted(counts.get(owner.id, ()), key=lambda count: count.when))
        times = tuple(sorted(time if _GIT_BEGAN <= time <= now else now for time in commits.get(owner.id, ())))
        points, most = (float(score["points"]), float(score["most"])) if score else (None, 0.0)
        stuck = _why_stuck(times, _passes_everything(parts), own_counts, now)
        waiting = tuple(part["title"] for part in (score or {}).get("manual", ()) if part["points"] is None)
        students.append(StudentProgress(owner.id, owner.title, times, points, most, parts, own_counts, stuck, waiting))
    return students


def _passes_everything(parts: Sequence[ExerciseShare]) -> bool:
    return bool(parts) and all(part.share == 1 for part in parts)


def _share(part: Mapping[str, Any]) -> float:
    tests = part["tests"]
    return sum(bool(test["passed"]) for test in tests) / len(tests) if tests else 0.0


def _why_stuck(
    commits: Sequence[datetime.datetime], done: bool, history: Sequence[PassCount], now: datetime.datetime
) -> str:
    if not commits or done:
        return ""
    if len(history) >= 3 and history[-3].passed >= history[-1].passed:
        return f"{history[-1].passed} of {history[-1].tests} tests, as two submissions ago"
    idle = now - commits[-1]
    return f"nothing for {idle.days} days" if idle >= IDLE else ""


def _commit_times(store: Store, work: Mapping[str, tuple[StarterVersion, str]]) -> dict[str, list[datetime.datetime]]:
    """The author dates of owners' own commits, those that their starters do not contain; read by one process.

    Args:
        store: The class store.
        work: Owner → their newest starter and the tip of their branch.
    """
    graph = read_graph(store, [tip for _, tip in work.values()])
    starters = {commit for starter, _ in work.values() for commit in (starter.commit, starter.parent) if commit}
    return {
        owner: [graph.nodes[commit].authored for commit in graph.contained(tip, without=starters)]
        for owner, (_, tip) in work.items()
    }
