"""`scaffold class similarity`: which submissions are alike."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from scaffold.core.classroom import assignment, course
from scaffold.core.classroom.reports import similarity
from scaffold.core.classroom.reports.similarity import Pair
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Block, Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError


def compare(folder: Path, name: str, top: int) -> Outcome:
    """Compare what was collected of an assignment.

    Args:
        folder: the class.
        name: the assignment.
        top: so many pairs are shown.

    Raises:
        ScaffoldError: there is no class or assignment, or nothing was collected.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    store = open_store(room)
    commits = {owner: some[-1].commit for owner, some in store.submissions(task.name).items()}
    if not commits:
        raise ScaffoldError(
            f"Nothing of {task.name} was collected yet.", f"Collect: scaffold class collect {task.name}"
        )
    titles = {one.id: one.title for one in prepare.everybody(room, task)}
    pairs = similarity.compare(store, store.lines(task.name), commits)
    data = {
        "assignment": task.name,
        "submissions": len(commits),
        "pairs": [asdict(pair) for pair in pairs[:top]],
        "more": max(0, len(pairs) - top),
    }
    text = Text(f"{task.name}: {len(commits)} submissions, {len(pairs)} pairs with something in common.")
    warning = Notice("Alike is not copied: read both before you speak to anybody.")
    blocks: list[Block] = [_table(pairs[:top], titles), text] if pairs else [text]
    return Outcome(data, blocks, [warning] if pairs else [])


def _table(pairs: list[Pair], titles: Mapping[str, str]) -> Table:
    rows = [
        (
            f"{pair.first} ({titles.get(pair.first, '?')})",
            f"{pair.second} ({titles.get(pair.second, '?')})",
            f"{100 * pair.overlap:.0f} %",
            str(pair.shared),
            _where(pair),
        )
        for pair in pairs
    ]
    return Table(("one", "other", "alike", "runs", "where most"), rows)


def _where(pair: Pair) -> str:
    place = pair.place
    here, there = (f"{first}-{last}" for first, last in (place.lines, place.other_lines))
    return f"{place.path}:{here} = {'' if place.other == place.path else place.other}:{there}"
