"""The rules of docs/architecture.md: the import contracts in pyproject.toml, and small modules."""

import ast
from pathlib import Path

import scaffold
from support import BIN, spawn

ROOT = Path(__file__).parents[1]
PACKAGE = Path(scaffold.__file__).parent
TEXTS = {path.relative_to(PACKAGE).as_posix(): path.read_text() for path in sorted(PACKAGE.rglob("*.py"))}
"""Every module, by its path in the package."""


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


def test_every_module_is_small() -> None:
    assert [path for path, text in TEXTS.items() if len(text.splitlines()) > 310] == []


DOORS = {
    "copier": "copier",
    "plumbum": "copier",
    "git": "git/bare.py",
    "subprocess": "process.py",
}


def imported(text: str) -> set[str]:
    """The top-level packages that a module imports, at its top and below."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def test_only_the_doors_open() -> None:
    # This one also holds for modules that the contracts do not list.
    opened = {(name, path) for path, text in TEXTS.items() for name in DOORS.keys() & imported(text)}
    opened = {(name, "tools/copier" if path.startswith("tools/copier/") else path) for name, path in opened}
    assert opened == {(name, f"tools/{door}") for name, door in DOORS.items()}


def test_only_one_module_runs_git_and_one_names_a_bare_repository() -> None:
    assert [path for path, text in TEXTS.items() if '["git", ' in text] == ["tools/git/command.py"]
    assert [path for path, text in TEXTS.items() if "--git-dir=" in text] == ["tools/git/bare.py"]
