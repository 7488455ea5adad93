"""The rules of the house, applied to what git's merge found.

A file that the owner deleted stays deleted, what is untracked stays where it is, and a notebook is merged as a whole or
not at all.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.tools.git.merge import Merged, Place, Workbench
from scaffold.tools.git.trees import Commit, Tree

RESULT = "result"
_DELETED_BY_OWNER = {1, 3}
YOURS = 2


@dataclass(frozen=True)
class Change:
    """One row of a plan.

    Attributes:
        path: what it is about.
        action: its fate: `add`, `change`, `delete`, `rename`, `keep`, `lock` or `conflict`.
        reason: why.
        odd: whether the owner should be told even when nobody reads the plan.
    """

    path: str
    action: str
    reason: str
    odd: bool = False


@dataclass(frozen=True)
class Settled:
    """The merged tree after the rules.

    Attributes:
        tree: its id.
        conflicts: path → stage → entry.
        kept: what the rules kept from the template's change.
    """

    tree: str
    conflicts: Mapping[str, Mapping[int, Place]]
    kept: tuple[Change, ...]


@dataclass(frozen=True)
class Sides:
    """What was merged.

    Attributes:
        folder: the project in the work tree.
        start: its tree in HEAD.
        entries: the files of that tree.
        base: the template as the project last took it.
        theirs: the template as it is to be.
    """

    folder: Path
    start: str
    entries: Mapping[str, Place]
    base: Tree
    theirs: Tree


def settle(bench: Workbench, sides: Sides, merged: Merged) -> Settled:
    """Apply the rules."""
    result = bench.entries(merged.tree)
    conflicts = dict(merged.conflicts)
    origins = _Origins(bench, sides, merged, result)
    kept, removed, places = [], [], {}
    for path in [path for path, stages in conflicts.items() if set(stages) == _DELETED_BY_OWNER]:
        del conflicts[path]
        removed.append(path)
        kept.append(Change(path, "keep", "you deleted it; the template changed it: it stays deleted"))
    for path in _in_the_way(sides, sorted(result.keys() - sides.entries.keys() - set(removed))):
        reason = "the template adds it, but you have an untracked file there: yours stays"
        origin = origins.of(path)
        if origin:
            places[origin] = sides.entries[origin]
            reason = f"the template moves {origin} there, but you have an untracked file there: both stay as they are"
        conflicts.pop(path, None)
        removed.append(path)
        kept.append(Change(path, "keep", reason, odd=True))
    for path, stages in _broken_notebooks(bench, sides, result, conflicts, origins):
        conflicts[path] = stages
        places[path] = stages[YOURS]
    removed = [path for path in removed if path in result]
    tree = merged.tree
    if removed or places:
        bench.write([Commit(RESULT, {}, start=tree, removed=removed, places=places)])
        tree = bench.tree(RESULT)
    return Settled(tree, conflicts, tuple(kept))


class _Origins:
    """Where the owner's files were before the merge moved them; found out when it is asked for."""

    def __init__(self, bench: Workbench, sides: Sides, merged: Merged, result: Mapping[str, Place]) -> None:
        self._bench, self._sides, self._merged = bench, sides, merged
        self._gone = {sides.entries[path][1]: path for path in sides.entries.keys() - result.keys()}
        self._moves: dict[str, str] | None = None

    def of(self, path: str) -> str:
        """The owner's path of a file that is new at `path`; empty when it was nowhere."""
        _, oid = self._merged.conflicts.get(path, {}).get(YOURS, ("", ""))
        if oid:
            return self._gone.get(oid, "")
        if self._moves is None:
            rows = self._bench.changes(self._sides.start, self._merged.tree)
            self._moves = {target: source for status, source, target in rows if status == "R"}
        return self._moves.get(path, "")


def _in_the_way(sides: Sides, added: list[str]) -> list[str]:
    """Paths that would be new, but something untracked or ignored stands there, or where a folder of theirs would."""
    return [
        path
        for path in added
        if _holds_untracked(sides, path)
        or any(_is_untracked_file(sides, parent.as_posix()) for parent in Path(path).parents)
    ]


def _holds_untracked(sides: Sides, path: str) -> bool:
    place = sides.folder / path
    if place.is_dir() and not place.is_symlink():
        below = [item for item in place.rglob("*") if item.is_symlink() or not item.is_dir()]
        return any(item.relative_to(sides.folder).as_posix() not in sides.entries for item in below)
    return os.path.lexists(place) and not any(parent.as_posix() in sides.entries for parent in Path(path).parents)


def _is_untracked_file(sides: Sides, path: str) -> bool:
    place = sides.folder / path
    return path not in sides.entries and (place.is_file() or place.is_symlink()) and path != "."


def _broken_notebooks(
    bench: Workbench,
    sides: Sides,
    result: Mapping[str, Place],
    conflicts: Mapping[str, Mapping[int, Place]],
    origins: _Origins,
) -> Iterator[tuple[str, Mapping[int, Place]]]:
    """Notebooks that a merge by lines left with markers or as no valid JSON: they are conflicts as a whole."""
    for path, entry in result.items():
        if not path.endswith(".ipynb") or sides.entries.get(path) == entry:
            continue
        if path in conflicts:
            stages: Mapping[int, Place] = conflicts[path]
        elif _is_json(bench.read(entry[1])):
            continue
        else:
            stages = _stages(sides, path, path if path in sides.entries else origins.of(path))
        if YOURS in stages:
            yield path, stages


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _stages(sides: Sides, path: str, origin: str) -> dict[int, Place]:
    """The three versions of a file that the owner has at `origin` and the merge brought to `path`."""
    found: dict[int, Place] = {}
    for stage, tree in ((1, sides.base), (3, sides.theirs)):
        file = tree.get(path) or tree.get(origin)
        if file:
            found[stage] = (file.mode, file.oid)
    return {**found, YOURS: sides.entries[origin]} if origin in sides.entries else found
