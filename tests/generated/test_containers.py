"""The image and the compose file, straight after generation, by a real engine."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from generated_support import Run, free_port

HOUR = {
    "hour": 8, "weekday": 2, "holiday": False, "weather": "clear", "temperature": 18, "feels_like": 18,
    "humidity": 55, "wind_speed": 12, "recent_level": 160,
}  # fmt: skip


@pytest.fixture(scope="module")
def up(
    project: Path, run: Run, docker: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, str]]]:
    """`docker compose up` in a fresh clone: the folder, and the variables with the ports."""
    folder = tmp_path_factory.mktemp("compose") / "bike-demand"
    run("git", "clone", "--quiet", project, folder, cwd=folder.parent)
    env = {**docker, "PORT": str(free_port()), "MLFLOW_PORT": str(free_port())}
    try:
        run("docker", "compose", "up", "--build", "--wait", "--wait-timeout", "300", cwd=folder, env=env)
        yield folder, env
    finally:
        run("docker", "compose", "down", "--timeout", "5", cwd=folder, env=env)


def ask(port: str, path: str, body: object = None) -> dict[str, object]:
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def test_it_is_healthy_and_predicts(up: tuple[Path, dict[str, str]]) -> None:
    _, env = up
    assert ask(env["PORT"], "/health")
    assert float(str(ask(env["PORT"], "/predict", HOUR)["bikers"])) > 50
    assert ask(env["PORT"], "/model-info")


def test_it_is_not_root(up: tuple[Path, dict[str, str]], run: Run) -> None:
    folder, env = up
    assert run("docker", "compose", "exec", "-T", "app", "id", "-u", cwd=folder, env=env).stdout.strip() == "10001"


def test_the_mlflow_page_answers(up: tuple[Path, dict[str, str]]) -> None:
    _, env = up
    with urllib.request.urlopen(f"http://127.0.0.1:{env['MLFLOW_PORT']}/", timeout=20) as answer:
        assert b"mlflow" in answer.read().lower()
