"""What an update will do to a project, decided before anything is touched (docs/architecture.md, "Updating").

base is the template as the project last took it, new is the template as it will be, and yours is HEAD. git merges the
three; then the house rules are applied to the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scaffold.core.project import Project
from scaffold.core.templates import changelog
from scaffold.core.templates.rendering import Rendering
from scaffold.core.update import ownership
from scaffold.core.update.house_rules import Change, Ruled, Sides, apply_rules, keep_through_migrations
from scaffold.core.update.migrations import Migrations
from scaffold.core.update.uv_lock import LOCK_FILE, PYPROJECT, is_stale
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import YOURS_BRANCH, Stage, Stages, Workbench, merge
from scaffold.tools.git.trees import EMPTY_TREE, FOLDER, Commit, Entry, File

_DELETED_BY_TEMPLATE = {Stage.BASE, Stage.YOURS}
_ADDED_BY_BOTH = {Stage.YOURS, Stage.THEIRS}


@dataclass(frozen=True)
class Plan:
    """An update that can be applied.

    Attributes:
        project: The project being updated.
        head: The commit that it starts from; empty on a branch without one.
        version: The release that the project will be at.
        tree: The id of the new tree of the whole work tree; conflicted files hold markers.
        conflicts: Path in the work tree → its stages.
        changes: The rows, in the order of their paths.
        relock: Whether the owner's `uv.lock` no longer fits.
        notices: What the template's authors tell its owner about this update.
    """

    project: Project
    head: str
    version: str
    tree: str
    conflicts: Mapping[str, Stages] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    relock: bool = False
    notices: tuple[str, ...] = ()

    @property
    def changes_anything(self) -> bool:
        """Whether applying it changes any file."""
        return bool(self.conflicts) or any(change.action != "keep" for change in self.changes)


@dataclass(frozen=True)
class Migrating:
    """The migrations of an update, whose first stage has run.

    Attributes:
        head: The commit that it ran on.
        mine: The id of the project's tree there.
        start: The id of the tree that it left.
        migrations: Those that are to run.
    """

    head: str
    mine: str
    start: str
    migrations: Migrations


def make_plan(
    bench: Workbench, project: Project, base: Rendering, new: Rendering, label: str, migrating: Migrating | None = None
) -> Plan:
    """Merge, apply the house rules, and list what would change.

    Args:
        bench: A workbench beside the project's repository.
        project: The project, with a clean work tree.
        base: The template as the project last took it.
        new: The template as it will be.
        label: The template's name in conflict markers.
        migrating: The migrations that are a part of the update; None for none.
    """
    head, mine = (migrating.head, migrating.mine) if migrating else starting_point(project)
    sides, ruled = _merged(bench, project, (base, new), migrating.start if migrating else mine, label)
    by_migration: set[str] = set()
    if migrating:
        after = migrating.migrations.after(bench, ruled.tree, new.answers)
        steps = ((mine, migrating.start), (ruled.tree, after))
        by_migration = {path for step in steps for path in _differing(bench, *step)}
        sides = replace(sides, start=mine, entries=bench.entries(mine))
        ruled = keep_through_migrations(bench, sides, ruled, after)
    changes = _changes(bench, sides, ruled)
    changes = [_by_migration(change) if change.path in by_migration else change for change in changes]
    tree = _whole_tree(bench, head, project.prefix, ruled.tree)
    conflicts = {project.path_of(path): stages for path, stages in ruled.conflicts.items()}
    rows = sorted([*changes, *ruled.kept], key=lambda change: change.path)
    if new.version == project.version:
        rows = [replace(row, reason=_by_answers(row.reason)) for row in rows]
    relock = not {PYPROJECT, LOCK_FILE} & ruled.conflicts.keys() and _is_lock_stale(bench, sides.entries, ruled.tree)
    return Plan(project, head, new.version, tree, conflicts, tuple(rows), relock, _notices(project, new))


def _merged(
    bench: Workbench, project: Project, renderings: tuple[Rendering, Rendering], start: str, label: str
) -> tuple[Sides, Ruled]:
    """Merge base and new into the project's tree, and apply the house rules."""
    base, new = renderings
    entries = bench.entries(start)
    old, theirs = ownership.without_ignored(base.tree, entries), ownership.without_ignored(new.tree, entries)
    old, theirs = ownership.align(old, theirs, entries, bench.read_many)
    # A lock file that the owner has locked again cannot be merged as text; `relock` says whether it must be made again.
    locked = (
        {LOCK_FILE}
        if LOCK_FILE in entries and not (LOCK_FILE in old and old[LOCK_FILE].oid == entries[LOCK_FILE].oid)
        else set()
    )
    ownership.keep_existing(old, theirs, entries, base.skipped | new.skipped | locked)
    bench.use_attributes(bench.read(entries[".gitattributes"].oid) if ".gitattributes" in entries else b"")
    # The answers file is the tool's: what was edited in it is in base and new already.
    same = {path: old[path] for path in (base.answers_file,) if path in old}
    merged = merge(bench, old, Commit(YOURS_BRANCH, same, start=start, parent="base"), theirs, label)
    sides = Sides(project.folder, start, entries, old, theirs)
    return sides, apply_rules(bench, sides, merged)


def _notices(project: Project, new: Rendering) -> tuple[str, ...]:
    if new.version == project.version:
        return ()
    return (*changelog.notices(changelog.between(new.changelog, project.version, new.version)), *new.notices)


def _differing(bench: Workbench, old: str, new: str) -> set[str]:
    return {path for _, path, _ in bench.changes(old, new, renames=False)} if old != new else set()


_MIGRATED = {"add": "adds", "change": "changes", "delete": "deletes", "rename": "moves"}


def _by_migration(change: Change) -> Change:
    verb = _MIGRATED.get(change.action)
    return replace(change, reason=f"a migration of the template {verb} it") if verb else change


def with_file(bench: Workbench, plan: Plan, path: str, content: bytes, reason: str) -> Plan:
    """The plan, with one file of the project replaced.

    Args:
        bench: The workbench that has the plan's objects.
        plan: The plan.
        path: The file, from the project's folder.
        content: Its new content.
        reason: Why, for its row.
    """
    bench.write([Commit("with-file", {plan.project.path_of(path): File(content)}, start=plan.tree)])
    rows = [row for row in plan.changes if row.path != path]
    rows = sorted([*rows, Change(path, "change", reason)], key=lambda row: row.path)
    return replace(plan, tree=bench.tree_of("with-file"), changes=tuple(rows))


def _is_lock_stale(bench: Workbench, entries: Mapping[str, Entry], tree: str) -> bool:
    if LOCK_FILE not in entries or PYPROJECT not in entries:
        return False
    result = bench.entries(tree)
    return PYPROJECT in result and is_stale(bench.read(entries[PYPROJECT].oid), bench.read(result[PYPROJECT].oid))


def head_of(project: Project) -> tuple[str, str]:
    """The project's last commit, and the tree of the project's folder in it.

    Raises:
        ScaffoldError: There is no commit, so nothing to merge into or to return to.
    """
    names = git.attempt(project.root, "rev-parse", "HEAD", f"HEAD:{project.prefix}")
    if not names.ok:
        raise ScaffoldError(
            f"{project.folder} is in no commit yet.", "git add --all && git commit, then try again.", code="not-in-git"
        )
    head, tree = names.stdout.split()
    return head, tree


def starting_point(project: Project) -> tuple[str, str]:
    """`head_of`; on a branch without a commit, where a project may begin, no commit and the empty tree."""
    born = git.attempt(project.root, "rev-parse", "--verify", "--quiet", "HEAD").ok
    return head_of(project) if born else ("", EMPTY_TREE)


def _whole_tree(bench: Workbench, head: str, prefix: str, tree: str) -> str:
    if not prefix:
        return tree
    bench.write([Commit("whole", {}, start=bench.tree_of(head), entries={prefix: Entry(FOLDER, tree)})])
    return bench.tree_of("whole")


def _changes(bench: Workbench, sides: Sides, ruled: Ruled) -> list[Change]:
    """The rows of what differs between HEAD and the new tree."""
    changes, entries = [], sides.entries
    base = {path: file.oid for path, file in sides.base.items()}
    moved = {stages[Stage.YOURS].oid for path, stages in ruled.conflicts.items() if Stage.YOURS in stages}
    for status, path, target in bench.changes(sides.start, ruled.tree):
        # A file that the template moved, and that is in conflict where it is now, has a row there.
        if target in ruled.conflicts or (status == "D" and path in entries and entries[path].oid in moved):
            continue
        mine = path not in base or entries[path].oid != base[path] if path in entries else False
        changes.append(_change(status, path, target, mine))
    return changes + _conflicts(base, ruled.conflicts)


def _conflicts(base: Mapping[str, str], conflicts: Mapping[str, Stages]) -> list[Change]:
    """A row for each conflict; a file that both sides moved is one, though git marks three paths."""
    sides = {path: set(stages) for path, stages in conflicts.items()}
    theirs = {stages[Stage.THEIRS].oid: path for path, stages in conflicts.items() if sides[path] == {Stage.THEIRS}}
    pairs = {
        path: theirs[stages[Stage.YOURS].oid]
        for path, stages in conflicts.items()
        if sides[path] == {Stage.YOURS} and stages[Stage.YOURS].oid in theirs
    }
    # As many files were moved by both as there are pairs; which is which only matters where there is one.
    origins = [path for path in conflicts if sides[path] == {Stage.BASE}]
    what = origins[0] if len(origins) == 1 else "a file"
    rows = [
        Change(mine, "conflict", f"you moved {what} here, the template moved it to {pairs[mine]}") for mine in pairs
    ]
    told = {*pairs, *pairs.values(), *(origins if pairs else ())}
    return rows + [Change(path, "conflict", _why(sides[path], path in base)) for path in conflicts if path not in told]


def _change(status: str, path: str, target: str, mine: bool) -> Change:
    if status == "A":
        return Change(target, "add", "new in the template")
    if status == "D":
        return Change(path, "delete", "the template dropped it, and you never changed it")
    if status in "RC":
        return Change(target, "rename", f"the template moved {path}" + ("; your changes go with it" if mine else ""))
    return Change(target, "change", "merged with your changes" if mine else "the template changed it")


def _by_answers(reason: str) -> str:
    """A row's reason where the release is the same and only answers changed."""
    new = reason.replace("new in the template", "new with these answers")
    return new.replace("the template", "the change of answers")


def _why(stages: set[int], known: bool) -> str:
    if stages == _DELETED_BY_TEMPLATE:
        return f"the template dropped it, you {'changed' if known else 'moved'} it: your file is in place"
    if stages == _ADDED_BY_BOTH:
        return "both added it, with different content"
    return "both changed the same place"
