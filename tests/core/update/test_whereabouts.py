"""Whatever goes wrong, or happens meanwhile: the owner's work is where it was, or they are told where it is."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Result, Run
from core.update.conftest import Shim
from scaffold.tools.git import version
from support import git, write
from update_support import LINES, Condition, changed, commit, committed, stages, write_and_commit

MINE = changed(LINES, l2="mine")
THEIRS = changed(LINES, l18="theirs")
BOTH = changed(LINES, l2="mine", l18="theirs")
Meanwhile = Callable[..., Result]


@pytest.fixture
def meanwhile(project: Path, shim: Shim, run: Run, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Update the project, and let a line of shell run just before git does something."""
    monkeypatch.setenv("PATH", f"{shim.folder}{os.pathsep}{os.environ['PATH']}")
    version()  # asked for once in a process, and so in the rehearsal only

    def update(verb: str, script: str, *flags: str) -> Result:
        version()  # asked for once in a process, it would shift the numbers of the second run
        rehearsal = Path(shutil.copytree(project, project.parent / "rehearsal/project", symlinks=True))
        shim.arm()
        run("update", rehearsal, "-y", *flags)
        number = next(number for number, line in enumerate(shim.log, start=1) if verb in line)
        shim.arm((number, "before"), end=f"( cd {project} && {script} )")
        done = run("update", project, "-y", *flags, "--json")
        shim.arm()
        return done

    return update


@pytest.mark.thorough
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_does_not_see_is_not_overwritten(flag: str, project: Path, run: Run) -> None:
    git(project, "update-index", flag, "src/a.txt")
    (project / "src/a.txt").write_text(MINE)
    before = Condition.of(project)

    done = run("update", project, "-y", "--json")

    assert (done.code, "src/a.txt has changes that you hid" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before
    git(project, *done.json["error"]["hint"].partition(",")[0].removeprefix("git ").split())
    commit(project)
    assert run("update", project, "-y").code == 0
    assert committed(project)["src/a.txt"].content.decode() == BOTH


@pytest.mark.thorough
def test_a_hidden_edit_elsewhere_stays(project: Path, run: Run) -> None:
    git(project, "update-index", "--assume-unchanged", "README.md")
    (project / "README.md").write_text("mine\n")
    (project / "LICENSE").write_text("dirty\n")
    # git-stash(1) resets the whole work tree, hidden edits included.
    assert "README.md" in run("update", project, "-y", "--autostash", "--json").json["error"]["message"]
    git(project, "checkout", "--", "LICENSE")
    assert run("update", project, "-y", "--autostash").code == 0
    assert (project / "README.md").read_text() == "mine\n"
    assert git(project, "stash", "list") == ""


@pytest.mark.thorough
def test_an_edit_saved_during_the_update_stays(project: Path, meanwhile: Meanwhile) -> None:
    head = git(project, "rev-parse", "HEAD")
    done = meanwhile("read-tree", "echo mine >> src/a.txt")
    assert done.code == 1
    error = done.json["error"]
    assert error["message"] == "src/a.txt was changed while the update was at work: nothing was updated."
    assert (project / "src/a.txt").read_text() == LINES + "mine\n"
    assert (git(project, "status", "--porcelain"), git(project, "stash", "list")) == ("M src/a.txt", "")
    assert git(project, "rev-parse", "HEAD") == head
    assert not (project / ".git/scaffold/update.json").exists()


@pytest.mark.thorough
def test_an_untracked_file_made_during_the_update_stays(project: Path, meanwhile: Meanwhile) -> None:
    done = meanwhile("read-tree", "echo mine > new.txt")
    assert "new.txt was changed while the update was at work" in done.json["error"]["message"]
    assert (project / "new.txt").read_text() == "mine\n"
    assert git(project, "status", "--porcelain") == "?? new.txt"


@pytest.mark.thorough
def test_an_edit_saved_during_an_update_with_work_put_aside_is_told(project: Path, meanwhile: Meanwhile) -> None:
    write(project, {"README.md": "work\n"})
    done = meanwhile("read-tree -m", "echo mine >> src/a.txt", "--autostash")
    error = done.json["error"]
    assert (done.code, error["hint"]) == (1, "git stash pop")
    assert "what you changed since then is in git's stash" in error["message"]
    assert (project / "README.md").read_text() == "work\n"
    assert committed(project, "stash@{0}")["src/a.txt"].content.decode() == LINES + "mine\n"


@pytest.mark.thorough
def test_an_edit_saved_before_the_work_comes_back_is_not_reset(project: Path, meanwhile: Meanwhile) -> None:
    write(project, {"README.md": "work\n"})
    done = meanwhile("commit --quiet", "echo saved > README.md", "--autostash")

    assert (done.code, done.data["state"]) == (4, "updated")
    assert done.json["warnings"][-1]["hint"] == "git stash pop"
    assert (project / "README.md").read_text() == "saved\n"
    assert committed(project, "stash@{0}")["README.md"].content == b"work\n"


@pytest.mark.thorough
@pytest.mark.parametrize("flags", [[], ["--autostash"], ["--dry-run"]], ids=" ".join)
def test_a_lock_of_another_git_is_never_removed(flags: list[str], project: Path, run: Run) -> None:
    (project / "README.md").write_text("work\n" if flags else (project / "README.md").read_text())
    before = Condition.of(project)
    lock = write(project, {".git/index.lock": ""}) / ".git/index.lock"
    done = run("update", project, "-y", *flags, "--json")
    assert lock.exists()
    if "--dry-run" not in flags:
        assert (done.code, done.json["error"]["code"], str(lock) in done.json["error"]["message"]) == (1, "busy", True)
    lock.unlink()
    assert Condition.of(project) == before
    assert run("update", project, "-y", "--autostash").code == 0


@pytest.mark.thorough
def test_a_lock_that_another_git_takes_during_the_update_stays(project: Path, meanwhile: Meanwhile) -> None:
    before = Condition.of(project)
    done = meanwhile("read-tree", "touch .git/index.lock")
    assert (done.code, "read-tree" in done.json["error"]["message"]) == (1, False)
    assert "index.lock" in done.json["error"]["message"]
    (project / ".git/index.lock").unlink()
    assert Condition.of(project) == before


def test_a_lock_of_another_git_stops_abort(project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    before = Condition.of(project)
    run("update", project, "-y")
    write(project, {".git/index.lock": ""})
    assert run("update", project, "--abort", "--json").json["error"]["code"] == "busy"
    (project / ".git/index.lock").unlink()
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


def test_a_copied_project_can_be_aborted(project: Path, run: Run) -> None:
    """Git takes a file with a new time for one that may have changed, until it has looked."""
    write_and_commit(project, CLASHES)
    before = Condition.of(project)
    run("update", project, "-y")
    os.utime(project / "greeting.txt", (1, 1))
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


def test_a_lock_older_than_an_interrupted_update_is_not_ours(project: Path, run: Run) -> None:
    lock = write(project, {".git/index.lock": ""}) / ".git/index.lock"
    os.utime(lock, ns=(1, 1))
    head = git(project, "rev-parse", "HEAD")
    record = f'{{"phase": "applying", "head": "{head}", "tree": "{head}", "version": "0.2.0"}}'
    write(project, {".git/scaffold/update.json": record})
    state = run("status", project, "--json").data["projects"][0]["state"]
    assert ("Another git command" in state, lock.exists()) == (True, True)
    lock.unlink()
    assert "interrupted" in run("status", project, "--json").data["projects"][0]["state"]


@pytest.mark.thorough
def test_a_merge_that_is_not_finished_is_not_ours_to_end(project: Path, run: Run) -> None:
    git(project, "checkout", "--quiet", "-b", "side")
    write_and_commit(project, {"README.md": "side\n"})
    git(project, "checkout", "--quiet", "-")
    write_and_commit(project, {"README.md": "main\n"})
    git(project, "merge", "--quiet", "--no-commit", "-s", "ours", "side")
    before = Condition.of(project)
    done = run("update", project, "-y", "--json")
    assert (done.code, "A git merge is not finished" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before
    git(project, *done.json["error"]["hint"].partition("git -C")[2].split()[1:])
    assert run("update", project, "-y").code == 0


@pytest.mark.thorough
def test_what_the_owner_commits_during_the_update_is_kept(project: Path, meanwhile: Meanwhile) -> None:
    done = meanwhile("read-tree", "echo mine > README.md && git commit --quiet --all --message meanwhile")
    assert (done.code, done.data["state"]) == (0, "updated")
    assert committed(project)["README.md"].content == b"mine\n"
    assert committed(project)["src/a.txt"].content.decode() == THEIRS
    assert git(project, "log", "-2", "--format=%s").splitlines() == ["Update from tpl 0.1.0 to 0.2.0", "meanwhile"]


@pytest.mark.thorough
def test_what_the_owner_commits_in_the_same_file_during_the_update_is_kept(project: Path, meanwhile: Meanwhile) -> None:
    done = meanwhile("read-tree", "echo mine >> src/a.txt && git commit --quiet --all --message meanwhile")
    assert (done.code, "src/a.txt" in done.json["error"]["message"]) == (1, True)
    assert committed(project)["src/a.txt"].content.decode() == LINES + "mine\n"
    assert (git(project, "status", "--porcelain"), git(project, "stash", "list")) == ("", "")
    assert "new.txt" not in committed(project)


@pytest.mark.parametrize("many", [2, pytest.param(127, marks=pytest.mark.thorough), 130])
def test_a_file_with_many_conflicts_is_one_conflict(many: int, project: Path, run: Run, template: Path) -> None:
    """`git merge-file` ends with the number of conflicts, which another tool took for a failure."""
    base, mine, theirs = (
        "".join(f"{word if number % 8 == 0 else 'same'} {number}\n" for number in range(many * 8))
        for word in ("same", "mine", "theirs")
    )
    shutil.copytree(template, project.parent / "tpl", symlinks=True)
    write_and_commit(project.parent / "tpl", {"project/many.txt": base})
    git(project.parent / "tpl", "tag", "0.4.0")
    write_and_commit(project.parent / "tpl", {"project/many.txt": theirs})
    git(project.parent / "tpl", "tag", "0.5.0")
    answers = (project / ".copier-answers.yml").read_text().replace(str(template), str(project.parent / "tpl"))
    write_and_commit(project, {".copier-answers.yml": answers})
    assert run("update", project, "-y", "--to", "0.4.0").code == 0
    write_and_commit(project, {"many.txt": mine})

    done = run("update", project, "-y", "--json")

    assert (done.code, done.data["state"], set(stages(project))) == (4, "conflicts", {"many.txt"})
    assert (project / "many.txt").read_text().count("<<<<<<< yours\n") == many


CLASHES = {"src/a.txt": changed(LINES, l18="mine"), "docs/gone.md": "gone\nmine\n", "new.txt": "mine\n"}
"""Both changed it, the template dropped it, both added it."""


def test_following_the_advice_never_loses_the_owner_s_code(project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    done = run("update", project, "-y", "--json")
    assert set(stages(project)) == CLASHES.keys()
    advice = done.json["warnings"][-1]["hint"]
    assert "git add" in advice
    assert "git commit" in advice

    commit(project)

    files = committed(project)
    assert all("mine\n" in files[path].content.decode() for path in CLASHES)
    assert run("status", project, "--json").data["projects"][0]["state"] == "ok"


@pytest.mark.parametrize(
    "flags", [[], ["--to", "0.3.0rc1"], ["--dry-run"], ["-d", "greeting=Hi"], ["--autostash"]], ids=" ".join
)
def test_a_pending_update_swallows_no_option(flags: list[str], project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    assert run("update", project, "-y").code == 4
    before = Condition.of(project)
    done = run("update", project, "-y", *flags, "--json")
    assert (done.code, done.json["error"]["code"]) == (1, "update-unfinished")
    assert "to 0.2.0 has conflicts to resolve" in done.json["error"]["message"]
    assert Condition.of(project) == before


@pytest.mark.parametrize("flags", [["--to", "0.2.0"], ["--dry-run"], ["-d", "name=x"]], ids=" ".join)
def test_abort_swallows_no_option(flags: list[str], project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    run("update", project, "-y")
    before = Condition.of(project)
    assert run("update", project, "--abort", *flags).code == 2
    assert Condition.of(project) == before


@pytest.mark.thorough
@pytest.mark.parametrize("finish", ["commit", "reset --hard", "reset --merge"])
def test_an_update_that_its_owner_ends_with_git_is_at_its_end(finish: str, project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    run("update", project, "-y")
    if finish == "commit":
        commit(project)
    else:
        git(project, *finish.split(), "HEAD")
    assert run("status", project, "--json").data["projects"][0]["state"] == "ok"
    assert run("update", project, "--abort", "--json").json["error"]["code"] == "nothing-to-abort"
    planned = run("update", project, "-y", "--dry-run", "--json")
    assert (planned.code, planned.data["from"]) == (0, "0.2.0" if finish == "commit" else "0.1.0")
    assert run("update", project, "-y").code == (0 if finish == "commit" else 4)


def test_resolved_but_not_committed_is_said_so(project: Path, run: Run) -> None:
    write_and_commit(project, CLASHES)
    run("update", project, "-y")
    git(project, "add", "--all")
    said = run("update", project, "-y", "--json").json["error"]["message"]
    assert said.endswith("to 0.2.0 is staged but not committed.")
