"""`scaffold class similarity`: find submissions that are alike."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course
from scaffold.core.classroom.reports.similarity import Pair, compare_submissions
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Block, Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError


def compare(folder: Path, name: str, top: int) -> Outcome:
    """Compare the collected submissions of an assignment.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        top: How many pairs to show.

    Raises:
        ScaffoldError: There is no class or assignment, or nothing was collected.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    store = open_store(course)
    submissions = store.submissions(assignment.name)
    commits = {owner: of_owner[-1].commit for owner, of_owner in submissions.items()}
    if not commits:
        raise ScaffoldError(
            f"Nothing of {assignment.name} was collected yet.", f"Collect it: scaffold class collect {assignment.name}"
        )
    titles = {owner.id: owner.title for owner in all_owners(course, assignment)}
    pairs = compare_submissions(store, store.student_starters(assignment.name), commits)
    data = {
        "assignment": assignment.name,
        "submissions": len(commits),
        "pairs": [asdict(pair) for pair in pairs[:top]],
        "more": max(0, len(pairs) - top),
    }
    text = Text(f"{assignment.name}: {len(commits)} submissions, {len(pairs)} pairs with something in common.")
    warning = Notice("Similar code need not be copied code: read both before you speak to anybody.")
    blocks: list[Block] = [_table(pairs[:top], titles), text] if pairs else [text]
    return Outcome(data, blocks, [warning] if pairs else [])


def _table(pairs: list[Pair], titles: Mapping[str, str]) -> Table:
    rows = [
        (
            f"{pair.first} ({titles.get(pair.first, '?')})",
            f"{pair.second} ({titles.get(pair.second, '?')})",
            f"{100 * pair.overlap:.0f} %",
            str(pair.shared),
            _passages(pair),
        )
        for pair in pairs
    ]
    return Table(("one", "other", "overlap", "shared", "most similar passage"), rows)


def _passages(pair: Pair) -> str:
    passage = pair.place
    lines, other_lines = (f"{first}-{last}" for first, last in (passage.lines, passage.other_lines))
    return f"{passage.path}:{lines} = {'' if passage.other == passage.path else passage.other}:{other_lines}"
