"""The mistake that a template puts in for the branch `broken-on-purpose` of its starter edition."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rendering import NAMES, TEMPLATES
from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Wanted
from scaffold.tools.git.trees import write_folder

RUFF = Path(sys.executable).parent / "ruff"


@pytest.mark.parametrize("template", NAMES)
def test_the_mistake_is_in_code_that_a_named_test_checks(template: str, tmp_path: Path) -> None:
    made = rendering.write(
        Wanted(str(TEMPLATES / template), None, "mine", given={"edition": "starter"}), tmp_path / "mine"
    )
    text = (tmp_path / "mine/EXERCISES.md").read_text(encoding="utf-8")
    named = re.search(r"git switch broken-on-purpose\nuv run pytest (\S+)::(\w+)\n", text)
    assert bool(named) == bool(made.broken), "exercises.jinja has `broken`, or the sources `_broken_on_purpose`, alone"
    if named is None:
        return
    assert all(re.fullmatch(r"(src|queries)/.+", path) for path in made.broken), made.broken.keys()
    tests = ast.parse((tmp_path / "mine" / named[1]).read_text(encoding="utf-8"))
    [test] = [node for node in ast.walk(tests) if isinstance(node, ast.FunctionDef) and node.name == named[2]]
    assert "exercise" not in "".join(map(ast.unparse, test.decorator_list)), "it passes before any exercise is solved"
    write_folder(made.broken, tmp_path / "mine")
    for args in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [RUFF, *args, "--no-cache", "."], cwd=tmp_path / "mine", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_no_other_edition_has_one(tmp_path: Path) -> None:
    for edition in ("complete", "teacher"):
        wanted = Wanted(str(TEMPLATES / "first-analysis"), None, "mine", given={"edition": edition})
        assert rendering.write(wanted, tmp_path / edition).broken == {}
