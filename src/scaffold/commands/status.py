"""`scaffold status`: template, release and unfinished updates of projects."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Outcome, Table
from scaffold.core.project import ANSWERS_FILE, Project, answers_files, open_project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Renderer
from scaffold.core.update import pending, recovery
from scaffold.core.update.difference import changed_files
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import workbench


def status(folders: Sequence[Path]) -> Outcome:
    """The state of projects: template, release, the newest release, files changed, conflicts left.

    A project whose update was killed is restored, and the state says so.
    """
    renderer = Renderer()
    rows = [_status(folder, name, renderer) for folder in folders for name in _answers_files(folder)]
    columns = ("project", "template", "release", "newest", "changed by you", "state")
    keys = ("project", "template", "version", "newest", "changed", "state")
    cells = [tuple("" if row[key] is None else str(row[key]) for key in keys) for row in rows]
    return Outcome({"projects": rows}, [Table(columns, cells)])


def _answers_files(folder: Path) -> Sequence[str | None]:
    """One for each template of a project; None for the usual one."""
    names = answers_files(folder)
    return names if len(names) > 1 else [None]


def _status(folder: Path, answers_file: str | None, renderer: Renderer) -> dict[str, Any]:
    row: dict[str, Any] = {"project": str(folder), "template": "", "version": "", "newest": "", "changed": None}
    row["answers_file"] = answers_file or ANSWERS_FILE
    row |= {"conflicts": [], "state": "ok"}
    try:
        project = open_project(folder, answers_file, damaged=True)
        row["project"] = str(project.folder)
        row["state"] = _recovered(project) or pending.state(project)
        row["conflicts"] = git.unmerged(project.root)
        project = open_project(folder, answers_file)
        row |= {"template": source.suggested_name(project.address), "version": project.version}
        row["answers_file"] = project.answers_file
        row["newest"] = renderer.newest_release(project.address)
        with workbench(project.repository) as bench:
            row["changed"] = len(changed_files(bench, project, renderer))
    except ScaffoldError as error:
        row["state"] = error.message if row["state"] == "ok" else row["state"]
    return row


def _recovered(project: Project) -> str:
    if pending.read(project) is None:
        return ""
    with pending.exclusive(project):
        return recovery.recover(project)
