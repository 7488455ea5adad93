"""`scaffold diff` and `scaffold status`: a project against its template."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Outcome, Table, Text
from scaffold.core.project import ANSWERS_FILE, Project, open_project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Renderer, Wanted
from scaffold.core.update import journal, ownership, recovery
from scaffold.core.update.plan import head_of
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench, workbench
from scaffold.tools.git.trees import Commit


def diff(folder: Path, *, exit_code: bool = False) -> Outcome:
    """What the owner changed since the template: the release that the project is at against HEAD.

    Files that the template never had are the owner's own and left out.

    Args:
        folder: the project.
        exit_code: end with 1 when there is a difference, as `git diff --exit-code`.
    """
    project = open_project(folder)
    with workbench(project.repository) as bench:
        names = _changed(bench, project, Renderer())
        text = bench.diff("template", "mine", names) if names else ""
    data = {"project": str(project.folder), "version": project.version, "files": names, "diff": text}
    shown = text.rstrip("\n") or f"Nothing differs from {source.suggested_name(project.address)} {project.version}."
    return Outcome(data, [Text(shown)], exit_code=1 if exit_code and names else 0)


def status(folders: Sequence[Path]) -> Outcome:
    """Where projects stand: template, release, the newest, files changed, conflicts left.

    An update that was killed is put in order, and the state says so.
    """
    renderer = Renderer()
    rows = [_status(folder, renderer) for folder in folders]
    columns = ("project", "template", "release", "newest", "changed by you", "state")
    keys = ("project", "template", "version", "newest", "changed", "state")
    cells = [tuple("" if row[key] is None else str(row[key]) for key in keys) for row in rows]
    return Outcome({"projects": rows}, [Table(columns, cells)])


def _status(folder: Path, renderer: Renderer) -> dict[str, Any]:
    row: dict[str, Any] = {"project": str(folder), "template": "", "version": "", "newest": "", "changed": None}
    row |= {"conflicts": [], "state": "ok"}
    try:
        project = open_project(folder, damaged=True)
        row["project"] = str(project.folder)
        row["state"] = _recovered(project) or journal.state(project)
        row["conflicts"] = git.unmerged(project.root)
        project = open_project(folder)
        row |= {"template": source.suggested_name(project.address), "version": project.version}
        row["newest"] = renderer.newest_release(project.address)
        with workbench(project.repository) as bench:
            row["changed"] = len(_changed(bench, project, renderer))
    except ScaffoldError as error:
        row["state"] = error.message if row["state"] == "ok" else row["state"]
    return row


def _recovered(project: Project) -> str:
    if journal.read(project) is None:
        return ""
    with journal.locked(project):
        return recovery.recover(project)


def _changed(bench: Workbench, project: Project, renderer: Renderer) -> list[str]:
    """The template's files that differ in HEAD."""
    wanted = Wanted(project.address, project.version, project.folder.name, project.answers)
    rendered = renderer.render(wanted)
    _, mine = head_of(project)
    template, _ = ownership.align(rendered.tree, {}, bench.entries(mine), bench.read_many)
    # The answers are the tool's, and what the template writes only where it is absent is the owner's.
    for path in (ANSWERS_FILE, *rendered.skipped):
        template.pop(path, None)
    bench.write([Commit("template", template), Commit("mine", {}, start=mine)])
    rows = bench.changes("template", "mine", renames=False)
    return [path for status, path, _ in rows if status != "A"]
