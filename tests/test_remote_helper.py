"""`git-remote-scaffold`: plain git and plain copier read the same addresses as scaffold does."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold import remote_helper
from scaffold.commands import catalogs
from scaffold.tools.terminal import escaped
from support import BIN, Result, git, git_repository, snapshot, spawn, write

HELPER = BIN / "git-remote-scaffold"
COPIER = BIN / "copier"


def plain_git(*args: str | Path, cwd: Path | None = None) -> Result:
    return spawn("git", "-c", "advice.detachedHead=false", *args, cwd=cwd)


@pytest.fixture
def sources(templates: Path) -> Path:
    """The catalog `src`, whose templates are folders of sources."""
    catalogs.add("src", str(templates))
    return templates


def test_git_lists_the_releases(acme: str) -> None:
    listed = plain_git("ls-remote", "--symref", "scaffold://acme/hello")
    assert listed.code == 0
    refs = [line.split("\t")[1] for line in listed.out.splitlines() if not line.startswith("ref:")]
    assert sorted(refs) == ["HEAD", "refs/heads/main", "refs/tags/0.1.0", "refs/tags/0.2.0", "refs/tags/0.3.0rc1"]
    assert "ref: refs/heads/main\tHEAD" in listed.out


@pytest.mark.parametrize("ref", ["main", "0.1.0"])
def test_git_clones(acme: str, work: Path, ref: str) -> None:
    assert plain_git("clone", "--branch", ref, "scaffold://acme/hello", "c").code == 0
    assert (work / "c/copier.yml").is_file()
    assert git(work / "c", "fsck", "--full") == ""
    assert git(work / "c", "tag").split() == ["0.1.0", "0.2.0", "0.3.0rc1"]


def test_git_fetches_what_is_new(acme: str, released: Path, work: Path) -> None:
    git(work, "init", "--quiet", "c")
    assert plain_git("fetch", "scaffold://acme/hello", "tag", "0.1.0", cwd=work / "c").code == 0
    assert plain_git("fetch", "--tags", "scaffold://acme/hello", cwd=work / "c").code == 0
    assert "0.2.0" in git(work / "c", "tag").split()
    assert git(work / "c", "fsck", "--full") == ""


def test_git_clones_a_built_in_template(installed: Path, work: Path) -> None:
    assert plain_git("clone", "scaffold://hello-world", "c").code == 0
    assert (work / "c/project/world.txt.jinja").is_file()


def test_git_clones_sources_as_a_draft(sources: Path, work: Path) -> None:
    assert plain_git("clone", "scaffold://src/hello", "c").code == 0
    assert git(work / "c", "tag") == "0.1.0.dev0"
    assert (work / "c/project/run.sh").is_file()


def test_reading_an_address_never_changes_the_repository_one_stands_in(sources: Path, work: Path) -> None:
    git_repository(write(work, {"a": ""}))
    before = git(work, "for-each-ref"), git(work, "count-objects", "-v")
    listed = plain_git("ls-remote", "scaffold://src/hello", cwd=work)
    assert sorted(listed.out.split()[1::2]) == ["HEAD", "refs/heads/main", "refs/tags/0.1.0.dev0"]
    assert (git(work, "for-each-ref"), git(work, "count-objects", "-v")) == before


def test_the_user_s_bare_repositories_setting_does_not_matter(sources: Path, work: Path, home: Path) -> None:
    (home / ".gitconfig").write_text("[safe]\n\tbareRepository = explicit\n")
    assert plain_git("clone", "scaffold://src/hello", "c").code == 0


def test_git_cannot_push(acme: str, work: Path) -> None:
    plain_git("clone", "scaffold://acme/hello", "c")
    refused = plain_git("push", "origin", "main:other", cwd=work / "c")
    assert refused.code != 0
    assert "Traceback" not in refused.err


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("scaffold://../x", "is no address of a template"),
        ("scaffold://acme/../../etc", "is no address of a template"),
        ("scaffold://", "is no address of a template"),
        ("scaffold:///etc", "is no address of a template"),
        ("scaffold://nope", "There is no template `nope`"),
        ("scaffold://acme/nope", "There is no template `acme/nope`"),
        ("scaffold://acme/helo", "Did you mean `acme/hello`?"),
    ],
)
def test_an_address_that_is_none_is_said(acme: str, work: Path, address: str, words: str) -> None:
    write(work, {"nope/copier.yml": ""})
    refused = plain_git("clone", address, "c")
    assert refused.code != 0
    assert words in refused.err
    assert "Traceback" not in refused.err
    assert not (work / "c").exists()


def test_a_plain_copier_template_of_a_catalog_names_its_own_address(work: Path) -> None:
    write(work, {"cat/plain/copier.yml": ""})
    catalogs.add("cat", str(work / "cat"))
    refused = plain_git("clone", "scaffold://cat/plain", "c")
    assert f"is a plain Copier template.\nhint: Use its own address: {work / 'cat/plain'}\n" in refused.err


@pytest.mark.parametrize("damage", ["empty", "truncated", "missing"])
def test_a_damaged_bundle_is_said(acme: str, released: Path, work: Path, damage: str) -> None:
    bundle = released / "releases/hello.bundle"
    content = bundle.read_bytes()
    bundle.unlink()
    if damage != "missing":
        bundle.write_bytes(b"" if damage == "empty" else content[:-40])
    refused = plain_git("clone", "scaffold://acme/hello", "c")
    assert refused.code != 0
    assert "Traceback" not in refused.err
    assert ("damaged or missing" in refused.err) == (damage != "truncated")


# -- the protocol itself ---------------------------------------------------------------------------------------------


@pytest.fixture
def repository(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(work, "init", "--quiet", "--bare", "r.git")
    monkeypatch.setenv("GIT_DIR", str(work / "r.git"))
    return work / "r.git"


Talk = Callable[..., Result]


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Talk:
    """Hold one conversation with the helper, as git would."""

    def hold(commands: str, *args: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["git-remote-scaffold", *(args or ("origin", "scaffold://acme/hello"))])
        monkeypatch.setattr(sys, "stdin", io.StringIO(commands))
        return Result(remote_helper.main(), *capfd.readouterr())

    return hold


def test_what_it_can(talk: Talk, acme: str, repository: Path) -> None:
    assert talk("capabilities\n\n") == Result(0, "fetch\n\n", "")


def test_list(talk: Talk, acme: str, repository: Path) -> None:
    lines = talk("list\n\n").out.splitlines()
    assert lines[-2:] == ["@refs/heads/main HEAD", ""]
    assert [line.split()[1] for line in lines[:-2]] == [
        "refs/heads/main",
        "refs/tags/0.1.0",
        "refs/tags/0.2.0",
        "refs/tags/0.3.0rc1",
    ]


def test_fetch_brings_the_objects(talk: Talk, acme: str, repository: Path) -> None:
    commit = talk("list\n\n").out.split()[0]
    done = talk(f"list\nfetch {commit} refs/heads/main\nfetch {commit} refs/tags/0.1.0\n\n\n")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("HEAD\n\n\n")
    assert git(repository, "cat-file", "-t", commit) == "commit"


@pytest.mark.parametrize("commands", ["", "\n", "capabilities\n", "list\n"])
def test_a_conversation_that_breaks_off(talk: Talk, acme: str, repository: Path, commands: str) -> None:
    assert talk(commands).code == 0


@pytest.mark.parametrize("command", ["push", "import", "connect git-upload-pack", "option verbosity 1", "\x00"])
def test_a_command_that_it_does_not_know(talk: Talk, acme: str, repository: Path, command: str) -> None:
    refused = talk(f"{command}\n")
    assert (refused.code, refused.out) == (1, "")
    asked = escaped(command.split(maxsplit=1)[0])
    assert refused.err.startswith(f"git asked for `{asked}`, which scaffold:// cannot do.")


@pytest.mark.parametrize("args", [[], ["origin"], ["origin", "https://example.org"], ["origin", ""]])
def test_started_without_an_address(args: list[str]) -> None:
    refused = spawn(HELPER, *args)
    assert (refused.code, refused.out) == (1, "")
    assert "is no address of a template.\nhint: Addresses look like scaffold://ml-tabular" in refused.err


# -- plain copier ------------------------------------------------------------------------------------------------------


def copier(*args: str | Path, cwd: Path | None = None) -> Result:
    return spawn(COPIER, *args, cwd=cwd)


@pytest.mark.thorough
def test_plain_copier_copies_and_updates(installed: Path, work: Path) -> None:
    copied = copier("copy", "--defaults", "--quiet", "--vcs-ref", "0.1.0", "git+scaffold://hello", "mine")
    assert copied.code == 0, copied.err
    mine = work / "mine"
    assert (mine / "src/hello.py").read_text() == 'print("hello")\n'
    assert "_src_path: git+scaffold://hello\n" in (mine / ".copier-answers.yml").read_text()
    git_repository(mine)
    updated = copier("update", "--defaults", "--quiet", cwd=mine)
    assert updated.code == 0, updated.err
    assert (mine / "src/hello.py").read_text() == 'print("hello again")\n'
    assert "_commit: 0.2.0\n" in (mine / ".copier-answers.yml").read_text()


@pytest.mark.thorough
def test_plain_copier_updates_what_scaffold_made(acme: str, work: Path) -> None:
    made = spawn(BIN / "scaffold", "new", "acme/hello", "mine", "-y", "--no-install", "--ref", "0.1.0")
    assert made.code == 0
    mine = work / "mine"
    write(mine, {"README.md": (mine / "README.md").read_text() + "\nMy own words.\n"})
    git(mine, "commit", "--quiet", "--all", "--message", "mine")
    updated = copier("update", "--defaults", "--quiet", cwd=mine)
    assert updated.code == 0, updated.err
    assert (mine / "src/hello.py").read_text() == 'print("hello again")\n'
    assert "My own words." in (mine / "README.md").read_text()


@pytest.mark.thorough
def test_plain_copier_makes_what_scaffold_makes(acme: str, work: Path) -> None:
    spawn(BIN / "scaffold", "new", "acme/hello", "mine", "-y", "--no-install", "--ref", "0.2.0")
    answers = ("-d", "author_name=Ada Lovelace", "-d", "author_email=ada@example.org", "-d", "project_name=mine")
    copier("copy", "--defaults", "--quiet", *answers, "git+scaffold://acme/hello", "theirs")
    ours, theirs = snapshot(work / "mine"), snapshot(work / "theirs")
    # Copier checks the release out by the project's .gitattributes; scaffold takes it byte for byte.
    for name in ("data/unix.csv", "data/windows.txt"):
        assert ours.pop(name) != theirs.pop(name)
    assert ours == theirs


def test_the_helper_is_found_on_path_alone(acme: str, work: Path) -> None:
    parts = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(part for part in parts if not (Path(part) / "git-remote-scaffold").exists())
    without = subprocess.run(
        ["git", "ls-remote", "scaffold://acme/hello"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=False,
    )
    assert without.returncode != 0
    assert b"remote-scaffold" in without.stderr
