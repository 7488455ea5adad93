"""uv, from its own wheel, so that it is always installed."""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scaffold.errors import ScaffoldError
from scaffold.tools.process import Completed, ask, find_program, run

_NO_OUTER_ENVIRONMENT = {"VIRTUAL_ENV": ""}
"""A project's environment is its own `.venv`, whatever environment scaffold itself runs in."""


def _program() -> str:
    """The path of the uv that was installed with scaffold. Raises ScaffoldError when it is not there."""
    from uv import find_uv_bin

    try:
        return str(find_uv_bin())
    except FileNotFoundError as error:
        raise ScaffoldError(
            "uv was not found beside scaffold.", "Run: scaffold doctor", code="program-missing"
        ) from error


def _uv(project: Path, *args: str, env: Mapping[str, str] | None = None) -> Completed:
    return run([_program(), *args], cwd=project, env={**_NO_OUTER_ENVIRONMENT, **(env or {})})


def version() -> str:
    """The version of scaffold's own uv. Raises ScaffoldError when it is not there, or does not run."""
    done = run([_program(), "--version"], cwd=Path.cwd())
    if not done.ok:
        raise ScaffoldError(f"scaffold's uv does not run: {done.last_line}", "Run: scaffold doctor")
    return done.stdout.split()[1]


def pythons(seconds: float) -> list[str]:
    """The versions of CPython that uv finds on this machine, as `3.12.1`; empty when it gives none in that time."""
    args = ("python", "list", "--only-installed", "--no-python-downloads", "--output-format", "json")
    try:
        done = ask([_program(), *args], seconds)
    except ScaffoldError:
        return []
    found = json.loads(done.stdout) if done and done.ok else []
    return [one["version"] for one in found if re.fullmatch(r"\d+\.\d+\.\d+", one["version"])]


def is_offline() -> bool:
    """Whether the environment forbids uv to use the network."""
    return os.environ.get("UV_OFFLINE", "").lower() not in ("", "0", "false", "no", "off")


def ask_index(seconds: float) -> Completed | None:
    """Ask the package index, found and reached as uv is configured, for pip; None when it takes too long."""
    args = ("pip", "compile", "-", "--no-deps", "--no-header", "--no-annotate", "--no-cache", "--emit-index-url")
    patience = {"UV_HTTP_TIMEOUT": "5", "UV_HTTP_RETRIES": "0"}
    return ask([_program(), *args, "--python", sys.executable], seconds, patience, b"pip\n")


def indexes(answer: Completed) -> list[str]:
    """The indexes that an answer of `ask_index` came from."""
    return re.findall(r"^--(?:extra-)?index-url (\S+)$", answer.stdout, re.MULTILINE)


def variables() -> dict[str, str]:
    """The variables for a program that calls uv in a project: it finds scaffold's own where the PATH has none."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(_program()).parent)])
    return {**_NO_OUTER_ENVIRONMENT, "PATH": path}


def command() -> str:
    """How a person calls uv on this machine: by its name, or through scaffold's Python where it is not on the PATH."""
    return "uv" if find_program("uv") else f"{shlex.quote(sys.executable)} -m uv"


def install_hooks(project: Path) -> Completed:
    """Make git run the project's pre-commit hooks.

    The pre-commit of its own environment installs them, so that they outlive this scaffold; ours where it has none.
    """
    install = ("-m", "pre_commit", "install")
    own = _python(project / ".venv")
    done = run([str(own), *install], cwd=project) if own.is_file() else None
    return done if done is not None and done.ok else run([sys.executable, *install], cwd=project)


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
    return _uv(folder, "pip", "install", "--quiet", "--python", str(_python(environment)), *requirements)


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def reason(done: Completed) -> str:
    """Why uv failed: its own error, not the last line of the advice that follows."""
    errors = [line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")]
    return errors[0] if errors else done.last_line
