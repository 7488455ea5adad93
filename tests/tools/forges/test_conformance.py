"""The conformance tests of the Forge protocol, run against every adapter."""

import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import needs
from classroom_support import TOKEN, git_server
from fake_forge import OWNER, PUSHED_AT, fake_forge
from scaffold.tools.forges.base import Forge, ForgeError, PullRequest, Push, RejectedError, RepositoryNotFoundError
from scaffold.tools.forges.folder import FolderForge
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.gitserver import GitForge
from scaffold.tools.forges.hosted import HostedForge
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File
from scaffold.tools.process import is_root
from support import git, stand_in


@dataclass
class Target:
    """A forge to test.

    Attributes:
        forge: it.
        folder: where its repositories really are.
        makes: whether it can make them.
    """

    forge: Forge
    folder: Path
    creates: bool = True

    def create(self, name: str = "one") -> None:
        """Create an empty repository, by the forge or else directly."""
        self.forge.create_repository(name)
        if not (self.folder / f"{name}.git").is_dir():
            make_bare(self.folder / f"{name}.git")


HOSTS: dict[str, type[HostedForge]] = {"github": GitHubForge, "gitlab": GitLabForge, "gitea": GiteaForge}
KINDS = ["folder", "git by a path", "git by HTTP", *HOSTS]


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Target]:
    folder = work / "forge"
    folder.mkdir()
    if request.param == "folder":
        yield Target(FolderForge(folder), folder)
    elif request.param == "git by a path":
        yield Target(GitForge(f"{folder}/{{repository}}.git"), folder, creates=False)
    elif request.param in HOSTS:
        kind = HOSTS[request.param]
        monkeypatch.setenv(kind.vendor.tokens[0], TOKEN)
        with fake_forge(folder, request.param) as server:
            yield Target(kind(OWNER, server.url, sleep=lambda _: None), folder / OWNER)
    else:
        monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
        with git_server(folder) as server:
            yield Target(GitForge(f"{server.url}/{{repository}}.git"), folder)


@dataclass
class Commits:
    """Commits in a store: `second` and `sibling` both have the parent `first`."""

    store: Path
    first: str
    second: str
    sibling: str


@pytest.fixture
def commits(work: Path) -> Commits:
    store = make_bare(work / "store.git")
    commits = [
        Commit("a", {"f": File(b"1\n")}),
        Commit("b", {"f": File(b"2\n")}, parent="a"),
        Commit("c", {"g": File(b"3\n")}, parent="a"),
    ]
    store.write(commits)
    return Commits(store.folder, *(git(store.folder, "rev-parse", name) for name in "abc"))


def test_a_repository_that_does_not_exist(target: Target, commits: Commits) -> None:
    target.forge.check(used=False)
    assert target.forge.heads("none") is None
    with pytest.raises(RepositoryNotFoundError):
        target.forge.fetch(commits.store, "none", "refs/fetched/x")


def test_an_empty_repository(target: Target) -> None:
    target.create()
    target.forge.create_repository("one")
    assert target.forge.heads("one") == {}


def test_a_push_sets_branches(target: Target, commits: Commits, work: Path) -> None:
    target.create()
    target.forge.push(commits.store, "one", {"main": commits.first})
    assert target.forge.heads("one") == {"main": commits.first}
    target.forge.push(commits.store, "one", {"main": commits.first})
    target.forge.push(commits.store, "one", {"main": commits.second, "starter-2": commits.sibling})
    assert target.forge.heads("one") == {"main": commits.second, "starter-2": commits.sibling}
    address = target.forge.clone_url("one")
    if not address.startswith("http"):
        git(work, "clone", "--quiet", address, "clone")
        assert git(work / "clone", "rev-parse", "HEAD") == commits.second


def test_packed_branches_are_read(target: Target, commits: Commits) -> None:
    target.create()
    target.forge.push(commits.store, "one", {"main": commits.first, "topic/x": commits.first})
    git(target.folder / "one.git", "pack-refs", "--all")
    target.forge.push(commits.store, "one", {"main": commits.second})
    assert target.forge.heads("one") == {"main": commits.second, "topic/x": commits.first}


def test_nothing_is_ever_forced(target: Target, commits: Commits) -> None:
    target.create()
    target.forge.push(commits.store, "one", {"main": commits.second})
    for commit in (commits.sibling, commits.first):
        with pytest.raises(RejectedError):
            target.forge.push(commits.store, "one", {"main": commit})
    with pytest.raises(ForgeError):
        target.forge.push(commits.store, "one", {"new": commits.first, "main": commits.sibling})
    assert target.forge.heads("one") == {"main": commits.second}


def test_commits_that_the_store_does_not_have_are_kept(target: Target, commits: Commits, work: Path) -> None:
    target.create()
    target.forge.push(commits.store, "one", {"main": commits.first})
    git(work, "clone", "--quiet", str(target.folder / "one.git"), "clone")
    (work / "clone/h").write_text("mine\n")
    git(work / "clone", "add", "h")
    git(work / "clone", "commit", "--quiet", "-m", "mine")
    git(work / "clone", "push", "--quiet", "origin", "HEAD:main")
    before = target.forge.heads("one")
    with pytest.raises(RejectedError):
        target.forge.push(commits.store, "one", {"main": commits.second})
    assert target.forge.heads("one") == before


def test_a_fetch_mirrors_the_branches(target: Target, commits: Commits, work: Path) -> None:
    target.create()
    target.forge.push(commits.store, "one", {"main": commits.second, "old": commits.first})
    copy = make_bare(work / "copy.git").folder
    target.forge.fetch(copy, "one", "refs/fetched/ada/hw1")
    git(target.folder / "one.git", "branch", "-D", "old")
    git(target.folder / "one.git", "branch", "-f", "main", commits.first)
    git(target.folder / "one.git", "branch", "old/deeper", commits.first)
    target.forge.fetch(copy, "one", "refs/fetched/ada/hw1")
    refs = git(copy, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    assert refs == [f"refs/fetched/ada/hw1/main {commits.first}", f"refs/fetched/ada/hw1/old/deeper {commits.first}"]


def test_a_push_to_a_missing_repository(target: Target, commits: Commits) -> None:
    if isinstance(target.forge, GitForge) and target.creates:
        target.forge.push(commits.store, "none", {"main": commits.first})
        assert target.forge.heads("none") == {"main": commits.first}
        return
    with pytest.raises(ForgeError) as caught:
        target.forge.push(commits.store, "none", {"main": commits.first})
    assert "There is no repository" in caught.value.message
    assert caught.value.hint


def test_collaborators_pull_requests_and_push_times(target: Target, commits: Commits) -> None:
    if isinstance(target.forge, HostedForge):
        target.create()
        target.forge.push(commits.store, "one", {"main": commits.first, "starter-2": commits.second})
        assert target.forge.add_collaborator("one", "ada-l")
        assert target.forge.add_collaborator("one", "ada-l")
        pull_request = PullRequest("starter-2", "main", "Starter 2", "x")
        url = target.forge.open_pull_request("one", pull_request)
        assert url.startswith(target.forge.url)
        assert target.forge.open_pull_request("one", pull_request) == url
        received = datetime.datetime.fromisoformat(PUSHED_AT)
        assert target.forge.pushes("one", "main") == [Push(commits.first, received)]
        return
    assert target.forge.add_collaborator("one", "ada") is False
    assert target.forge.open_pull_request("one", PullRequest("starter-2", "main", "t", "x")) == ""
    assert target.forge.pushes("one", "main") == []


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
def test_hooks_and_configuration_of_a_repository_are_never_run(kind: str, work: Path, commits: Commits) -> None:
    folder, proof = work / "forge", work / "proof"
    folder.mkdir()
    forge: Forge = FolderForge(folder) if kind == "folder" else GitForge(f"{folder}/{{repository}}.git")
    repository = make_bare(folder / "one.git").folder
    make_bare(work / "other.git")
    (repository / "objects/info/alternates").write_text(f"{work / 'other.git/objects'}\n")
    evil = stand_in(work / "evil.sh", f'echo "$0 $*" >> {proof}\nexit 0')
    for hooks in (repository / "hooks", work / "more-hooks"):
        hooks.mkdir(exist_ok=True)
        for hook in HOOKS:
            (hooks / hook).write_text(evil.read_text())
            (hooks / hook).chmod(0o755)

    def poison() -> None:
        with (repository / "config").open("a") as file:
            file.write(EVIL.format(hooks=work / "more-hooks", evil=evil))

    # A plain push runs it, so this test can fail.
    poison()
    git(commits.store, "push", "--quiet", str(repository), f"{commits.first}:refs/heads/plain", check=False)
    assert proof.exists()
    proof.unlink()

    forge.push(commits.store, "one", {"main": commits.first})
    forge.push(commits.store, "one", {"main": commits.second})
    forge.fetch(make_bare(work / "copy.git").folder, "one", "refs/fetched/x/y")
    assert (forge.heads("one") or {})["main"] == commits.second
    assert not proof.exists(), proof.read_text()


def test_a_folder_that_does_not_exist(work: Path) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    (work / "forge").rmdir()
    with pytest.raises(ForgeError, match="does not exist"):
        forge.check(used=True)
    with pytest.raises(ForgeError, match="does not exist"):
        forge.create_repository("one")


@needs.permissions
@pytest.mark.skipif(is_root(), reason="root writes everywhere")
def test_a_folder_that_cannot_be_written(work: Path) -> None:
    (work / "forge").mkdir(mode=0o500)
    with pytest.raises(Exception, match="cannot be written"):
        FolderForge(work / "forge").create_repository("one")


def test_a_stale_lock_is_removed(work: Path, commits: Commits) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    forge.create_repository("one")
    lock = work / "forge/one.git/refs/heads/main.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    with pytest.raises(ForgeError):  # the lock may be in use
        forge.push(commits.store, "one", {"main": commits.first})
    os.utime(lock, (1, 1))
    forge.push(commits.store, "one", {"main": commits.first})
    assert forge.heads("one") == {"main": commits.first}
    assert not lock.exists()


def test_a_damaged_repository_is_read_by_git(work: Path, commits: Commits) -> None:
    """A folder without git's layout is left to git itself."""
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    forge.create_repository("one")
    (work / "forge/one.git/HEAD").unlink()
    assert forge.heads("one") is None


def test_the_first_push_to_a_new_repository_is_what_git_would_have_made(work: Path, commits: Commits) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    forge.create_repository("one")
    forge.push(commits.store, "one", {"main": commits.second})
    bare = work / "forge/one.git"
    assert forge.heads("one") == {"main": commits.second}
    assert git(bare, "fsck", "--full", "--strict", check=False) == ""
    assert git(bare, "rev-list", "--count", "main") == "2"
    assert git(bare, "reflog", "show", "--format=%gs", "main") == "push"
    assert [push.commit for push in forge.pushes("one", "main")] == [commits.second]
    git(work, "clone", "--quiet", str(bare), "clone")
    assert git(work / "clone", "rev-parse", "HEAD") == commits.second


def test_the_first_push_discards_nothing_that_came_in_between(work: Path, commits: Commits) -> None:
    forge = FolderForge(work / "forge")
    forge.check(used=False)
    for name in ("branch", "lock"):
        forge.create_repository(name)
    git(commits.store, "push", "--quiet", str(work / "forge/branch.git"), f"{commits.sibling}:refs/heads/main")
    with pytest.raises(RejectedError):
        forge.push(commits.store, "branch", {"main": commits.second})
    assert forge.heads("branch") == {"main": commits.sibling}
    (work / "forge/lock.git/refs/heads").mkdir(parents=True)
    (work / "forge/lock.git/refs/heads/main.lock").touch()
    with pytest.raises(ForgeError):
        forge.push(commits.store, "lock", {"main": commits.second})
    assert forge.heads("lock") == {}
