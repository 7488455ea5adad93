"""ml-tabular with its owner's table: one module knows the data, and what the owner's file holds stays data."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hostile import any_table
from rendering import TEMPLATES, Rendered
from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Wanted

RUFF = Path(sys.executable).parent / "ruff"
TEMPLATE = TEMPLATES / "ml-tabular"
WORDS = re.compile(
    r"\b(bik(e|es|er|ers|ing)|cycl\w+|rentals?|rid(e|es|er|ers|ing|ership)|hours?|weather|commut\w+|stations?)\b",
    re.IGNORECASE,
)
EXAMPLE_ONLY = re.compile(
    r"README\.md|docs/.*|src/\w+/(dataset|features)\.py|tests/.*|conf/train\.yaml|data/raw/.*|LICENSE|EXERCISES\.md"
)
"""Where the example may speak of its subject; the names of the project are its owner's."""
OWN: dict[str, Any] = yaml.safe_load((TEMPLATE / "examples/own-data.yml").read_text())


def render(folder: Path, answers: dict[str, Any]) -> Path:
    rendering.write(Wanted(str(TEMPLATE), None, folder.name, given=answers), folder)
    return folder


@pytest.fixture(scope="module")
def tabular(renderings: list[Rendered]) -> dict[str, Rendered]:
    found = [rendered for rendered in renderings if rendered.template == "ml-tabular"]
    return {"own" if rendered.answers["dataset"] else rendered.folder.parent.name: rendered for rendered in found}


def test_only_the_module_of_the_data_and_the_examples_own_documents_speak_of_it(tabular: dict[str, Rendered]) -> None:
    for name, rendered in tabular.items():
        if name == "own":
            continue
        names = [str(rendered.answers[key]) for key in ("project_name", "project_slug", "package_name", "description")]
        for path, text in rendered.texts().items():
            if not EXAMPLE_ONLY.fullmatch(path) and path != ".copier-answers.yml":
                said = re.sub("|".join(map(re.escape, sorted(names, key=len, reverse=True))), "", text)
                assert not WORDS.search(said), f"{name}: {path}"


OPTIONS = [
    {},
    {"edition": "starter", "ci": "gitlab"},
    {"edition": "starter", "engine": "polars", "data_versioning": "dvc", "ci": "none", "docker": False},
    {"edition": "teacher", "dataset_in_git": False},
    {"engine": "polars", "devcontainer": False, "license": "Apache-2.0"},
]


@pytest.fixture(scope="module", params=OPTIONS, ids=lambda options: " ".join(map(str, options.values())) or "default")
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A project with its owner's table, in each edition and with each option: path → text."""
    folder = render(tmp_path_factory.mktemp("own") / "project", {**OWN, **request.param})
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_project_with_its_owners_table_has_none_of_the_examples_words(own: dict[str, str]) -> None:
    for path, text in own.items():
        if path != "LICENSE":
            found = [match.group() for match in WORDS.finditer(text)]
            assert found == [], path
    assert not [path for path in own if re.search("bike|growth", path)]


def test_every_test_of_an_exercise_is_there(own: dict[str, str]) -> None:
    for path in {"EXERCISES.md", "assignment.toml"} & own.keys():
        for file, name in set(re.findall(r"(tests/[\w/]+\.py)::(\w+)", own[path])):
            assert f"def {name}(" in own[file], path


def test_an_exercise_asks_for_a_guess_and_gives_hints_in_three_steps(
    own: dict[str, str], tabular: dict[str, Rendered]
) -> None:
    lists = [own.get("EXERCISES.md"), tabular["ml-tabular-starter"].texts()["EXERCISES.md"]]
    for text in filter(None, lists):
        for exercise in text.split("\n## ")[1:]:
            assert "**Before you begin**, write down in `docs/journal.md`: " in exercise
            assert re.findall(r"<summary>(.*?)</summary>", exercise) == ["A question", "A nudge", "Nearly all of it"]


def test_a_coding_assistant_is_a_tutor_in_the_starter_and_a_colleague_elsewhere(own: dict[str, str]) -> None:
    assert ("is a tutor here" in own["AGENTS.md"]) == ("EXERCISES.md" in own)
    assert ("is a colleague here" in own["AGENTS.md"]) == ("EXERCISES.md" not in own)


def test_the_example_says_so_first(tabular: dict[str, Rendered]) -> None:
    for name, rendered in tabular.items():
        readme, project = (rendered.texts()[path] for path in ("README.md", "pyproject.toml"))
        assert ("worked example" in readme.splitlines()[1]) == (name != "own")
        assert f'status = "{"starter" if name == "own" else "example"}"' in project


def test_no_decision_is_older_than_the_project(renderings: list[Rendered]) -> None:
    for rendered in renderings:
        if rendered.template == "ml-tabular":
            for path, text in rendered.texts().items():
                if path.startswith("docs/decisions/") and not path.endswith("0000-template.md"):
                    assert re.findall(r"\d{4}-\d{2}-\d{2}", text) == [], path


def test_a_forecast_for_tomorrow_is_made_at_midnight(tabular: dict[str, Rendered]) -> None:
    for rendered in tabular.values():
        for path, text in rendered.texts().items():
            assert "of tomorrow" not in text or "midnight" in text, path


def test_a_default_repository_has_at_most_80_files(tabular: dict[str, Rendered]) -> None:
    assert {name: len(rendered.files()) for name, rendered in tabular.items() if len(rendered.files()) > 80} == {}


def profile(names: list[str], values: list[str]) -> list[dict[str, Any]]:
    """What the tool says of a table with a number, a category, a flag and a target."""
    shared = {"missing": 0, "distinct": 2, "missing_values": []}
    number, category, flag, target = names
    text = {"decimal": ",", "remove": values[0][:3], "unit": values[0]}
    ends = {"minimum": 0.0, "maximum": 9.5, "median": 2.0, "mean": 3.0}
    return [
        {**shared, "name": number, "kind": "number", "role": "feature", **ends, **text, "missing_values": values},
        {**shared, "name": category, "kind": "category", "role": "feature", "distinct": len(values), "values": values},
        {**shared, "name": flag, "kind": "flag", "role": "feature", "values": values[:2]},
        {**shared, "name": target, "kind": "number", "role": "target", **ends, **text, "missing": 1},
    ]


@any_table
def test_names_and_cells_stay_data(
    names: list[str], values: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever a column and a category are called: the code parses, holds exactly that text, and is tidy."""
    columns = profile(names, values)
    findings = [{"column": names[0], "kind": "suspect", "message": values[0]}]
    answers = {
        **OWN,
        "columns": columns,
        "target": names[-1],
        "time_column": "",
        "group_column": "",
        "findings": findings,
    }
    folder = render(tmp_path_factory.mktemp("own") / "project", {**answers, "dataset_source": values[0]})
    package = next(folder.glob("src/*/dataset.py")).parent
    held: set[object] = set()
    for path in (package / "dataset.py", package / "features.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        held |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {*names, *values} <= held
    assert yaml.safe_load((folder / ".copier-answers.yml").read_text(encoding="utf-8"))["columns"] == columns
    for args in (["check"], ["format", "--check"]):
        done = subprocess.run([RUFF, *args, "--no-cache", "."], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    for path in (folder / "docs/data-card.md", folder / "README.md"):
        assert not re.search(r"(?<!\\)<script", path.read_text(encoding="utf-8"))
    rows = re.findall(r"^\|.*", (folder / "docs/data-card.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert all(line.endswith("|") for line in rows)
