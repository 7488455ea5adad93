"""Forges with accounts, each with a fake server of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom_support import TOKEN
from fake_forge import HOSTS, OWNER, HostedServer, fake_forge
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File


@pytest.fixture(params=HOSTS)
def hosted(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostedServer]:
    kind, waits = HOSTS[request.param], []
    monkeypatch.setenv(kind.vendor.tokens[0], TOKEN)
    with fake_forge(work / "forge", request.param) as server:
        yield HostedServer(kind(OWNER, server.url, sleep=waits.append), server, waits)


@pytest.fixture
def store(work: Path) -> Path:
    store = make_bare(work / "store.git")
    store.write([Commit("main", {"f": File(b"1\n")})])
    return store.folder
