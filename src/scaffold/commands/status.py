"""`scaffold status`: template, release and unfinished updates of projects."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Notice, Outcome, Table
from scaffold.core.project import ANSWERS_FILE, Project, open_project, templates_of
from scaffold.core.templates import source
from scaffold.core.templates.renderer import Renderer
from scaffold.core.update import pending, recovery
from scaffold.core.update.difference import changed_files
from scaffold.errors import ExitCode, ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import workbench


def status(folders: Sequence[Path], *, trust: bool = False) -> Outcome:
    """The state of projects: template, release, the newest release, files changed, conflicts left.

    Nothing that a project's own configuration of git names is run. A project whose update was killed is restored, and
    the state says so. The exit code is 1 when a folder is no project, or its state cannot be read.

    Args:
        folders: The projects.
        trust: Whether their templates may run code.
    """
    renderer = Renderer()
    with git.deaf():
        rows = [_status(folder, name, renderer, trust=trust) for folder in folders for name in templates_of(folder)]
    columns = ("project", "template", "release", "newest", "changed by you", "state")
    keys = ("project", "template", "version", "newest", "changed", "state")
    cells = [tuple("" if row[key] is None else str(row[key]) for key in keys) for row in rows]
    warnings = [Notice(f"{row['project']}: {row['state']}", row["hint"]) for row in rows if row["hint"]]
    # A project whose template is gone still has a state; a folder that is no project has none.
    unreadable = any(row["error"] and not row["template"] for row in rows)
    exit_code = ExitCode.FAILED if unreadable else ExitCode.DONE
    return Outcome({"projects": rows}, [Table(columns, cells)], warnings, exit_code)


def _status(folder: Path, answers_file: str | None, renderer: Renderer, *, trust: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"project": str(folder), "template": "", "version": "", "newest": "", "changed": None}
    row["answers_file"] = answers_file or ANSWERS_FILE
    row |= {"conflicts": [], "state": "ok", "error": "", "hint": ""}
    try:
        project = open_project(folder, answers_file, damaged=True)
        row["project"] = str(project.folder)
        row["state"] = _recovered(project) or pending.state(project)
        row["conflicts"] = git.unmerged(project.root)
        if row["state"] != "ok" or not (project.version and project.address):
            project = open_project(folder, answers_file)
        row |= {"template": source.suggested_name(project.address), "version": project.version}
        row["answers_file"] = project.answers_file
        row["newest"] = renderer.newest_release(project.address)
        with workbench(project.repository) as bench:
            row["changed"] = len(changed_files(bench, project, renderer, trust=trust))
    except ScaffoldError as error:
        if row["state"] == "ok":
            row |= {"state": error.message, "error": error.code, "hint": error.hint}
    return row


def _recovered(project: Project) -> str:
    if pending.read(project) is None:
        return ""
    pending.require_own_programs_unused(project)
    with pending.exclusive(project):
        return recovery.recover(project)
