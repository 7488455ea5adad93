"""The image and the compose file, straight after generation, by a real engine."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from generated_support import MODELS, Run, Stage, ask, free_port

pytestmark = pytest.mark.parametrize("stage", MODELS, ids=lambda stage: stage.template, indirect=True)


@pytest.fixture(scope="module")
def up(
    project: Path, run: Run, engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, str]]]:
    """The service's image, built and started in a fresh clone: the folder, and the variables with the ports."""
    folder = tmp_path_factory.mktemp("compose") / project.name
    run("git", "clone", "--quiet", project, folder, cwd=folder.parent)
    env = {**engine, "PORT": str(free_port()), "MLFLOW_PORT": str(free_port())}
    try:
        run("docker", "compose", "up", "--build", "--wait", "--wait-timeout", "300", "app", cwd=folder, env=env)
        yield folder, env
    finally:
        run("docker", "compose", "down", "--volumes", "--timeout", "5", cwd=folder, env=env)


def test_it_is_healthy_and_answers(up: tuple[Path, dict[str, str]], stage: Stage) -> None:
    _, env = up
    assert stage.question is not None
    path, body, words = stage.question
    assert ask(env["PORT"], "/health")
    assert words in ask(env["PORT"], path, body)


def test_it_is_not_root(up: tuple[Path, dict[str, str]], run: Run) -> None:
    folder, env = up
    assert run("docker", "compose", "exec", "-T", "app", "id", "-u", cwd=folder, env=env).stdout.strip() == "10001"


@pytest.mark.changed_only
def test_all_of_the_compose_file_comes_up_and_the_mlflow_page_answers(
    up: tuple[Path, dict[str, str]], run: Run
) -> None:
    folder, env = up
    run("docker", "compose", "up", "--build", "--wait", "--wait-timeout", "300", cwd=folder, env=env)
    with urllib.request.urlopen(f"http://127.0.0.1:{env['MLFLOW_PORT']}/", timeout=20) as answer:
        assert b"mlflow" in answer.read().lower()
