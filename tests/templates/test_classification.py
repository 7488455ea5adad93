"""ml-classification with its owner's table: the classes are what the file says, and what it holds stays data."""

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
from scaffold.errors import UsageError

RUFF = Path(sys.executable).parent / "ruff"
TEMPLATE = TEMPLATES / "ml-classification"
WORDS = re.compile(r"\b(storms?|hurricanes?|winds?|knots|atlantic|seasons?|intensif\w+|tropical|caribbean)\b", re.IGNORECASE)
EXAMPLE_ONLY = re.compile(
    r"README\.md|first_look\.py|docs/.*|src/\w+/(dataset|features|history|figures)\.py|tests/.*|conf/train\.yaml|data/raw/.*|LICENSE"
    r"|EXERCISES\.md"
)
OWN: dict[str, Any] = yaml.safe_load((TEMPLATE / "examples/own-data.yml").read_text())


def render(folder: Path, **answers: Any) -> Path:
    rendering.write(Wanted(str(TEMPLATE), None, folder.name, given={**OWN, **answers}), folder)
    return folder


def target(classes: dict[str, int], kind: str = "category", **more: Any) -> list[dict[str, Any]]:
    """Columns of a table with these classes, as the tool says of it."""
    shared = {"missing": 0, "missing_values": [], "examples": []}
    number = {"minimum": 0.0, "maximum": 9.5, "median": 2.0, "mean": 3.0, "decimal": ".", "remove": "", "unit": ""}
    found = {"name": "y", "kind": kind, "role": "target", "distinct": len(classes), **shared}
    found |= {} if kind == "count" else {"values": list(classes)}
    counted = [{"text": text, "rows": rows} for text, rows in classes.items()]
    return [
        {"name": "x", "kind": "number", "role": "feature", "distinct": 90, **shared, **number},
        {**found, **more, "classes": counted},
    ]


def facts(folder: Path) -> dict[str, Any]:
    """What dataset.py says of the classes."""
    tree = ast.parse(next(folder.glob("src/*/dataset.py")).read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        name = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(name, ast.Name) and name.id in ("CLASSES", "POSITIVE", "ORDERED", "MERGED"):
            assert isinstance(node, ast.AnnAssign | ast.Assign)
            assert node.value is not None
            found[name.id] = ast.literal_eval(node.value)
    return found


NUMBERS = {"minimum": 1, "maximum": 10, "mean": 3.0, "median": 3.0, "decimal": ".", "remove": "", "unit": ""}


@pytest.mark.parametrize(
    ("columns", "answers", "classes", "positive", "ordered", "merged"),
    [
        (target({"no": 300, "yes": 40}), {}, ("no", "yes"), "yes", False, {}),
        (target({"yes": 300, "no": 40}, "flag", values=["no", "yes"]), {}, ("yes", "no"), "no", False, {}),
        (target({"no": 50, "yes": 50}, "flag", values=["no", "yes"]), {}, ("no", "yes"), "yes", False, {}),
        (target({"yes": 300, "no": 40}), {"positive_class": "yes"}, ("no", "yes"), "yes", False, {}),
        (target({"0": 90, "1": 9}, "flag", values=["0", "1"]), {}, ("0", "1"), "1", False, {}),
        (target({"b": 90, "a": 80, "c": 70}), {}, ("a", "b", "c"), None, False, {}),
        (target({"10": 90, "9": 80, "1": 70}, "count", **NUMBERS), {}, ("1", "9", "10"), None, False, {}),
        (target({"3": 70, "0": 70}, "count", **NUMBERS), {}, ("0", "3"), "3", False, {}),
        (target({"2": 90, "1": 80, "3": 70}), {"ordered_classes": True}, ("1", "2", "3"), None, True, {}),
        (target({"Low": 90, "High": 80, "Medium": 70}), {}, ("Low", "Medium", "High"), None, True, {}),
        (target({"a": 90, "b": 80, "c": 7}), {}, ("a", "b"), "b", False, {"c": None}),
        (
            target({"a": 90, "b": 80, "c": 12, "d": 9}),
            {},
            ("a", "b", "other"),
            None,
            False,
            {"c": "other", "d": "other"},
        ),
        (target({"a": 90, "b": 12, "c": 9}), {}, ("a", "other"), "other", False, {"b": "other", "c": "other"}),
        (target({"a": 90, "b": 80, "c": 7}), {"rare_classes": "refuse"}, ("a", "b", "c"), None, False, {}),
        (target({"a": 60, "b": 7}), {}, ("a", "b"), "b", False, {}),
    ],
    ids=[
        "rarer", "rarer-flag", "tie", "asked", "binary-number", "three", "numbers", "tie-of-numbers", "ordered", "scale", "left-out",
        "merged", "one-and-the-rest", "refused", "rare-of-two",
    ],
)  # fmt: skip
def test_the_classes_are_what_the_file_says(
    tmp_path: Path,
    columns: list[dict[str, Any]],
    answers: dict[str, Any],
    classes: tuple[str, ...],
    positive: str | None,
    ordered: bool,
    merged: dict[str, str | None],
) -> None:
    names = {"columns": columns, "target": "y", "time_column": "", "group_column": ""}
    folder = render(tmp_path / "p", **names, **answers)
    expected = {"CLASSES": classes, "POSITIVE": positive, "ORDERED": ordered, "MERGED": merged}
    assert facts(folder) == expected
    settings = yaml.safe_load((folder / "conf/train.yaml").read_text(encoding="utf-8"))
    assert settings["least_of_a_class"] == (20 if "rare_classes" in answers else 3)
    assert list(settings["costs"]) == ([positive] if positive else [])
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert ("The class that is looked for is" in readme) == bool(positive)
    assert (", the rarer of the two." in readme) == (bool(positive) and answers.get("positive_class", "") == "")


@pytest.mark.thorough
@pytest.mark.parametrize(("classes", "kept"), [({"None": 50, "Some": 60}, True), ({"no": 50, "yes": 60}, False)])
def test_a_class_that_pandas_takes_for_a_hole_is_kept_in_the_first_look(
    tmp_path: Path, classes: dict[str, int], kept: bool
) -> None:
    names = {"columns": target(classes, missing_values=["?"]), "target": "y", "time_column": "", "group_column": ""}
    text = (render(tmp_path / "p", **names) / "first_look.py").read_text(encoding="utf-8")
    assert ("keep_default_na=False" in text) == kept
    assert ('na_values=["", "?"]' if kept else 'na_values=["?"]') in text


def test_a_class_that_is_not_there_is_refused(tmp_path: Path) -> None:
    names = {"columns": target({"no": 50, "yes": 60}), "target": "y", "time_column": "", "group_column": ""}
    with pytest.raises(UsageError, match="The target has no such class"):
        render(tmp_path / "p", **names, positive_class="perhaps")


@pytest.mark.thorough
def test_only_the_modules_of_the_data_and_the_examples_own_documents_speak_of_it(renderings: list[Rendered]) -> None:
    for rendered in renderings:
        if rendered.template != "ml-classification":
            continue
        names = [str(rendered.answers[key]) for key in ("project_name", "project_slug", "package_name", "description")]
        for path, text in rendered.texts().items():
            own = rendered.answers["dataset"]
            if path not in (".copier-answers.yml", "LICENSE") and (own or not EXAMPLE_ONLY.fullmatch(path)):
                said = re.sub("|".join(map(re.escape, sorted(names, key=len, reverse=True))), "", text)
                assert WORDS.findall(said) == [], path
        assert len(rendered.files()) <= 83


@any_table
def test_names_and_cells_stay_data(
    names: list[str], values: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever a column and a class are called: the code parses, holds exactly that text, and is tidy."""
    number, _, _, wanted = names
    classes = list(dict.fromkeys(value.strip() for value in values if value.strip())) or ["a"]
    columns = target({text: 30 for text in [*classes, "another"]}, missing_values=values)
    columns[0]["name"], columns[1]["name"] = number, wanted
    given = {"columns": columns, "target": wanted, "time_column": "", "group_column": "", "dataset_source": values[0]}
    folder = render(tmp_path_factory.mktemp("own") / "project", **given)
    held: set[object] = set()
    for path in folder.glob("src/*/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        held |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {number, wanted, *classes, *values} <= held
    assert set(facts(folder)["CLASSES"]) == {*classes, "another"}
    yaml.safe_load((folder / "conf/train.yaml").read_text(encoding="utf-8"))
    for args in (["check"], ["format", "--check"]):
        done = subprocess.run([RUFF, *args, "--no-cache", "."], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
    for path in (folder / "docs/model-card.md", folder / "README.md"):
        assert not re.search(r"(?<!\\)<script", path.read_text(encoding="utf-8"))
