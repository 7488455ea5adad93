"""The door to git."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git import command
from support import git as plain_git
from support import stand_in, write


def fake_git(folder: Path, says: str) -> Path:
    return stand_in(folder / "git", says).parent


def test_the_installed_git_is_new_enough() -> None:
    assert git.version() >= command.OLDEST


@pytest.mark.parametrize("says", ["git version 2.20.1", "git version 2.27.0.windows.1", "nonsense"])
def test_an_old_git_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    monkeypatch.setenv("PATH", str(fake_git(tmp_path / "bin", f"echo {says}")))
    with pytest.raises(ScaffoldError, match=r"is too old: scaffold needs 2\.28 or newer"):
        git.version()


@pytest.mark.parametrize(
    "says", ["git version 2.28.0", "git version 2.39.3 (Apple Git-146)", "git version 2.45.1.windows.1"]
)
def test_every_vendor_s_version_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    monkeypatch.setenv("PATH", str(fake_git(tmp_path / "bin", f"echo '{says}'")))
    assert git.version() >= command.OLDEST


def test_no_git_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScaffoldError, match="git is not installed, or not on PATH"):
        git.version()


def test_run_gives_what_git_printed(work: Path) -> None:
    git.init(work)
    assert git.run(work, "symbolic-ref", "HEAD") == "refs/heads/main"


def test_a_failure_is_git_s_own_line(work: Path) -> None:
    git.init(work)
    with pytest.raises(git.GitError, match=r"^git rev-parse failed: Needed a single revision\.$"):
        git.run(work, "rev-parse", "--verify", "nope")


def test_messages_are_english_whatever_the_language(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    with pytest.raises(git.GitError, match="not a git repository"):
        git.run(work, "log")


def test_a_configuration_variable_that_is_empty_stays(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # `credential.helper=` set to nothing resets the list of helpers: a usual thing to have in the environment.
    for name, value in {"COUNT": "1", "KEY_0": "credential.helper", "VALUE_0": ""}.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    assert git.run(work, "config", "--get-all", "credential.helper") == ""


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://user:secret@example.org/x", "https://example.org/x"),
        ("fatal: 'https://secret@example.org/x' gone", "fatal: 'https://example.org/x' gone"),
        ("git+https://a:secret@h/x and ssh://git:secret@h/y", "git+https://h/x and ssh://h/y"),
        ("https://user:se@cret@example.org/x", "https://example.org/x"),
        ("https://:secret@h", "https://h"),
        ("https://example.org/a@b", "https://example.org/a@b"),
        ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ("mail ada@example.org", "mail ada@example.org"),
    ],
)
def test_redact(text: str, clean: str) -> None:
    assert git.redact(text) == clean


secrets = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"], exclude_characters="/"), min_size=1)


@given(
    secret=secrets, scheme=st.sampled_from(["https", "http", "ssh", "git+https", "svn+ssh"]), before=st.text(max_size=9)
)
def test_no_secret_survives(secret: str, scheme: str, before: str) -> None:
    assert git.redact(f"{before} {scheme}://{secret}@host/path") == f"{git.redact(before + ' ')}{scheme}://host/path"


@given(st.text(max_size=60))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert git.redact(git.redact(text)) == git.redact(text)


@pytest.mark.parametrize(
    "url",
    ["https://token@h/x", "https://u:p@h/x", "http://t@h", "ssh://git:p@h/x", "git+https://t@h/x", "https://u:p@q@h/x"],
)
def test_a_url_with_a_secret(url: str) -> None:
    assert git.holds_secret(url)


@pytest.mark.parametrize(
    "url",
    ["https://h/x", "ssh://git@h/x", "git@h:x.git", "/a:b@c", "https://h/a:b@c", "file:///x", "git+ssh://git@h/x"],
)
def test_a_url_without_a_secret(url: str) -> None:
    assert not git.holds_secret(url)


def test_toplevel(work: Path) -> None:
    git.init(work)
    (work / "a/b").mkdir(parents=True)
    assert git.toplevel(work / "a/b") == work
    assert git.toplevel(work / "a/not/there/yet") == work


def test_toplevel_of_a_folder_in_no_repository(work: Path) -> None:
    assert git.toplevel(work) is None


@pytest.mark.parametrize(
    ("config", "known"),
    [
        ("", False),
        ("[user]\nname = A\nemail = a@b\n", True),
        ("[user]\nname = A\n", False),
        ("[user]\nemail = a@b\n", False),
    ],
)
def test_identity(work: Path, gitconfig: Callable[[str], None], config: str, known: bool) -> None:
    gitconfig(config)
    git.init(work)
    assert git.has_identity(work) == known


def test_the_identity_of_the_environment_counts(
    work: Path, gitconfig: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    gitconfig("")
    git.init(work)
    monkeypatch.setenv("GIT_COMMITTER_NAME", "Env")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "env@example.org")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Env")
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "env@example.org")
    write(work, {"a": ""})
    git.commit_all(work, "m")
    assert plain_git(work, "log", "--format=%an %cn") == "Env Env"


def test_who_committed_when_nobody_is_known(work: Path, gitconfig: Callable[[str], None]) -> None:
    gitconfig("")
    git.init(work)
    write(work, {"a": "", ".gitignore": "b\n", "b": ""})
    git.commit_all(work, "first\n\nbody")
    assert plain_git(work, "log", "--format=%an <%ae> %s") == "scaffold <scaffold@localhost> first"
    assert plain_git(work, "ls-files").split() == [".gitignore", "a"]


def test_a_repository_s_own_configuration_is_not_the_user_s(work: Path) -> None:
    git.init(work)
    plain_git(work, "config", "user.name", "Local")
    assert git.configured_identity()["user.name"] == "Ada Lovelace"


def test_push_and_remote(work: Path, tmp_path: Path) -> None:
    plain_git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    git.init(work)
    write(work, {"a": ""})
    git.commit_all(work, "m")
    git.add_remote(work, str(tmp_path / "bare.git"))
    git.push(work)
    assert plain_git(tmp_path / "bare.git", "rev-parse", "main") == plain_git(work, "rev-parse", "HEAD")
    assert plain_git(work, "rev-parse", "--abbrev-ref", "@{upstream}") == "origin/main"


def test_a_remote_that_looks_like_an_option(work: Path) -> None:
    git.init(work)
    git.add_remote(work, "--mirror=push")
    assert plain_git(work, "config", "remote.origin.url") == "--mirror=push"
