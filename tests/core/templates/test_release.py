"""Releases: commits and tags in a bundle, the same ones on every machine."""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scaffold.core.templates import release
from scaffold.core.templates.assembly import assemble
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File
from support import git, set_version, snapshot


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "out/hello.bundle"


def tree(content: str = "a") -> dict[str, File]:
    return {"project/a.txt": File(content.encode()), "project/run.sh": File(b"#!/bin/sh\n", executable=True)}


def heads(bundle: Path) -> dict[str, str]:
    lines = git(bundle.parent, "bundle", "list-heads", str(bundle)).splitlines()
    return {name: commit for commit, name in (line.split() for line in lines)}


def checkout(bundle: Path, ref: str, folder: Path) -> Path:
    git(bundle.parent, "-c", "advice.detachedHead=false", "clone", "--quiet", "--branch", ref, str(bundle), str(folder))
    return folder


def test_the_first_release_makes_the_bundle(bundle: Path, tmp_path: Path) -> None:
    assert release.add_release(bundle, tree(), "0.1.0")
    assert release.versions(bundle) == ["0.1.0"]
    folder = checkout(bundle, "0.1.0", tmp_path / "c")
    assert snapshot(folder) == {"project/a.txt": b"a", "project/run.sh": b"#!/bin/sh\n"}
    assert git(folder, "ls-tree", "HEAD", "project/run.sh").startswith("100755")
    assert git(folder, "ls-tree", "HEAD", "project/a.txt").startswith("100644")
    assert git(folder, "log", "--format=%an %s") == "scaffold hello 0.1.0"


def test_what_did_not_change_adds_nothing(bundle: Path) -> None:
    release.add_release(bundle, tree(), "0.1.0")
    before = bundle.read_bytes()
    assert not release.add_release(bundle, tree(), "0.1.0")
    assert not release.add_release(bundle, tree(), "0.2.0")
    assert bundle.read_bytes() == before


@pytest.mark.parametrize("version", ["0.2.0", "0.1.9", "0.2.0rc1", "0.2"])
def test_a_change_needs_a_newer_version(bundle: Path, version: str) -> None:
    release.add_release(bundle, tree(), "0.2.0")
    before = bundle.read_bytes()
    with pytest.raises(ScaffoldError, match=f"hello changed, but {version} is not newer than its release 0.2.0"):
        release.add_release(bundle, tree("b"), version)
    assert bundle.read_bytes() == before
    assert list(bundle.parent.iterdir()) == [bundle]


def test_a_mode_is_a_change(bundle: Path) -> None:
    release.add_release(bundle, {"project/a": File(b"a")}, "0.1.0")
    assert release.add_release(bundle, {"project/a": File(b"a", executable=True)}, "0.1.1")


def test_older_releases_stay_for_ever(bundle: Path, tmp_path: Path) -> None:
    release.add_release(bundle, tree("one"), "0.1.0")
    first = heads(bundle)["refs/tags/0.1.0"]
    release.add_release(bundle, {"project/b": File(b"two")}, "0.2.0")
    release.add_release(bundle, tree("three"), "0.10.0")
    assert heads(bundle)["refs/tags/0.1.0"] == first
    assert release.versions(bundle) == ["0.1.0", "0.2.0", "0.10.0"]
    assert snapshot(checkout(bundle, "0.2.0", tmp_path / "c")) == {"project/b": b"two"}
    assert git(tmp_path / "c", "log", "--format=%s", "origin/main") == "hello 0.10.0\nhello 0.2.0\nhello 0.1.0"


def test_amend_makes_the_newest_again(bundle: Path, tmp_path: Path) -> None:
    release.add_release(bundle, tree("one"), "0.1.0")
    release.add_release(bundle, tree("two"), "0.2.0")
    first = heads(bundle)["refs/tags/0.1.0"]
    assert release.add_release(bundle, tree("better"), "0.2.0", amend=True)
    assert release.versions(bundle) == ["0.1.0", "0.2.0"]
    assert heads(bundle)["refs/tags/0.1.0"] == first
    assert (checkout(bundle, "0.2.0", tmp_path / "c") / "project/a.txt").read_text() == "better"
    assert git(tmp_path / "c", "rev-list", "--count", "origin/main") == "2"


def test_amend_of_the_only_release(bundle: Path) -> None:
    release.add_release(bundle, tree("one"), "0.1.0")
    assert release.add_release(bundle, tree("better"), "0.1.0", amend=True)
    assert release.matches(bundle, tree("better"))


def test_amend_never_touches_an_older_release(bundle: Path) -> None:
    release.add_release(bundle, tree("one"), "0.1.0")
    release.add_release(bundle, tree("two"), "0.2.0")
    with pytest.raises(ScaffoldError, match="not newer"):
        release.add_release(bundle, tree("other"), "0.1.0", amend=True)


def test_amend_back_to_the_release_before_says_that_it_cannot_be_one(bundle: Path) -> None:
    release.add_release(bundle, tree("one"), "0.1.0")
    release.add_release(bundle, tree("two"), "0.2.0")
    with pytest.raises(ScaffoldError, match=r"hello is what its release 0\.1\.0 was"):
        release.add_release(bundle, tree("one"), "0.2.0", amend=True)
    assert release.matches(bundle, tree("two"))


def test_versions_are_sorted_as_versions_and_other_tags_left_out(bundle: Path, tmp_path: Path) -> None:
    for number, version in enumerate(["0.9.0", "0.10.0rc1", "0.10.0", "1.0.dev1"]):
        release.add_release(bundle, tree(str(number)), version)
    folder = checkout(bundle, "main", tmp_path / "c")
    git(folder, "tag", "nightly")
    git(folder, "bundle", "create", "--quiet", str(bundle), "--all")
    assert release.versions(bundle) == ["0.9.0", "0.10.0rc1", "0.10.0", "1.0.dev1"]


@pytest.mark.parametrize(
    ("offered", "ref", "chosen"),
    [
        (["0.1.0", "0.2.0"], None, "0.2.0"),
        (["0.1.0", "0.2.0"], "0.1.0", "0.1.0"),
        (["0.1.0", "0.2.0rc1"], None, "0.1.0"),
        (["0.1.0", "0.2.0rc1"], "0.2.0rc1", "0.2.0rc1"),
        (["0.1.0a1", "0.1.0b1"], None, "0.1.0b1"),
    ],
)
def test_choose(bundle: Path, offered: list[str], ref: str | None, chosen: str) -> None:
    for version in offered:
        release.add_release(bundle, tree(version), version)
    assert release.choose(bundle.stem, release.versions(bundle), ref) == chosen


@pytest.mark.parametrize("ref", ["0.3.0", "main", "HEAD", "", "../x", "--help"])
def test_choose_lists_the_releases_for_one_that_is_not_there(bundle: Path, ref: str) -> None:
    release.add_release(bundle, tree("1"), "0.1.0")
    release.add_release(bundle, tree("2"), "0.2.0")
    with pytest.raises(ScaffoldError, match=f"hello has no release {ref}") as refused:
        release.choose(bundle.stem, release.versions(bundle), ref)
    assert refused.value.hint == "Its releases: 0.1.0, 0.2.0."


def test_matches(bundle: Path) -> None:
    release.add_release(bundle, tree("1"), "0.1.0")
    release.add_release(bundle, tree("2"), "0.2.0")
    assert release.matches(bundle, tree("2"))
    assert not release.matches(bundle, tree("1"))
    assert not release.matches(bundle, {**tree("2"), "new": File(b"")})


def _missing(bundle: Path) -> None:
    bundle.unlink()


def _empty(bundle: Path) -> None:
    bundle.write_bytes(b"")


def _garbage(bundle: Path) -> None:
    bundle.write_bytes(b"\x00not a bundle\n" * 9)


def _headless(bundle: Path) -> None:
    bundle.write_bytes(b"# v2 git bundle\n\n")


def _folder(bundle: Path) -> None:
    bundle.unlink()
    bundle.mkdir()


def _truncated(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-40])


def _flipped(bundle: Path) -> None:
    content = bytearray(bundle.read_bytes())
    content[-60] ^= 0xFF
    bundle.write_bytes(content)


Damage = Callable[[Path], None]
UNREADABLE = [_missing, _empty, _garbage, _headless, _folder]
BROKEN_INSIDE = [_truncated, _flipped]


@pytest.mark.parametrize("damage", UNREADABLE)
def test_a_bundle_that_lists_nothing_is_damaged(bundle: Path, damage: Damage) -> None:
    release.add_release(bundle, tree(), "0.1.0")
    damage(bundle)
    for ask in (lambda: release.versions(bundle), lambda: release.heads(bundle)):
        with pytest.raises(
            ScaffoldError, match=r"The releases of hello are damaged or missing \(hello\.bundle\)"
        ) as said:
            ask()
        assert said.value.hint == f"Make {bundle} anew: scaffold template release"


def test_a_bundle_whose_folder_is_gone_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="damaged or missing"):
        release.versions(tmp_path / "gone/hello.bundle")


@pytest.mark.parametrize("damage", BROKEN_INSIDE)
def test_a_bundle_that_breaks_off_is_damaged(bundle: Path, damage: Damage) -> None:
    release.add_release(bundle, tree(), "0.1.0")
    damage(bundle)
    with pytest.raises(ScaffoldError, match="damaged or missing"):
        release.add_release(bundle, tree("b"), "0.2.0")
    with pytest.raises(ScaffoldError, match="damaged or missing"):
        release.matches(bundle, tree())


def test_a_bundle_without_any_release_is_damaged(bundle: Path, tmp_path: Path) -> None:
    release.add_release(bundle, tree(), "0.1.0")
    folder = checkout(bundle, "main", tmp_path / "c")
    git(folder, "bundle", "create", "--quiet", str(bundle), "main")
    with pytest.raises(ScaffoldError, match="damaged or missing"):
        release.versions(bundle)


@pytest.fixture
def first(templates: Path, bundle: Path) -> str:
    """The commit of hello's first release, made in a calm place."""
    release.add_release(bundle, assemble(templates / "hello"), "0.1.0")
    return heads(bundle)["refs/tags/0.1.0"]


HOSTILE = """\
[core]
    autocrlf = true
    eol = crlf
    safecrlf = true
    fileMode = false
    attributesFile = ~/attributes
    excludesFile = ~/ignored
    quotePath = true
    logAllRefUpdates = false
[user]
    useConfigOnly = true
    signingKey = none
[commit]
    gpgSign = true
    template = ~/missing
[tag]
    gpgSign = true
    forceSignAnnotated = true
[gpg]
    program = false
[init]
    defaultBranch = trunk
[i18n]
    commitEncoding = latin1
    logOutputEncoding = latin1
[fetch]
    prune = true
    pruneTags = true
[clone]
    defaultRemoteName = upstream
    rejectShallow = true
[safe]
    bareRepository = explicit
[transfer]
    fsckObjects = true
[push]
    default = nothing
[color]
    ui = always
[log]
    showSignature = true
[url "https://evil.example.org/"]
    insteadOf = scaffold://
    insteadOf = https://
"""


@pytest.fixture
def hostile(home: Path, gitconfig: Callable[[str], None]) -> None:
    """A ~/.gitconfig that sets everything that could change what git writes."""
    gitconfig(HOSTILE)
    (home / "attributes").write_text("* text=auto eol=crlf ident working-tree-encoding=UTF-16\n")
    (home / "ignored").write_text("*\n")


@pytest.fixture
def odd_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def _again(templates: Path, tmp_path: Path) -> str:
    again = tmp_path / "again/hello.bundle"
    release.add_release(again, assemble(templates / "hello"), "0.1.0")
    return heads(again)["refs/tags/0.1.0"]


def test_assembled_twice_is_the_same_commit(first: str, templates: Path, tmp_path: Path) -> None:
    assert _again(templates, tmp_path) == first


def test_the_commit_is_known(first: str) -> None:
    # What a project of any earlier version was made from must keep its name: a change here breaks their updates.
    assert first == "62d31fe06f0a7b4492e5e3833fdedce19fd379b8"


@pytest.mark.parametrize(
    "variables",
    [
        {"TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "C"},
        {"GIT_AUTHOR_NAME": "Other", "GIT_COMMITTER_NAME": "Other", "GIT_AUTHOR_DATE": "1 +0000"},
        {"GIT_COMMITTER_DATE": "1 +0000", "EMAIL": "other@example.org"},
        {"GIT_DEFAULT_HASH": "sha256"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "true"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_the_environment_has_no_say(
    first: str, templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _again(templates, tmp_path) == first


def test_the_umask_has_no_say(first: str, templates: Path, tmp_path: Path, odd_umask: None) -> None:
    assert _again(templates, tmp_path) == first


def test_git_s_configuration_has_no_say(first: str, templates: Path, tmp_path: Path, hostile: None) -> None:
    assert _again(templates, tmp_path) == first


def test_a_release_over_a_release_under_a_hostile_configuration(templates: Path, tmp_path: Path, hostile: None) -> None:
    bundle = tmp_path / "x/hello.bundle"
    release.add_release(bundle, assemble(templates / "hello"), "0.1.0")
    set_version(templates / "hello", "0.2.0")
    assert release.add_release(bundle, assemble(templates / "hello"), "0.2.0")
    assert release.versions(bundle) == ["0.1.0", "0.2.0"]
    assert release.matches(bundle, assemble(templates / "hello"))


@pytest.mark.usefixtures("first")
def test_a_hook_s_environment_has_no_say(templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # `git rebase --exec "scaffold template release"` sets these for everything below it.
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "--quiet")
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))
    monkeypatch.setenv("GIT_INDEX_FILE", str(outer / ".git/other-index"))
    bundle = tmp_path / "again/hello.bundle"
    release.add_release(bundle, assemble(templates / "hello"), "0.1.0")
    assert release.versions(bundle) == ["0.1.0"]
    assert git(outer, "for-each-ref") == ""


paths = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\x00"), min_size=1, max_size=8)
paths = paths.filter(lambda name: name not in {".", ".."} and "git" not in name.lower() and "\u200c" not in name)


@pytest.mark.thorough
@settings(max_examples=25)
@given(files=st.dictionaries(paths, st.tuples(st.binary(max_size=30), st.booleans()), min_size=1, max_size=4))
def test_any_name_and_any_bytes_survive(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, tuple[bytes, bool]]
) -> None:
    root = tmp_path_factory.mktemp("any")
    tree = {name: File(content, executable) for name, (content, executable) in files.items()}
    release.add_release(root / "any.bundle", tree, "1")
    git(root, "clone", "--quiet", "--bare", str(root / "any.bundle"), "c")
    got = subprocess.run(
        ["git", "ls-tree", "-z", "--name-only", "main"], cwd=root / "c", capture_output=True, check=True
    )
    assert sorted(got.stdout.decode().removesuffix("\0").split("\0")) == sorted(files)
    assert release.matches(root / "any.bundle", tree)


@pytest.mark.parametrize("path", ["/x", "project//x", ""])
def test_a_path_that_git_does_not_take_is_an_error(bundle: Path, path: str) -> None:
    with pytest.raises(ScaffoldError, match="git fast-import failed"):
        release.add_release(bundle, {path: File(b"")}, "0.1.0")
    assert not bundle.exists()
