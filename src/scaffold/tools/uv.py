"""uv, from its own wheel: the tool can always find one."""

from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools.process import Completed, run

_NO_OUTER_ENVIRONMENT = {"VIRTUAL_ENV": ""}
"""A project's environment is its own `.venv`, whatever environment scaffold itself runs in."""


def _uv(project: Path, *args: str) -> Completed:
    from uv import find_uv_bin

    try:
        program = find_uv_bin()
    except FileNotFoundError as error:
        raise ScaffoldError("uv was not found beside scaffold.", "Run: pip install uv") from error
    return run([str(program), *args], cwd=project, env=_NO_OUTER_ENVIRONMENT)


def lock(project: Path) -> Completed:
    """Write `uv.lock` for the project."""
    return _uv(project, "lock")


def sync(project: Path) -> Completed:
    """Install the project's locked environment into its `.venv`."""
    return _uv(project, "sync", "--locked")


def reason(done: Completed) -> str:
    """Why uv failed: its own error, not the last line of the advice that follows."""
    errors = [line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")]
    return errors[0] if errors else done.last_line
