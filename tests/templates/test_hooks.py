"""How a commit hook finds its tool, whatever is on the PATH of `git commit`."""

import shutil
from pathlib import Path

import pytest

from rendering import TEMPLATES
from support import Result, spawn, write

RUN = TEMPLATES / "_layers/base/project/.hooks/run.sh"


def program(path: Path, says: str) -> None:
    write(path.parent, {path.name: f'#!/bin/sh\necho {says} "$@"\n'})
    path.chmod(0o755)


@pytest.fixture
def project(work: Path) -> Path:
    """A project without an environment, and a PATH with nothing but a shell."""
    shutil.copy(RUN, work / "run.sh")
    (work / "path").mkdir()
    (work / "path/sh").symlink_to(str(shutil.which("sh")))
    return work


def hook(project: Path, *args: str) -> Result:
    return spawn(project / "path/sh", "run.sh", *args, cwd=project, env={"PATH": str(project / "path")})


@pytest.mark.parametrize("folder", [".venv/bin", ".venv/Scripts"])
def test_a_tool_of_the_environment_comes_first(project: Path, folder: str) -> None:
    program(project / folder / "lint", "ours")
    program(project / "path/lint", "theirs")
    assert hook(project, "lint", "a b", "*").out == "ours a b *\n"


@pytest.mark.parametrize("folder", ["path", ".tools/bin"])
def test_uv_brings_a_tool_that_is_not_installed_yet(project: Path, folder: str) -> None:
    program(project / folder / "uv", "uv")
    assert hook(project, "lint", "a b").out == "uv run --quiet lint a b\n"


def test_with_neither_it_says_what_to_do(project: Path) -> None:
    done = hook(project, "lint", "a")
    assert (done.code, done.out) == (1, "")
    assert done.err == "lint is not installed: run `make setup`, or `uv sync` where there is no make.\n"


def test_what_a_tool_finds_refuses_the_commit(project: Path) -> None:
    write(project, {".venv/bin/lint": "#!/bin/sh\nexit 3\n"})
    (project / ".venv/bin/lint").chmod(0o755)
    assert hook(project, "lint").code == 3
