"""The rows and counts of a plan, for people and for scripts."""

from collections.abc import Sequence
from typing import Any

from scaffold.core.outcome import Table
from scaffold.core.project import Project
from scaffold.core.templates import source
from scaffold.core.update.house_rules import Change
from scaffold.core.update.plan import Plan


def title(project: Project) -> str:
    """The name of the project and of its template."""
    return f"{project.folder.name}: {source.suggested_name(project.address)}"


def table(plan: Plan) -> Table:
    """The plan's rows as a table."""
    return Table(("path", "action", "reason"), [(row.path, row.action, row.reason) for row in plan.changes])


_DONE = {
    "add": "added", "change": "changed", "delete": "deleted", "rename": "renamed", "keep": "kept",
    "conflict": "in conflict",
}  # fmt: skip


def counts(plan: Plan) -> str:
    """How many files are added, changed, deleted and so on, in a few words."""
    actions = [row.action for row in plan.changes]
    parts = [f"{actions.count(action)} {_DONE[action]}" for action in dict.fromkeys(sorted(actions))]
    return ", ".join(parts) or "no file differs"


def data(project: Project, version: str, changes: Sequence[Change], state: str) -> dict[str, Any]:
    """The `data` of an update for `--json`."""
    rows = [{"path": row.path, "action": row.action, "reason": row.reason} for row in changes]
    return {"project": str(project.folder), "from": project.version, "to": version, "state": state, "changes": rows}
