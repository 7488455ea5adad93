"""`scaffold new` in a repository that exists: what its owner has stays, and the template comes as one commit on top."""

import itertools
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import Run
from core.update.conftest import Forked, Shim
from core.update.test_safety import smudging
from scaffold.core.update import start
from support import Result, git, git_repository, write
from update_support import LINES, Condition, Template, committed, to_the_bit

FILES = {
    "README.md": "# {{ it }}\n\n" + LINES,
    "LICENSE": "MIT, 2026\n",
    ".gitignore": "# Python\n*.pyc\n\n# Secrets\n.env\n",
    "src/a.txt": LINES,
    "run.sh": "#!/bin/sh\n",
}
ADDED = {*FILES, ".copier-answers.yml"}


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "T")
            patch.setenv(f"GIT_{role}_EMAIL", "t@example.org")
        return Template(tmp_path_factory.mktemp("start") / "tpl").release("1.0", FILES).folder


@pytest.fixture
def template(_template: Path) -> Path:
    """A plain template with one release. Not to be changed."""
    return _template


@pytest.fixture
def new(run: Run, template: Path) -> Run:
    def new_it(dest: str | Path, *args: str | Path) -> Result:
        return run("new", template, dest, "-y", "--no-install", "--json", *args)

    return new_it


@pytest.fixture
def clone(work: Path) -> Path:
    """A clone of a forge's empty repository."""
    git(work, "init", "--quiet", "--bare", "forge.git")
    git(work, "clone", "--quiet", "forge.git", "mine")
    return work / "mine"


def given(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with one commit of some files."""
    return git_repository(write(folder, files))


def rows(done: Result) -> dict[str, str]:
    return {row["path"]: row["action"] for row in done.data["merged"]}


def test_the_next_command_stays_in_the_folder(clone: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(clone.parent / "made", {"copier.yml": "", "Makefile": "all:\n\ttrue\n"})
    monkeypatch.chdir(clone)
    assert "Next: make all" in run("new", clone.parent / "made", ".", "-y").out


@pytest.mark.parametrize("dest", [".", "../mine"])
def test_an_empty_clone(dest: str, clone: Path, new: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    git(clone, "symbolic-ref", "HEAD", "refs/heads/trunk")
    monkeypatch.chdir(clone)

    done = new(dest)

    assert (done.code, done.data["committed"], done.data["merged"]) == (0, True, [])
    assert git(clone, "log", "--format=%an %s") == f"Ada Lovelace Start from {done.data['template']} 1.0"
    assert git(clone, "branch", "--show-current") == "trunk"
    assert git(clone, "remote", "get-url", "origin").endswith("forge.git")
    assert committed(clone).keys() == ADDED
    assert git(clone, "status", "--porcelain") == ""
    assert not (clone / ".git/scaffold/update.json").exists()


def test_what_a_forge_wrote(work: Path, new: Run) -> None:
    forge = {"README.md": "# mine\nBike rides.\n", "LICENSE": "Ada's\n", ".gitignore": "lib/\n*.pyc\n"}
    mine = given(work / "mine", {**forge, "own.txt": "own\n"})
    before = git(mine, "rev-parse", "HEAD")

    done = new("mine")

    assert (done.code, done.json["warnings"]) == (0, [])
    assert rows(done) == {"README.md": "change", "LICENSE": "keep", ".gitignore": "change"}
    assert git(mine, "rev-parse", "HEAD~1") == before
    assert git(mine, "status", "--porcelain") == ""
    now = {path: file.content.decode() for path, file in committed(mine).items()}
    assert now["README.md"] == FILES["README.md"]
    assert (now["LICENSE"], now["own.txt"]) == ("Ada's\n", "own\n")
    assert now[".gitignore"] == "lib/\n*.pyc\n\n# Secrets\n.env\n"


def test_a_licence_of_another_name_is_the_only_one(work: Path, new: Run) -> None:
    mine = given(work / "mine", {"COPYING.md": "GPL\n"})
    assert rows(new("mine")) == {"COPYING.md": "keep"}
    assert not (mine / "LICENSE").exists()


@pytest.mark.parametrize(
    ("text", "gives_way"),
    [
        ("", True),
        ("# mine\n", True),
        ("# mine\n\nOne paragraph\nof two lines.\n", True),
        ("# mine\r\nWords\r\n", True),
        ("# x\n\n## Start\n\nTo make it easy for you to get started with GitLab, here's a list.\n\n- [ ] a\n", True),
        ("# mine\n\n- a\n- b\n", False),
        ("# mine\n\n## More\n", False),
        ("# a\n\nb\n\nc\n\nd\n\ne\n", False),
        ("notes\n", False),
    ],
)
def test_a_readme_that_says_nothing_gives_way(text: str, gives_way: bool) -> None:
    assert start.is_only_a_title(text.encode()) is gives_way


def test_a_readme_that_says_something_is_a_conflict(work: Path, run: Run, new: Run) -> None:
    mine = given(work / "mine", {"README.md": "# mine\n\n- a\n"})
    before = Condition.of(mine)

    done = new("mine")

    assert (done.code, rows(done), done.data["committed"]) == (4, {"README.md": "conflict"}, False)
    assert "<<<<<<< yours\n# mine\n\n- a\n" in (mine / "README.md").read_text()
    assert "1 conflict to resolve" in done.json["warnings"][0]["message"]
    assert new("mine").json["error"]["code"] == "update-unfinished"
    assert run("update", "--abort", mine).code == 0
    assert Condition.of(mine) == before


def test_a_conflict_that_is_resolved(work: Path, run: Run, new: Run) -> None:
    mine = given(work / "mine", {"run.sh": "mine\n"})
    assert new("mine").code == 4
    write(mine, {"run.sh": "both\n"})
    git(mine, "add", "run.sh")
    git(mine, "commit", "--quiet", "--no-edit")
    assert git(mine, "log", "-1", "--format=%s").startswith("Start from ")
    assert run("update", "--check", mine).code == 0


def test_what_no_commit_holds_stays(work: Path, new: Run) -> None:
    mine = given(work / "mine", {"own.txt": "own\n"})
    write(mine, {"notes.txt": "untracked\n", "data/own.csv": "1\n"})
    assert new("mine").code == 0
    assert git(mine, "status", "--porcelain").splitlines() == ["?? data/", "?? notes.txt"]


@pytest.mark.parametrize(
    ("files", "named"),
    [({"src/a.txt": "mine\n"}, "src/a.txt"), ({"src": "a file\n"}, "src/a.txt")],
    ids=["file", "folder"],
)
@pytest.mark.parametrize("born", [True, False])
def test_an_uncommitted_file_in_the_way(
    born: bool, files: dict[str, str], named: str, work: Path, clone: Path, new: Run
) -> None:
    mine = given(work / "born", {"own.txt": "own\n"}) if born else clone
    write(mine, files)
    before = to_the_bit(mine)

    done = new(mine)

    assert (done.code, done.json["error"]["code"]) == (1, "uncommitted-changes")
    assert f"in no commit: {named}" in done.json["error"]["message"]
    now = to_the_bit(mine)
    assert {path: now[path] for path in before} == before
    assert now.keys() - before.keys() <= {".git/scaffold", ".git/scaffold/lock"}


@pytest.mark.parametrize("staged", [True, False])
def test_uncommitted_changes_are_refused(staged: bool, work: Path, clone: Path, new: Run) -> None:
    mine = clone if staged else given(work / "other", {"own.txt": "own\n"})
    write(mine, {"own.txt": "changed\n"})
    if staged:
        git(mine, "add", "own.txt")
    done = new(mine)
    assert (done.code, done.json["error"]["code"]) == (1, "uncommitted-changes")
    assert "git add --all && git commit" in done.json["error"]["hint"]
    assert (mine / "own.txt").read_text() == "changed\n"


def test_a_dry_run_shows_the_merge_and_changes_nothing(work: Path, new: Run) -> None:
    mine = given(work / "mine", {"README.md": "# mine\n", "run.sh": "mine\n"})
    before = to_the_bit(mine)
    done = new("mine", "--dry-run")
    assert (done.code, rows(done)) == (0, {"README.md": "change", "run.sh": "conflict"})
    assert to_the_bit(mine) == before


def test_a_project_is_refused(clone: Path, new: Run) -> None:
    assert new(clone).code == 0
    before = to_the_bit(clone)
    done = new(clone)
    assert (done.code, done.json["error"]["code"]) == (1, "already-linked")
    assert f"scaffold update {clone}" in done.json["error"]["hint"]
    assert to_the_bit(clone) == before


def test_a_hook_of_the_owner_s_runs_nothing_of_the_template(clone: Path, new: Run) -> None:
    git(clone, "config", "core.hooksPath", ".")
    write(clone / ".git/hooks", {"pre-commit": "#!/bin/sh\nexit 1\n"}).joinpath("pre-commit").chmod(0o755)
    assert new(clone).data["committed"]


def test_a_commit_that_is_refused_can_be_undone(clone: Path, run: Run, new: Run) -> None:
    git(clone, "config", "commit.gpgsign", "true")
    git(clone, "config", "gpg.program", "false")
    done = new(clone)
    assert (done.code, done.data["committed"]) == (4, False)
    assert "The commit was refused" in done.json["warnings"][0]["message"]
    assert run("update", "--abort", clone).code == 0
    assert [path.name for path in clone.iterdir()] == [".git"]
    assert git(clone, "status", "--porcelain") == ""


def test_push_goes_to_the_remote_that_is_there(clone: Path, work: Path, new: Run) -> None:
    assert new(clone, "--push").data["pushed"]
    assert git(work / "forge.git", "log", "--all", "--format=%s").startswith("Start from ")


@pytest.mark.parametrize(
    ("args", "word"), [(["--no-git"], "--no-git"), (["--remote", "https://example.org/x.git"], "remote origin already")]
)
def test_options_that_do_not_go_with_a_repository(args: list[str], word: str, clone: Path, new: Run) -> None:
    done = new(clone, *args)
    assert (done.code, word in done.json["error"]["message"]) == (2, True)


def test_a_remote_for_a_repository_without_one(work: Path, new: Run) -> None:
    mine = given(work / "mine", {"own.txt": "own\n"})
    assert new("mine", "--remote", "https://example.org/x.git").code == 0
    assert git(mine, "remote", "get-url", "origin") == "https://example.org/x.git"


def test_the_owner_of_the_clone_is_the_answer(clone: Path, work: Path, run: Run) -> None:
    made = Template(work / "asks").release("1.0", {"a.txt": "a\n"}, "github_owner: {type: str, default: ''}\n")
    git(clone, "remote", "set-url", "origin", "git@github.com:ada/mine.git")
    done = run("new", made.folder, clone, "-y", "--no-install", "--json")
    assert done.data["answers"]["github_owner"] == "ada"


def test_a_folder_that_no_repository_keeps(work: Path, new: Run) -> None:
    write(work, {"plain/own.txt": "own\n"})
    done = new("plain")
    assert (done.code, done.json["error"]["code"]) == (1, "destination-in-use")
    assert "git init && git add --all && git commit" in done.json["error"]["hint"]


def test_a_folder_of_a_larger_repository(work: Path, new: Run) -> None:
    mono = given(work / "mono", {"apps/one/own.txt": "own\n"})
    done = new("mono/apps/one")
    assert (done.code, f"lies in the repository {mono}" in done.json["error"]["message"]) == (1, True)
    assert "--complete" in done.json["error"]["hint"]


def test_a_repository_in_a_larger_one_is_its_own(work: Path, new: Run) -> None:
    given(work / "mono", {"own.txt": "own\n"})
    git(work / "mono", "init", "--quiet", "sub")
    assert new("mono/sub").data["committed"]
    assert git(work / "mono/sub", "log", "--format=%s").startswith("Start from ")


@pytest.mark.thorough
def test_the_project_is_updated_like_any_other(work: Path, run: Run) -> None:
    made = Template(work / "tpl").release("1.0", FILES)
    mine = given(work / "mine", {"README.md": "# mine\n", "LICENSE": "Ada's\n"})
    assert run("new", made.folder, "mine", "-y", "--no-install").code == 0
    made.release("2.0", {"run.sh": "#!/bin/sh\necho 2\n"})

    done = run("update", "mine", "--json")

    assert (done.code, {row["path"] for row in done.data["changes"]}) == (0, {".copier-answers.yml", "run.sh"})
    assert (mine / "LICENSE").read_text() == "Ada's\n"


def test_a_bare_repository_is_to_be_cloned(clone: Path, work: Path, new: Run) -> None:
    done = new("forge.git")
    assert (done.code, "bare repository" in done.json["error"]["message"]) == (1, True)
    assert done.json["error"]["hint"] == f"Clone it, and start there: git clone {work / 'forge.git'}"


def test_what_a_task_made_and_git_ignores_comes_along(clone: Path, work: Path, run: Run) -> None:
    made = Template(work / "tasks").release("1.0", FILES, "_tasks: ['echo KEY=1 > .env', 'echo x > src/b.pyc']\n")
    write(clone, {"src/b.pyc": "mine\n"})
    done = run("new", made.folder, clone, "-y", "--no-install", "--trust", "--json")
    assert (done.code, git(clone, "status", "--porcelain")) == (0, "")
    assert (clone / ".env").read_text() == "KEY=1\n"
    assert (clone / "src/b.pyc").read_text() == "mine\n"


@pytest.mark.thorough
def test_a_run_in_a_clone(clone: Path, packaged: Path, run: Run) -> None:
    done = run("new", packaged, clone, "-y", "--trust", "--run", "--json")
    assert (done.code, done.data["locked"], done.data["ran"]) == (0, True, True)
    assert "uv.lock" in committed(clone)
    assert "accuracy 0.9" in (clone / "README.md").read_text()


@pytest.mark.thorough
@pytest.mark.parametrize("born", [True, False])
def test_killed_at_any_moment_it_is_as_before_or_complete(
    born: bool, work: Path, clone: Path, template: Path, run: Run, forked: Forked, shim: Shim
) -> None:
    keep = given(work / "keep", {"README.md": "# mine\n", "own.txt": "own\n"}) if born else clone.rename(work / "keep")
    mine = work / "mine"

    def fresh() -> Path:
        shutil.rmtree(mine, ignore_errors=True)
        shutil.copytree(keep, mine)
        return write(mine, {"notes.txt": "untracked\n"})

    args = ("new", template, mine, "-y", "--no-install", "-q")
    before = to_the_bit(fresh())
    assert forked(*args) == 0
    wanted = committed(mine)
    seen = set()
    for at in itertools.count(1):
        fresh()
        shim.arm((at, "before"))
        if forked(*args, path=shim.folder) == 0:  # there is no command of this number
            break
        run("status", mine)
        done = git(mine, "log", "-1", "--format=%s", check=False).startswith("Start from ")
        seen.add(done)
        assert (mine / "notes.txt").read_text() == "untracked\n"
        if done:
            assert committed(mine) == wanted, at
            assert git(mine, "status", "--porcelain") == "?? notes.txt", at
        else:
            now = to_the_bit(mine)
            assert {p: h for p, h in now.items() if not p.startswith(".git")} == {
                p: h for p, h in before.items() if not p.startswith(".git")
            }, at
            assert git(mine, "status", "--porcelain") == "?? notes.txt", at
    assert seen == {True, False}


@pytest.mark.thorough
@pytest.mark.parametrize("number", [1, 3])
def test_killed_while_git_writes_the_first_files(
    number: int, clone: Path, work: Path, template: Path, run: Run, forked: Forked
) -> None:
    (clone / ".git/info/attributes").write_text("* filter=kill\n")
    write(clone, {"notes.txt": "untracked\n"})
    smudging(clone, work, number)

    assert forked("new", template, clone, "-y", "--no-install", "-q") == -9
    write(clone, {"run.sh": "of the owner's, after the crash\n"})
    said = run("status", clone, "--json").data["projects"][0]["state"]

    assert "is as it was before" in said
    assert {path.name for path in clone.iterdir()} == {".git", "notes.txt", "run.sh"}
    assert (clone / "run.sh").read_text() == "of the owner's, after the crash\n"
    (clone / "run.sh").unlink()
    (clone / ".git/info/attributes").unlink()
    assert run("new", template, clone, "-y", "--no-install").code == 0
