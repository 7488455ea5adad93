"""Find submissions that have more in common than the starter explains. No code leaves the teacher's machine."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scaffold.core.classroom.reports.fingerprints import Fingerprint, fingerprints
from scaffold.core.classroom.store import StarterVersion, Store

FEWEST = 4
"""With fewer shared fingerprints, two submissions are alike by chance."""
_REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class Passage:
    """The most similar passage of two submissions; the field names are keys of `--json`.

    Attributes:
        path: The first submission's file.
        lines: The first and last line in it.
        other: The second submission's file.
        other_lines: The first and last line in it.
    """

    path: str
    lines: tuple[int, int]
    other: str
    other_lines: tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """Two submissions with something in common; the field names are keys of `--json`.

    Attributes:
        first: The owner of the first submission.
        second: The owner of the second submission.
        shared: How many fingerprints both have, without the starter's.
        overlap: The share of the smaller submission's fingerprints that are shared, from 0 to 1.
        place: The most similar passage.
    """

    first: str
    second: str
    shared: int
    overlap: float
    place: Passage


Fingerprints = dict[int, tuple[str, int]]
"""The fingerprints of a submission: hash → the file and the line where it begins."""


def compare_submissions(store: Store, starters: Mapping[str, StarterVersion], commits: Mapping[str, str]) -> list[Pair]:
    """All pairs of submissions with something in common, the most similar first.

    Args:
        store: The class store.
        starters: Owner → their starter.
        commits: Owner → the commit that they submitted.
    """
    return rank_pairs(dict(_own_fingerprints(store, starters, commits)))


def rank_pairs(by_owner: Mapping[str, Fingerprints]) -> list[Pair]:
    """The pairs of submissions with something in common, by owner → fingerprints."""
    owners_of: dict[int, list[str]] = defaultdict(list)
    for owner, own in by_owner.items():
        for fingerprint in own:
            owners_of[fingerprint].append(owner)
    # What many students share is the usual way to solve the exercise, not a copy.
    common = min(max(20, len(by_owner) // 10), 200)
    shared: Counter[tuple[str, str]] = Counter()
    for owners in owners_of.values():
        if len(owners) <= common:
            shared.update(combinations(owners, 2))
    pairs = [_pair(by_owner, owners, count) for owners, count in shared.items() if count >= FEWEST]
    return sorted(pairs, key=lambda pair: (-pair.overlap, -pair.shared, pair.first, pair.second))


def _own_fingerprints(
    store: Store, starters: Mapping[str, StarterVersion], commits: Mapping[str, str]
) -> Iterator[tuple[str, Fingerprints]]:
    """The fingerprints of the files that differ from the owner's starter, without the starter's fingerprints."""
    owners = [owner for owner in commits if owner in starters]
    submitted = store.trees_of([commits[owner] for owner in owners])
    given = [starters[owner].tree for owner in owners]
    known: dict[str, frozenset[int]] = {}
    changes = store.changed_entries(list(zip(given, submitted, strict=True)))
    for owner, starter, changed in zip(owners, given, changes, strict=True):
        if starter not in known:
            known[starter] = frozenset(hash_ for _, hash_, _ in _fingerprints(store, _regular_files(store, starter)))
        files = {path: entry.oid for path, (_, entry) in changed.items() if entry.mode in _REGULAR}
        own: Fingerprints = {}
        for path, hash_, line in _fingerprints(store, files):
            if hash_ not in known[starter]:
                own.setdefault(hash_, (path, line))
        yield owner, own


def _regular_files(store: Store, tree: str) -> dict[str, str]:
    return {path: entry.oid for path, entry in store.entries(tree).items() if entry.mode in _REGULAR}


def _fingerprints(store: Store, files: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    """The path, hash and line of every fingerprint in some files (path → blob id)."""
    contents = store.read_many(set(files.values()))
    by_content: dict[tuple[str, bool], Sequence[Fingerprint]] = {}
    for path, oid in files.items():
        key = (oid, path.endswith(".ipynb"))
        if key not in by_content:
            by_content[key] = fingerprints(path, contents[oid])
        for hash_, line in by_content[key]:
            yield path, hash_, line


def _pair(by_owner: Mapping[str, Fingerprints], owners: tuple[str, str], count: int) -> Pair:
    first, second = (by_owner[owner] for owner in owners)
    files: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for fingerprint in first.keys() & second.keys():
        (path, line), (other, other_line) = first[fingerprint], second[fingerprint]
        files[path, other].append((line, other_line))
    (path, other), positions = max(files.items(), key=lambda item: (len(item[1]), item[0]))
    lines, other_lines = [line for line, _ in positions], [line for _, line in positions]
    passage = Passage(path, (min(lines), max(lines)), other, (min(other_lines), max(other_lines)))
    return Pair(*owners, count, count / min(len(first), len(second)), passage)
