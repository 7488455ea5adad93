"""`scaffold new -d edition=starter`: a branch on which something is broken on purpose, for the learner to find."""

from pathlib import Path

import pytest

from conftest import Run
from support import Result, git, git_repository, snapshot, write

HOLE = "{% if _broken_on_purpose %}no{% else %}yes{% endif %}\n"
PARTS = {
    "template.toml": 'title = "T"\nstage = "s"\norder = 1\nversion = "0.1.0"\nsummary = "A template."\n',
    "copier.yml": "edition:\n  type: str\n  default: complete\n  choices: [complete, starter, teacher]\n",
    "project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers | to_nice_yaml }}",
    "project/src/answer.txt.jinja": HOLE,
    "project/src/other.txt": "the same\n",
}


@pytest.fixture
def starter(run: Run, tmp_path: Path) -> Run:
    """`scaffold new TEMPLATE … -d edition=starter` of a template that has a mistake to put in."""
    template = write(tmp_path / "templates/lessons", PARTS)

    def new(*args: str | Path) -> Result:
        return run("new", template, *args, "-y", "--no-install", "--json", "-d", "edition=starter")

    return new


def branches(project: Path) -> list[str]:
    return git(project, "branch", "--format=%(refname:short)").split()


def test_the_branch_is_one_commit_that_differs_in_the_mistake(starter: Run, work: Path) -> None:
    made = starter("mine")
    project = work / "mine"
    assert (made.code, made.err, made.data["broken"]) == (0, "", "broken-on-purpose")
    assert branches(project) == ["broken-on-purpose", "main"]
    assert git(project, "branch", "--show-current") == "main"
    assert git(project, "status", "--porcelain") == ""
    assert (project / "src/answer.txt").read_text() == "yes\n"
    assert git(project, "diff", "--name-only", "main", "broken-on-purpose") == "src/answer.txt"
    log = git(project, "log", "--format=%an <%ae> %s", "main..broken-on-purpose")
    assert log == "Ada Lovelace <ada@example.org> Break something on purpose"
    git(project, "switch", "--quiet", "broken-on-purpose")
    assert (project / "src/answer.txt").read_text() == "no\n"
    assert (project / "src/other.txt").read_text() == "the same\n"


@pytest.mark.parametrize("edition", ["complete", "teacher"])
def test_other_editions_have_none(run: Run, tmp_path: Path, work: Path, edition: str) -> None:
    template = write(tmp_path / "templates/lessons", PARTS)
    made = run("new", template, "mine", "-y", "--no-install", "--json", "-d", f"edition={edition}")
    assert made.data["broken"] == ""
    assert branches(work / "mine") == ["main"]


def test_a_template_without_a_mistake_has_none(run: Run, tmp_path: Path, work: Path) -> None:
    template = write(tmp_path / "templates/lessons", {**PARTS, "project/src/answer.txt.jinja": "yes\n"})
    run("new", template, "mine", "-y", "--no-install", "--json", "-d", "edition=starter")
    assert branches(work / "mine") == ["main"]


def test_in_a_repository_that_exists_the_branch_starts_at_the_merge(starter: Run, work: Path) -> None:
    mine = git_repository(write(work / "mine", {"own.txt": "own\n"}))
    git(mine, "branch", "idea")
    made = starter("mine")
    assert (made.code, made.data["broken"]) == (0, "broken-on-purpose")
    assert branches(mine) == ["broken-on-purpose", "idea", "main"]
    assert git(mine, "rev-parse", "broken-on-purpose~1") == git(mine, "rev-parse", "main")
    assert git(mine, "show", "broken-on-purpose:own.txt") == "own"
    assert git(mine, "status", "--porcelain") == ""


@pytest.mark.parametrize("there", ["broken-on-purpose", "broken-on-purpose/mine"])
def test_a_branch_of_the_owner_s_stays_and_the_other_name_is_said(starter: Run, work: Path, there: str) -> None:
    mine = git_repository(write(work / "mine", {"own.txt": "own\n"}))
    git(mine, "branch", there)
    before = git(mine, "rev-parse", there)
    made = starter("mine")
    assert (made.code, made.data["broken"]) == (0, "broken-on-purpose-2")
    [warning] = [one for one in made.json["warnings"] if "broken-on-purpose" in one["message"]]
    assert "is called `broken-on-purpose-2`" in warning["message"]
    assert git(mine, "rev-parse", there) == before
    assert git(mine, "show", "broken-on-purpose-2:src/answer.txt") == "no"


def test_without_a_commit_there_is_no_branch(starter: Run, work: Path) -> None:
    mine = git_repository(write(work / "mine", {"src/answer.txt": "perhaps\n"}))
    made = starter("mine")
    assert (made.data["committed"], made.data["broken"]) == (False, "")
    assert branches(mine) == ["main"]
    assert starter("other", "--no-git").data["broken"] == ""
    assert "no\n" not in {text.decode() for text in snapshot(work / "other").values()}


def test_an_unborn_branch_gets_its_first_commit_first(starter: Run, work: Path) -> None:
    git(work, "init", "--quiet", "--initial-branch=trunk", "mine")
    assert starter("mine").data["broken"] == "broken-on-purpose"
    assert git(work / "mine", "rev-parse", "broken-on-purpose~1") == git(work / "mine", "rev-parse", "trunk")


def test_where_git_names_objects_by_sha256(starter: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    assert starter("mine").data["broken"] == "broken-on-purpose"
    assert len(git(work / "mine", "rev-parse", "broken-on-purpose")) == 64


def test_a_hook_has_no_say(starter: Run, work: Path, tmp_path: Path) -> None:
    mine = git_repository(write(work / "mine", {"own.txt": "own\n"}))
    hook = mine / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngrep -q broken-on-purpose && exit 1\nexit 0\n")
    hook.chmod(0o755)
    assert starter("mine").data["broken"] == "broken-on-purpose"


@pytest.mark.thorough
def test_an_update_leaves_the_branch_alone(run: Run, work: Path, tmp_path: Path) -> None:
    """And a branch that the learner has deleted stays deleted."""
    folder, out = tmp_path / "class/templates", tmp_path / "class/releases"
    template = write(folder / "lessons", PARTS)
    release = ("template", "release", "lessons", "--templates", folder, "--out", out, "--json")
    assert run(*release).code == 0
    assert run("catalog", "add", "school", tmp_path / "class", "--json").code == 0
    assert run("new", "school/lessons", "mine", "-y", "--no-install", "--json", "-d", "edition=starter").code == 0
    before = git(work / "mine", "rev-parse", "broken-on-purpose")
    write(template, {"template.toml": PARTS["template.toml"].replace("0.1.0", "0.2.0"), "project/src/new.txt": "new\n"})
    assert run(*release).code == 0

    assert run("update", work / "mine", "--json").code == 0

    assert (work / "mine/src/new.txt").exists()
    assert git(work / "mine", "rev-parse", "broken-on-purpose") == before
