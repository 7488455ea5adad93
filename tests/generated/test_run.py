"""The promise: `make all` ends green with no account, key or GPU, and after set-up with no network."""

import json
import re
from pathlib import Path

import pytest

from bare_machine import blocks
from generated_support import ANALYSIS, MODELS, STAGES, Run, Stage, metrics, needed

with_a_model = pytest.mark.parametrize("stage", MODELS, ids=lambda stage: stage.template, indirect=True)


def test_new_leaves_a_repository_that_is_ready(project: Path, stage: Stage, run: Run) -> None:
    said = run("git", "log", "--format=%s %an", cwd=project).stdout
    assert re.fullmatch(rf"Start from {stage.template} \d+\.\d+\.\d+ Ada Lovelace\n", said)
    assert (project / ".venv").is_dir()
    # Of the project's own environment: it goes on where this scaffold is no longer installed.
    assert f"{project}/.venv/bin/python" in (project / ".git/hooks/pre-commit").read_text()
    run("uv", "lock", "--check", cwd=project)


@with_a_model
def test_a_real_model_beats_its_baselines_beyond_the_interval(ran: Path) -> None:
    found = metrics(ran)
    assert found["gate"]["passed"] is True
    assert found["gain"]["low"] > 0
    assert len(found["baselines"]) >= 2
    assert len(found["slices"]) >= 2
    assert all(part["n"] > 0 for part in found["slices"])


@pytest.mark.parametrize("stage", [ANALYSIS], ids=[ANALYSIS.template], indirect=True)
def test_every_question_is_answered_with_an_interval(ran: Path) -> None:
    found = metrics(ran)
    assert len(found["questions"]) == 3
    for question in found["questions"]:
        sure = [claim for claim in found["claims"] if claim["question"] == question and claim["low"] is not None]
        assert sure
        assert all(claim["low"] <= claim["value"] <= claim["high"] and claim["n"] > 0 for claim in sure)


@pytest.mark.parametrize("stage", [ANALYSIS], ids=[ANALYSIS.template], indirect=True)
def test_a_number_that_the_data_does_not_confirm_fails(ran: Path, run: Run) -> None:
    findings = ran / "docs/findings.md"
    right = findings.read_text()
    try:
        findings.write_text(re.sub(r"\S+<!-- rodents_ratio -->", "3.21<!-- rodents_ratio -->", right))
        said = run("uv", "run", "pytest", "-q", "--no-cov", "tests/test_findings.py", cwd=ran, fails=True).stdout
        assert "3.21<!-- rodents_ratio -->" in said
    finally:
        findings.write_text(right)


@pytest.mark.parametrize("stage", [ANALYSIS], ids=[ANALYSIS.template], indirect=True)
def test_every_command_of_the_first_hour_works(fresh: Path, run: Run) -> None:
    commands = blocks(fresh / "docs/first-hour.md")
    assert len(commands) >= 6
    for command in commands:
        run("bash", "-ec", command, cwd=fresh)
    assert run("git", "status", "--porcelain", cwd=fresh).stdout == ""


def test_its_numbers_stand_in_the_readme(ran: Path, stage: Stage) -> None:
    readme = (ran / "README.md").read_text()
    found = metrics(ran)
    block = readme.partition("<!-- results:start -->")[2].partition("<!-- results:end -->")[0]
    assert "No run yet" not in block
    assert stage.shown in block
    if stage.gate:
        assert f"{found['model'][found['metric']]:.3f}" in block
    for target in re.findall(r"\]\(((?!http|mailto)[^)#]+)", readme):
        assert (ran / target).exists(), target


def test_running_it_changes_only_results(ran: Path, stage: Stage, run: Run) -> None:
    changed = {line[3:] for line in run("git", "status", "--porcelain", cwd=ran).stdout.splitlines()}
    assert changed == {"README.md", "docs/data-card.md", stage.card, "docs/talk.md", "reports/"}


def test_reporting_again_changes_nothing(ran: Path, run: Run) -> None:
    before = (ran / "README.md").read_bytes()
    run("make", "report", cwd=ran)
    assert (ran / "README.md").read_bytes() == before


def test_the_same_seed_gives_the_same_numbers(ran: Path, fresh: Path, run: Run) -> None:
    run("uv", "sync", cwd=fresh)
    for verb in ("data", "train", "evaluate"):
        run("make", verb, cwd=fresh)
    one, two = metrics(ran), metrics(fresh)
    for name in ("seconds", "git_sha", "run_id", "timings"):
        one.pop(name, None)
        two.pop(name, None)
    assert one == two


@with_a_model
def test_the_gate_bites(ran: Path, stage: Stage, run: Run) -> None:
    results = ran / "reports/metrics.json"
    passed = results.read_bytes()
    said = run("uv", "run", stage.project, stage.gate, cwd=ran, env={"MIN_SCORE": "0.9999"}, fails=True).stdout
    results.write_bytes(passed)  # the other tests read what the run before this one found, in whatever order they come
    run("make", "report", cwd=ran)
    assert "Traceback" not in said
    assert "gate" in said


def test_its_own_checks_are_green(ran: Path, run: Run) -> None:
    run("make", "check", cwd=ran)


def test_every_kind_of_test_is_there(project: Path, stage: Stage, run: Run) -> None:
    for kind in ("unit", "data", "behaviour", "smoke", *stage.kinds):
        said = run("uv", "run", "pytest", "-m", kind, "--collect-only", "-q", cwd=project).stdout
        assert re.search(r"[1-9]\d*/\d+ tests collected|[1-9]\d* tests collected", said), kind


def test_repo_review_finds_nothing_to_improve(project: Path, run: Run) -> None:
    families = json.loads(run("repo-review", "--format", "json", ".", cwd=project).stdout)
    verdicts = {name: check["result"] for name, check in families["checks"].items()}
    assert [name for name, verdict in verdicts.items() if verdict is False] == []
    assert sum(verdict is True for verdict in verdicts.values()) >= 45


@pytest.mark.changed_only
@pytest.mark.parametrize(
    ("stage", "answers"),
    [(stage, answers) for stage in STAGES for answers in stage.others],
    ids=lambda value: value.template if isinstance(value, Stage) else value[0],
    indirect=["stage"],
)
def test_other_answers_end_green_too(stage: Stage, answers: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    flags = [part for answer in (*answers, *needed(stage)) for part in ("-d", answer)]
    said = run("scaffold", "new", stage.template, "other", "-y", *flags, "--run", cwd=tmp_path).stdout
    assert stage.shown in said
    assert "make help" in said
    run("make", "check", cwd=tmp_path / "other")
