"""What every forge must do, whatever it is: a folder, git by a path, git over HTTP with a token."""

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom_support import TOKEN, git_server
from fake_forge import OWNER, PUSHED_AT, fake_forge
from scaffold.tools.forges.base import Forge, ForgeError, PullRequest, RejectedError, RepositoryNotFoundError
from scaffold.tools.forges.folder import FolderForge
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.gitserver import GitForge
from scaffold.tools.forges.hosted import HostedForge
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File
from support import git


@dataclass
class Place:
    """A forge to be held to the protocol.

    Attributes:
        forge: it.
        folder: where its repositories really are.
        makes: whether it can make them.
    """

    forge: Forge
    folder: Path
    makes: bool = True

    def ready(self, name: str = "one") -> None:
        """See that an empty repository is there, made by the forge or as its owner would."""
        self.forge.create_repository(name)
        if not (self.folder / f"{name}.git").is_dir():
            make_bare(self.folder / f"{name}.git")


HOSTS: dict[str, type[HostedForge]] = {"github": GitHubForge, "gitlab": GitLabForge, "gitea": GiteaForge}
KINDS = ["folder", "git by a path", "git by HTTP", *HOSTS]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    folder = work / "forge"
    folder.mkdir()
    if request.param == "folder":
        yield Place(FolderForge(folder), folder)
    elif request.param == "git by a path":
        yield Place(GitForge(f"{folder}/{{repository}}.git"), folder, makes=False)
    elif request.param in HOSTS:
        kind = HOSTS[request.param]
        monkeypatch.setenv(kind.vendor.tokens[0], TOKEN)
        with fake_forge(folder, request.param) as server:
            yield Place(kind(OWNER, server.url, sleep=lambda _: None), folder / OWNER)
    else:
        monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
        with git_server(folder) as server:
            yield Place(GitForge(f"{server.url}/{{repository}}.git"), folder)


@dataclass
class Line:
    """Commits in a store: one on another, and one beside them."""

    store: Path
    first: str
    second: str
    beside: str


@pytest.fixture
def line(work: Path) -> Line:
    store = make_bare(work / "store.git")
    commits = [
        Commit("a", {"f": File(b"1\n")}),
        Commit("b", {"f": File(b"2\n")}, parent="a"),
        Commit("c", {"g": File(b"3\n")}, parent="a"),
    ]
    store.write(commits)
    return Line(store.folder, *(git(store.folder, "rev-parse", name) for name in "abc"))


def test_a_repository_that_is_not_there(place: Place, line: Line) -> None:
    place.forge.check(used=False)
    assert place.forge.heads("none") is None
    with pytest.raises(RepositoryNotFoundError):
        place.forge.fetch(line.store, "none", "refs/fetched/x")


def test_an_empty_one(place: Place) -> None:
    place.ready()
    place.forge.create_repository("one")
    assert place.forge.heads("one") == {}


def test_what_is_pushed_is_there(place: Place, line: Line, work: Path) -> None:
    place.ready()
    place.forge.push(line.store, "one", {"main": line.first})
    assert place.forge.heads("one") == {"main": line.first}
    place.forge.push(line.store, "one", {"main": line.first})
    place.forge.push(line.store, "one", {"main": line.second, "starter-2": line.beside})
    assert place.forge.heads("one") == {"main": line.second, "starter-2": line.beside}
    address = place.forge.clone_url("one")
    if not address.startswith("http"):
        git(work, "clone", "--quiet", address, "clone")
        assert git(work / "clone", "rev-parse", "HEAD") == line.second


def test_packed_branches_are_seen(place: Place, line: Line) -> None:
    place.ready()
    place.forge.push(line.store, "one", {"main": line.first, "topic/x": line.first})
    git(place.folder / "one.git", "pack-refs", "--all")
    place.forge.push(line.store, "one", {"main": line.second})
    assert place.forge.heads("one") == {"main": line.second, "topic/x": line.first}


def test_nothing_is_ever_forced(place: Place, line: Line) -> None:
    place.ready()
    place.forge.push(line.store, "one", {"main": line.second})
    for commit in (line.beside, line.first):
        with pytest.raises(RejectedError):
            place.forge.push(line.store, "one", {"main": commit})
    with pytest.raises(ForgeError):
        place.forge.push(line.store, "one", {"new": line.first, "main": line.beside})
    assert place.forge.heads("one") == {"main": line.second}


def test_a_branch_that_the_store_does_not_know_is_not_thrown_away(place: Place, line: Line, work: Path) -> None:
    place.ready()
    place.forge.push(line.store, "one", {"main": line.first})
    git(work, "clone", "--quiet", str(place.folder / "one.git"), "clone")
    (work / "clone/h").write_text("mine\n")
    git(work / "clone", "add", "h")
    git(work / "clone", "commit", "--quiet", "-m", "mine")
    git(work / "clone", "push", "--quiet", "origin", "HEAD:main")
    before = place.forge.heads("one")
    with pytest.raises(RejectedError):
        place.forge.push(line.store, "one", {"main": line.second})
    assert place.forge.heads("one") == before


def test_what_is_fetched_is_what_is_there(place: Place, line: Line, work: Path) -> None:
    place.ready()
    place.forge.push(line.store, "one", {"main": line.second, "old": line.first})
    copy = make_bare(work / "copy.git").folder
    place.forge.fetch(copy, "one", "refs/fetched/ada/hw1")
    git(place.folder / "one.git", "branch", "-D", "old")
    git(place.folder / "one.git", "branch", "-f", "main", line.first)
    git(place.folder / "one.git", "branch", "old/deeper", line.first)
    place.forge.fetch(copy, "one", "refs/fetched/ada/hw1")
    refs = git(copy, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert refs == [f"refs/fetched/ada/hw1/main {line.first}", f"refs/fetched/ada/hw1/old/deeper {line.first}"]


def test_a_push_to_nothing_says_so(place: Place, line: Line) -> None:
    if isinstance(place.forge, GitForge) and place.makes:
        place.forge.push(line.store, "none", {"main": line.first})
        assert place.forge.heads("none") == {"main": line.first}
        return
    with pytest.raises(ForgeError) as caught:
        place.forge.push(line.store, "none", {"main": line.first})
    assert "There is no repository" in caught.value.message
    assert caught.value.hint


def test_what_only_some_forges_have(place: Place, line: Line) -> None:
    if isinstance(place.forge, HostedForge):
        place.ready()
        place.forge.push(line.store, "one", {"main": line.first, "starter-2": line.second})
        assert place.forge.add_collaborator("one", "ada-l")
        assert place.forge.add_collaborator("one", "ada-l")
        asked = PullRequest("starter-2", "main", "Starter 2", "x")
        url = place.forge.open_pull_request("one", asked)
        assert url.startswith(place.forge.url)
        assert place.forge.open_pull_request("one", asked) == url
        assert place.forge.pushed_at("one", "main") == datetime.datetime.fromisoformat(PUSHED_AT)
        return
    assert place.forge.add_collaborator("one", "ada") is False
    assert place.forge.open_pull_request("one", PullRequest("starter-2", "main", "t", "x")) == ""
    assert place.forge.pushed_at("one", "main") is None


HOOKS = (
    "pre-receive",
    "update",
    "post-receive",
    "post-update",
    "reference-transaction",
    "proc-receive",
    "push-to-checkout",
)
EVIL = """\
[core]
\thooksPath = {hooks}
\tfsmonitor = {evil}
\talternateRefsCommand = {evil}
\tsshCommand = {evil}
[gc]
\tauto = 1
\trecentObjectsHook = {evil}
[receive]
\tautogc = true
[uploadpack]
\tpackObjectsHook = {evil}
[remote "origin"]
\turl = ext::{evil}
\tpromisor = true
[protocol "ext"]
\tallow = always
"""


@pytest.mark.parametrize("kind", ["folder", "path"])
def test_what_a_student_put_into_their_repository_is_never_run(kind: str, work: Path, line: Line) -> None:
    folder, proof = work / "forge", work / "proof"
    folder.mkdir()
    forge: Forge = FolderForge(folder) if kind == "folder" else GitForge(f"{folder}/{{repository}}.git")
    repository = make_bare(folder / "one.git").folder
    make_bare(work / "other.git")
    (repository / "objects/info/alternates").write_text(f"{work / 'other.git/objects'}\n")
    evil = work / "evil.sh"
    evil.write_text(f'#!/bin/sh\necho "$0 $*" >> {proof}\nexit 0\n')
    evil.chmod(0o755)
    for hooks in (repository / "hooks", work / "more-hooks"):
        hooks.mkdir(exist_ok=True)
        for hook in HOOKS:
            (hooks / hook).write_text(evil.read_text())
            (hooks / hook).chmod(0o755)

    def poison() -> None:
        with (repository / "config").open("a") as file:
            file.write(EVIL.format(hooks=work / "more-hooks", evil=evil))

    # It must be seen here that it would run: a plain push runs it.
    poison()
    git(line.store, "push", "--quiet", str(repository), f"{line.first}:refs/heads/plain", check=False)
    assert proof.exists()
    proof.unlink()

    forge.push(line.store, "one", {"main": line.first})
    forge.push(line.store, "one", {"main": line.second})
    forge.fetch(make_bare(work / "copy.git").folder, "one", "refs/fetched/x/y")
    assert (forge.heads("one") or {})["main"] == line.second
    assert not proof.exists(), proof.read_text()


def test_a_folder_that_is_gone(work: Path) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    (work / "forge").rmdir()
    with pytest.raises(ForgeError, match="does not exist"):
        forge.check(used=True)
    with pytest.raises(ForgeError, match="does not exist"):
        forge.create_repository("one")


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(work: Path) -> None:
    (work / "forge").mkdir(mode=0o500)
    with pytest.raises(Exception, match="cannot be written"):
        FolderForge(work / "forge").create_repository("one")


def test_a_lock_that_a_killed_push_left_does_not_block_for_ever(work: Path, line: Line) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    forge.create_repository("one")
    lock = work / "forge/one.git/refs/heads/main.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with pytest.raises(ForgeError):  # somebody may be at work
        forge.push(line.store, "one", {"main": line.first})
    os.utime(lock, (1, 1))
    forge.push(line.store, "one", {"main": line.first})
    assert forge.heads("one") == {"main": line.first}
    assert not lock.exists()


def test_a_repository_that_keeps_its_branches_otherwise(work: Path, line: Line) -> None:
    """What is no repository as git lays it out is asked of git itself."""
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    forge.create_repository("one")
    (work / "forge/one.git/HEAD").unlink()
    assert forge.heads("one") is None
