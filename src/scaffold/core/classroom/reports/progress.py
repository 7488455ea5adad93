"""The progress of a class: who started, which tests pass, who may be stuck; from the store and the results alone."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
        received: When the server received what was collected last; None where nothing was.
        is_assumed: Whether that is the commit's own date, because the server does not tell.
        state: The state of their result: `graded`, `nothing collected` or `failed`; empty where nothing was graded.
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
    received: datetime.datetime | None
    is_assumed: bool
    state: str
    points: float | None
    most: float
    parts: tuple[ExerciseShare, ...]
    history: tuple[PassCount, ...]
    stuck: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The students' names, or the id where the roster has none."""
        return self.name or self.id

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
    due: datetime.datetime | None,
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
        due: The due time; None for none.
        now: The time against which `IDLE` is measured, until the assignment is due.
    """
    starters = store.student_starters(assignment)
    tips = {owner: heads[branch] for owner, heads in store.heads(assignment).items() if branch in heads}
    commits = _commit_times(
        store, assignment, {owner: (starters[owner], tip) for owner, tip in tips.items() if owner in starters}
    )
    submissions = store.submissions(assignment)
    graded = {result["id"]: result for result in results}
    counts: dict[str, list[PassCount]] = {}
    for entry in history:
        received = datetime.datetime.fromisoformat(entry["received"])
        counts.setdefault(entry["id"], []).append(PassCount(received, entry["passed"], entry["tests"]))
    has_started = {owner for owner, times in commits.items() if times}
    is_expected = bool(due and now > due) or len(has_started) > len(owners) / 2
    students = []
    for owner in owners:
        result = graded.get(owner.id, {})
        score = result.get("score")
        newest = next(reversed(submissions.get(owner.id, [])), None)
        parts = tuple(ExerciseShare(part["title"], _share(part)) for part in score["parts"]) if score else ()
        own_counts = tuple(sorted(counts.get(owner.id, ()), key=lambda count: count.when))
        times = tuple(sorted(time if _GIT_BEGAN <= time <= now else now for time in commits.get(owner.id, ())))
        points, most = (float(score["points"]), float(score["most"])) if score else (None, 0.0)
        student = StudentProgress(
            owner.id,
            owner.title,
            times,
            newest.received if newest else None,
            newest.is_own_date if newest else False,
            result.get("state", ""),
            points,
            most,
            parts,
            own_counts,
        )
        imports = score.get("imports") if score else ()
        stuck = _why_stuck(student, bool(imports), is_expected=is_expected, until=min(now, due) if due else now)
        waiting = tuple(part["title"] for part in (score or {}).get("manual", ()) if part["points"] is None)
        students.append(replace(student, stuck=stuck, waiting=waiting))
    return students


def _passes_everything(parts: Sequence[ExerciseShare]) -> bool:
    return bool(parts) and all(part.share == 1 for part in parts)


def _share(part: Mapping[str, Any]) -> float:
    tests = part["tests"]
    return sum(bool(test["passed"]) for test in tests) / len(tests) if tests else 0.0


def _why_stuck(student: StudentProgress, fails_to_import: bool, *, is_expected: bool, until: datetime.datetime) -> str:
    """Why a student may need help; empty when nothing suggests it.

    Args:
        student: The student.
        fails_to_import: Whether their code could not be imported.
        is_expected: Whether somebody should have started: most have, or the assignment is due.
        until: The time until which work is expected.
    """
    if student.passes_everything:
        return ""
    if not student.commits and student.received is None:
        return "has not started" if is_expected else ""
    if fails_to_import:
        return "the code cannot be imported"
    if student.state == "graded" and not student.points:
        return f"0 of {student.most:g} points"
    history = student.history
    if len(history) >= 3 and history[-3].passed >= history[-1].passed:
        return f"{history[-1].passed} of {history[-1].tests} tests, as two submissions ago"
    # After the due time, nobody is expected to go on.
    idle = until - student.commits[-1] if student.commits else datetime.timedelta()
    return f"nothing for {idle.days} days" if idle >= IDLE else ""


def _commit_times(
    store: Store, assignment: str, work: Mapping[str, tuple[StarterVersion, str]]
) -> dict[str, list[datetime.datetime]]:
    """The author dates of owners' own commits: neither starters nor merges that were sent to them.

    Args:
        store: The class store.
        assignment: The assignment's name.
        work: Owner → their newest starter and the tip of their branch.
    """
    graph = read_graph(store, [commit for starter, tip in work.values() for commit in (starter.commit, tip)])
    sent = store.sent(assignment)
    return {
        owner: [
            graph.nodes[commit].authored
            for commit in graph.contained(tip, without=graph.contained(starter.commit)).difference(sent.get(owner, ()))
        ]
        for owner, (starter, tip) in work.items()
    }
