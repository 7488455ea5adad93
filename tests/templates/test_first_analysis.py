"""first-analysis with its owner's table: small, proposed from the columns, and what the file holds stays data."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hostile import any_table
from rendering import TEMPLATES, Rendered
from scaffold.core.templates import rendering
from scaffold.core.templates.rendering import Wanted
from scaffold.errors import UsageError

RUFF = Path(sys.executable).parent / "ruff"
TEMPLATE = TEMPLATES / "first-analysis"
WORDS = re.compile(r"\b(kangaroo|rodents?|captures?|merriam|bailey|fences?|desert|portal)\b", re.IGNORECASE)
ANSWERS: dict[str, Any] = {
    "project_name": "Repairs",
    "dataset": "table.csv",
    "dataset_source": "table.csv",
    "dataset_sha256": "0" * 64,
    "dataset_bytes": 1000,
    "dataset_rows": 120,
    "reading": {"separator": ",", "encoding": "utf-8", "skip_rows": 0},
}
ENDS = {"minimum": 0.0, "maximum": 9.5, "median": 2.0, "mean": 3.0, "decimal": ".", "remove": ""}


def column(name: str, kind: str, role: str = "feature", **more: Any) -> dict[str, Any]:
    """What the tool says of a column."""
    facts: dict[str, Any] = {"missing": 0, "distinct": 90, "missing_values": [], "examples": []}
    if kind in ("number", "count"):
        facts |= ENDS
    if kind in ("flag", "category"):
        facts |= {"values": ["a", "b"], "distinct": 2}
    if kind == "datetime":
        facts |= {"format": "ISO8601", "utc": False, "minimum": "2020-01-01", "maximum": "2021-01-01"}
    return {**facts, "name": name, "kind": kind, "role": role, **more}


def render(folder: Path, columns: list[dict[str, Any]], **more: Any) -> Path:
    time = next((one["name"] for one in columns if one["role"] == "time"), "")
    given = {**ANSWERS, "columns": columns, "time_column": time, **more}
    rendering.write(Wanted(str(TEMPLATE), None, folder.name, given=given), folder)
    return folder


def example(folder: Path, **given: Any) -> Path:
    rendering.write(Wanted(str(TEMPLATE), None, folder.name, given=given), folder)
    return folder


def tidy(folder: Path) -> None:
    for args in (["check"], ["format", "--check"]):
        done = subprocess.run([RUFF, *args, "--no-cache", "."], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def questions(folder: Path) -> list[str]:
    text = next(folder.glob("src/*/questions.py")).read_text(encoding="utf-8")
    return re.findall(r'^        name="(\w+)",$', text, re.MULTILINE)


def test_it_is_small(renderings: list[Rendered]) -> None:
    """Somebody who learned Python last month reads it in half an hour: 12 modules, 900 lines that are not blank."""
    for rendered in renderings:
        if rendered.template == "first-analysis":
            modules = [path for path in rendered.folder.glob("src/*/*.py") if path.name != "__init__.py"]
            assert len(modules) <= 12
            lines = [line.strip() for path in modules for line in path.read_text(encoding="utf-8").splitlines()]
            assert len([line for line in lines if line and not line.startswith("###")]) <= 900


@pytest.mark.parametrize(
    ("columns", "asked"),
    [
        (
            [column("n", "number"), column("c", "category"), column("t", "datetime", "time")],
            ["typical", "difference", "change"],
        ),
        ([column("n", "number"), column("m", "number"), column("o", "count")], ["typical", "together", "together_2"]),
        ([column("c", "flag"), column("d", "category")], ["share", "association", "complete"]),
        ([column("c", "flag")], ["share", "complete", "repeats"]),
        ([column("n", "number")], ["typical", "spread", "complete"]),
        ([column("i", "count", distinct=120), column("n", "number")], ["typical", "together", "spread"]),
    ],
    ids=["dates", "numbers", "categories", "one-flag", "one-number", "labels-last"],
)
def test_three_questions_are_proposed_from_the_columns(
    tmp_path: Path, columns: list[dict[str, Any]], asked: list[str]
) -> None:
    folder = render(tmp_path / "p", columns)
    assert questions(folder) == asked
    tidy(folder)
    assert len(list(folder.glob("queries/*.sql"))) == 3
    plots = re.findall(r"\.\./reports/figures/(\w+)\.png", (folder / "docs/findings.md").read_text())
    drawn = re.findall(r'^    "(\w+)": \(', next(folder.glob("src/*/figures.py")).read_text(), re.MULTILINE)
    assert plots == drawn
    assert 1 <= len(set(plots)) == len(plots) <= 5


@pytest.mark.parametrize("own", [False, True], ids=["example", "own"])
def test_a_guess_is_asked_for_before_each_number(tmp_path: Path, own: bool) -> None:
    columns = [column("n", "number"), column("c", "category")]
    folder = render(tmp_path / "p", columns) if own else example(tmp_path / "p")
    notebook = (folder / "notebooks/analysis.py").read_text(encoding="utf-8")
    told = re.findall(r"# %% \[markdown\]\n(.*?)(?=\n# %%)", notebook, re.DOTALL)
    silent = [cell for cell in told[1:] if "**guess" not in cell.lower()]
    assert [cell for cell in silent if not re.search("same in SQL|## Yours", cell)] == []
    hour = (folder / "docs/first-hour.md").read_text(encoding="utf-8")
    parts = re.findall(r"^## \d+\. .*?(?=^## |\Z)", hour, re.MULTILINE | re.DOTALL)
    assert len(parts) == 6
    for part in parts[:-1]:
        before, fence, _ = part.partition("```bash")
        assert not fence or "**Guess" in before or "farthest from your guess" in part, part


@pytest.mark.parametrize(
    ("columns", "predicts"),
    [
        ([column("c", "category"), column("n", "number")], 'values.plot.hist(bins=60, xlabel="value")'),
        ([column("c", "category"), column("n", "number", remove="$,")], "counts.head(10)"),
        ([column("n", "number", decimal=",", missing_values=["-", "?"])], 'decimal=",",'),
    ],
    ids=["number", "no-plain-number", "as-written"],
)
def test_the_first_look_predicts_one_value_for_all(
    tmp_path: Path, columns: list[dict[str, Any]], predicts: str
) -> None:
    folder = render(tmp_path / "p", columns)
    text = (folder / "first_look.py").read_text(encoding="utf-8")
    assert predicts in text
    assert len(ast.parse(text).body) == 2 + (10 if "mean" in text else 8)  # besides its docstring and its import
    tidy(folder)


def test_there_is_nothing_to_put_into_a_container(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no service to put into a container"):
        render(tmp_path / "p", [column("n", "number")], docker=True)


def test_the_target_is_what_is_asked_about(tmp_path: Path) -> None:
    folder = render(tmp_path / "p", [column("n", "number"), column("m", "number", "target")], target="m")
    assert "“m”, typically" in (folder / "docs/findings.md").read_text()


@pytest.mark.parametrize("edition", ["starter", "teacher"])
def test_an_own_table_has_exercises_too(tmp_path: Path, edition: str) -> None:
    folder = render(tmp_path / "p", [column("n", "number"), column("c", "category")], edition=edition)
    tidy(folder)
    sources = "".join(path.read_text() for path in folder.glob("src/*/*.py"))
    marks = len(re.findall(r"BEGIN SOLUTION|raise NotImplementedError\(\n\s+\"Exercise", sources))
    assert marks == 4


def test_a_project_with_its_owners_table_has_none_of_the_examples_words(tmp_path: Path) -> None:
    folder = render(tmp_path / "p", [column("n", "number"), column("c", "category"), column("t", "datetime", "time")])
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("LICENSE", "SHA256SUMS"):
            assert WORDS.findall(path.read_text(encoding="utf-8")) == [], path
    assert not list(folder.glob("data/raw/portal*"))


@any_table
def test_names_and_cells_stay_data(
    names: list[str], values: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever a column and a category are called: the code is tidy, the queries parse, and each holds exactly that text."""
    number, other, category, when = names
    columns = [
        column(number, "number", missing_values=values, missing=3, remove=values[0][:3]),
        column(other, "count"),
        column(category, "category", values=values, distinct=len(values)),
        column(when, "datetime", "time"),
    ]
    findings = [{"column": number, "kind": "suspect", "message": values[0]}]
    folder = render(
        tmp_path_factory.mktemp("own") / "project", columns, findings=findings, dataset_source=values[0]
    )
    tidy(folder)
    held: set[object] = set()
    for path in folder.glob("src/*/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        held |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {*names, *values} <= held
    assert yaml.safe_load((folder / ".copier-answers.yml").read_text(encoding="utf-8"))["columns"] == columns
    for path in folder.glob("queries/*.sql"):
        assert len(duckdb.extract_statements(path.read_text(encoding="utf-8"))) == 1, path
    for path in (folder / "docs/data-card.md", folder / "README.md", folder / "docs/findings.md"):
        prose = re.sub(r"`[^`\n]*`|<!--.*?-->", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"(?<!\\)<script", prose), path
