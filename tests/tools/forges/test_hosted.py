"""Forges with accounts and their faults: rate limits, failed requests, unknown users, missing tokens."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from classroom_support import TOKEN
from fake_forge import HOSTS, OWNER, Fault, HostedServer, fake_forge
from scaffold.errors import ScaffoldError
from scaffold.tools.forges.base import ForgeError, PullRequest, RepositoryNotFoundError
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.hosted import HostedForge
from support import git, stand_in


def requested_waits(waits: list[float]) -> list[float]:
    """The waits that the server asked for, which are whole seconds; those of the rate limiter are not."""
    return [wait for wait in waits if wait > 1 and wait.is_integer()]


@pytest.mark.parametrize("status", [403, 404, 429])
def test_a_rate_limit_with_retry_after(hosted: HostedServer, status: int) -> None:
    hosted.server.faults = [Fault("^POST", status, {"Retry-After": "7"}, times=2)]
    hosted.forge.create_repository("one")
    assert requested_waits(hosted.waits) == [7, 7]
    assert hosted.server.bare("one").is_dir()


def test_a_rate_limit_without_a_time_backs_off(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^POST", 429, times=2)]
    hosted.forge.create_repository("one")
    assert requested_waits(hosted.waits) == [60, 120]


def test_a_long_wait_is_an_error(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^POST", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"})]
    with pytest.raises(ForgeError, match="asks to wait .* minutes") as caught:
        hosted.forge.create_repository("one")
    assert "resume" in caught.value.hint
    assert requested_waits(hosted.waits) == []


def test_a_rate_limit_that_persists_is_an_error(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^POST", 429, {"Retry-After": "2"}, times=99)]
    with pytest.raises(ForgeError, match="allows no more requests for now"):
        hosted.forge.create_repository("one")


@pytest.mark.parametrize("after", [True, False])
def test_a_failed_write_request_is_checked_and_not_repeated(hosted: HostedServer, after: bool) -> None:
    hosted.server.faults = [Fault("^POST .*(repos|projects)$", 502, after=after)]
    if after:
        hosted.forge.create_repository("one")
        assert hosted.server.bare("one").is_dir()
    else:
        with pytest.raises(ForgeError, match="cannot be created"):
            hosted.forge.create_repository("one")
    assert len([call for call in hosted.server.calls if call.startswith("POST")]) == 1


def test_a_pull_request_that_was_opened_by_a_failed_request_is_found(hosted: HostedServer, store: Path) -> None:
    hosted.forge.create_repository("one")
    hosted.server.faults = [Fault("^POST .*(pulls|merge_requests)$", 502, after=True)]
    assert hosted.forge.open_pull_request("one", PullRequest("starter-2", "main", "t", "x")).startswith(
        hosted.server.url
    )
    assert len(hosted.server.pull_requests["one"]) == 1


def test_a_failed_read_request_is_repeated(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^GET", 503, times=2)]
    hosted.forge.check(used=False)


def test_a_repository_that_is_not_ready_at_once(hosted: HostedServer, store: Path) -> None:
    hosted.forge.create_repository("one")
    hosted.server.asleep = 2
    hosted.forge.push(store, "one", {"main": git(store, "rev-parse", "main")})
    assert hosted.forge.heads("one")


def test_a_repository_that_is_never_ready(hosted: HostedServer, store: Path) -> None:
    with pytest.raises(RepositoryNotFoundError):
        hosted.forge.push(store, "none", {"main": git(store, "rev-parse", "main")})
    assert requested_waits(hosted.waits) == [2, 4]


def test_a_username_that_does_not_exist(hosted: HostedServer) -> None:
    hosted.forge.create_repository("one")
    with pytest.raises(ForgeError, match="renamed-user cannot be added") as caught:
        hosted.forge.add_collaborator("one", "renamed-user")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["../../orgs/x", "a b", "x?y=1", "é"])
def test_a_name_is_one_segment_of_a_url(hosted: HostedServer, name: str) -> None:
    hosted.forge.create_repository("one")
    with pytest.raises(ForgeError):
        hosted.forge.add_collaborator("one", name)
    assert all(call.split(" ")[1].isascii() for call in hosted.server.calls)
    assert not any("/orgs/x" in call for call in hosted.server.calls)


def test_an_owner_that_does_not_exist(hosted: HostedServer) -> None:
    kind = type(hosted.forge)
    with pytest.raises(ForgeError, match="there is no .*nobody"):
        kind("nobody", hosted.server.url).check(used=False)


def test_a_redirect_is_not_followed(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^GET", 301, {"Location": "https://evil.example/"}, times=9)]
    with pytest.raises(ForgeError, match="has moved"):
        hosted.forge.check(used=False)


def test_a_rejected_token_is_not_shown(hosted: HostedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hosted.forge.vendor.tokens[0], "wr0ng-token")
    with pytest.raises(ForgeError, match="rejected the token") as caught:
        hosted.forge.check(used=False)
    assert "wr0ng" not in f"{caught.value.message} {caught.value.hint} {hosted.forge._api!r}"


@pytest.mark.parametrize("act", [lambda forge: forge.check(used=False), lambda forge: forge.heads("one")])
def test_no_token(hosted: HostedServer, monkeypatch: pytest.MonkeyPatch, act: Callable[[HostedForge], object]) -> None:
    monkeypatch.delenv(hosted.forge.vendor.tokens[0])
    with pytest.raises(ScaffoldError, match="needs a token") as caught:
        act(hosted.forge)
    assert hosted.forge.vendor.tokens[0] in caught.value.hint
    assert hosted.server.calls == []


def test_a_token_from_the_keyring(hosted: HostedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Kept(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            """The stored token."""
            return TOKEN if (service, username) == ("scaffold", hosted.server.url.removeprefix("http://")) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    monkeypatch.delenv(hosted.forge.vendor.tokens[0])
    before = keyring.get_keyring()
    keyring.set_keyring(Kept())
    try:
        hosted.forge.check(used=False)
    finally:
        keyring.set_keyring(before)


def test_no_token_is_sent_without_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    with pytest.raises(ScaffoldError, match="only https encrypts it"):
        GiteaForge(OWNER, "http://git.example.org").check(used=False)


def test_a_server_that_cannot_be_reached(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    with fake_forge(work / "forge", "gitea") as server:
        url = server.url
    with pytest.raises(ForgeError, match="cannot be reached"):
        GiteaForge(OWNER, url, sleep=lambda _: None).check(used=False)


@pytest.mark.parametrize("kind", ["github", "gitea"])
def test_repositories_of_a_user(kind: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOSTS[kind].vendor.tokens[0], TOKEN)
    with fake_forge(work / "forge", kind, personal=True) as server:
        HOSTS[kind](OWNER, server.url, sleep=lambda _: None).create_repository("one")
        assert server.bare("one").is_dir()


def test_the_token_is_in_no_url_and_no_process_list(
    hosted: HostedServer, store: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = work / "arguments.log", shutil.which("git")
    stand_in(work / "shim/git", f'echo "$*" >> {log}\nexec {real} "$@"')
    monkeypatch.setenv("PATH", f"{work / 'shim'}:/usr/bin:/bin")
    hosted.forge.create_repository("one")
    hosted.forge.push(store, "one", {"main": git(store, "rev-parse", "main")})
    hosted.forge.fetch(store, "one", "refs/fetched/x/y")
    kept = b"".join(path.read_bytes() for path in work.rglob("*") if path.is_file())
    assert b"push" in log.read_bytes()
    assert TOKEN.encode() not in kept
    assert TOKEN not in hosted.forge.clone_url("one") + "".join(hosted.server.calls)
