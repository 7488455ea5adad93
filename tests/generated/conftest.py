"""A generated repository that is really set up and run, on this machine as it is: the network, Docker, Chromium.

What a machine cannot do is skipped with its reason; with REQUIRE_ALL=1, as in `.ci/run`, it fails instead.
What is marked `changed_only` is left out, and said to be, for a template that did not change (tests/changed.py).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

import pytorch_index
from bare_machine import BareMachine, blocks
from changed import ROOT, Base, find_base, told
from generated_support import (
    MLOPS,
    OUTSIDE,
    PATIENCE,
    STAGES,
    TABULAR,
    WHEELS,
    WITH_TORCH,
    Run,
    Stage,
    free_port,
    generate,
    need,
)
from rendering import NAMES
from support import BIN

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
OF_ONE_TEMPLATE = {
    "test_rag_page.py": "rag-app",
    "test_cnn_page.py": "cnn-classifier",
    "test_own_documents.py": "rag-app",
    "test_own_pictures.py": "cnn-classifier",
    "test_text_page.py": "text-generator",
    "test_own_text.py": "text-generator",
    "test_mlops_deploy.py": "mlops-deploy",
}
ENGINES = {"browser", "docker", "engine"}
"""Fixtures of programs that fail now and then for reasons of their own: a test gets a second try, which is reported."""
PINNED = {"prometheus": "prom/prometheus:v3.13.3", "grafana": "grafana/grafana:12.4.4", "postgres": "postgres:18.3"}
collect_ignore = [file for file, template in OF_ONE_TEMPLATE.items() if template not in NAMES]


LEFT_OUT = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Everything here takes long, and `-k TEMPLATE` chooses what belongs to one template."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("slow")
            item.add_marker(pytest.mark.timeout(3600))  # the first one of a template sets it up and runs it
            item.extra_keyword_matches.add(template_of(item))
            if ENGINES.intersection(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.flaky(reruns=1))
    yield
    candidates = [item for item in items if item.get_closest_marker("changed_only")]
    # A worker of pytest-xdist could not say what it left out.
    if candidates and not hasattr(config, "workerinput"):
        leave_out(config, items, candidates)


def template_of(item: pytest.Item) -> str:
    """The template that a test is about."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    stage: str = (
        params["stage"].template if "stage" in params else OF_ONE_TEMPLATE.get(item.path.name, TABULAR.template)
    )
    return stage


def leave_out(config: pytest.Config, items: list[pytest.Item], candidates: list[pytest.Item]) -> None:
    """Take those tests out that a commit before this one has run: their template and their own file are the same."""
    try:
        base = Base(ROOT, find_base(ROOT, OUTSIDE.get("TEST_BASE", "")))
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    if not base.commit:
        return
    same = {template for template in set(map(template_of, candidates)) if base.released(template)}
    left = [item for item in candidates if template_of(item) in same and base.holds(item.path)]
    if left:
        items[:] = [item for item in items if item not in left]  # the list is pytest's own
        config.hook.pytest_deselected(items=left)
        config.stash[LEFT_OUT] = told(base, [(template_of(item), item.name) for item in left])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out, and why."""
    if lines := config.stash.get(LEFT_OUT, []):
        terminalreporter.section("left out")
        for line in lines:
            terminalreporter.write_line(line)


def pythons() -> list[str]:
    """The folders of pyenv's interpreters, for uv to find: their shims do not work everywhere."""
    root = Path(OUTSIDE.get("PYENV_ROOT", Path(OUTSIDE.get("HOME", "/")) / ".pyenv"))
    return [str(path / "bin") for path in sorted(root.glob("versions/3.1[123].*"))]


@pytest.fixture(scope="session")
def torch_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables that lead uv to a stand-in for PyTorch's index; none where it is not needed."""
    if not WITH_TORCH or not WHEELS:
        yield {}
        return
    with pytorch_index.Server(tmp_path_factory.mktemp("index"), WHEELS[0].parent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.variables
        server.shutdown()


@pytest.fixture(scope="session")
def machine(torch_index: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of this machine, with a home of its own and the shared package cache."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    dropped = ("GIT_", "VIRTUAL_ENV", "PYTHON", "COV_", "COVERAGE_", "SCAFFOLD_", "XDG_", "MLFLOW")
    env = {name: value for name, value in OUTSIDE.items() if not name.startswith(dropped)}
    cache = OUTSIDE.get("UV_CACHE_DIR") or str(Path(OUTSIDE.get("HOME", "/")) / ".cache/uv")
    path = os.pathsep.join([str(BIN), OUTSIDE.get("PATH", ""), *pythons()])
    pyenv = OUTSIDE.get("PYENV_ROOT", str(Path(OUTSIDE.get("HOME", "/")) / ".pyenv"))
    ours = {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "UV_CACHE_DIR": cache, "PATH": path, "PYENV_ROOT": pyenv}
    return {**env, **ours, **torch_index, "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


@pytest.fixture(scope="session")
def run(machine: dict[str, str]) -> Run:
    """Run a program in a folder and return what it said; a failure shows the end of that."""

    def run_it(
        *args: str | Path, cwd: Path, env: Mapping[str, str] | None = None, fails: bool = False
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(arg) for arg in args],
            cwd=cwd,
            env={**machine, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        assert (done.returncode != 0) == fails, f"{args} ended with {done.returncode}:\n{done.stdout[-6000:]}"
        return done

    return run_it


@pytest.fixture(scope="session", params=STAGES, ids=lambda stage: stage.template)
def stage(request: pytest.FixtureRequest) -> Stage:
    """One template after the other."""
    found: Stage = request.param
    return found


@pytest.fixture(scope="session")
def project(stage: Stage, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`scaffold new` with default answers, installed and committed."""
    made = generate(run, stage, tmp_path_factory.mktemp("default") / stage.project, "github_owner=ada")
    # Said here, as any test may be the first that runs something in it.
    assert run("git", "status", "--porcelain", cwd=made).stdout == ""
    return made


@pytest.fixture(scope="session")
def bare(machine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> BareMachine:
    """A bare machine, which shares this one's package cache to save time."""
    shared = {name: machine[name] for name in ("UV_CACHE_DIR", "HTTPS_PROXY", "UV_INSECURE_HOST") if name in machine}
    return BareMachine(tmp_path_factory.mktemp("bare"), installed_pythons(machine), shared)


def installed_pythons(machine: Mapping[str, str]) -> dict[str, str]:
    """This Python as `python3`, and those by their names that stages need for the wheels that are here."""
    named = {f"python{stage.python}" for stage in STAGES if stage.python}
    found = {name: shutil.which(name, path=os.pathsep.join([*pythons(), machine["PATH"]])) for name in named}
    base = str(Path(sys.base_prefix) / f"bin/python{sys.version_info.major}.{sys.version_info.minor}")
    return {"python3": base, **{name: path for name, path in found.items() if path}}


@pytest.fixture(scope="session")
def ran(project: Path, bare: BareMachine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone after its README's quick start on a bare machine, with the network cut after the set-up."""
    folder = tmp_path_factory.mktemp("ran")
    bare.run(f"git clone --quiet {project}", folder)
    quick_start = blocks(folder / project.name / "README.md", section="Quick start")[0]
    set_up, rest = quick_start.split("\n", 1)
    bare.run(set_up, folder / project.name)
    bare.run(rest, folder / project.name, network=False)
    return folder / project.name


@pytest.fixture
def fresh(project: Path, run: Run, tmp_path: Path) -> Path:
    """A clone of the project as its first commit has it."""
    run("git", "clone", "--quiet", project, tmp_path / project.name, cwd=tmp_path)
    first = run("git", "rev-list", "--max-parents=0", "HEAD", cwd=project).stdout.strip()
    run("git", "reset", "--quiet", "--hard", first, cwd=tmp_path / project.name)
    return tmp_path / project.name


@pytest.fixture(scope="session")
def docker(machine: dict[str, str]) -> dict[str, str]:
    """The variables with which a Docker engine answers."""
    found = shutil.which("docker", path=machine["PATH"])
    engine = found and subprocess.run([found, "info"], env=machine, capture_output=True, check=False).returncode == 0
    need(engine, "no Docker engine answers here")
    return {name: machine[name] for name in ("DOCKER_HOST", "DOCKER_CONFIG") if name in machine}


@pytest.fixture(scope="session")
def engine(
    docker: dict[str, str],
    stage: Stage,
    torch_index: dict[str, str],
    run: Run,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The same for what this stage builds. Where torch has a stand-in, its image starts from a base that knows it."""
    if stage == MLOPS:
        return {**docker, **stand_ins(docker, run, tmp_path_factory.mktemp("stand-ins") / "here")}
    if stage not in WITH_TORCH or not torch_index:
        return docker
    folder = tmp_path_factory.mktemp("base")
    settings = " ".join(f"{name}={value}" for name, value in torch_index.items())
    (folder / "Dockerfile").write_text(f"FROM python:{stage.python}-slim\nENV {settings}\n")
    run("docker", "build", "--quiet", "--tag", f"python:{stage.python}-torch-slim", folder, cwd=folder, env=docker)
    build = {"network": "host", "args": {"PYTHON_VERSION": f"{stage.python}-torch"}}
    services = {name: {"build": build} for name in ("app", "mlflow")}
    (folder / "stand-in.yaml").write_text(json.dumps({"services": services}))
    return {**docker, "COMPOSE_FILE": os.pathsep.join(["compose.yaml", str(folder / "stand-in.yaml")])}


def stand_ins(docker: Mapping[str, str], run: Run, folder: Path) -> dict[str, str]:
    """Build stand-ins for the images that compose.yaml pins; the variables that keep their ports apart."""
    need(shutil.which("promtool"), "Prometheus is not installed")
    shutil.copytree(Path(__file__).parent / "stand_ins", folder)
    for name in ("prometheus", "promtool"):
        shutil.copy(str(shutil.which(name)), folder / "prometheus")
    for name, image in PINNED.items():
        run("docker", "build", "--quiet", "--tag", image, folder / name, cwd=folder, env=docker)
    return {"PROMETHEUS_PORT": str(free_port()), "GRAFANA_PORT": str(free_port())}


@pytest.fixture(scope="module")
def browser(machine: dict[str, str]) -> Iterator[Browser]:
    """Chromium without a window."""
    chromium = shutil.which("chromium", path=machine["PATH"])
    need(chromium, "chromium is not installed")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("TMPDIR", tempfile.mkdtemp(dir="/tmp"))  # Chromium's socket path has to be short
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=PATIENCE)
        yield browser
        browser.close()
