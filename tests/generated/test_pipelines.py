"""The workflows as they stand in the repository, really run."""

from pathlib import Path

import pytest

from generated_support import TABULAR, TOOLS, Run, Stage, action_stand_ins, free_port, generate, need


@pytest.mark.changed_only
@pytest.mark.parametrize("stage", [TABULAR], ids=[TABULAR.template], indirect=True)
def test_the_github_workflow(
    fresh: Path,
    stage: Stage,
    run: Run,
    docker: dict[str, str],
    machine: dict[str, str],
) -> None:
    """One stage's: tests/templates/test_rendered.py says that it is the same text in all of them."""
    need(TOOLS, "no stand-ins for GitHub's actions (SCAFFOLD_TEST_TOOLS)")
    stand_ins = action_stand_ins(fresh.glob(".github/workflows/*.yml"))
    env = {**docker, "UV_CACHE_DIR": machine["UV_CACHE_DIR"], "PORT": str(free_port())}
    flags = [part for name, value in env.items() for part in ("--env", f"{name}={value}")]
    platform = ["-P", "ubuntu-latest=-self-hosted", "--pull=false", "-W", ".github/workflows/ci.yml"]
    run("act", "push", *platform, *stand_ins, *flags, cwd=fresh)


@pytest.mark.changed_only
def test_the_gitlab_pipeline(
    run: Run,
    docker: dict[str, str],
    machine: dict[str, str],
    tmp_path: Path,
) -> None:
    from shutil import which

    need(which("gitlab-ci-local", path=machine["PATH"]), "gitlab-ci-local is not installed")
    need(which("rsync", path=machine["PATH"]), "rsync is not installed")
    project = generate(run, TABULAR, tmp_path / "bikes", "ci=gitlab")
    run("git", "remote", "add", "origin", "git@gitlab.com:ada/bikes.git", cwd=project)
    run("docker", "tag", "python:3.12-slim", "docker:29-dind", cwd=project, env=docker)
    flags = ["--force-shell-executor", "--shell-isolation", "--no-color", "--pull-policy", "if-not-present"]
    run("gitlab-ci-local", *flags, cwd=project, env={**docker, "PORT": str(free_port())})
