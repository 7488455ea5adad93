"""What the READMEs tell a stranger to type, on a machine with Python, git and make and nothing else."""

import re
import tarfile
from pathlib import Path

import pytest

from bare_machine import BareMachine, blocks
from generated_support import TABULAR, need

REPOSITORY = Path(__file__).parents[2]
ONE_MODULE = {"PYTEST_ADDOPTS": "--cov-fail-under=0 tests/test_console.py"}
"""The whole suite would run itself: of the tests that a README's command starts, one module has to do."""
AUTHOR = "git config user.name Ada && git config user.email ada@example.org"


@pytest.fixture(scope="module")
def clone(bare: BareMachine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of this repository."""
    need((REPOSITORY / ".git").exists(), "this is no git repository, so it cannot be cloned")
    folder = tmp_path_factory.mktemp("clone")
    bare.run(f"git clone --quiet {REPOSITORY} scaffold", folder)
    return folder / "scaffold"


def test_our_readme_with_make(clone: Path, bare: BareMachine) -> None:
    demo, test = blocks(clone / "README.md", section="Try it")[0].splitlines()
    said = bare.run(demo, clone)
    assert TABULAR.shown in said
    assert "make help" in said
    assert re.search(r"\d passed", bare.run(test, clone, env=ONE_MODULE))


def test_our_readme_without_make(clone: Path, bare: BareMachine, launcher: dict[str, str], tmp_path: Path) -> None:
    bare.run(f"git clone --quiet {clone} again/scaffold", tmp_path)
    [block] = blocks(clone / "README.md", "powershell", section="Try it")
    said = bare.run(block, tmp_path / "again/scaffold", env={**launcher, **ONE_MODULE})
    assert re.search(r"\d passed", said)
    assert (tmp_path / "again/bike-demand/.venv").is_dir()


@pytest.fixture
def launcher(bare: BareMachine, tmp_path: Path) -> dict[str, str]:
    """The variables with which `py` starts a Python whose packages are its own, as the launcher of Windows does."""
    bare.run("python3 -m venv python && mkdir launcher", tmp_path)
    py = tmp_path / "launcher/py"
    py.write_text(f'#!/bin/sh\nexec {tmp_path}/python/bin/python "$@"\n')
    py.chmod(0o755)
    return {"PATH": f"{py.parent}:{bare.env['PATH']}"}


def test_pip_install_then_new_and_run(clone: Path, bare: BareMachine, tmp_path: Path) -> None:
    bare.run(f"python3 -m venv venv && venv/bin/python -m pip install --quiet {clone}", tmp_path)
    said = bare.run("venv/bin/scaffold new ml-tabular x --yes --run", tmp_path)
    assert TABULAR.shown in said
    assert "uv is not on the PATH" not in said


def test_the_quick_start_leaves_nothing_that_git_sees(ran: Path, bare: BareMachine) -> None:
    assert (ran / ".tools/bin/uv").is_file()
    assert ".tools" not in bare.run("git status --porcelain", ran)


def test_the_tools_are_in_no_archive(ran: Path, bare: BareMachine, tmp_path: Path) -> None:
    bare.run(f".tools/bin/uv build --sdist --quiet --out-dir {tmp_path}", ran)
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        assert not [name for name in archive.getnames() if "/.tools/" in name or "/.venv/" in name]


def test_the_hooks_are_green_under_pre_commit_and_prek(ran: Path, bare: BareMachine, tmp_path: Path) -> None:
    """Without a network, and with neither uv nor the environment on the PATH."""
    bare.run("python3 -m venv venv && venv/bin/python -m pip install --quiet prek==0.5.11", tmp_path)
    for runner in (".venv/bin/pre-commit", f"{tmp_path}/venv/bin/prek"):
        said = bare.run(f"{runner} run --all-files", ran, network=False)
        assert said.count("Passed") >= 15


def test_a_first_commit_needs_no_network(ran: Path, bare: BareMachine) -> None:
    commit = f"{AUTHOR} && git add --all && git commit -m 'First run'"
    try:
        assert "no trailing whitespace" in bare.run(commit, ran, network=False)
        # A hook that finds something refuses the commit.
        (ran / "mistake.json").write_text("{\n")
        assert "Failed" in bare.run(commit, ran, network=False, fails=True)
    finally:
        (ran / "mistake.json").unlink(missing_ok=True)
        bare.run("git reset --quiet origin/main", ran)


def test_without_a_network_set_up_says_so_in_one_sentence(fresh: Path, bare: BareMachine) -> None:
    said = bare.run("make setup", fresh, network=False, fails=True, env={"PIP_RETRIES": "0"})
    assert said.splitlines()[:-1] == [
        "uv is not on the PATH: installing uv 0.13.9 into .tools",
        "uv could not be installed into .tools, which needs the network; this says why: "
        ".tools/bin/python -m pip install 'uv==0.13.9'",
    ]
    assert not (fresh / ".venv").exists()
