"""`scaffold diff`: what the owner changed in the template's files."""

from pathlib import Path

from scaffold.core.outcome import Outcome, Patch, Text
from scaffold.core.project import Project, open_project
from scaffold.core.templates import source
from scaffold.core.templates.renderer import Renderer
from scaffold.core.update.difference import MINE, TEMPLATE, changed_files
from scaffold.errors import ExitCode, NotComparedError, ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import workbench


def diff(folder: Path, answers_file: str | None = None, *, exit_code: bool = False, trust: bool = False) -> Outcome:
    """Compare the release that a project is at with HEAD.

    Args:
        folder: The project.
        answers_file: The answers file of the template, in a project of several.
        exit_code: Whether to end with 1 when there is a difference, as `git diff --exit-code` does.
        trust: Whether the template may run code.

    Raises:
        ScaffoldError: There is no project, or its template is gone; with `exit_code`, the process ends with 4 then.
    """
    try:
        with git.deaf():
            return _compared(open_project(folder, answers_file), exit_code=exit_code, trust=trust)
    except ScaffoldError as error:
        raise NotComparedError(error) if exit_code else error from error


def _compared(project: Project, *, exit_code: bool, trust: bool) -> Outcome:
    with workbench(project.repository) as bench:
        names = changed_files(bench, project, Renderer(), trust=trust)
        patch = bench.diff(TEMPLATE, MINE, names) if names else ""
    data = {"project": str(project.folder), "version": project.version, "files": names, "diff": patch}
    same = Text(f"Nothing differs from {source.suggested_name(project.address)} {project.version}.")
    code = ExitCode.FAILED if exit_code and names else ExitCode.DONE
    return Outcome(data, [Patch(patch.rstrip("\n")) if patch else same], exit_code=code)
