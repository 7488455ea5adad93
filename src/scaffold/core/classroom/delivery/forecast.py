"""What an update would do to each student's work, found out beside it: nothing of the student's is touched.

base is the starter that a student's work contains, theirs is the newer starter, yours is the student's branch. It is
the merge of `scaffold update`, for a whole class by a handful of processes; those whose three trees are the same as
another's are looked at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold.core.update import ownership
from scaffold.core.update.house_rules import Sides, apply_rules
from scaffold.tools.git.merge import Merged, Workbench, merge_many
from scaffold.tools.git.trees import Commit, Entry, File, Known, Tree

NOT_STARTED, CURRENT, CLEAN, CONFLICT = "not started", "has it", "clean", "conflict"
_MARKS = "refs/heads/all"
_START = b"<<<<<<< "
_ALL = {1, 2, 3}
"""The stages of a file that both changed."""


@dataclass(frozen=True)
class Sides3:
    """The trees of one merge.

    Attributes:
        base: the starter that the student's work contains.
        yours: the student's.
        theirs: the newer starter.
    """

    base: str
    yours: str
    theirs: str


@dataclass(frozen=True)
class Clash:
    """A conflict: the file, and the line in the student's file where it begins (0: it is about the whole file)."""

    path: str
    line: int


@dataclass(frozen=True)
class Forecast:
    """What would come of it.

    Attributes:
        state: `not started`, `has it`, `clean` or `conflict`.
        tree: what the student's branch would be, when it is clean.
        files: how many files of theirs it would change.
        clashes: where it would conflict.
    """

    state: str
    tree: str
    files: int = 0
    clashes: tuple[Clash, ...] = ()


def forecast(bench: Workbench, wanted: Sequence[Sides3]) -> list[Forecast]:
    """The outcome of every merge, in order.

    Args:
        bench: a workbench that sees all the trees.
        wanted: the merges.
    """
    distinct = list(dict.fromkeys(wanted))
    found = {sides: _without_merge(sides) for sides in distinct}
    merged = [sides for sides, known in found.items() if known is None]
    found |= dict(zip(merged, _merged(bench, merged), strict=True))
    plain = {sides: known for sides, known in found.items() if known}
    counts = bench.changed_entries([(sides.yours, known.tree) for sides, known in plain.items()])
    told = {
        sides: replace(known, files=len(changed)) for (sides, known), changed in zip(plain.items(), counts, strict=True)
    }
    return [told[sides] for sides in wanted]


def _without_merge(sides: Sides3) -> Forecast | None:
    if sides.yours == sides.theirs or sides.base == sides.theirs:
        return Forecast(CURRENT, sides.yours)
    return Forecast(NOT_STARTED, sides.theirs) if sides.yours == sides.base else None


def _merged(bench: Workbench, wanted: Sequence[Sides3]) -> list[Forecast]:
    if not wanted:
        return []
    mine = bench.changed_entries([(sides.base, sides.yours) for sides in wanted])
    news = bench.changed_entries([(sides.base, sides.theirs) for sides in wanted])
    aligned = _aligned(bench, mine, news)
    commits = []
    for number, (sides, (old, new)) in enumerate(zip(wanted, aligned, strict=True)):
        first = 3 * number + 1
        trees: Trees = ((sides.base, old, ""), (sides.yours, {}, f":{first}"), (sides.theirs, new, f":{first}"))
        for side, (tree, files, parent) in enumerate(trees):
            commits.append(Commit("", files, start=tree, parent=parent, ref=_MARKS, mark=first + side))
    ids = bench.write_marked(commits)
    merges = merge_many(bench, [(ids[3 * number + 2], ids[3 * number + 3]) for number in range(len(wanted))])
    done = [
        _settled(bench, sides, merged) if _is_odd(merged, changed.keys() & new.keys()) else _plain(sides, merged)
        for sides, merged, changed, new in zip(wanted, merges, mine, news, strict=True)
    ]
    return _with_lines(bench, done)


def _is_odd(merged: Merged, both: set[str]) -> bool:
    """Whether a rule of the house may have a say: somebody deleted what the other changed, or a notebook was merged."""
    deleted = any(set(stages) != _ALL for stages in merged.conflicts.values())
    return deleted or any(path.endswith(".ipynb") for path in (*both, *merged.conflicts))


def _plain(sides: Sides3, merged: Merged) -> Forecast:
    if not merged.conflicts:
        return _clean(sides, merged.tree)
    return Forecast(CONFLICT, merged.tree, clashes=tuple(Clash(path, 0) for path in sorted(merged.conflicts)))


def _with_lines(bench: Workbench, found: Sequence[Forecast]) -> list[Forecast]:
    """The same, with the lines where conflicts begin: all files are read at once."""
    places = [(one.tree, clash.path) for one in found for clash in one.clashes]
    lines = dict(zip(places, map(_line, bench.read_paths(places)), strict=True))
    return [
        replace(one, clashes=tuple(replace(clash, line=lines[one.tree, clash.path]) for clash in one.clashes))
        for one in found
    ]


def _clean(sides: Sides3, tree: str) -> Forecast:
    return Forecast(CURRENT if tree == sides.yours else CLEAN, tree)


Trees = tuple[tuple[str, Mapping[str, File], str], ...]
Changes = Mapping[str, tuple[Entry, Entry]]


def _aligned(
    bench: Workbench, mine: Sequence[Changes], news: Sequence[Changes]
) -> list[tuple[dict[str, File], dict[str, File]]]:
    """What is the student's to say (results of their runs, line ends) is taken out of both starters, as in an update.

    Only files that both changed can matter, so only those are read: all of them at once.
    """
    both = [_both(one, other) for one, other in zip(mine, news, strict=True)]
    oids = {
        entry.oid
        for paths, one, other in zip(both, mine, news, strict=True)
        for path in paths
        for entry in (*one[path], other[path][1])
    }
    contents = bench.read_many(sorted(oids))
    found = []
    for paths, one, other in zip(both, mine, news, strict=True):
        base = {path: _file(one[path][0], contents) for path in paths}
        theirs = {path: _file(other[path][1], contents) for path in paths}
        yours = {path: one[path][1] for path in paths}
        old, new = ownership.align(base, theirs, yours, lambda asked: {oid: contents[oid] for oid in asked})
        found.append((_differing(base, old), _differing(theirs, new)))
    return found


def _file(entry: Entry, contents: Mapping[str, bytes]) -> File:
    return File(contents[entry.oid], entry.mode == "100755")


def _both(one: Changes, other: Changes) -> set[str]:
    """The files that both changed, in whatever way."""
    return {path for path in one.keys() & other.keys() if _is_file(one[path], other[path])}


def _is_file(one: tuple[Entry, Entry], other: tuple[Entry, Entry]) -> bool:
    return all(entry.mode.startswith("100") for entry in (*one, *other))


def _differing(before: Tree, after: Tree) -> dict[str, File]:
    return {path: file for path, file in after.items() if file != before[path]}


def _settled(bench: Workbench, sides: Sides3, merged: Merged) -> Forecast:
    """Apply the rules of the house: what the student deleted stays deleted, a notebook is merged whole or not."""
    entries = bench.entries(sides.yours)
    base, theirs = (
        {path: Known(b"", entry=entry) for path, entry in bench.entries(tree).items()}
        for tree in (sides.base, sides.theirs)
    )
    settled = apply_rules(bench, Sides(None, sides.yours, entries, base, theirs), merged)
    if not settled.conflicts:
        return _clean(sides, settled.tree)
    return Forecast(CONFLICT, settled.tree, clashes=tuple(Clash(path, 0) for path in sorted(settled.conflicts)))


def _line(content: bytes) -> int:
    """Where the first conflict of a file begins; the lines before it are the same in the student's file."""
    start = 0 if content.startswith(_START) else content.find(b"\n" + _START) + 1
    return content.count(b"\n", 0, start) + 1 if start or content.startswith(_START) else 0
