"""`scaffold new`: what stands afterwards, and what stands when something was in the way."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import needs
from conftest import Run
from forking import Fork
from support import (
    BIN,
    PACKAGED,
    Gate,
    Result,
    git,
    git_repository,
    kill,
    set_version,
    snapshot,
    spawn,
    stand_in,
    write,
)

QUIET = ("-y", "--no-install", "--json")


@pytest.fixture
def new(run: Run, acme: str) -> Run:
    """`scaffold new acme/hello … -y --no-install --json` in this process."""

    def new_it(*args: str | Path, template: str | Path = "acme/hello") -> Result:
        return run("new", template, *args, *QUIET)

    return new_it


def test_a_project_is_a_repository_with_one_commit(new: Run, work: Path) -> None:
    made = new("mine")
    assert (made.code, made.err) == (0, "")
    project = work / "mine"
    assert made.data["project"] == str(project)
    assert git(project, "log", "--format=%an <%ae> %s") == "Ada Lovelace <ada@example.org> Start from acme/hello 0.2.0"
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "branch", "--show-current") == "main"
    assert (project / "README.md").read_text() == "# mine\n\nHello by Ada Lovelace\n"
    assert (project / "src/hello.py").read_text() == 'print("hello again")\n'
    assert needs.WINDOWS or os.access(project / "run.sh", os.X_OK)
    assert os.listdir(work) == ["mine"]


def test_the_project_records_the_address_and_the_release(new: Run, work: Path) -> None:
    new("mine")
    answers = (work / "mine/.copier-answers.yml").read_text()
    assert "_src_path: git+scaffold://acme/hello\n" in answers
    assert "_commit: 0.2.0\n" in answers


@pytest.mark.parametrize("template", ["git+scaffold://hello", "hello"])
def test_a_built_in_template_and_its_address(run: Run, built_in: Path, work: Path, template: str) -> None:
    assert run("new", template, "mine", *QUIET).code == 0
    assert "_src_path: git+scaffold://hello\n" in (work / "mine/.copier-answers.yml").read_text()


def test_templates_whose_names_begin_alike_are_told_apart(run: Run, built_in: Path, work: Path) -> None:
    assert run("new", "hello", *QUIET).code == 0
    assert run("new", "hello-world", *QUIET).code == 0
    assert (work / "hello/src/hello.py").is_file()
    assert (work / "hello-world/world.txt").read_text() == "hello-world greets the world\n"


def test_without_a_name_the_folder_is_called_like_the_template(new: Run, work: Path) -> None:
    assert new().data["project"] == str(work / "hello")


def test_ref_takes_an_older_release(new: Run, work: Path) -> None:
    assert new("mine", "--ref", "0.1.0").data["version"] == "0.1.0"
    assert (work / "mine/src/hello.py").read_text() == 'print("hello")\n'


def test_ref_takes_a_pre_release_when_asked(new: Run) -> None:
    assert new("mine", "--ref", "0.3.0rc1").data["version"] == "0.3.0rc1"


def test_an_unknown_ref_lists_the_releases(new: Run, work: Path) -> None:
    failed = new("mine", "--ref", "9.9")
    assert failed.code == 1
    assert failed.json["error"] == {
        "code": "no-such-release",
        "message": "hello has no release 9.9.",
        "hint": "Its releases: 0.1.0, 0.2.0, 0.3.0rc1.",
    }
    assert os.listdir(work) == []


def test_answers_from_the_command_line_and_a_file(new: Run, work: Path) -> None:
    write(work, {"a.yml": "license: Apache-2.0\nstars: 1\ndocker: false\n"})
    answers = new("mine", "--answers", "a.yml", "-d", "stars=5", "-d", "project_name=Bikes in town").data["answers"]
    wanted = {"license": "Apache-2.0", "stars": 5, "docker": False, "project_name": "Bikes in town"}
    assert {key: answers[key] for key in wanted} == wanted
    assert not (work / "mine/Dockerfile").exists()


def test_another_project_s_answers_make_the_same_project(new: Run, work: Path) -> None:
    new("one", "-d", "stars=1", "-d", "project_name=same")
    assert new("two", "--answers", "one/.copier-answers.yml").code == 0
    assert snapshot(work / "two") == snapshot(work / "one")


def test_the_user_s_settings_are_defaults(new: Run, sealed: Path) -> None:
    write(sealed / "config", {"settings.toml": '[defaults]\nlicense = "Apache-2.0"\nauthor_name = "Ada L."\n'})
    answers = new("mine").data["answers"]
    assert (answers["license"], answers["author_name"]) == ("Apache-2.0", "Ada L.")
    assert new("other", "-d", "license=MIT").data["answers"]["license"] == "MIT"


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("license=GPL", ["license", "GPL", "MIT", "Apache-2.0"]),
        ("stars=9", ["stars", "At most 5."]),
        ("stars=many", ["stars", "whole number"]),
        ("docker=maybe", ["docker", "true or false"]),
        ("project_name= ", ["project_name", "It needs a name."]),
        ("licence=MIT", ["no question `licence`"]),
        ("nonsense", ["is not KEY=VALUE"]),
    ],
)
def test_a_bad_answer_names_the_question_and_what_is_allowed(new: Run, work: Path, pair: str, words: list[str]) -> None:
    failed = new("deep/er/mine", "-d", pair)
    assert failed.code == 2
    for word in words:
        assert word in failed.json["error"]["message"]
    assert os.listdir(work) == []


def test_an_unknown_question_is_told_the_nearest(new: Run) -> None:
    assert new("mine", "-d", "licence=MIT").json["error"]["hint"] == "Did you mean `license`?"


@pytest.mark.parametrize(
    "value",
    [
        'Bob\'s "best"',
        "{{ 7 * 7 }}",
        "{% raw %}",
        "two\nlines",
        "a: b # c",
        "$(touch x)",
        "null",
        "é中🚲",
        "--flag",
        "\\n",
    ],
)
def test_an_answer_is_data(new: Run, work: Path, value: str) -> None:
    made = new("mine", "-d", f"project_name={value}")
    assert made.data["answers"]["project_name"] == value
    assert (work / "mine/README.md").read_text() == f"# {value}\n\nHello by Ada Lovelace\n"
    again = new("again", "--answers", "mine/.copier-answers.yml")
    assert again.data["answers"]["project_name"] == value


@pytest.mark.parametrize("name", ["with space", "žluťoučký 中 🚲", "quo'te\"s", "-dash", "a;b&c", "{{x}}", "%s"])
def test_any_name_of_a_folder(new: Run, work: Path, name: str) -> None:
    made = new(f"./{name}")
    assert made.code == 0, made
    assert git(work / name, "status", "--porcelain") == ""
    assert os.listdir(work) == [name]


def test_the_empty_folder_that_one_stands_in(new: Run, work: Path) -> None:
    assert new(".").code == 0
    assert (work / "README.md").is_file()


def test_absolute_and_deep(new: Run, tmp_path: Path) -> None:
    assert new(tmp_path / "a/b/c").code == 0
    assert (tmp_path / "a/b/c/README.md").is_file()
    assert os.listdir(tmp_path / "a/b") == ["c"]


def _full(work: Path) -> None:
    write(work, {"mine/keep": "k"})


def _file(work: Path) -> None:
    write(work, {"mine": "k"})


def _link(work: Path) -> None:
    (work / "mine").symlink_to(work.parent)


def _dead_link(work: Path) -> None:
    (work / "mine").symlink_to("nowhere")


@pytest.mark.parametrize("there", [_full, _file, _link, _dead_link])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_what_stands_at_dest_stays(new: Run, work: Path, there: Callable[[Path], None], more: tuple[str, ...]) -> None:
    there(work)
    before = sorted(work.rglob("*"))
    failed = new("mine", *more)
    assert failed.code == 1
    assert str(work / "mine") in failed.json["error"]["message"]
    assert failed.json["error"]["hint"]
    assert sorted(work.rglob("*")) == before


def test_a_parent_that_is_a_file(new: Run, work: Path) -> None:
    write(work, {"file": ""})
    assert "is not a folder" in new("file/mine").json["error"]["message"]


@needs.posix
def test_a_parent_where_nothing_can_be_made(new: Run) -> None:
    failed = new("/proc/mine")
    assert failed.code == 1
    assert failed.json["error"]["hint"]


UNPRIVILEGED = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override"]


@needs.permissions
def test_a_parent_that_may_not_be_written(acme: str, work: Path) -> None:
    prefix = UNPRIVILEGED if os.geteuid() == 0 else []
    if prefix and spawn(*prefix, "true").code != 0:
        pytest.skip("root writes everywhere, and setpriv is not here to take that away")
    (work / "closed").mkdir(mode=0o555)
    failed = spawn(*prefix, BIN / "scaffold", "new", "acme/hello", "closed/mine", *QUIET)
    assert failed.code == 1
    assert failed.json["error"]["message"] == f"{work / 'closed'} cannot be written."


FULL_DISK = """
set -e
mount -t tmpfs -o size=64k tmpfs "$1"
cd "$1"
head -c 40000 /dev/zero > ballast
shift
code=0
"$@" || code=$?
ls -A >&2
exit $code
"""


@pytest.mark.thorough
@needs.linux
def test_a_full_disk(acme: str, tmp_path: Path, work: Path) -> None:
    space = ["unshare", "--user", "--map-root-user", "--mount"]
    if spawn(*space, "mount", "-t", "tmpfs", "tmpfs", work).code != 0:
        pytest.skip("no small disk can be made here: that needs user namespaces")
    failed = spawn(*space, "sh", "-c", FULL_DISK, "sh", work, BIN / "scaffold", "new", "acme/hello", "mine", *QUIET)
    assert failed.code == 1
    assert "The disk is full" in failed.json["error"]["message"]
    assert failed.err.split() == ["ballast"]


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put another `git` first on PATH."""

    def put(script: str) -> None:
        stand_in(tmp_path / "fake/git", script)
        monkeypatch.setenv("PATH", f"{tmp_path / 'fake'}{os.pathsep}{os.environ['PATH']}")

    return put


def test_an_old_git(new: Run, work: Path, fake_git: Callable[[str], None]) -> None:
    fake_git("echo git version 2.20.1")
    failed = new("mine")
    assert failed.json["error"] == {
        "code": "git-failed",
        "message": "git 2.20.1 is too old: scaffold needs 2.28 or newer.",
        "hint": "Run: scaffold doctor",
    }
    assert os.listdir(work) == []


@pytest.mark.parametrize("command", [("new", "acme/hello", "-y"), ("show", "acme/hello")])
def test_no_git(acme: str, tmp_path: Path, work: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "empty").mkdir()
    failed = spawn(sys.executable, "-m", "scaffold", *command, env={"PATH": str(tmp_path / "empty")})
    assert failed.code == 1
    assert failed.err == "error: git is not installed, or not on PATH.\n\nhint: Run: scaffold doctor\n"
    assert os.listdir(work) == []


def test_nobody_known_to_git(new: Run, work: Path, gitconfig: Callable[[str], None]) -> None:
    gitconfig("")
    made = new("mine")
    assert made.code == 0
    assert git(work / "mine", "log", "--format=%an") == "scaffold"
    [notice] = made.json["warnings"]
    assert "git does not know your name" in notice["message"]
    assert "git config --global user.name" in notice["hint"]


def test_inside_another_repository(new: Run, work: Path) -> None:
    write(work, {"mine-too": ""})
    git_repository(work)
    made = new("sub/mine")
    assert made.code == 0
    assert made.data["committed"] is False
    assert not (work / "sub/mine/.git").exists()
    assert git(work, "rev-list", "--count", "HEAD") == "1"
    assert git(work, "diff", "--cached", "--name-only") == ""
    [notice] = made.json["warnings"]
    assert f"lies inside one ({work})" in notice["message"]
    assert notice["hint"].startswith("Commit it there: git add")


def test_a_hook_s_environment_leads_nowhere_else(
    new: Run, tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = git_repository(write(tmp_path / "outer", {"a": ""}))
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(outer / ".git/index"))
    made = new("mine")
    assert (made.code, made.data["committed"]) == (0, True)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git(outer, "log", "--all", "--format=%s") == "all"
    assert git(outer, "status", "--porcelain") == ""
    assert git(work / "mine", "rev-list", "--count", "HEAD") == "1"


def test_the_first_commit_runs_no_hooks(new: Run, work: Path, home: Path, gitconfig: Callable[[str], None]) -> None:
    write(home, {"hooks/pre-commit": "#!/bin/sh\ntouch ~/ran\nexit 1\n"})
    (home / "hooks/pre-commit").chmod(0o755)
    gitconfig("[user]\nname = A\nemail = a@b\n[core]\nhooksPath = ~/hooks\n")
    made = new("mine")
    assert (made.code, made.data["committed"], made.json["warnings"]) == (0, True, [])
    assert not (home / "ran").exists()


def test_a_commit_that_git_refuses(new: Run, work: Path, gitconfig: Callable[[str], None]) -> None:
    gitconfig("[user]\nname = A\nemail = a@b\n[commit]\ngpgSign = true\n[gpg]\nprogram = /nowhere/gpg\n")
    made = new("mine")
    assert (made.code, made.data["committed"]) == (0, False)
    [notice] = made.json["warnings"]
    assert notice["message"].startswith("The first commit was refused: git commit failed:")
    assert git(work / "mine", "diff", "--cached", "--name-only").splitlines().count("README.md") == 1


def test_no_git_makes_no_repository(new: Run, work: Path) -> None:
    made = new("mine", "--no-git")
    assert (made.code, made.data["committed"], made.json["warnings"]) == (0, False, [])
    assert not (work / "mine/.git").exists()


def test_dry_run_writes_nothing_at_all(new: Run, work: Path, sealed: Path) -> None:
    shown = new("deep/mine", "--dry-run")
    assert shown.code == 0
    assert shown.data["dry_run"] is True
    assert shown.data["files"]["src/hello.py"] == len('print("hello again")\n')
    assert os.listdir(work) == []
    assert os.listdir(sealed / "tmp") == []
    made = new("deep/mine")
    assert shown.data["files"] == {
        name: size for name, size in _sizes(Path(made.data["project"])).items() if not name.startswith(".git/")
    }


def _sizes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_the_count_of_files_is_the_project_s(new: Run, work: Path) -> None:
    made = new("mine")
    assert made.data["files"] == len(snapshot(work / "mine"))


def test_nothing_temporary_stays(new: Run, sealed: Path) -> None:
    new("mine")
    new("mine")
    new("other", "-d", "stars=9")
    assert os.listdir(sealed / "tmp") == []


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    return tmp_path / "bare.git"


def test_remote_and_push(new: Run, work: Path, bare: Path) -> None:
    made = new("mine", "--remote", bare, "--push")
    assert (made.code, made.data["pushed"]) == (0, True)
    assert git(bare, "rev-parse", "main") == git(work / "mine", "rev-parse", "HEAD")


def test_remote_without_push_only_names_it(new: Run, work: Path, bare: Path) -> None:
    made = new("mine", "--remote", bare)
    assert (made.code, made.data["pushed"]) == (0, False)
    assert git(work / "mine", "config", "remote.origin.url") == str(bare)
    assert git(bare, "for-each-ref") == ""


def test_a_push_that_is_refused_leaves_the_project(new: Run, work: Path, bare: Path) -> None:
    write(bare, {"hooks/pre-receive": "#!/bin/sh\nexit 1\n"})
    (bare / "hooks/pre-receive").chmod(0o755)
    made = new("mine", "--remote", bare, "--push")
    assert made.code == 4
    assert made.json["ok"] is False
    assert made.data["committed"] is True
    [notice] = made.json["warnings"]
    assert notice["message"].startswith("The push was refused:")
    assert notice["hint"].endswith("git push -u origin HEAD")
    assert git(work / "mine", "status", "--porcelain") == ""


def test_a_push_of_nothing(new: Run, work: Path, bare: Path) -> None:
    git_repository(write(work, {"outer": ""}))
    made = new("mine", "--remote", bare, "--push")
    assert made.code == 4
    assert any("Nothing was pushed" in notice["message"] for notice in made.json["warnings"])


@pytest.mark.parametrize(
    "url",
    ["https://tok3n@example.org/x.git", "https://me:tok3n@example.org/x.git", "ssh://git:tok3n@example.org/x.git"],
)
def test_a_token_in_the_remote_is_refused_and_never_shown(new: Run, work: Path, url: str) -> None:
    failed = new("mine", "--remote", url)
    assert failed.code == 1
    assert "password or token" in failed.json["error"]["message"]
    assert "tok3n" not in failed.out + failed.err
    assert os.listdir(work) == []


@pytest.mark.parametrize("url", ["git@example.org:ada/mine.git", "ssh://git@example.org/ada/mine.git"])
def test_the_usual_remotes_are_taken(new: Run, work: Path, url: str) -> None:
    assert new("mine", "--remote", url).code == 0
    assert git(work / "mine", "config", "remote.origin.url") == url


@pytest.mark.parametrize("more", [("--push",), ("--no-git", "--remote", "x")])
def test_options_that_contradict_each_other(new: Run, work: Path, more: tuple[str, ...]) -> None:
    failed = new("mine", *more)
    assert failed.code == 2
    assert failed.json["error"]["hint"]
    assert os.listdir(work) == []


def test_a_template_that_runs_code_needs_trust(run: Run, work: Path, tmp_path: Path) -> None:
    template = write(tmp_path / "t", {"copier.yml": "_tasks: [touch made]\n", "a": ""})
    failed = run("new", template, "mine", *QUIET)
    assert failed.code == 1
    assert "task `touch made`" in failed.json["error"]["message"]
    assert "--trust" in failed.json["error"]["hint"]
    assert os.listdir(work) == []
    assert run("new", template, "mine", *QUIET, "--trust").code == 0
    assert (work / "mine/made").is_file()


def test_a_folder_of_sources_is_assembled_on_the_fly(run: Run, templates: Path, work: Path) -> None:
    set_version(templates / "hello", "0.5.0")
    made = run("new", templates / "hello", "mine", *QUIET)
    assert (made.code, made.data["version"]) == (0, "0.5.0.dev0")
    assert "greet" in (work / "mine/.copier-answers.yml").read_text()


def test_a_git_url_of_any_copier_template(run: Run, tmp_path: Path, work: Path) -> None:
    template = git_repository(write(tmp_path / "any", {"copier.yml": "a: 1\n", "f.txt.jinja": "{{ a }}"}))
    git(template, "tag", "v2.0.0")
    made = run("new", f"git+file://{template}", *QUIET, "-d", "a=2")
    assert (made.code, made.data["version"]) == (0, "v2.0.0")
    assert (work / "any/f.txt").read_text() == "2"


@pytest.mark.parametrize("word", ["helo", "acme/helo"])
def test_an_unknown_template_is_told_the_nearest(new: Run, built_in: Path, work: Path, word: str) -> None:
    failed = new("mine", template=word)
    assert failed.code == 1
    assert f"Did you mean `{word.replace('helo', 'hello')}`?" in failed.json["error"]["hint"]
    assert os.listdir(work) == []


def _truncate(bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-40])


def _empty(bundle: Path) -> None:
    bundle.write_bytes(b"")


@pytest.mark.parametrize("damage", [_truncate, _empty, Path.unlink])
def test_a_damaged_bundle(new: Run, released: Path, work: Path, damage: Callable[[Path], None]) -> None:
    damage(released / "releases/hello.bundle")
    failed = new("mine")
    assert failed.code == 1
    assert "hello" in failed.json["error"]["message"]
    assert "damaged" in failed.json["error"]["message"]
    assert "acme/hello" in failed.json["error"]["message"]
    assert "scaffold catalog remove acme" in failed.json["error"]["hint"]
    assert os.listdir(work) == []


# -- what comes after the project stands ---------------------------------------------------------------------------


@pytest.mark.thorough
def test_the_environment_is_locked_and_installed(run: Run, packaged: Path, work: Path) -> None:
    made = run("new", packaged, "mine", "-y", "--json")
    assert made.code == 0, made
    assert (made.data["locked"], made.data["installed"], made.json["warnings"]) == (True, True, [])
    assert (work / "mine/.venv/pyvenv.cfg").is_file()
    assert "uv.lock" in git(work / "mine", "ls-files").split()
    assert git(work / "mine", "status", "--porcelain") == ""


def test_offline_says_what_was_left_out_and_what_does_it_later(run: Run, packaged: Path, work: Path) -> None:
    toml = packaged / "project/pyproject.toml"
    toml.write_text(toml.read_text() + 'dependencies = ["iniconfig"]\n')
    write(packaged, {"project/.pre-commit-config.yaml": "repos: []\n"})
    made = run("new", packaged, "mine", "-y", "--json")
    assert made.code == 0
    assert (made.data["locked"], made.data["installed"], made.data["committed"]) == (False, False, True)
    lock, hooks = made.json["warnings"]
    assert lock["message"].startswith("The environment was not locked:")
    assert lock["hint"] == "Online: cd mine && uv lock && git add uv.lock"
    assert hooks == {
        "message": "The commit hooks were not installed.",
        "hint": "Online: cd mine && uv run pre-commit install",
    }


def test_no_install_locks_nothing(run: Run, packaged: Path, work: Path) -> None:
    made = run("new", packaged, "mine", *QUIET)
    assert (made.data["locked"], made.data["installed"]) == (False, False)
    assert not (work / "mine/uv.lock").exists()


@pytest.mark.thorough
def test_hooks_are_installed(run: Run, packaged: Path, work: Path) -> None:
    write(packaged, {"project/.pre-commit-config.yaml": "repos: []\n"})
    made = run("new", packaged, "mine", "-y", "--json")
    assert made.data["hooks"] is True
    assert "pre-commit" in (work / "mine/.git/hooks/pre-commit").read_text()


def test_run_makes_all_and_shows_the_results(run: Run, packaged: Path, work: Path) -> None:
    made = run("new", packaged, "mine", "-y", "--no-install", "--run", "--trust")
    assert made.code == 0
    assert "accuracy 0.9" in made.out
    assert "noise of make" in made.err
    assert "noise of make" not in made.out
    assert made.out.endswith("Next: cd mine\n")


def test_a_run_that_fails_leaves_the_project(run: Run, packaged: Path, work: Path) -> None:
    write(packaged, {"project/Makefile": "all:\n\tfalse\n"})
    made = run("new", packaged, "mine", *QUIET, "--run", "--trust")
    assert (made.code, made.data["ran"]) == (4, False)
    assert made.json["warnings"][0]["hint"] == "cd mine && make all"
    assert (work / "mine/Makefile").is_file()


def test_run_without_make_says_so(run: Run, packaged: Path, without: Callable[[str], None]) -> None:
    without("make")
    made = run("new", packaged, "mine", *QUIET, "--run", "--trust")
    assert made.code == 4
    assert "There is no make on this machine" in made.json["warnings"][0]["message"]


def test_run_finds_uv_where_the_path_has_none(run: Run, packaged: Path, without: Callable[[str], None]) -> None:
    write(packaged, {"project/Makefile": "all:\n\tuv --version\n"})
    without("uv")
    made = run("new", packaged, "mine", "-y", "--run", "--trust")
    assert made.code == 0
    assert re.search(r"^uv \d", made.err, re.MULTILINE)


def test_a_hint_calls_uv_so_that_it_is_found(run: Run, packaged: Path, without: Callable[[str], None]) -> None:
    toml = packaged / "project/pyproject.toml"
    toml.write_text(toml.read_text() + 'dependencies = ["iniconfig"]\n')
    without("uv")
    made = run("new", packaged, "mine", "-y", "--json")
    assert made.json["warnings"][0]["hint"] == f"Online: cd mine && {sys.executable} -m uv lock && git add uv.lock"


@pytest.fixture
def without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Take a program off the PATH and leave all others on it."""

    def leave_out(name: str) -> None:
        links = tmp_path / f"without-{name}"
        links.mkdir()
        for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
            for program in folder.glob("*"):
                if program.name != name and not (links / program.name).is_symlink():
                    (links / program.name).symlink_to(program)
        monkeypatch.setenv("PATH", str(links))

    return leave_out


# -- killed, and two at once -----------------------------------------------------------------------------------------


Start = Callable[..., Fork]


def test_killed_while_rendering_leaves_no_dest(start: Start, tmp_path: Path, work: Path, gate: Gate) -> None:
    template = write(tmp_path / "t", {"copier.yml": f'_tasks: ["{gate.command}"]\n', "a": ""})
    process = start("new", template, "mine", "-y", "--no-install", "--trust")
    gate.wait()
    kill(process)
    assert not (work / "mine").exists()


def test_killed_while_committing_leaves_no_dest(
    start: Start, acme: str, work: Path, gate: Gate, home: Path, gitconfig: Callable[[str], None]
) -> None:
    # The first commit runs no hooks, but is signed where its owner signs.
    write(home, {"sign": f"#!/bin/sh\n{gate.command}\n"})
    (home / "sign").chmod(0o755)
    gitconfig(f"[user]\nname = A\nemail = a@b\n[commit]\ngpgSign = true\n[gpg]\nprogram = {home}/sign\n")
    (work / "mine").mkdir()
    process = start("new", "acme/hello", "mine", "-y", "--no-install")
    gate.wait()
    kill(process)
    assert os.listdir(work / "mine") == []


def test_killed_after_the_rename_leaves_the_whole(start: Start, packaged: Path, work: Path, gate: Gate) -> None:
    write(packaged, {"project/Makefile": f"all:\n\t{gate.command}\n"})
    process = start("new", packaged, "mine", "-y", "--no-install", "--run", "--trust")
    gate.wait()
    kill(process)
    assert git(work / "mine", "status", "--porcelain") == ""
    assert "README.md" in snapshot(work / "mine")
    assert [name for name in os.listdir(work) if name != "mine"] == []


def test_what_a_killed_one_left_is_in_nobody_s_way(
    start: Start, new: Run, tmp_path: Path, work: Path, gate: Gate
) -> None:
    template = write(tmp_path / "t", {"copier.yml": f'_tasks: ["{gate.command}"]\n', "a": ""})
    process = start("new", template, "mine", "-y", "--no-install", "--trust")
    gate.wait()
    kill(process)
    assert new("mine").code == 0
    assert git(work / "mine", "status", "--porcelain") == ""


def test_a_polite_end_cleans_up(start: Start, tmp_path: Path, work: Path, gate: Gate, sealed: Path) -> None:
    template = write(tmp_path / "t", {"copier.yml": f'_tasks: ["{gate.command}"]\n', "a": ""})
    process = start("new", template, "deep/mine", "-y", "--no-install", "--trust")
    gate.wait()
    os.killpg(process.pid, 2)
    assert process.wait() == 130
    assert os.listdir(work) == []
    assert os.listdir(sealed / "tmp") == []


def test_two_at_once_beside_each_other(start: Start, acme: str, work: Path) -> None:
    both = [start("new", "acme/hello", name, "-y", "--no-install") for name in ("one", "two")]
    assert [process.wait() for process in both] == [0, 0]
    for name in ("one", "two"):
        assert git(work / name, "status", "--porcelain") == ""
    assert sorted(os.listdir(work)) == ["one", "two"]


def test_two_at_once_for_one_dest(start: Start, acme: str, work: Path) -> None:
    both = [start("new", "acme/hello", "mine", "-y", "--no-install") for _ in range(2)]
    assert sorted(process.wait() for process in both) == [0, 1]
    assert git(work / "mine", "status", "--porcelain") == ""
    assert os.listdir(work) == ["mine"]


def test_what_a_person_reads(run: Run, acme: str, work: Path, capfd: Any) -> None:
    made = run("new", "acme/hello", "mine", "-y", "--no-install")
    assert made.out == "Made mine from acme/hello 0.2.0.\nNext: cd mine\n"


@pytest.mark.thorough
def test_the_next_step_of_a_project_with_verbs(run: Run, packaged: Path, work: Path) -> None:
    assert "project/Makefile" in PACKAGED
    assert run("new", packaged, "mine", "-y", "--no-install").out.endswith("cd mine && make all\n")
    makefile = packaged / "project/Makefile"
    makefile.write_text("setup install: ; true\n" + makefile.read_text())
    assert run("new", packaged, "three", "-y", "--no-install").out.endswith("cd three && make setup all\n")
    assert run("new", packaged, "two", "-y").out.endswith("cd two && make all\n")
