"""The promise: `make all` ends green with no account, key or GPU, and after set-up with no network."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from generated_support import Run, generate, need


@pytest.fixture(scope="module")
def ran(project: Path, run: Run) -> Path:
    """The project after `make all` with the network cut."""
    offline = shutil.which("unshare") and subprocess.run(["unshare", "-rn", "true"], check=False).returncode == 0
    need(offline, "this machine cannot cut the network (unshare -rn)")
    run("unshare", "-rn", "make", "all", cwd=project)
    return project


def metrics(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "reports/metrics.json").read_text())
    return found


def test_new_leaves_a_repository_that_is_ready(project: Path, run: Run) -> None:
    assert run("git", "status", "--porcelain", cwd=project).stdout == ""
    said = run("git", "log", "--format=%s %an", cwd=project).stdout
    assert re.fullmatch(r"Start from ml-tabular \d+\.\d+\.\d+ Ada Lovelace\n", said)
    assert (project / ".venv").is_dir()
    assert (project / ".git/hooks/pre-commit").is_file()
    run("uv", "lock", "--check", cwd=project)


def test_a_real_model_beats_its_baselines_beyond_the_interval(ran: Path) -> None:
    found = metrics(ran)
    assert found["gate"]["passed"] is True
    assert found["gain"]["low"] > 0
    assert len(found["baselines"]) >= 2
    assert len(found["slices"]) >= 2
    assert all(part["n"] > 0 for part in found["slices"])


def test_its_numbers_stand_in_the_readme(ran: Path) -> None:
    readme = (ran / "README.md").read_text()
    found = metrics(ran)
    block = readme.partition("<!-- results:start -->")[2].partition("<!-- results:end -->")[0]
    assert "No run yet" not in block
    assert f"{found['model'][found['metric']]:.3f}" in block
    for target in re.findall(r"\]\(((?!http|mailto)[^)#]+)", readme):
        assert (ran / target).exists(), target


def test_running_it_changes_only_results(ran: Path, run: Run) -> None:
    changed = {line[3:] for line in run("git", "status", "--porcelain", cwd=ran).stdout.splitlines()}
    assert changed == {"README.md", "docs/data-card.md", "docs/model-card.md", "docs/talk.md", "reports/"}


def test_reporting_again_changes_nothing(ran: Path, run: Run) -> None:
    before = (ran / "README.md").read_bytes()
    run("make", "report", cwd=ran)
    assert (ran / "README.md").read_bytes() == before


def test_the_same_seed_gives_the_same_numbers(ran: Path, fresh: Path, run: Run) -> None:
    run("uv", "sync", cwd=fresh)
    for verb in ("data", "train", "evaluate"):
        run("make", verb, cwd=fresh)
    one, two = metrics(ran), metrics(fresh)
    for name in ("seconds", "git_sha", "run_id"):
        one.pop(name, None)
        two.pop(name, None)
    assert one == two


def test_the_gate_bites(ran: Path, run: Run) -> None:
    said = run("uv", "run", "bike-demand", "train", cwd=ran, env={"MIN_SCORE": "0.9999"}, fails=True).stdout
    assert "Traceback" not in said
    assert "gate" in said


def test_its_own_checks_are_green(ran: Path, run: Run) -> None:
    run("make", "check", cwd=ran)


@pytest.mark.parametrize("kind", ["unit", "data", "behaviour", "smoke"])
def test_every_kind_of_test_is_there(project: Path, run: Run, kind: str) -> None:
    said = run("uv", "run", "pytest", "-m", kind, "--collect-only", "-q", cwd=project).stdout
    assert re.search(r"[1-9]\d*/\d+ tests collected|[1-9]\d* tests collected", said)


def test_repo_review_finds_nothing_to_improve(project: Path, run: Run) -> None:
    families = json.loads(run("repo-review", "--format", "json", ".", cwd=project).stdout)
    verdicts = {name: check["result"] for name, check in families["checks"].items()}
    assert [name for name, verdict in verdicts.items() if verdict is False] == []
    assert sum(verdict is True for verdict in verdicts.values()) >= 50


def test_the_other_engine_ends_green_too(run: Run, tmp_path: Path) -> None:
    polars = generate(run, tmp_path / "city-bikes", "engine=polars", "data_versioning=dvc", "ci=none", "docker=false")
    run("make", "all", "check", cwd=polars)


def test_the_demo_of_the_readme_is_what_new_run_prints(run: Run, tmp_path: Path) -> None:
    said = run("scaffold", "new", "ml-tabular", "bikes", "-y", "--run", cwd=tmp_path).stdout
    assert "gradient boosting" in said
    assert "make help" in said
