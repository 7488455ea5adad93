"""Where does a class stand? Who started, what passes, who is stuck: from the store and the results, nobody is asked."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import Given, Store
from scaffold.tools.git.graph import read_graph

IDLE = datetime.timedelta(days=3)
"""Without a push for so long, and not done: perhaps stuck."""


@dataclass(frozen=True)
class Passed:
    """How many tests passed of a submission, and when the server received that."""

    when: datetime.datetime
    passed: int
    tests: int


@dataclass(frozen=True)
class Part:
    """An exercise: what it is called, and the share of its tests that passed, 0 to 1."""

    title: str
    share: float


@dataclass(frozen=True)
class Standing:
    """Where somebody stands.

    Attributes:
        id: whose repository it is.
        name: as people write it.
        commits: when they committed, the oldest first; the starter's do not count.
        points: what they have; None when nothing was graded.
        most: what can be reached.
        parts: by exercise.
        history: how the tests came to pass.
        stuck: why they may need help; empty when they do not seem to.
    """

    id: str
    name: str
    commits: tuple[datetime.datetime, ...]
    points: float | None
    most: float
    parts: tuple[Part, ...]
    history: tuple[Passed, ...]
    stuck: str = ""


def of(
    store: Store,
    assignment: str,
    branch: str,
    who: Sequence[Owner],
    results: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]],
    now: datetime.datetime,
) -> list[Standing]:
    """Everybody's standing, in the roster's order, by what was last fetched and graded.

    Args:
        store: the class's.
        assignment: of which assignment.
        branch: the one that students work on.
        who: the owners.
        results: as results.read gives them; empty before anything was graded.
        history: as results.history gives it.
        now: who has not pushed for `IDLE` before it may be stuck.
    """
    lines = store.lines(assignment)
    tips = {owner: heads[branch] for owner, heads in store.heads(assignment).items() if branch in heads}
    commits = _commits(store, {owner: (lines[owner], tip) for owner, tip in tips.items() if owner in lines})
    graded = {one["id"]: one["score"] for one in results}
    passed: dict[str, list[Passed]] = {}
    for one in history:
        moment = datetime.datetime.fromisoformat(one["received"])
        passed.setdefault(one["id"], []).append(Passed(moment, one["passed"], one["tests"]))
    found = []
    for owner in who:
        score = graded.get(owner.id)
        parts = tuple(Part(part["title"], _share(part)) for part in score["parts"]) if score else ()
        mine = tuple(sorted(passed.get(owner.id, ()), key=lambda one: one.when))
        when = tuple(sorted(commits.get(owner.id, ())))
        points, most = (float(score["points"]), float(score["most"])) if score else (None, 0.0)
        stuck = _stuck(when, all(part.share == 1 for part in parts) and bool(parts), mine, now)
        found.append(Standing(owner.id, owner.title, when, points, most, parts, mine, stuck))
    return found


def _share(part: Mapping[str, Any]) -> float:
    tests = part["tests"]
    return sum(bool(test["passed"]) for test in tests) / len(tests) if tests else 0.0


def _stuck(commits: Sequence[datetime.datetime], done: bool, history: Sequence[Passed], now: datetime.datetime) -> str:
    if not commits or done:
        return ""
    if len(history) >= 3 and history[-3].passed >= history[-1].passed:
        return f"{history[-1].passed} of {history[-1].tests} tests, as two submissions ago"
    idle = now - commits[-1]
    return f"nothing for {idle.days} days" if idle >= IDLE else ""


def _commits(store: Store, work: Mapping[str, tuple[Given, str]]) -> dict[str, list[datetime.datetime]]:
    """When owners committed what is above their starter; one process for all of them."""
    graph = read_graph(store, [tip for _, tip in work.values()])
    starters = {commit for line, _ in work.values() for commit in (line.commit, line.parent) if commit}
    return {
        owner: [graph.nodes[commit].authored for commit in graph.contained(tip, without=starters)]
        for owner, (_, tip) in work.items()
    }
