"""The rules of docs/architecture.md: the import contracts in pyproject.toml, and small modules."""

import ast
from pathlib import Path

import pytest

import scaffold
from support import BIN, spawn

ROOT = Path(__file__).parents[1]
MODULES = sorted(Path(scaffold.__file__).parent.rglob("*.py"))


def test_the_contracts_hold(tmp_path: Path) -> None:
    done = spawn(BIN / "lint-imports", "--cache-dir", tmp_path, cwd=ROOT)
    assert done.code == 0, done.out
    assert " 0 broken" in done.out
    assert " 0 kept" not in done.out


def test_a_broken_contract_is_seen(tmp_path: Path, installed: Path) -> None:
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    module = installed / "core/outcome.py"
    module.write_text(module.read_text() + "\nimport scaffold.commands.new\n")
    done = spawn(BIN / "lint-imports", "--no-cache", cwd=tmp_path)
    assert done.code == 1
    assert "scaffold.core.outcome -> scaffold.commands.new" in done.out


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_a_module_is_small(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 310


DOORS = {
    "copier": "copier.py",
    "plumbum": "copier.py",
    "git": "git/bare.py",
    "subprocess": "process.py",
}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_the_doors_open(module: Path) -> None:
    # The contracts see imports at the top of modules and below; this one also holds for modules they do not list.
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").split(".")[0])
    opened = {name for name in ("copier", "plumbum", "git", "subprocess") if name in imported}
    assert opened <= {name for name, door in DOORS.items() if module.as_posix().endswith(f"tools/{door}")}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_one_module_runs_git_and_one_names_a_bare_repository(module: Path) -> None:
    text, place = module.read_text(), module.as_posix()
    assert '["git", ' not in text or place.endswith("tools/git/command.py")
    assert "--git-dir=" not in text or place.endswith("tools/git/bare.py")
