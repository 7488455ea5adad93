"""A project of the first release, with its learner's work in it, is updated and still runs: the promise."""

import json
from pathlib import Path
from typing import Any

import pytest

from generated_support import Run
from learner_support import Learner, work_on

PREDICT = """
import json
from fastapi.testclient import TestClient
from bike_demand import service

fields = service.Row.model_json_schema()["properties"]
example = {name: field["examples"][0] for name, field in fields.items() if "examples" in field}
with TestClient(service.app) as client:
    response = client.post("/predict", json=example)
print(json.dumps([response.status_code, response.json()]))
"""


def commit(run: Run, folder: Path, message: str) -> None:
    run("git", "add", "--all", cwd=folder)
    run("git", "commit", "--quiet", "--no-verify", "--message", message, cwd=folder)


@pytest.fixture(scope="module")
def updated(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Learner:
    """Release 0.1.0, run, edited by its learner, committed, updated to the newest release, and not run again yet."""
    folder = tmp_path_factory.mktemp("update") / "bike-demand"
    run("scaffold", "new", "ml-tabular", folder, "-y", "--ref", "0.1.0", cwd=folder.parent)
    (folder / ".git/hooks/pre-commit").unlink()  # its hooks come from GitHub, which not every machine reaches
    run("make", "all", cwd=folder)
    commit(run, folder, "First run")
    learner = work_on(folder)
    commit(run, folder, "My work")
    run("scaffold", "update", "-y", cwd=folder)
    run("uv", "sync", "--locked", cwd=folder)
    return learner


def predict(run: Run, folder: Path) -> tuple[int, dict[str, Any]]:
    said = run("uv", "run", "python", "-W", "ignore", "-c", PREDICT, cwd=folder).stdout
    status, answer = json.loads(said.splitlines()[-1])
    return status, answer


def test_the_updated_project_works_before_and_after_it_is_trained_again(updated: Learner, run: Run) -> None:
    folder = updated.folder
    assert updated.lost() == []
    assert run("git", "status", "--porcelain", cwd=folder).stdout == ""

    # The champion was trained by the old release: it answers, without what it does not know.
    status, answer = predict(run, folder)
    assert status == 200
    assert answer["prediction"] > 100
    assert (answer["low"], answer["high"]) == (None, None)
    run("uv", "run", "bike-demand", "data", cwd=folder)  # the table has another name since 0.4.0
    run("uv", "run", "bike-demand", "evaluate", cwd=folder)
    assert "prediction_interval" not in json.loads((folder / "reports/metrics.json").read_text())

    run("make", "all", cwd=folder)
    found = json.loads((folder / "reports/metrics.json").read_text())["prediction_interval"]
    assert 0.85 <= found["coverage"] <= 0.95
    assert 50 < found["mean_width"] < 200
    assert f"covers {100 * found['coverage']:.1f} %" in (folder / "README.md").read_text()
    _, answer = predict(run, folder)
    assert answer["low"] < answer["prediction"] < answer["high"]
    assert updated.lost() == []

    commit(run, folder, "Trained again")
    run("make", "check", cwd=folder)


def test_what_was_updated_can_be_taken_back(updated: Learner, run: Run, tmp_path: Path) -> None:
    run("git", "clone", "--quiet", updated.folder, tmp_path / "again", cwd=tmp_path)
    update = run("git", "log", "--format=%H", "--grep=^Update from", cwd=tmp_path / "again").stdout.split()[0]
    run("git", "reset", "--quiet", "--hard", update, cwd=tmp_path / "again")
    run("git", "revert", "--no-edit", "HEAD", cwd=tmp_path / "again")
    assert run("git", "diff", "HEAD~2", cwd=tmp_path / "again").stdout == ""
