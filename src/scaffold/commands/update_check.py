"""`scaffold update --check`: whether newer releases exist."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Outcome, Table, Text
from scaffold.core.project import ANSWERS_FILE, Project, open_project, templates_of
from scaffold.core.templates import source
from scaffold.core.update import provenance, summary
from scaffold.errors import ExitCode, NotComparedError, ScaffoldError
from scaffold.tools import git


def check(folder: Path, answers_file: str | None = None) -> Outcome:
    """Whether a newer release is there: exit code 0 when the project is current, 1 when it is outdated.

    Raises:
        NotComparedError: That could not be found out; exit code 4.
    """
    try:
        with git.deaf():
            return _compared(open_project(folder, answers_file))
    except ScaffoldError as error:
        raise NotComparedError(error) from error


def _compared(project: Project) -> Outcome:
    newest = source.newest_release(project.address)
    current = newest == project.version or source.is_newer(project.version, newest)
    data = {"project": str(project.folder), "version": project.version, "newest": newest, "current": current}
    line = "is current" if current else f"can be updated to {newest}"
    return Outcome(
        data,
        [Text(f"{summary.title(project)} {project.version} {line}.")],
        provenance.old_catalog(project.address),
        exit_code=ExitCode.DONE if current else ExitCode.FAILED,
    )


def check_all(folders: Sequence[Path]) -> Outcome:
    """Whether newer releases are there, for many projects: exit code 4 when one could not be checked."""
    rows = []
    asked = [(folder, name) for folder in folders for name in templates_of(folder)]
    for folder, name in asked:
        row = {"project": str(folder), "answers_file": name or ANSWERS_FILE}
        try:
            rows.append({**row, **check(folder, name).data, "error": ""})
        except ScaffoldError as error:
            rows.append({**row, "version": "", "newest": "", "current": False, "error": error.message})
    cells = [
        (summary.place(row), row["version"], row["newest"], row["error"] or _STATES[row["current"]]) for row in rows
    ]
    table = Table(("project", "release", "newest", ""), cells)
    return Outcome({"projects": rows}, [table], exit_code=_exit_code(rows))


_STATES = {True: "current", False: "outdated"}


def _exit_code(rows: Sequence[Mapping[str, Any]]) -> int:
    if any(row["error"] for row in rows):
        return ExitCode.PARTLY_DONE
    return ExitCode.DONE if all(row["current"] for row in rows) else ExitCode.FAILED
