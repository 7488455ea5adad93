"""Which submissions of a class have more in common than the starter explains? Nothing leaves the teacher's disk."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scaffold.core.classroom.reports.fingerprints import Mark, fingerprints
from scaffold.core.classroom.store import Given, Store

FEWEST = 4
"""Shared fingerprints below which two submissions have nothing in common but chance."""
_REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class Place:
    """Where two submissions share most.

    Attributes:
        path: of the first's file, and the lines (first, last) in it.
        other: the same of the second's.
    """

    path: str
    lines: tuple[int, int]
    other: str
    other_lines: tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """Two submissions.

    Attributes:
        first: whose.
        second: whose.
        shared: how many fingerprints both have, without the starter's.
        overlap: their part of the smaller submission's, 0 to 1.
        place: where most of them are.
    """

    first: str
    second: str
    shared: int
    overlap: float
    place: Place


Marks = dict[int, tuple[str, int]]
"""A submission's own fingerprints: each with the file and line where it begins."""


def compare(store: Store, given: Mapping[str, Given], commits: Mapping[str, str]) -> list[Pair]:
    """All pairs with something in common, the most alike first.

    Args:
        store: where everything is.
        given: owner → their starter.
        commits: owner → what they submitted.
    """
    return rank(dict(_own(store, given, commits)))


def rank(marks: Mapping[str, Marks]) -> list[Pair]:
    """The pairs among submissions' own fingerprints."""
    whose: dict[int, list[str]] = defaultdict(list)
    for owner, own in marks.items():
        for mark in own:
            whose[mark].append(owner)
    # What so many share is the exercise's way of being solved, and not copied from one neighbour.
    common = min(max(20, len(marks) // 10), 200)
    shared: Counter[tuple[str, str]] = Counter()
    for owners in whose.values():
        if len(owners) <= common:
            shared.update(combinations(owners, 2))
    pairs = [_pair(marks, names, count) for names, count in shared.items() if count >= FEWEST]
    return sorted(pairs, key=lambda pair: (-pair.overlap, -pair.shared, pair.first, pair.second))


def _own(store: Store, given: Mapping[str, Given], commits: Mapping[str, str]) -> Iterator[tuple[str, Marks]]:
    """What each owner wrote: the files that differ from their starter, without the starter's fingerprints."""
    owners = [owner for owner in commits if owner in given]
    handed = store.trees_of([commits[owner] for owner in owners])
    starters = [given[owner].tree for owner in owners]
    known: dict[str, frozenset[int]] = {}
    differences = store.changed_entries(list(zip(starters, handed, strict=True)))
    for owner, starter, change in zip(owners, starters, differences, strict=True):
        if starter not in known:
            known[starter] = frozenset(mark for _, mark, _ in _marks(store, _entries(store, starter)))
        files = {path: oid for path, (_, (mode, oid)) in change.items() if mode in _REGULAR}
        own: Marks = {}
        for path, mark, line in _marks(store, files):
            if mark not in known[starter]:
                own.setdefault(mark, (path, line))
        yield owner, own


def _entries(store: Store, tree: str) -> dict[str, str]:
    return {path: oid for path, (mode, oid) in store.entries(tree).items() if mode in _REGULAR}


def _marks(store: Store, files: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    contents = store.read_many(set(files.values()))
    found: dict[tuple[str, bool], Sequence[Mark]] = {}
    for path, oid in files.items():
        key = (oid, path.endswith(".ipynb"))
        if key not in found:
            found[key] = fingerprints(path, contents[oid])
        for mark, line in found[key]:
            yield path, mark, line


def _pair(marks: Mapping[str, Marks], names: tuple[str, str], count: int) -> Pair:
    first, second = (marks[name] for name in names)
    files: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for mark in first.keys() & second.keys():
        (path, line), (other, other_line) = first[mark], second[mark]
        files[path, other].append((line, other_line))
    (path, other), lines = max(files.items(), key=lambda item: (len(item[1]), item[0]))
    here, there = [line for line, _ in lines], [line for _, line in lines]
    place = Place(path, (min(here), max(here)), other, (min(there), max(there)))
    return Pair(*names, count, count / min(len(first), len(second)), place)
