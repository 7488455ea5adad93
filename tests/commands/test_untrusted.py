"""Nothing of a stranger's template runs, and nothing of it is written outside, without --trust."""

from pathlib import Path

import pytest

from conftest import Run
from scaffold.commands import catalogs
from scaffold.tools.git.bare import make_bare
from scaffold.tools.git.trees import Commit, File, is_safe
from support import git, git_repository, write

HOOK = "#!/bin/sh\ntouch ran\n"
BUILD = (
    '[build-system]\nrequires = []\nbuild-backend = "b"\nbackend-path = ["."]\n[project]\nname = "x"\nversion = "1"\n'
)


@pytest.fixture
def hostile(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A catalog whose bundle has a file by a name that git itself would never check out."""
    repository = make_bare(tmp_path / "hostile.git")
    name: str = request.param
    files = {"copier.yml": File(b"x: 1\n"), "template.toml": File(b""), "placeholder": File(b"#!/bin/sh\n", True)}
    repository.write([Commit("main", files, tag="1.0", message="m")])
    # git's own commands refuse such names, so the tree is written as an object.
    tree = repository.run_bytes("cat-file", "tree", "main^{tree}").replace(b"placeholder", name.encode())
    oid = repository.run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=tree)
    commit = repository.run("-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-m", "m", oid)
    repository.run("update-ref", "refs/tags/1.0", commit)
    (tmp_path / "shop/releases").mkdir(parents=True)
    repository.run("bundle", "create", "--quiet", str(tmp_path / "shop/releases/evil.bundle"), "refs/tags/1.0")
    about = 'title = "t"\nstage = "s"\norder = 1\nversion = "1.0"\nsummary = "s"\n'
    write(tmp_path / "shop", {"releases/evil.toml": about})
    catalogs.add("shop", str(tmp_path / "shop"))
    return tmp_path


@pytest.mark.parametrize("hostile", ["/tmp/victim", "..", "../victim", ".git"], indirect=True)
@pytest.mark.parametrize("command", [["show", "shop/evil"], ["new", "shop/evil", "mine", "-y", "--no-install"]])
def test_a_bundle_s_names_lead_nowhere(hostile: Path, work: Path, run: Run, command: list[str]) -> None:
    done = run(*command, "--json")
    assert done.code == 1
    assert "shop/evil" in done.json["error"]["message"] or "evil" in done.json["error"]["message"]
    assert not (work / "mine").exists()
    assert not (work / "victim").exists()


def test_what_a_stranger_s_template_would_build_is_told_and_left_out(work: Path, run: Run) -> None:
    write(work / "t", {"copier.yml": "x: 1\n", "pyproject.toml": BUILD, "b.py": "open('ran', 'w')\nraise SystemExit\n"})
    made = run("new", "./t", "mine", "-y", "--json")
    assert (made.code, made.data["locked"], made.data["installed"]) == (0, False, False)
    [notice] = made.json["warnings"]
    assert "the build backend `b` in the template's own folder" in notice["message"]
    assert notice["hint"].endswith("cd mine && uv sync")
    assert not list(work.rglob("ran"))


def test_run_needs_trust(work: Path, run: Run) -> None:
    write(work / "t", {"copier.yml": "x: 1\n", "Makefile": "all:\n\ttouch ran\n"})
    made = run("new", "./t", "mine", "-y", "--run", "--json")
    assert (made.code, made.json["error"]["code"]) == (1, "template-runs-code")
    assert not (work / "mine").exists()


def test_the_sentence_names_what_the_rendered_release_runs(work: Path, run: Run) -> None:
    template = git_repository(write(work / "t", {"copier.yml": "_tasks: [echo one]\n"}))
    git(template, "tag", "1.0")
    write(template, {"copier.yml": "_tasks: [echo two]\n"})
    git(template, "-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "--all", "--message", "two")
    git(work, "clone", "--quiet", "--bare", "t", "bare.git")
    for address in ("./t", "./bare.git"):
        made = run("new", address, "mine", "-y", "--json")
        assert made.json["error"]["message"] == "This template wants to run code of its own: task `echo one`."


@pytest.mark.parametrize(
    "name",
    ["a", "a/b.c", ".gitignore", ".github/x", "x.git/y", "git~x", "..a", "a b", "ä/é", ".gitattributes", "...", "a..b"],
)
def test_an_ordinary_name_is_safe(name: str) -> None:
    assert is_safe(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "/a", "a//b", "a/", "../a", "a/..", ".", "./a", ".git", ".git/x", "a/.GIT/b", ".git.", ".git ",
        ".git::$DATA", ".git::$INDEX_ALLOCATION/x", "GIT~1", "git~2/x", ".g\u200cit", ".\ufeffgit/x", "a\\..\\b",
        "C:/x", "c:x", "a\0b",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_not(name: str) -> None:
    assert not is_safe(name)
