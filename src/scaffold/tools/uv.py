"""uv, from its own wheel, so that it is always installed."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools.process import Completed, run

_NO_OUTER_ENVIRONMENT = {"VIRTUAL_ENV": ""}
"""A project's environment is its own `.venv`, whatever environment scaffold itself runs in."""


def _uv(project: Path, *args: str, env: Mapping[str, str] | None = None) -> Completed:
    from uv import find_uv_bin

    try:
        program = find_uv_bin()
    except FileNotFoundError as error:
        raise ScaffoldError(
            "uv was not found beside scaffold.", "Run: pip install uv", code="program-missing"
        ) from error
    return run([str(program), *args], cwd=project, env={**_NO_OUTER_ENVIRONMENT, **(env or {})})


def lock(project: Path) -> Completed:
    """Write `uv.lock` for the project."""
    return _uv(project, "lock")


def sync(project: Path) -> Completed:
    """Install the project's locked environment into its `.venv`."""
    return _uv(project, "sync", "--locked")


def sync_only(project: Path, environment: Path, python: str = "") -> Completed:
    """Install what a project's lock file names, and not the project itself, into an environment elsewhere."""
    chosen = ("--python", python) if python else ()
    args = ("sync", "--locked", "--no-install-project", "--no-editable", *chosen)
    return _uv(project, *args, env={"UV_PROJECT_ENVIRONMENT": str(environment)})


def make_environment(folder: Path, environment: Path, requirements: Sequence[str]) -> Completed:
    """Make an environment with these requirements, as pip reads them."""
    made = _uv(folder, "venv", "--quiet", str(environment))
    if not made.ok:
        return made
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return _uv(folder, "pip", "install", "--quiet", "--python", str(python), *requirements)


def reason(done: Completed) -> str:
    """Why uv failed: its own error, not the last line of the advice that follows."""
    errors = [line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")]
    return errors[0] if errors else done.last_line
