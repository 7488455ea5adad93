"""What mlops-deploy brings beside its service: deployment files, alerts, a dashboard, workflows; really used."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from generated_support import MLOPS, OUTSIDE, TOOLS, Run, action_stand_ins, ask, free_port, generate, need, until

ANSWERS = (
    ("cloud=aws", "kubernetes=true"),
    ("cloud=azure", "kubernetes=true", "ci=gitlab", "mlflow_store=postgresql"),
    ("cloud=gcp", "kubernetes=true", "ci=none", "github_owner="),
)
installed = pytest.mark.parametrize("stage", [MLOPS], indirect=True, ids=[MLOPS.template], scope="session")
GH = """#!/bin/sh
# What the workflow tells GitHub.
echo "$@" >> "$GH_SAYS"
case "$*" in *finding.md*) cat finding.md >> "$GH_SAYS" ;; esac
"""


@pytest.fixture(scope="module", params=ANSWERS, ids=lambda answers: answers[0])
def deployed(request: pytest.FixtureRequest, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The deployment files of one cloud, not installed."""
    folder = tmp_path_factory.mktemp("deployed") / MLOPS.project
    flags = [part for answer in request.param for part in ("-d", answer)]
    run("scaffold", "new", MLOPS.template, folder.name, "-y", "--no-install", *flags, cwd=folder.parent)
    return folder


@pytest.mark.parametrize("layer", ["base", "overlays/production"])
def test_a_cluster_knows_every_field(deployed: Path, layer: str, run: Run, tmp_path: Path) -> None:
    need(shutil.which("kubectl"), "kubectl is not installed")
    built = run("kubectl", "kustomize", f"deploy/kubernetes/{layer}", cwd=deployed).stdout
    (tmp_path / "built.yaml").write_text(built)
    run("kubernetes-validate", "--strict", tmp_path / "built.yaml", cwd=deployed)
    kinds = {found["kind"]: found for found in yaml.safe_load_all(built)}
    assert {"Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy"} <= kinds.keys()
    image = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]["image"]
    assert kinds["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["image"] == image
    assert image.endswith(":v0.1.0") == (layer != "base")


def test_the_operator_of_prometheus_gets_the_same_alerts(deployed: Path, run: Run) -> None:
    need(shutil.which("kubectl"), "kubectl is not installed")
    overlay = deployed / "deploy/kubernetes/overlays/production/kustomization.yaml"
    as_it_was = overlay.read_text()
    overlay.write_text(as_it_was.replace("# components:", "components:"))
    built = run("kubectl", "kustomize", overlay.parent, cwd=deployed).stdout
    overlay.write_text(as_it_was)
    kinds = {found["kind"]: found["spec"] for found in yaml.safe_load_all(built) if "spec" in found}
    assert kinds["PrometheusRule"] == yaml.safe_load((deployed / "deploy/prometheus/alerts.yml").read_text())
    assert kinds["PodMonitor"]["selector"] == kinds["Deployment"]["selector"]


def test_terraform_is_in_its_own_form(deployed: Path, run: Run) -> None:
    need(shutil.which("terraform"), "terraform is not installed")
    (folder,) = (deployed / "deploy/terraform").iterdir()
    run("terraform", "fmt", "-check", "-diff", cwd=folder, env={"TF_CLI_CONFIG_FILE": ""})


@pytest.mark.parametrize("deployed", ANSWERS[:1], indirect=True, ids=["cloud=aws"])
def test_terraform_knows_every_argument(deployed: Path, run: Run, tmp_path: Path) -> None:
    """Of Amazon's resources; the other two providers cannot be had without their registry."""
    need(shutil.which("terraform"), "terraform is not installed")
    plugins = OUTSIDE.get("TERRAFORM_PLUGINS", "")
    need(plugins, "no provider of Terraform is on this machine (TERRAFORM_PLUGINS)")
    folder = deployed / "deploy/terraform/aws"
    env = {"TF_CLI_CONFIG_FILE": "", "TF_DATA_DIR": str(tmp_path)}
    run("terraform", "init", f"-plugin-dir={plugins}", cwd=folder, env=env)
    run("terraform", "validate", cwd=folder, env=env)


@installed
def test_alerts_fire_when_they_must(project: Path, run: Run) -> None:
    need(shutil.which("promtool"), "Prometheus is not installed")
    run("promtool", "check", "config", "deploy/prometheus/prometheus.yml", cwd=project)
    said = run("promtool", "test", "rules", "deploy/prometheus/alerts_test.yml", cwd=project).stdout
    assert "SUCCESS" in said
    alerts = set(re.findall(r"- alert: (\w+)", (project / "deploy/prometheus/alerts.yml").read_text()))
    tried = (project / "deploy/prometheus/alerts_test.yml").read_text()
    assert {alert for alert in alerts if f"alertname: {alert}\n        exp_alerts" not in tried} == set()


@pytest.fixture(scope="module")
def drifted(ran: Path, run: Run, machine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that was asked about a month with a planted fault, after its monitor has looked: its port."""
    folder = tmp_path_factory.mktemp("drifted")
    port = str(free_port())
    env = {"LIVE": str(folder / "live"), "PORT": port}
    command = [str(ran / f".venv/bin/{MLOPS.project}")]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([*command, "serve"], cwd=ran, env={**machine, **env}, stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: ask(port, "/ready"))
            url = f"http://127.0.0.1:{port}"
            run(*command, "replay", "7", "--drift", "covariate", "--limit", "2000", "--url", url, cwd=ran, env=env)
            done = until(lambda: looked(command, ran, {**machine, **env}))
            assert done.returncode == 2, done.stdout
            yield port
        finally:
            process.terminate()


def looked(command: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str] | None:
    """What the monitor says, once the service has written down enough to look at."""
    done = subprocess.run([*command, "monitor"], cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done if done.returncode != 1 else None


@installed
def test_the_demo_tells_the_year(ran: Path, fresh: Path, run: Run) -> None:
    """With the service in a process of its own; the project's own tests serve in a thread."""
    said = run(ran / f".venv/bin/{MLOPS.project}", "demo", "--port", str(free_port()), cwd=fresh).stdout
    assert "nobody has restarted anything" in said
    assert "answers again" in said
    assert (fresh / "reports/figures/story.png").exists()


@installed
def test_prometheus_answers_every_panel(drifted: str, project: Path, machine: dict[str, str], tmp_path: Path) -> None:
    need(shutil.which("prometheus"), "Prometheus is not installed")
    folder, port = tmp_path / "prometheus", str(free_port())
    shutil.copytree(project / "deploy/prometheus", folder)
    config = (folder / "prometheus.yml").read_text()
    (folder / "prometheus.yml").write_text(config.replace("app:8000", f"127.0.0.1:{drifted}").replace("15s", "1s"))
    command = [
        "prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
    ]  # fmt: skip

    def asked(query: str) -> list[Any]:
        found: list[Any] = json.loads(ask(port, f"/api/v1/query?query={quote(query)}"))["data"]["result"]
        return found

    def firing() -> bool:
        return {"DriftDetected"} <= {found["metric"]["alertname"] for found in asked('ALERTS{alertstate="firing"}')}

    panels = json.loads((project / "deploy/grafana/dashboards/service.json").read_text())["panels"]
    queries = {target["expr"]: panel["title"] for panel in panels for target in panel["targets"]}
    assert len(queries) > 20
    with subprocess.Popen(command, env=machine) as process:
        try:
            until(firing)
            ask(drifted, MLOPS.question[0], MLOPS.question[1])  # a route is counted from its first request on
            silent = {}
            for query, title in queries.items():
                try:
                    until(lambda query=query: asked(query), seconds=20)
                except TimeoutError:
                    silent[title] = query
            assert silent == {}
        finally:
            process.terminate()


def act(folder: Path, run: Run, machine: dict[str, str], workflow: str, job: str, *flags: str) -> str:
    """Run one job of a workflow on this machine, with a `gh` that writes down what it is told."""
    need(TOOLS, "no stand-ins for GitHub's actions (SCAFFOLD_TEST_TOOLS)")
    tools = folder.parent / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    stand_ins = action_stand_ins([folder / f".github/workflows/{workflow}"])
    said_to_gh = tools / "said"
    env = {"GH_SAYS": str(said_to_gh), "PATH": f"{tools}:{machine['PATH']}", "UV_CACHE_DIR": machine["UV_CACHE_DIR"]}
    given = [part for name, value in env.items() for part in ("--env", f"{name}={value}")]
    platform = ["-P", "ubuntu-latest=-self-hosted", "--pull=false", "-W", f".github/workflows/{workflow}", "-j", job]
    said = run("act", "workflow_dispatch", *platform, *stand_ins, *given, *flags, cwd=folder).stdout
    return said + (said_to_gh.read_text() if said_to_gh.exists() else "")


@installed
@pytest.mark.changed_only
def test_the_monitor_workflow_opens_an_issue(drifted: str, fresh: Path, run: Run, machine: dict[str, str]) -> None:
    url = f"SERVICE_URL=http://127.0.0.1:{drifted}"
    said = act(fresh, run, machine, "monitor.yml", "check", "--var", url)
    assert "issue create --title" in said
    assert "**DriftDetected**" in said


@installed
@pytest.mark.changed_only
def test_the_retrain_workflow_asks_the_gate(fresh: Path, run: Run, machine: dict[str, str]) -> None:
    said = act(fresh, run, machine, "retrain.yml", "retrain", "--input", "until=2013-08-31")
    passed = re.findall("passed=(true|false)", said)
    assert passed == [str("version 2 is the champion" in said).lower()]
    assert "Job succeeded" in said


@installed
def test_the_load_test_fills_in_its_table(drifted: str, project: Path, run: Run, tmp_path: Path) -> None:
    shutil.copytree(project / "benchmarks", tmp_path / "benchmarks")
    shutil.copy(project / "README.md", tmp_path)
    url = f"http://127.0.0.1:{drifted}"
    run("uv", "run", "benchmarks/load.py", "--url", url, "--seconds", "1", "--write", cwd=tmp_path)
    block, before = (
        (folder / "README.md").read_text().partition("<!-- load:start -->")[2].partition("<!-- load:end -->")[0]
        for folder in (tmp_path, project)
    )
    assert re.search(r"^\| one flight \| [\d,]+ \|", block, re.MULTILINE)
    assert re.search(r"^\| 100 flights \| [\d,]+ \|", block, re.MULTILINE)
    assert "before you changed anything" in before
    assert "before you changed anything" not in block


@installed
@pytest.mark.changed_only
def test_a_registry_on_postgresql_gives_the_service_its_champion(
    run: Run, engine: dict[str, str], tmp_path: Path
) -> None:
    project = generate(run, MLOPS, tmp_path / MLOPS.project, "mlflow_store=postgresql", "ci=none")
    env = {**engine, "PORT": str(free_port()), "MLFLOW_PORT": str(free_port()), "COMPOSE_PROJECT_NAME": "registry"}
    try:
        run("docker", "compose", "up", "--build", "--wait", "--wait-timeout", "300", cwd=project, env=env)
        server = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{env['MLFLOW_PORT']}"}
        for verb in ("data", "train"):
            run("uv", "run", MLOPS.project, verb, cwd=project, env=server)
        assert '"probability":' in until(lambda: ask(env["PORT"], *MLOPS.question[:2]))
        back = run("docker", "compose", "run", "--rm", "rollback", cwd=project, env=env, fails=True).stdout
        assert "there is no version to go back to" in back
        run("docker", "compose", "stop", "mlflow", "postgres", cwd=project, env=env)
        run("docker", "compose", "restart", "app", cwd=project, env=env)
        assert '"probability":' in until(lambda: ask(env["PORT"], *MLOPS.question[:2]))
        done = run("docker", "compose", "run", "--rm", "monitor", cwd=project, env=env, fails=True).stdout
        assert "too few" in done
    finally:
        run("docker", "compose", "down", "--volumes", "--timeout", "5", cwd=project, env=env)


@installed
@pytest.mark.changed_only
def test_a_version_is_retrained_swapped_and_rolled_back_in_containers(
    fresh: Path, run: Run, engine: dict[str, str]
) -> None:
    """From logged flights and their outcomes, while one service goes on answering."""
    port = str(free_port())
    env = {**engine, "PORT": port, "COMPOSE_PROJECT_NAME": "loop", "OUTCOMES_TOKEN": "of-this-test"}

    def compose(*args: str, **more: Any) -> str:
        return run("docker", "compose", *args, cwd=fresh, env=env, **more).stdout

    def version() -> str:
        found: str = json.loads(ask(port, *MLOPS.question[:2]))["model_version"]
        return found

    run("uv", "run", MLOPS.project, "data", cwd=fresh)
    try:
        compose("up", "--build", "--wait", "--wait-timeout", "300", "app")
        started = compose("ps", "--format", "{{.ID}} {{.CreatedAt}}", "app")
        assert version() == "1"
        rows = 1
        for month in ("4", "5", "6"):
            told = {"OUTCOMES_TOKEN": env["OUTCOMES_TOKEN"]}
            replay = ("uv", "run", MLOPS.project, "replay", month, "--url", f"http://127.0.0.1:{port}")
            (sent,) = re.findall(r"^([\d,]+) flights of month", run(*replay, cwd=fresh, env=told).stdout, re.MULTILINE)
            rows += 2 * int(sent.replace(",", ""))
        until(lambda: f"prediction_log_rows_total {rows}.0" in ask(port, "/metrics"))
        assert "version 2 is the champion" in compose("run", "--rm", "retrain")
        until(lambda: version() == "2")
        assert "version 1 is the champion again" in compose("run", "--rm", "rollback")
        until(lambda: version() == "1")
        assert "there is no version to go back to" in compose("run", "--rm", "rollback", fails=True)
        assert compose("ps", "--format", "{{.ID}} {{.CreatedAt}}", "app") == started
        compose("restart", "app")
        assert until(version) == "1"
    finally:
        compose("down", "--volumes", "--timeout", "5")
