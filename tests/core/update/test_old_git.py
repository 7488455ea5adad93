"""A git too old for `merge-tree --write-tree`: the merge happens in a temporary work tree, with the same result."""

import os
import shutil
from pathlib import Path

import pytest

from conftest import Run
from core.update.test_merging import CASES
from support import git, stand_in
from update_support import (
    LINES,
    Condition,
    at_base,
    changed,
    committed,
    in_work_tree,
    merge_in,
    put,
    stages,
    tree,
    write_and_commit,
)

REAL = shutil.which("git")
LIKE_ORT = [name for name in CASES if not name.startswith(("binary-by", "both-renamed", "owner-put"))]
"""Where git's older strategy comes to the same result."""


def pretend(work: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git first on PATH that says it is of another version, refuses what that one lacks, and is real otherwise."""
    script = (
        f'[ "$1" = version ] && {{ echo "git version {version}"; exit 0; }}\n'
        'for arg; do [ "$arg" = merge-tree ] && exit 129; done\n'
        f'echo "$*" >> {work}/old.log\nexec {REAL} "$@"'
    )
    stand_in(work / "old/git", script)
    monkeypatch.setenv("PATH", f"{work}/old{os.pathsep}{os.environ['PATH']}")
    return work / "old.log"


@pytest.mark.parametrize("name", LIKE_ORT[::3])
def test_situation(name: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[name]
    project = at_base(work / "project", case.base, case.edit)
    log = pretend(work, "2.30.2", monkeypatch)

    plan = merge_in(project, case.base, case.theirs)

    assert "merge-recursive" in log.read_text()
    assert {row.path: row.action for row in plan.changes} == case.plan
    assert in_work_tree(project) == tree(case.then)
    assert {path: set(found) for path, found in stages(project).items()} == case.stages
    if not case.stages:
        assert committed(project) == tree(case.then)


def test_line_ends_and_filters_have_no_say(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work tree is the tool's own: what the user's settings would turn there must not come back as a change."""
    windows = LINES.replace("\n", "\r\n")
    base = {"a.txt": LINES, "b.bat": windows, ".gitattributes": "* text=auto eol=crlf\n*.txt ident filter=upper\n"}
    project = at_base(work / "project", base)
    git(project, "config", "--global", "core.autocrlf", "true")
    git(project, "config", "--global", "filter.upper.clean", "tr a-z A-Z")
    head = committed(project)
    pretend(work, "2.30.2", monkeypatch)

    merge_in(project, base, {**base, "new.txt": "new\n"})

    assert committed(project) == {**head, "new.txt": tree({"x": "new\n"})["x"]}


@pytest.mark.thorough
def test_through_the_command_line(project: Path, work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write_and_commit(project, {"src/a.txt": changed(LINES, l18="mine"), "src/own.txt": "own\n"})
    before = Condition.of(project)
    pretend(work, "2.31.0", monkeypatch)

    done = run("update", project, "-y", "--json")

    assert (done.code, set(stages(project))) == (4, {"src/a.txt"})
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tpl-0.2.0\n" in (project / "src/a.txt").read_text()
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


def test_a_git_that_is_too_old_for_anything(
    project: Path, work: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(work, "2.17.1", monkeypatch)
    before = Condition.of(project)
    done = run("update", project, "-y", "--json")
    assert (done.code, "git 2.17.1 is too old" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before


def test_a_conflict_leaves_the_workbench_behind(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(work, "2.30.2", monkeypatch)
    project = at_base(work / "project", {"a.txt": LINES}, put("a.txt", changed(LINES, l5="mine")))
    merge_in(project, {"a.txt": LINES}, {"a.txt": changed(LINES, l5="theirs")})
    assert git(project, "worktree", "list").count("\n") == 0
    assert git(project, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
