"""A token reaches the server only: no URL, no process list, no file, no message, no other server."""

import shutil
from pathlib import Path

import pytest

from classroom_support import TOKEN, git_server
from scaffold.tools.forges.base import ForgeError
from scaffold.tools.forges.gitserver import GitForge
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File
from support import git, stand_in

REAL = shutil.which("git")


@pytest.fixture
def store(work: Path) -> Path:
    store = make_bare(work / "store.git")
    store.write([Commit("main", {"f": File(b"1\n")})])
    return store.folder


@pytest.fixture
def arguments(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The arguments of every git process, children included, which find this git on PATH."""
    log = work / "arguments.log"
    look = f'for each in $(pgrep -g 0); do tr "\\0" " " < /proc/$each/cmdline >> {log}; done'
    stand_in(work / "shim/git", f'echo "$*" >> {log}\n{look}\nexec {REAL} "$@"')
    monkeypatch.setenv("PATH", f"{work / 'shim'}:{Path('/usr/bin')}:{Path('/bin')}")
    return log


def everything_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and "proof" not in path.name)


@pytest.mark.thorough
def test_the_token_reaches_the_server_and_nothing_else(
    work: Path, store: Path, arguments: Path, monkeypatch: pytest.MonkeyPatch, sealed: Path
) -> None:
    monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
    commit = git(store, "rev-parse", "main")
    with git_server(work / "forge") as server:
        forge = GitForge(f"{server.url}/{{repository}}.git")
        forge.push(store, "one", {"main": commit})
        assert forge.heads("one") == {"main": commit}
        forge.fetch(store, "one", "refs/fetched/x/y")
        assert any(header for _, _, header in server.request_log)
        assert TOKEN not in forge.clone_url("one")
    shown = everything_below(work) + everything_below(sealed)
    assert b"ls-remote" in arguments.read_bytes()
    for form in (TOKEN.encode(), b"Authorization", b"Z2l0OnMzY3IzdC10MGtlbg"):
        assert form not in shown


def test_a_wrong_token_is_rejected_and_not_shown(work: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", "wr0ng-token")
    with git_server(work / "forge") as server:
        forge = GitForge(f"{server.url}/{{repository}}.git")
        for act in (
            lambda: forge.heads("one"),
            lambda: forge.push(store, "one", {"main": git(store, "rev-parse", "main")}),
        ):
            with pytest.raises(ForgeError, match="denied access") as caught:
                act()
            assert "wr0ng" not in caught.value.message + caught.value.hint
            assert "SCAFFOLD_GIT_TOKEN" in caught.value.hint


def test_no_token_does_not_prompt(work: Path) -> None:
    with git_server(work / "forge") as server, pytest.raises(ForgeError, match="denied access"):
        GitForge(f"{server.url}/{{repository}}.git").heads("one")


def test_another_server_does_not_get_the_token(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
    with git_server(work / "forge") as good, git_server(work / "other", token="") as evil:
        good.redirect = evil.url
        with pytest.raises(ForgeError):
            GitForge(f"{good.url}/{{repository}}.git").heads("one")
        assert good.request_log
        assert evil.request_log == []


def test_the_users_git_configuration_in_the_environment_is_kept(
    work: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "http.userAgent")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "mine")
    with git_server(work / "forge") as server:
        forge = GitForge(f"{server.url}/{{repository}}.git")
        forge.push(store, "one", {"main": git(store, "rev-parse", "main")})
        assert forge.heads("one")
