"""Forecast how a newer starter merges with each student's work, without touching the work.

The merge is the one of `scaffold update`: base is the starter that the student's work contains, theirs is the newer
starter, yours is the student's branch. A few processes merge for the whole class, and students with the same three
trees share one merge.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.core.update import ownership
from scaffold.core.update.house_rules import Sides, apply_rules
from scaffold.tools.git.merge import Merged, Workbench, merge_many
from scaffold.tools.git.trees import Commit, Entry, File, Known, Tree

NOT_STARTED, CURRENT, CLEAN, CONFLICT = "not started", "has it", "clean", "conflict"
_REF = "refs/heads/all"
_CONFLICT_START = b"<<<<<<< "
_ALL_STAGES = {1, 2, 3}
"""The index stages of a file that both sides changed."""


@dataclass(frozen=True)
class MergeTrees:
    """The tree ids of one merge.

    Attributes:
        base: The starter that the student's work contains.
        yours: The student's work.
        theirs: The newer starter.
    """

    base: str
    yours: str
    theirs: str


@dataclass(frozen=True)
class Conflict:
    """A file with a conflict, and the line in the student's file where it begins (0: the whole file)."""

    path: str
    line: int


@dataclass(frozen=True)
class Forecast:
    """The outcome of one merge.

    Attributes:
        state: `not started`, `has it`, `clean` or `conflict`.
        tree: The merged tree's id; with conflict markers in it when there is a conflict.
        files: How many of the student's files the merge would change.
        conflicts: The files with conflicts.
    """

    state: str
    tree: str
    files: int = 0
    conflicts: tuple[Conflict, ...] = ()


def forecast(bench: Workbench, merges: Sequence[MergeTrees]) -> list[Forecast]:
    """The outcome of every merge, in order.

    Args:
        bench: A workbench that can read all the trees.
        merges: The merges.
    """
    distinct = list(dict.fromkeys(merges))
    trivial = {trees: _without_merge(trees) for trees in distinct}
    to_merge = [trees for trees, outcome in trivial.items() if outcome is None]
    outcomes = {trees: outcome for trees, outcome in trivial.items() if outcome}
    outcomes |= dict(zip(to_merge, _merge_all(bench, to_merge), strict=True))
    changes = bench.changed_entries([(trees.yours, outcome.tree) for trees, outcome in outcomes.items()])
    counted = {
        trees: replace(outcome, files=len(changed))
        for (trees, outcome), changed in zip(outcomes.items(), changes, strict=True)
    }
    return [counted[trees] for trees in merges]


def _without_merge(trees: MergeTrees) -> Forecast | None:
    """The outcome where one side is unchanged; None where a merge is needed."""
    if trees.yours == trees.theirs or trees.base == trees.theirs:
        return Forecast(CURRENT, trees.yours)
    return Forecast(NOT_STARTED, trees.theirs) if trees.yours == trees.base else None


def _merge_all(bench: Workbench, merges: Sequence[MergeTrees]) -> list[Forecast]:
    if not merges:
        return []
    student_changes = bench.changed_entries([(trees.base, trees.yours) for trees in merges])
    starter_changes = bench.changed_entries([(trees.base, trees.theirs) for trees in merges])
    aligned = _align(bench, student_changes, starter_changes)
    commits = []
    for number, (trees, (old, new)) in enumerate(zip(merges, aligned, strict=True)):
        mark = 3 * number + 1
        sides: tuple[_Side, ...] = (
            (trees.base, old, ""),
            (trees.yours, {}, f":{mark}"),
            (trees.theirs, new, f":{mark}"),
        )
        for offset, (tree, files, parent) in enumerate(sides):
            commits.append(Commit("", files, start=tree, parent=parent, ref=_REF, mark=mark + offset))
    ids = bench.write_marked(commits)
    merged = merge_many(bench, [(ids[3 * number + 2], ids[3 * number + 3]) for number in range(len(merges))])
    outcomes = []
    for trees, result, ours, theirs in zip(merges, merged, student_changes, starter_changes, strict=True):
        rules_apply = _rules_apply(result, ours.keys() & theirs.keys())
        outcomes.append(_with_rules(bench, trees, result) if rules_apply else _outcome(trees, result))
    return _with_lines(bench, outcomes)


_Side = tuple[str, Mapping[str, File], str]
"""A side of a merge: the tree to start with, files to write over it, the parent commit's mark."""


def _rules_apply(merged: Merged, changed_by_both: set[str]) -> bool:
    """Whether a rule of core/update/house_rules.py can apply: a file deleted by one side, or a notebook."""
    deleted = any(set(stages) != _ALL_STAGES for stages in merged.conflicts.values())
    return deleted or any(path.endswith(".ipynb") for path in (*changed_by_both, *merged.conflicts))


def _outcome(trees: MergeTrees, merged: Merged) -> Forecast:
    if not merged.conflicts:
        return _clean(trees, merged.tree)
    return Forecast(CONFLICT, merged.tree, conflicts=tuple(Conflict(path, 0) for path in sorted(merged.conflicts)))


def _with_lines(bench: Workbench, outcomes: Sequence[Forecast]) -> list[Forecast]:
    """The outcomes, with the lines where conflicts begin; the files of all outcomes are read at once."""
    places = [(outcome.tree, conflict.path) for outcome in outcomes for conflict in outcome.conflicts]
    lines = dict(zip(places, map(_first_conflict_line, bench.read_paths(places)), strict=True))
    return [
        replace(
            outcome,
            conflicts=tuple(
                replace(conflict, line=lines[outcome.tree, conflict.path]) for conflict in outcome.conflicts
            ),
        )
        for outcome in outcomes
    ]


def _clean(trees: MergeTrees, tree: str) -> Forecast:
    return Forecast(CURRENT if tree == trees.yours else CLEAN, tree)


Changes = Mapping[str, tuple[Entry, Entry]]
"""What changed between two trees: path → (entry before, entry after)."""


def _align(
    bench: Workbench, student_changes: Sequence[Changes], starter_changes: Sequence[Changes]
) -> list[tuple[dict[str, File], dict[str, File]]]:
    """Remove from both starters what belongs to the student (results of their runs, line endings), as an update does.

    Only files that both sides changed can matter, so only those are read: all of them at once.

    Returns:
        For each merge, the files to write over the base and over the newer starter.
    """
    both = [_changed_by_both(ours, theirs) for ours, theirs in zip(student_changes, starter_changes, strict=True)]
    oids = {
        entry.oid
        for paths, ours, theirs in zip(both, student_changes, starter_changes, strict=True)
        for path in paths
        for entry in (*ours[path], theirs[path][1])
    }
    contents = bench.read_many(sorted(oids))
    aligned = []
    for paths, ours, theirs in zip(both, student_changes, starter_changes, strict=True):
        base = {path: _file(ours[path][0], contents) for path in paths}
        newer = {path: _file(theirs[path][1], contents) for path in paths}
        students = {path: ours[path][1] for path in paths}
        old, new = ownership.align(base, newer, students, lambda wanted: {oid: contents[oid] for oid in wanted})
        aligned.append((_differing(base, old), _differing(newer, new)))
    return aligned


def _file(entry: Entry, contents: Mapping[str, bytes]) -> File:
    return File(contents[entry.oid], entry.mode == "100755")


def _changed_by_both(ours: Changes, theirs: Changes) -> set[str]:
    """The regular files that both sides changed, in whatever way."""
    return {
        path
        for path in ours.keys() & theirs.keys()
        if all(entry.mode.startswith("100") for entry in (*ours[path], *theirs[path]))
    }


def _differing(before: Tree, after: Tree) -> dict[str, File]:
    return {path: file for path, file in after.items() if file != before[path]}


def _with_rules(bench: Workbench, trees: MergeTrees, merged: Merged) -> Forecast:
    """Apply the rules of an update: a deleted file stays deleted, a notebook is merged completely or not at all."""
    base, theirs = (
        {path: Known(b"", entry=entry) for path, entry in bench.entries(tree).items()}
        for tree in (trees.base, trees.theirs)
    )
    sides = Sides(None, trees.yours, bench.entries(trees.yours), base, theirs)
    ruled = apply_rules(bench, sides, merged)
    if not ruled.conflicts:
        return _clean(trees, ruled.tree)
    return Forecast(CONFLICT, ruled.tree, conflicts=tuple(Conflict(path, 0) for path in sorted(ruled.conflicts)))


def _first_conflict_line(content: bytes) -> int:
    """The line where the first conflict of a file begins; the lines before it are the same in the student's file."""
    start = 0 if content.startswith(_CONFLICT_START) else content.find(b"\n" + _CONFLICT_START) + 1
    return content.count(b"\n", 0, start) + 1 if start or content.startswith(_CONFLICT_START) else 0
