"""What the tests that really run a generated repository share."""

import json
import os
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rendering import NAMES

OUTSIDE = dict(os.environ)
"""The environment before any test sealed it."""
TOOLS = OUTSIDE.get("SCAFFOLD_TEST_TOOLS", "")
"""Stand-ins for what a machine without GitHub lacks; .ci/run says where they are."""


def need(available: object, reason: str) -> None:
    """Skip with the reason when something is not there, or fail where everything has to be."""
    if not available:
        (pytest.fail if OUTSIDE.get("REQUIRE_ALL") == "1" else pytest.skip)(reason)


Run = Callable[..., subprocess.CompletedProcess[str]]
Mirror = Callable[[Path], dict[str, str]]


@dataclass(frozen=True)
class Stage:
    """What the tests have to know about one template.

    Attributes:
        template: its name.
        project: the folder and command that the tests give its project.
        shown: what its result table names.
        card: the document about the model or system.
        kinds: the kinds of tests, beyond those of every stage.
        gate: the verb that the gate stops.
        others: sets of answers that change much, each really run.
        question: path and body of a request to its service, and words that the answer holds.
    """

    template: str
    project: str
    shown: str
    card: str
    kinds: tuple[str, ...]
    gate: str
    others: tuple[tuple[str, ...], ...]
    question: tuple[str, Mapping[str, object], str]


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
    question=("/predict", HOUR, '"bikers":'),
)
RAG = Stage(
    template="rag-app",
    project="desk-helper",
    shown="keyword",
    card="docs/system-card.md",
    kinds=("eval", "security"),
    gate="evaluate",
    others=(("store=lancedb", "ui=none", "ci=none", "docker=false"), ("store=qdrant", "embedder=lsa", "ci=none")),
    question=("/ask", {"question": "How long may I keep a drill?"}, '"sentences":'),
)
STAGES = tuple(stage for stage in (TABULAR, RAG) if stage.template in NAMES)


def generate(run: Run, stage: Stage, folder: Path, *answers: str) -> Path:
    """What a new user does: `scaffold new TEMPLATE` with the defaults."""
    flags = [part for answer in answers for part in ("-d", answer)]
    run("scaffold", "new", stage.template, folder.name, "-y", *flags, cwd=folder.parent)
    return folder


def ask(port: str, path: str, body: Mapping[str, object] | None = None) -> str:
    """What the service answers."""
    data = json.dumps(body).encode() if body else None
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=20
    ) as answer:
        return str(answer.read().decode())


def metrics(project: Path) -> dict[str, Any]:
    """What the last run of a project measured."""
    found: dict[str, Any] = json.loads((project / "reports/metrics.json").read_text())
    return found


def free_port() -> int:
    """A port that is free on this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
