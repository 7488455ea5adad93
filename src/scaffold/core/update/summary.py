"""The rows and counts of a plan, and the outcome of applying it, for people and for scripts."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.core.project import ANSWERS_FILE, Project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Rendering
from scaffold.core.update.house_rules import Change
from scaffold.core.update.plan import Plan
from scaffold.errors import ExitCode

_MOST_ALIKE = 50
"""So many files of one folder are named one by one."""


def title(project: Project) -> str:
    """The name of the project and of its template."""
    return f"{project.folder.name}: {source.suggested_name(project.address)}"


def table(plan: Plan) -> Table:
    """The plan's rows as a table; many files of one folder that meet the same are one row, as pictures are."""
    rows: list[tuple[str, str, str]] = []
    for (folder, action, reason), alike in groupby(plan.changes, key=_meets):
        paths = [row.path for row in alike]
        shown = paths if len(paths) <= _MOST_ALIKE else [f"{folder}/ ({len(paths):,} files)"]
        rows += [(path, action, reason) for path in shown]
    return Table(("path", "action", "reason"), rows)


def _meets(row: Change) -> tuple[str, str, str]:
    return PurePosixPath(row.path).parent.as_posix(), row.action, row.reason


_DONE = {
    "add": "added", "change": "changed", "delete": "deleted", "rename": "renamed", "keep": "kept",
    "conflict": "in conflict",
}  # fmt: skip


def counts(plan: Plan) -> str:
    """How many files are added, changed, deleted and so on, in a few words."""
    actions = [row.action for row in plan.changes]
    parts = [f"{actions.count(action)} {_DONE[action]}" for action in dict.fromkeys(sorted(actions))]
    return ", ".join(parts) or "no file differs"


def data(plan: Plan, state: str) -> dict[str, Any]:
    """The `data` of an update for `--json`."""
    return {
        "project": str(plan.project.folder),
        "from": plan.project.version,
        "to": plan.version,
        "state": state,
        "changes": [{"path": row.path, "action": row.action, "reason": row.reason} for row in plan.changes],
        "notices": list(plan.notices),
    }


_LEFT = {"conflicts": "conflicts to resolve", "staged": "staged, not committed", "updated": "updated"}
"""The words of the last line for an update that leaves something to the owner: state → words."""


def dropped(new: Rendering, *, asked: bool) -> list[Notice]:
    """The answers that the new release no longer takes, but for questions that a person was asked again."""
    return [
        Notice(
            f"`{name}` is no longer allowed and took its default: {reason.rstrip('.')}.",
            f"Choose: scaffold update -d {name}=VALUE",
        )
        for name, reason in new.dropped.items()
        if not asked or new.questions.get(name, {}).get("ask", True) is False
    ]


def notices(plan: Plan) -> list[Notice]:
    """What the template's authors tell the owner about this update."""
    return [Notice(text) for text in plan.notices]


def in_stash(held: str) -> list[Notice]:
    """Where the owner's uncommitted work is, when it was put aside and is not back yet."""
    return [Notice("Your uncommitted work is in git's stash.", "Afterwards: git stash pop")] if held else []


def done(plan: Plan, state: str, undo: str, warnings: list[Notice]) -> Outcome:
    """The outcome of an update that is finished, or staged as its owner wanted."""
    project = plan.project
    text = f"{title(project)} {project.version} → {plan.version}: {state}, {counts(plan)}."
    return Outcome(data(plan, state), [table(plan), Text(text), Text(undo)], warnings)


def left(plan: Plan, state: str, warnings: list[Notice]) -> Outcome:
    """The outcome of an update that leaves something to its owner."""
    project = plan.project
    text = Text(f"{title(project)} {project.version} → {plan.version}: {_LEFT[state]}; {counts(plan)}.")
    return Outcome(data(plan, state), [table(plan), text], warnings, ExitCode.PARTLY_DONE)


def place(row: Mapping[str, Any]) -> str:
    """A project as a table of many names it, with its answers file where that is not the usual one."""
    name = row["answers_file"]
    return str(row["project"]) if name == ANSWERS_FILE else f"{row['project']} ({name})"
