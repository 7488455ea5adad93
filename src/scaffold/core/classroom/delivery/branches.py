"""Find work on other branches than the one that is collected."""

import contextlib
import re
from collections.abc import Collection, Mapping, Sequence

from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.store import Store
from scaffold.tools.git.graph import read_graph

_OURS = re.compile(r"starter-\d+(-.*)?|feedback")
"""Branches that scaffold pushes."""


def students_branches(branches: Collection[str], branch: str) -> list[str]:
    """The branches that a student made, beside the one that is collected, sorted."""
    return sorted(name for name in branches if name != branch and not _OURS.fullmatch(name))


def other_work(store: Store, assignment: str, branch: str, owners: Sequence[Owner]) -> dict[str, list[str]]:
    """Owner → branches with commits that the collected branch does not contain, as they were fetched last.

    Args:
        store: The class store.
        assignment: The assignment's name.
        branch: The branch that is collected.
        owners: The students or teams; one whose branches cannot be read is left out.
    """
    try:
        return _other_work(store, assignment, branch, owners)
    except Exception:  # one of them cannot be read: then each is read alone
        work: dict[str, list[str]] = {}
        for owner in owners:
            with contextlib.suppress(Exception):
                work |= _other_work(store, assignment, branch, [owner])
        return work


def _other_work(store: Store, assignment: str, branch: str, owners: Sequence[Owner]) -> dict[str, list[str]]:
    heads, starters = store.heads(assignment), store.student_starters(assignment)
    wanted = {owner.id for owner in owners}
    found: Mapping[str, dict[str, str]] = {
        owner: {name: of_owner[name] for name in students_branches(of_owner, branch)}
        for owner, of_owner in heads.items()
        if owner in wanted and owner in starters
    }
    others = {owner: tips for owner, tips in found.items() if tips}
    if not others:
        return {}
    collected = {owner: heads[owner].get(branch, starters[owner].commit) for owner in others}
    graph = read_graph(store, [*collected.values(), *(tip for tips in others.values() for tip in tips.values())])
    work = {}
    for owner, tips in others.items():
        counted = {starters[owner].commit, *graph.contained(collected[owner])}
        if ahead := [name for name, tip in tips.items() if graph.contained(tip, without=counted)]:
            work[owner] = ahead
    return work
