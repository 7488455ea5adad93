"""`uv.lock` is the owner's: locked again when the dependencies changed, or the command is named."""

import shutil
from pathlib import Path

import pytest

from conftest import Run
from support import git, stand_in
from update_support import LINES, Template, commit, committed, write_and_commit

PYPROJECT = '[project]\nname = "one"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = []\n'


@pytest.fixture
def locked(run: Run, work: Path) -> tuple[Path, Template]:
    made = Template(work / "tpl").release("1.0", {"pyproject.toml": PYPROJECT, "a.txt": LINES})
    done = run("new", made.folder, work / "one", "-y", "--json")
    assert done.data["locked"], done.out
    return work / "one", made


@pytest.mark.thorough
def test_locked_again_offline_when_nothing_is_depended_on(locked: tuple[Path, Template], run: Run) -> None:
    project, made = locked
    assert 'requires-python = ">=3.11"' in (project / "uv.lock").read_text()
    made.release("2.0", {"pyproject.toml": PYPROJECT.replace("3.11", "3.10")})

    done = run("update", project, "-y", "--json")

    assert (done.code, done.json["warnings"]) == (0, [])
    assert b'requires-python = ">=3.10"' in committed(project)["uv.lock"].content
    rows = {row["path"]: row["reason"] for row in done.data["changes"]}
    assert rows["uv.lock"] == "dependencies changed: locked again"
    assert git(project, "log", "-1", "--format=%P").count(" ") == 0


@pytest.mark.thorough
def test_the_command_is_named_when_it_cannot_be_locked(locked: tuple[Path, Template], run: Run) -> None:
    project, made = locked
    before = committed(project)["uv.lock"]
    # As hooks that start with `uv run` do, which wants to lock first.
    stand_in(project / ".git/hooks/pre-commit", "exit 1")
    made.release("2.0", {"pyproject.toml": PYPROJECT.replace("[]", '["no-such-package-here>=1"]')})

    done = run("update", project, "-y", "--json")

    assert (done.code, done.data["state"]) == (0, "updated")
    assert "uv.lock could not be updated" in done.json["warnings"][0]["message"]
    assert "No commit hook was run" in done.json["warnings"][0]["message"]
    assert "No solution found" in done.json["warnings"][0]["message"]
    assert "uv lock" in done.json["warnings"][0]["hint"]
    assert committed(project)["uv.lock"] == before


@pytest.mark.thorough
def test_not_locked_when_the_dependencies_are_the_same(locked: tuple[Path, Template], run: Run) -> None:
    project, made = locked
    write_and_commit(project, {"uv.lock": "my own lock\n"})
    made.release("2.0", {"pyproject.toml": PYPROJECT + "\n[tool.ruff]\nline-length = 99\n"})

    done = run("update", project, "-y", "--json")

    assert (done.code, done.json["warnings"]) == (0, [])
    assert committed(project)["uv.lock"].content == b"my own lock\n"


@pytest.mark.thorough
def test_not_locked_while_pyproject_is_in_conflict(locked: tuple[Path, Template], run: Run) -> None:
    project, made = locked
    write_and_commit(project, {"pyproject.toml": PYPROJECT.replace("3.11", "3.9")})
    made.release("2.0", {"pyproject.toml": PYPROJECT.replace("3.11", "3.10")})
    done = run("update", project, "-y", "--json")
    assert (done.code, len(done.json["warnings"])) == (4, 1)


@pytest.mark.thorough
def test_a_project_without_a_lock_gets_none(locked: tuple[Path, Template], run: Run) -> None:
    project, made = locked
    git(project, "rm", "--quiet", "uv.lock")
    commit(project)
    made.release("2.0", {"pyproject.toml": PYPROJECT.replace("3.11", "3.10")})
    assert run("update", project, "-y").code == 0
    assert not (project / "uv.lock").exists()


@pytest.mark.thorough
def test_in_a_subfolder_too(locked: tuple[Path, Template], run: Run, work: Path) -> None:
    project, made = locked
    shutil.rmtree(project / ".git")
    shutil.rmtree(project / ".venv", ignore_errors=True)
    (work / "mono").mkdir()
    project.rename(work / "mono/one")
    git(work / "mono", "init", "--quiet")
    commit(work / "mono")
    made.release("2.0", {"pyproject.toml": PYPROJECT.replace("3.11", "3.10")})
    assert run("update", work / "mono/one", "-y").code == 0
    assert b'requires-python = ">=3.10"' in committed(work / "mono")["one/uv.lock"].content
