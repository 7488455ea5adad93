"""Forges with accounts on a bad day: limits, servers that fail after the deed, people who are not there, no token."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom_support import TOKEN
from fake_forge import OWNER, FakeForge, Fault, fake_forge
from scaffold.errors import ScaffoldError
from scaffold.tools.forges.base import ForgeError, PullRequest, RepositoryNotFoundError
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.hosted import HostedForge
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File
from support import git

HOSTS: dict[str, type[HostedForge]] = {"github": GitHubForge, "gitlab": GitLabForge, "gitea": GiteaForge}


@dataclass
class Day:
    """A forge, the server behind it, and how long it rested."""

    forge: HostedForge
    server: FakeForge
    rests: list[float]


@pytest.fixture(params=HOSTS)
def day(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    kind, rests = HOSTS[request.param], []
    monkeypatch.setenv(kind.vendor.tokens[0], TOKEN)
    with fake_forge(work / "forge", request.param) as server:
        yield Day(kind(OWNER, server.url, sleep=rests.append), server, rests)


@pytest.fixture
def store(work: Path) -> Path:
    store = make_bare(work / "store.git")
    store.write([Commit("main", {"f": File(b"1\n")})])
    return store.folder


def asked(rests: list[float]) -> list[float]:
    """The waits that a server asked for are whole seconds; those that keep the pace are not."""
    return [rest for rest in rests if rest > 1 and rest.is_integer()]


@pytest.mark.parametrize("status", [403, 404, 429])
def test_a_limit_is_waited_for(day: Day, status: int) -> None:
    day.server.faults = [Fault("^POST", status, {"Retry-After": "7"}, times=2)]
    day.forge.create_repository("one")
    assert asked(day.rests) == [7, 7]
    assert day.server.bare("one").is_dir()


def test_a_limit_without_a_time_is_waited_for_longer_and_longer(day: Day) -> None:
    day.server.faults = [Fault("^POST", 429, times=2)]
    day.forge.create_repository("one")
    assert asked(day.rests) == [60, 120]


def test_a_spent_hour_is_told_and_nothing_hangs(day: Day) -> None:
    day.server.faults = [Fault("^POST", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"})]
    with pytest.raises(ForgeError, match="asks to wait .* minutes") as caught:
        day.forge.create_repository("one")
    assert "resume" in caught.value.hint
    assert asked(day.rests) == []


def test_a_limit_that_stays_is_told(day: Day) -> None:
    day.server.faults = [Fault("^POST", 429, {"Retry-After": "2"}, times=99)]
    with pytest.raises(ForgeError, match="allows no more requests for now"):
        day.forge.create_repository("one")


@pytest.mark.parametrize("after", [True, False])
def test_a_server_that_fails_is_not_asked_twice_for_the_same_thing(day: Day, after: bool) -> None:
    day.server.faults = [Fault("^POST .*(repos|projects)$", 502, after=after)]
    if after:
        day.forge.create_repository("one")
        assert day.server.bare("one").is_dir()
    else:
        with pytest.raises(ForgeError, match="cannot be created"):
            day.forge.create_repository("one")
    assert len([call for call in day.server.calls if call.startswith("POST")]) == 1


def test_a_change_that_was_asked_for_by_a_failing_server_is_found(day: Day, store: Path) -> None:
    day.forge.create_repository("one")
    day.server.faults = [Fault("^POST .*(pulls|merge_requests)$", 502, after=True)]
    assert day.forge.open_pull_request("one", PullRequest("starter-2", "main", "t", "x")).startswith(day.server.url)
    assert len(day.server.requests["one"]) == 1


def test_a_question_is_asked_again(day: Day) -> None:
    day.server.faults = [Fault("^GET", 503, times=2)]
    day.forge.check(used=False)


def test_a_repository_that_takes_a_moment(day: Day, store: Path) -> None:
    day.forge.create_repository("one")
    day.server.asleep = 2
    day.forge.push(store, "one", {"main": git(store, "rev-parse", "main")})
    assert day.forge.heads("one")


def test_one_that_never_comes(day: Day, store: Path) -> None:
    with pytest.raises(RepositoryNotFoundError):
        day.forge.push(store, "none", {"main": git(store, "rev-parse", "main")})
    assert asked(day.rests) == [2, 4]


def test_a_student_who_is_not_there(day: Day) -> None:
    day.forge.create_repository("one")
    with pytest.raises(ForgeError, match="renamed-user cannot be added") as caught:
        day.forge.add_collaborator("one", "renamed-user")
    assert caught.value.hint


@pytest.mark.parametrize("name", ["../../orgs/x", "a b", "x?y=1", "é"])
def test_a_name_stays_one_part_of_an_address(day: Day, name: str) -> None:
    day.forge.create_repository("one")
    with pytest.raises(ForgeError):
        day.forge.add_collaborator("one", name)
    assert all(call.split(" ")[1].isascii() for call in day.server.calls)
    assert not any("/orgs/x" in call for call in day.server.calls)


def test_an_owner_who_is_not_there(day: Day) -> None:
    kind = type(day.forge)
    with pytest.raises(ForgeError, match="there is no .*nobody"):
        kind("nobody", day.server.url).check(used=False)


def test_what_has_moved_is_not_followed(day: Day) -> None:
    day.server.faults = [Fault("^GET", 301, {"Location": "https://evil.example/"}, times=9)]
    with pytest.raises(ForgeError, match="has moved"):
        day.forge.check(used=False)


def test_a_token_that_is_not_taken_is_not_told(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(day.forge.vendor.tokens[0], "wr0ng-token")
    with pytest.raises(ForgeError, match="rejected the token") as caught:
        day.forge.check(used=False)
    assert "wr0ng" not in f"{caught.value.message} {caught.value.hint} {day.forge._api!r}"


@pytest.mark.parametrize("act", [lambda forge: forge.check(used=False), lambda forge: forge.heads("one")])
def test_none_at_all(day: Day, monkeypatch: pytest.MonkeyPatch, act: Callable[[HostedForge], object]) -> None:
    monkeypatch.delenv(day.forge.vendor.tokens[0])
    with pytest.raises(ScaffoldError, match="needs a token") as caught:
        act(day.forge)
    assert day.forge.vendor.tokens[0] in caught.value.hint
    assert day.server.calls == []


def test_the_keyring_has_it(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class Kept(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            """What another program put there."""
            return TOKEN if (service, username) == ("scaffold", day.server.url.removeprefix("http://")) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

        def delete_password(self, service: str, username: str) -> None:
            raise NotImplementedError

    monkeypatch.delenv(day.forge.vendor.tokens[0])
    before = keyring.get_keyring()
    keyring.set_keyring(Kept())
    try:
        day.forge.check(used=False)
    finally:
        keyring.set_keyring(before)


def test_no_token_goes_over_a_plain_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    with pytest.raises(ScaffoldError, match="only https encrypts it"):
        GiteaForge(OWNER, "http://git.example.org").check(used=False)


def test_a_server_that_is_not_there(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_token_is_in_no_address_and_no_list_of_processes(
    day: Day, store: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, real = work / "arguments.log", shutil.which("git")
    (work / "shim").mkdir()
    (work / "shim/git").write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {real} "$@"\n')
    (work / "shim/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{work / 'shim'}:/usr/bin:/bin")
    day.forge.create_repository("one")
    day.forge.push(store, "one", {"main": git(store, "rev-parse", "main")})
    day.forge.fetch(store, "one", "refs/fetched/x/y")
    kept = b"".join(path.read_bytes() for path in work.rglob("*") if path.is_file())
    assert b"push" in log.read_bytes()
    assert TOKEN.encode() not in kept
    assert TOKEN not in day.forge.clone_url("one") + "".join(day.server.calls)
