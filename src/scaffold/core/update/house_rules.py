"""The rules by which an update differs from git's merge, applied to what the merge gave.

A file that the owner deleted stays deleted, an untracked file stays where it is, and a notebook is merged as a whole or
not at all.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scaffold.tools.git.merge import Merged, Stage, Stages, Workbench
from scaffold.tools.git.trees import Commit, Entry, Tree

_BRANCH = "result"
_DELETED_BY_OWNER = {Stage.BASE, Stage.THEIRS}


@dataclass(frozen=True)
class Change:
    """One row of a plan.

    Attributes:
        path: The file.
        action: What happens to it: `add`, `change`, `delete`, `rename`, `keep` or `conflict`.
        reason: Why, in a few words.
        odd: Whether the owner should be told even when nobody reads the plan.
    """

    path: str
    action: str
    reason: str
    odd: bool = False


@dataclass(frozen=True)
class Ruled:
    """The merged tree after the rules.

    Attributes:
        tree: The id of the tree.
        conflicts: Path → its stages.
        kept: A row for each change of the template that the rules did not take.
    """

    tree: str
    conflicts: Mapping[str, Stages]
    kept: tuple[Change, ...]


@dataclass(frozen=True)
class Sides:
    """What was merged.

    Attributes:
        work_tree: The project's folder; None where there is no work tree, and so nothing untracked.
        start: The id of the project's tree in HEAD.
        entries: The files of that tree: path → entry.
        base: The template as the project last took it.
        theirs: The template as it will be.
    """

    work_tree: Path | None
    start: str
    entries: Mapping[str, Entry]
    base: Tree
    theirs: Tree


def apply_rules(bench: Workbench, sides: Sides, merged: Merged) -> Ruled:
    """Apply the rules to a merge.

    Args:
        bench: The workbench that has the merged tree; a tree that the rules change is written there.
        sides: What was merged.
        merged: What git made of it.
    """
    result = bench.entries(merged.tree)
    conflicts = dict(merged.conflicts)
    origins = _Origins(bench, sides, merged, result)
    kept, removed, restored = [], [], {}
    for path in [path for path, stages in conflicts.items() if set(stages) == _DELETED_BY_OWNER]:
        del conflicts[path]
        removed.append(path)
        did = "changed it" if path in sides.base else "moved it here"
        kept.append(Change(path, "keep", f"you deleted it; the template {did}: it stays deleted"))
    for path in _blocked(sides, sorted(result.keys() - sides.entries.keys() - set(removed))):
        reason = "the template adds it, but you have an untracked file there: yours stays"
        origin = origins.of(path)
        if origin:
            restored[origin] = sides.entries[origin]
            reason = f"the template moves {origin} there, but you have an untracked file there: both stay as they are"
        conflicts.pop(path, None)
        removed.append(path)
        kept.append(Change(path, "keep", reason, odd=True))
    for path, stages in _broken_notebooks(bench, sides, result, conflicts, origins):
        conflicts[path] = stages
        restored[path] = stages[Stage.YOURS]
    removed = [path for path in removed if path in result]
    tree = merged.tree
    if removed or restored:
        bench.write([Commit(_BRANCH, {}, start=tree, removed=removed, entries=restored)])
        tree = bench.tree_of(_BRANCH)
    return Ruled(tree, conflicts, tuple(kept))


def keep_through_migrations(bench: Workbench, sides: Sides, ruled: Ruled, tree: str) -> Ruled:
    """Apply the rules to what a template's migrations made of the merged tree.

    A file in conflict stays for its owner to resolve, and an untracked file stays where it is.

    Args:
        bench: The workbench that has both trees.
        sides: What was merged; its files are those of HEAD, before any migration.
        ruled: The merged tree after the rules.
        tree: The id of the tree after the migrations.
    """
    before, result = bench.entries(ruled.tree), bench.entries(tree)
    origins = _Origins(bench, sides, Merged(tree), result)
    restored = {path: before[path] for path in ruled.conflicts if path in before and path not in result}
    blocked = _blocked(sides, sorted(result.keys() - sides.entries.keys()))
    restored |= {origin: sides.entries[origin] for origin in map(origins.of, blocked) if origin}
    if blocked or restored:
        bench.write([Commit("migrated", {}, start=tree, removed=blocked, entries=restored)])
        tree = bench.tree_of("migrated")
    reason = "a migration adds it, but you have an untracked file there: yours stays"
    return Ruled(tree, ruled.conflicts, (*ruled.kept, *(Change(path, "keep", reason, odd=True) for path in blocked)))


class _Origins:
    """Where the owner's files were before the merge moved them; found out when it is asked for."""

    def __init__(self, bench: Workbench, sides: Sides, merged: Merged, result: Mapping[str, Entry]) -> None:
        self._bench, self._sides, self._merged = bench, sides, merged
        self._gone = {sides.entries[path].oid: path for path in sides.entries.keys() - result.keys()}
        self._moves: dict[str, str] | None = None

    def of(self, path: str) -> str:
        """The owner's path of a file that is new at `path`; empty when they did not have it."""
        entry = self._merged.conflicts.get(path, {}).get(Stage.YOURS)
        if entry:
            return self._gone.get(entry.oid, "")
        if self._moves is None:
            rows = self._bench.changes(self._sides.start, self._merged.tree)
            self._moves = {target: source for status, source, target in rows if status == "R"}
        return self._moves.get(path, "")


def _blocked(sides: Sides, added: list[str]) -> list[str]:
    """Those of the new paths where an untracked or ignored file stands, there or in place of a folder above it."""
    folder = sides.work_tree
    if folder is None:
        return []
    return [
        path
        for path in added
        if _holds_untracked(sides, folder, path)
        or any(_is_untracked_file(sides, folder, parent.as_posix()) for parent in Path(path).parents)
    ]


def _holds_untracked(sides: Sides, folder: Path, path: str) -> bool:
    there = folder / path
    if there.is_dir() and not there.is_symlink():
        below = [item for item in there.rglob("*") if item.is_symlink() or not item.is_dir()]
        return any(item.relative_to(folder).as_posix() not in sides.entries for item in below)
    return os.path.lexists(there) and not any(parent.as_posix() in sides.entries for parent in Path(path).parents)


def _is_untracked_file(sides: Sides, folder: Path, path: str) -> bool:
    there = folder / path
    return path not in sides.entries and (there.is_file() or there.is_symlink()) and path != "."


def _broken_notebooks(
    bench: Workbench,
    sides: Sides,
    result: Mapping[str, Entry],
    conflicts: Mapping[str, Stages],
    origins: _Origins,
) -> Iterator[tuple[str, Stages]]:
    """Notebooks that a merge by lines left with markers or as invalid JSON: each becomes a conflict as a whole."""
    for path, entry in result.items():
        if not path.endswith(".ipynb") or sides.entries.get(path) == entry:
            continue
        if path in conflicts:
            stages = conflicts[path]
        elif _is_json(bench.read(entry.oid)):
            continue
        else:
            stages = _stages(sides, path, path if path in sides.entries else origins.of(path))
        if Stage.YOURS in stages:
            yield path, stages


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _stages(sides: Sides, path: str, origin: str) -> Stages:
    """The three versions of a file that the owner has at `origin` and the merge brought to `path`."""
    stages: dict[int, Entry] = {}
    for stage, tree in ((Stage.BASE, sides.base), (Stage.THEIRS, sides.theirs)):
        file = tree.get(path) or tree.get(origin)
        if file:
            stages[stage] = Entry(file.mode, file.oid)
    return {**stages, Stage.YOURS: sides.entries[origin]} if origin in sides.entries else stages
