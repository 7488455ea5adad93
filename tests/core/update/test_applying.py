"""`scaffold update` through the command line: plan, commit, conflicts, abort, dirty work, and odd repositories."""

from pathlib import Path

import pytest

from conftest import Run
from support import git, write
from update_support import (
    LINES,
    Condition,
    answers_of,
    changed,
    commit,
    committed,
    in_work_tree,
    stages,
    to_the_bit,
    write_and_commit,
)

MINE = {"src/a.txt": changed(LINES, l2="mine"), "own.txt": "own\n"}
CLASH = {"src/a.txt": changed(LINES, l18="mine")}
ACTIONS = {
    ".copier-answers.yml": "change",
    "docs/gone.md": "delete",
    "greeting.txt": "add",
    "lib/b.txt": "rename",
    "new.txt": "add",
    "src/a.txt": "change",
}


def actions(data: dict) -> dict[str, str]:
    return {row["path"]: row["action"] for row in data["changes"]}


def test_a_clean_update_is_one_commit(project: Path, run: Run) -> None:
    head = write_and_commit(project, MINE)
    write(project, {".env": "KEY=1\n", "notes.txt": "untracked\n"})

    done = run("update", project, "-y", "--json")

    assert done.code == 0, done.out
    assert (done.data["from"], done.data["to"], done.data["state"]) == ("0.1.0", "0.2.0", "updated")
    assert actions(done.data) == ACTIONS
    assert git(project, "rev-parse", "HEAD^") == head
    assert git(project, "log", "-1", "--format=%an %s") == "Ada Lovelace Update from tpl 0.1.0 to 0.2.0"
    assert git(project, "status", "--porcelain") == "?? notes.txt"
    assert answers_of(project)["_commit"] == "0.2.0"
    assert answers_of(project)["greeting"] == "Hello"
    files = committed(project)
    assert files["src/a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
    assert files["run.sh"].executable
    assert files["conf/local.ini"].content == b"theirs\n"  # _skip_if_exists
    assert {"own.txt", "lib/b.txt", "new.txt"} < files.keys()
    assert not {"src/b.txt", "docs/gone.md"} & files.keys()
    assert (project / ".env").read_text() == "KEY=1\n"
    assert not (project / ".git/scaffold/update.json").exists()
    assert not (project / ".git/MERGE_MSG").exists()


def test_git_revert_undoes_it(project: Path, run: Run) -> None:
    write_and_commit(project, MINE)
    before = committed(project)
    assert run("update", project, "-y").code == 0

    git(project, "revert", "--no-edit", "HEAD")

    assert committed(project) == before


def test_the_same_files_come_out_as_from_a_fresh_project(project: Path, template: Path, run: Run, work: Path) -> None:
    assert run("update", project, "-y").code == 0
    assert run("new", template, work / "fresh/project", "--ref", "0.2.0", "-y", "--no-install").code == 0

    fresh = committed(work / "fresh/project")
    assert fresh.pop("conf/local.ini")
    updated = committed(project)
    assert updated.pop("conf/local.ini")
    assert updated == fresh


def test_updating_again_changes_nothing(project: Path, run: Run) -> None:
    assert run("update", project, "-y").code == 0
    before = Condition.of(project)

    done = run("update", project, "-y", "--json")

    assert (done.code, done.data["state"], done.data["changes"]) == (0, "current", [])
    assert Condition.of(project) == before


@pytest.mark.parametrize("flags", [[], ["--dry-run"]], ids=" ".join)
def test_a_release_by_name_and_no_way_back(flags: list[str], project: Path, run: Run) -> None:
    before = committed(project)
    assert run("update", project, "-y", "--to", "0.3.0rc1").code == 0
    assert (project / "new.txt").read_text() == "newer\n"
    updated = Condition.of(project)

    done = run("update", project, "-y", "--to", "0.1.0", *flags, "--json")

    assert done.code == 1
    assert "at 0.3.0rc1, and 0.1.0 is older: an update only goes forward" in done.json["error"]["message"]
    assert Condition.of(project) == updated
    way = done.json["error"]["hint"].removeprefix("Undo the last update: git ").split()
    git(project, *way, "--no-edit")
    assert committed(project) == before


def test_there_is_no_way_back_before_the_first_release(template: Path, run: Run, work: Path) -> None:
    assert run("new", template, work / "later", "--ref", "0.2.0", "-y", "--no-install").code == 0
    done = run("update", work / "later", "-y", "--to", "0.1.0", "--json")
    assert (done.code, done.json["error"]["hint"].endswith("--ref 0.1.0")) == (1, True)
    assert run(*done.json["error"]["hint"].partition("scaffold ")[2].split(), "-y", "--no-install").code == 0


def test_a_pre_release_is_never_the_newest(project: Path, run: Run) -> None:
    done = run("update", project, "--check", "--json")
    assert (done.code, done.data["newest"]) == (1, "0.2.0")


def test_check_says_whether_there_is_a_newer_release(project: Path, run: Run) -> None:
    before = to_the_bit(project)
    outdated = run("update", project, "--check")
    assert (outdated.code, outdated.out) == (1, "project: tpl 0.1.0 can be updated to 0.2.0.\n")
    assert to_the_bit(project) == before
    run("update", project, "-y")

    current = run("update", project, "--check", "--json")

    assert current.code == 0
    assert current.data == {"project": str(project), "version": "0.2.0", "newest": "0.2.0", "current": True}


@pytest.mark.parametrize("flags", [[], ["-v"], ["--autostash"], ["--no-commit"]], ids=" ".join)
def test_a_dry_run_changes_nothing_at_all(flags: list[str], project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    write(project, {"README.md": "dirty\n", ".env": "KEY=1\n"})
    before = to_the_bit(project)

    done = run("update", project, "-y", "--dry-run", "--json", *flags)

    assert done.code == 0
    assert done.data["state"] == "planned"
    assert actions(done.data) == {**ACTIONS, "src/a.txt": "conflict"}
    assert all(row["reason"] for row in done.data["changes"])
    assert ("+<<<<<<< yours" in done.data["diff"]) == ("-v" in flags)
    assert to_the_bit(project) == before


def test_the_plan_for_people(project: Path, run: Run) -> None:
    (project / "src/b.txt").unlink()
    write_and_commit(project, MINE)

    done = run("update", project, "-y", "--dry-run")

    assert "project: tpl 0.1.0 → 0.2.0; nothing was changed." in done.out
    lines = [line.split() for line in done.out.splitlines()]
    assert ["new.txt", "add", "new", "in", "the", "template"] in lines
    assert ["src/a.txt", "change", "merged", "with", "your", "changes"] in lines


def test_new_questions_take_defaults_or_what_is_given(project: Path, run: Run) -> None:
    assert run("update", project, "-y", "-d", "greeting=Salut").code == 0
    assert answers_of(project)["greeting"] == "Salut"
    assert (project / "greeting.txt").read_text() == "Salut\n"


def test_an_answer_to_no_question_is_refused(project: Path, run: Run) -> None:
    before = Condition.of(project)
    done = run("update", project, "-y", "-d", "greting=Salut", "--json")
    assert (done.code, done.json["error"]["hint"]) == (2, "Did you mean `greeting`?")
    assert Condition.of(project) == before


@pytest.mark.thorough
def test_a_conflict_waits_for_the_owner(project: Path, run: Run) -> None:
    head = write_and_commit(project, CLASH)

    done = run("update", project, "-y", "--json")

    assert (done.code, done.json["ok"], done.data["state"]) == (4, False, "conflicts")
    assert done.json["warnings"][0]["message"] == "1 conflict to resolve."
    assert "git add" in done.json["warnings"][0]["hint"]
    assert "--abort" in done.json["warnings"][0]["hint"]
    assert git(project, "rev-parse", "HEAD") == head
    assert set(stages(project)) == {"src/a.txt"}
    text = (project / "src/a.txt").read_text()
    assert "<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> tpl-0.2.0\n" in text
    assert (project / "new.txt").is_file()
    again = run("update", project, "-y", "--json")
    assert (again.code, "conflicts to resolve" in again.json["error"]["message"]) == (1, True)

    (project / "src/a.txt").write_text(changed(LINES, l18="ours"))
    git(project, "add", "src/a.txt")
    git(project, "commit", "--no-edit")

    assert git(project, "log", "-1", "--format=%s") == "Update from tpl 0.1.0 to 0.2.0"
    assert run("update", project, "-y", "--json").data["state"] == "current"


def test_abort_takes_a_conflict_back_to_the_bit(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    write(project, {".env": "KEY=1\n", "untracked.txt": "u\n"})
    before = Condition.of(project)
    assert run("update", project, "-y").code == 4

    done = run("update", project, "--abort", "--json")

    assert (done.code, done.data["aborted"]) == (0, True)
    assert Condition.of(project) == before
    again = run("update", project, "--abort", "--json")
    assert again.json["error"]["hint"] == "git revert undoes one that is committed."


def test_abort_after_a_part_was_solved(project: Path, run: Run) -> None:
    write_and_commit(project, {**CLASH, "README.md": "# mine\n"})
    before = Condition.of(project)
    run("update", project, "-y")
    (project / "src/a.txt").write_text("solved\n")
    git(project, "add", "src/a.txt")

    assert run("update", project, "--abort").code == 0

    assert Condition.of(project) == before


@pytest.mark.thorough
def test_abort_refuses_to_lose_what_was_changed_since(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    run("update", project, "-y")
    (project / "new.txt").write_text("edited after the update\n")

    done = run("update", project, "--abort", "--json")

    assert (done.code, (project / "new.txt").read_text()) == (1, "edited after the update\n")
    assert done.json["error"]["hint"]


def test_abort_keeps_untracked_files_made_since(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    run("update", project, "-y")
    write(project, {"notes.txt": "made since\n"})

    assert run("update", project, "--abort").code == 0

    assert (project / "notes.txt").read_text() == "made since\n"


@pytest.mark.thorough
def test_an_update_taken_back_by_git_is_forgotten(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    run("update", project, "-y")
    git(project, "reset", "--hard", "HEAD")

    assert run("update", project, "-y").code == 4


@pytest.mark.thorough
def test_without_commit_it_stays_staged(project: Path, run: Run) -> None:
    head = write_and_commit(project, MINE)
    before = Condition.of(project)

    done = run("update", project, "-y", "--no-commit", "--json")

    assert (done.code, done.data["state"], git(project, "rev-parse", "HEAD")) == (0, "staged", head)
    assert git(project, "diff", "--name-only") == ""
    assert "staged but not committed" in run("update", project, "-y", "--json").json["error"]["message"]
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before

    run("update", project, "-y", "--no-commit")
    git(project, "commit", "--no-edit")
    assert git(project, "log", "-1", "--format=%s") == "Update from tpl 0.1.0 to 0.2.0"
    assert run("update", project, "--check").code == 0


@pytest.mark.parametrize("staged", [True, False], ids=["staged", "unstaged"])
def test_uncommitted_work_is_refused(staged: bool, project: Path, run: Run) -> None:
    write(project, {"README.md": "my work\n"})
    if staged:
        git(project, "add", "README.md")
    before = Condition.of(project)

    done = run("update", project, "-y", "--json")

    assert (done.code, "README.md" in done.json["error"]["message"]) == (1, True)
    assert "--autostash" in done.json["error"]["hint"]
    assert Condition.of(project) == before


def test_touched_but_unchanged_files_are_no_work(project: Path, run: Run) -> None:
    for path in ("src/a.txt", "docs/gone.md", "src/b.txt"):
        (project / path).write_text((project / path).read_text())
    assert run("update", project, "-y").code == 0


@pytest.mark.parametrize("flags", [[], ["--no-commit"]], ids=["plain", "no-commit"])
def test_touched_files_and_autostash(flags: list[str], project: Path, run: Run) -> None:
    for path in ("src/a.txt", "docs/gone.md", "src/b.txt"):
        (project / path).write_text((project / path).read_text())
    assert run("update", project, "-y", "--autostash", *flags).code == 0


def dirty(project: Path) -> None:
    write(project, {"README.md": "unstaged\n", "LICENSE": "staged\n", "added.txt": "added\n"})
    git(project, "add", "LICENSE", "added.txt")
    (project / "conf/local.ini").unlink()


WORK = "A  added.txt\n D conf/local.ini"


def work_of(project: Path) -> tuple[str, ...]:
    return (
        git(project, "diff"),
        git(project, "diff", "--cached"),
        git(project, "status", "--porcelain"),
        git(project, "stash", "list"),
    )


def test_autostash_puts_work_aside_and_back(project: Path, run: Run) -> None:
    dirty(project)
    before = work_of(project)

    done = run("update", project, "-y", "--autostash", "--json")

    assert (done.code, done.data["state"]) == (0, "updated")
    assert work_of(project) == before
    assert committed(project)["new.txt"].content == b"new\n"
    assert "added.txt" not in committed(project)


def test_autostash_with_work_that_conflicts_with_the_update(project: Path, run: Run) -> None:
    write(project, {"src/a.txt": changed(LINES, l18="uncommitted"), "README.md": "also\n"})
    work = git(project, "diff")

    done = run("update", project, "-y", "--autostash", "--json")

    assert (done.code, done.data["state"]) == (4, "updated")
    assert "git stash" in done.json["warnings"][-1]["hint"]
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "stash", "show", "-p") == work
    git(project, "stash", "pop", check=False)
    assert "uncommitted" in (project / "src/a.txt").read_text()


def test_an_update_that_is_committed_is_not_called_staged(project: Path, run: Run) -> None:
    write(project, {"src/a.txt": changed(LINES, l18="uncommitted")})

    said = run("update", project, "-y", "--autostash").out

    assert ": updated; " in said
    assert "staged" not in said


def test_autostash_and_a_conflict_and_abort(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    dirty(project)
    before = Condition.of(project)

    done = run("update", project, "-y", "--autostash", "--json")

    assert done.code == 4
    assert "git stash pop" in done.json["warnings"][-1]["hint"]
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


def test_abort_does_not_bring_work_back_twice(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    write(project, {"own.txt": "o\n"})
    git(project, "add", "own.txt")
    run("update", project, "-y", "--autostash")
    git(project, "stash", "drop")

    assert run("update", project, "--abort").code == 0
    assert not (project / "own.txt").exists()


def test_abort_never_overwrites_what_was_changed_since(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    write(project, {"README.md": "put aside\n"})
    assert run("update", project, "-y", "--autostash").code == 4
    write(project, {"README.md": "written since\n"})

    done = run("update", project, "--abort")

    assert (done.code, "git stash pop" in done.out) == (0, True)
    assert (project / "README.md").read_text() == "written since\n"
    assert committed(project, "stash@{0}")["README.md"].content == b"put aside\n"


def test_autostash_without_commit_keeps_the_work_aside(project: Path, run: Run) -> None:
    dirty(project)
    before = Condition.of(project)

    done = run("update", project, "-y", "--autostash", "--no-commit", "--json")

    assert (done.code, done.data["state"]) == (0, "staged")
    assert "git stash pop" in done.json["warnings"][-1]["hint"]
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


@pytest.mark.thorough
def test_finished_conflicts_tell_where_the_work_is(project: Path, run: Run) -> None:
    write_and_commit(project, CLASH)
    write(project, {"README.md": "work\n"})
    run("update", project, "-y", "--autostash")
    git(project, "checkout", "--ours", "src/a.txt")
    commit(project)

    done = run("update", project, "-y", "--json")

    assert "git stash pop" in done.json["warnings"][0]["message"]


@pytest.mark.thorough
def test_a_file_that_the_owner_deleted_is_named(project: Path, run: Run) -> None:
    (project / "src/a.txt").unlink()
    commit(project)

    plan = run("update", project, "-y", "--dry-run", "--json")
    done = run("update", project, "-y", "--json")

    assert actions(plan.data)["src/a.txt"] == actions(done.data)["src/a.txt"] == "keep"
    assert not (project / "src/a.txt").exists()


def test_a_real_env_file_gets_a_warning(template: Path, project: Path, run: Run) -> None:
    write(project, {"new.txt": "KEY=sk-real\n"})
    (project / ".git/info/exclude").write_text("new.txt\n")

    done = run("update", project, "-y", "--json")

    assert done.code == 0
    assert (project / "new.txt").read_text() == "KEY=sk-real\n"
    assert [warning["message"] for warning in done.json["warnings"]] == [
        "new.txt: the template adds it, but you have an untracked file there: yours stays."
    ]
    assert "new.txt" not in committed(project)


@pytest.mark.thorough
def test_the_folder_here_when_none_is_named(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert run("update", "-y").code == 0
    assert run("status").code == 0
    assert run("diff").code == 0


def test_nothing_but_the_plan_differs_between_people_and_machines(project: Path, run: Run) -> None:
    done = run("update", project, "-y")
    assert "updated, 2 added, 2 changed, 1 deleted, 1 renamed." in done.out
    assert "git revert HEAD undoes it." in done.out
    assert in_work_tree(project).keys() == committed(project).keys()
