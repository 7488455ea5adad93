"""What the tests that really run a generated repository share."""

import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from picture_support import png_of
from rendering import NAMES

PATIENCE = 300_000
"""Milliseconds that a page may take for anything: how busy the machine is must not matter."""
OUTSIDE = dict(os.environ)
"""The environment before any test sealed it."""
TOOLS = OUTSIDE.get("SCAFFOLD_TEST_TOOLS", "")
"""Stand-ins for what a machine without GitHub lacks; .ci/run says where they are."""


def need(available: object, reason: str) -> None:
    """Skip with the reason when something is not there, or fail where everything has to be."""
    if not available:
        (pytest.fail if OUTSIDE.get("REQUIRE_ALL") == "1" else pytest.skip)(reason)


Run = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Stage:
    """What the tests have to know about one template.

    Attributes:
        template: its name.
        project: the folder and command that the tests give its project.
        shown: what its result table names.
        card: the document about the model or system.
        kinds: the kinds of tests, beyond those of every stage.
        gate: the verb that the gate stops; empty where the result is claims instead of a model.
        others: sets of answers that change much, each really run.
        starter: answers that change something else, tested with the starter edition.
        question: path and body of a request to its service, and words that the answer holds; None without a service.
        python: the only Python for which this machine has what it needs, where that is so.
    """

    template: str
    project: str
    shown: str
    card: str
    kinds: tuple[str, ...]
    gate: str
    others: tuple[tuple[str, ...], ...]
    question: tuple[str, Mapping[str, object] | bytes, str] | None
    starter: tuple[str, ...] = ()
    python: str = ""


HOUR = {
    "hour": 8, "weekday": 2, "holiday": False, "weather": "clear", "temperature": 18, "feels_like": 18,
    "humidity": 55, "wind_speed": 12, "recent_level": 160,
}  # fmt: skip

TABULAR = Stage(
    template="ml-tabular",
    project="bike-demand",
    shown="gradient boosting",
    card="docs/model-card.md",
    kinds=(),
    gate="train",
    others=(("engine=polars", "data_versioning=dvc", "ci=none", "docker=false"),),
    question=("/predict", HOUR, '"prediction":'),
)
STORM = {
    "latitude": 16.5, "longitude": -58, "day_of_year": 250, "status": "tropical storm", "wind": 55, "pressure": 995,
    "wind_change_6h": 5, "wind_change_12h": 10, "wind_change_24h": 15, "pressure_change_6h": -3,
    "pressure_change_12h": -5, "pressure_change_24h": -8, "age": 48, "strongest": 55, "northward": 8, "eastward": -20,
    "rate": 0.08,
}  # fmt: skip
CLASSES = Stage(
    template="ml-classification",
    project="storm-warning",
    shown="gradient boosting",
    card="docs/model-card.md",
    kinds=(),
    gate="train",
    others=(("engine=polars", "data_versioning=dvc", "ci=none", "docker=false"),),
    question=("/predict", STORM, '"probabilities":'),
)
RAG = Stage(
    template="rag-app",
    project="desk-helper",
    shown="keyword",
    card="docs/system-card.md",
    kinds=("eval", "security"),
    gate="evaluate",
    others=(("store=lancedb", "ui=none", "ci=none", "docker=false", "python_version=3.13"),),
    question=("/ask", {"question": "How long may I keep a drill?"}, '"sentences":'),
    starter=("store=qdrant", "embedder=lsa", "ci=none"),
)


def seven() -> bytes:
    """A seven in black ink on white paper, 60 pixels a side, as a PNG file."""
    ink = {(x, y) for x in range(18, 43) for y in range(14, 19)}
    ink |= {(40 - (y - 14) // 2 + dx, y) for y in range(14, 48) for dx in range(-2, 3)}
    return png_of([bytes(0 if (x, y) in ink else 255 for x in range(60)) for y in range(60)], colour=0)


WHEELS = sorted(Path(OUTSIDE.get("PIP_FIND_LINKS", "/nowhere")).glob("torch-*.whl"))
"""torch, on a machine that cannot reach PyTorch's index and has been given the file instead; of one Python only."""

CNN = Stage(
    template="cnn-classifier",
    project="digits",
    shown="CNN",
    card="docs/model-card.md",
    kinds=(),
    gate="train",
    others=(),
    question=("/predict", seven(), '"label":"7"'),
    starter=("scale=ray", "transfer=true", "ci=none", "docker=false"),
    python=f"3.{re.findall('-cp3([0-9]+)-', WHEELS[0].name)[0]}" if WHEELS else "",
)
TEXT = Stage(
    template="text-generator",
    project="novelist",
    shown="transformer",
    card="docs/model-card.md",
    kinds=(),
    gate="train",
    others=(),
    question=("/generate", {"prompt": "It was", "tokens": 5}, '"end": true'),
    starter=("hub=peft", "ci=none", "docker=false"),
    python=CNN.python,
)
FLIGHT = {
    "departs": "2013-07-04T17:45:00", "carrier": "B6", "origin": "JFK", "distance": 2576, "temperature": 29.5,
    "humidity": 62, "wind_speed": 18.5, "rain": 0, "visibility": 16,
}  # fmt: skip
MLOPS = Stage(
    template="mlops-deploy",
    project="flight-delay",
    shown="gradient boosting",
    card="docs/model-card.md",
    kinds=(),
    gate="train",
    others=(),
    question=("/predict", FLIGHT, '"probability":'),
    starter=("scale=ray", "ci=none", "docker=false", "python_version=3.13"),
)
ANALYSIS = Stage(
    template="first-analysis",
    project="fenced-out",
    shown="fenced plots over controls",
    card="docs/findings.md",
    kinds=(),
    gate="",
    others=(("notebook=none", "ci=none", "devcontainer=false", "python_version=3.13"),),
    question=None,
)
STAGES = tuple(stage for stage in (ANALYSIS, TABULAR, CLASSES, RAG, CNN, TEXT, MLOPS) if stage.template in NAMES)
WITH_TORCH = tuple(stage for stage in (CNN, TEXT) if stage in STAGES)
MODELS = tuple(stage for stage in STAGES if stage.gate)
"""Those that train a model, and serve it."""


def needed(stage: Stage) -> tuple[str, ...]:
    """Answers without which it cannot be set up on this machine."""
    return (f"python_version={stage.python}",) if stage.python else ()


def generate(run: Run, stage: Stage, folder: Path, *answers: str) -> Path:
    """What a new user does: `scaffold new TEMPLATE` with the defaults."""
    flags = [part for answer in (*answers, *needed(stage)) for part in ("-d", answer)]
    run("scaffold", "new", stage.template, folder.name, "-y", *flags, cwd=folder.parent)
    return folder


def ask(port: str, path: str, body: Mapping[str, object] | bytes | None = None) -> str:
    """What the service answers to JSON, or to a file as it is."""
    raw = isinstance(body, bytes)
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
    headers = {"Content-Type": "application/octet-stream" if raw else "application/json", "Accept": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=300
    ) as answer:
        return str(answer.read().decode())


def until(look: Callable[[], Any], seconds: float = 300) -> Any:
    """What `look` finds, as soon as it finds something; a network that is not there yet is nothing.

    Raises:
        TimeoutError: it found nothing in so many seconds.
    """
    ended, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < ended:
        with suppress(OSError):
            if found := look():
                return found
        pause.wait(0.2)
    raise TimeoutError(f"nothing in {seconds} seconds")


def metrics(project: Path) -> dict[str, Any]:
    """What the last run of a project measured."""
    found: dict[str, Any] = json.loads((project / "reports/metrics.json").read_text())
    return found


def free_port() -> int:
    """A port that is free on this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def action_stand_ins(workflows: Iterable[Path]) -> list[str]:
    """The arguments with which act runs stand-ins for GitHub's actions that workflows use."""
    uses = {use for path in workflows for use in re.findall(r"uses: (\S+)", path.read_text())}
    actions = {use: Path(TOOLS) / "actions" / use.split("@")[0].split("/")[1] for use in sorted(uses)}
    given = [f"{use}={action}" for use, action in actions.items() if action.is_dir()]
    return [part for one in given for part in ("--local-repository", one)]


@contextmanager
def started(
    command: Sequence[str], folder: Path, env: Mapping[str, str]
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A program that says where its page is, on a machine without a desktop: the address and the process."""
    quiet = {**env, "PYTHONUNBUFFERED": "1", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    with subprocess.Popen(command, cwd=folder, env=quiet, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = next(line for line in process.stdout if "http://127.0.0.1" in line)
        try:
            yield re.findall(r"http://127\.0\.0\.1:\d+", said)[0], process
        finally:
            process.terminate()


def sideways(page: Page) -> bool:
    """Whether a page has to be moved sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
