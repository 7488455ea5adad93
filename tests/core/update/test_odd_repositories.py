"""Repositories and settings as people have them: hooks, signing, no identity, worktrees, submodules, CRLF."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from support import git, write
from update_support import LINES, Condition, changed, commit, committed, in_work_tree, stages, write_and_commit

pytestmark = pytest.mark.thorough

THEIRS = changed(LINES, l18="theirs")
Config = Callable[[str], None]
ME = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"


def hook(project: Path, name: str, script: str) -> None:
    write(project, {f".git/hooks/{name}": f"#!/bin/sh\n{script}\n"})
    (project / ".git/hooks" / name).chmod(0o755)


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg"])
def test_a_hook_that_refuses_leaves_it_staged(name: str, project: Path, run: Run) -> None:
    hook(project, name, "echo 'error: no way' >&2; exit 1")
    before = Condition.of(project)

    done = run("update", project, "-y", "--json")

    assert (done.code, done.data["state"]) == (4, "staged")
    assert "no way" in done.json["warnings"][0]["message"]
    assert "--abort" in done.json["warnings"][0]["hint"]
    assert git(project, "rev-parse", "HEAD") == before.head
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before
    (project / ".git/hooks" / name).unlink()
    run("update", project, "-y")
    assert git(project, "log", "-1", "--format=%s") == "Update from tpl 0.1.0 to 0.2.0"


def test_a_hook_that_refuses_with_work_put_aside(project: Path, run: Run) -> None:
    hook(project, "pre-commit", "exit 1")
    write(project, {"README.md": "mine\n"})
    before = Condition.of(project)

    done = run("update", project, "-y", "--autostash", "--json")

    assert done.code == 4
    assert any("git's stash" in warning["message"] for warning in done.json["warnings"])
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before


def test_a_hook_that_reformats_and_refuses(project: Path, run: Run) -> None:
    hook(project, "pre-commit", "echo formatted >> new.txt; exit 1")
    assert run("update", project, "-y").code == 4
    git(project, "add", "--all")
    git(project, "commit", "--no-verify", "--no-edit")
    assert (project / "new.txt").read_text() == "new\nformatted\n"
    assert run("update", project, "--check").code == 0


def test_signing_without_a_key_leaves_it_staged(project: Path, run: Run, gitconfig: Config) -> None:
    gitconfig(f"{ME}[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n")
    done = run("update", project, "-y", "--json")
    assert (done.code, done.data["state"]) == (4, "staged")
    gitconfig(ME)
    git(project, "commit", "--no-edit")
    assert run("update", project, "--check").code == 0


def test_no_identity(project: Path, run: Run, gitconfig: Config) -> None:
    gitconfig("[user]\n\tuseConfigOnly = true\n")
    done = run("update", project, "-y", "--json")
    assert (done.code, done.data["state"]) == (0, "updated")
    assert git(project, "log", "-1", "--format=%an <%ae>") == "scaffold <scaffold@localhost>"
    assert "does not know your name" in done.json["warnings"][0]["message"]


def test_no_identity_and_autostash(project: Path, run: Run, gitconfig: Config) -> None:
    gitconfig("[user]\n\tuseConfigOnly = true\n")
    write(project, {"README.md": "mine\n"})
    done = run("update", project, "-y", "--autostash", "--json")
    assert (done.code, (project / "README.md").read_text()) == (0, "mine\n")
    assert git(project, "status", "--porcelain") == "M README.md"


def test_detached_head(project: Path, run: Run) -> None:
    git(project, "checkout", "--quiet", "--detach")
    main = git(project, "rev-parse", "main")
    assert run("update", project, "-y").code == 0
    assert git(project, "rev-parse", "HEAD^", "main").split() == [main, main]


def test_a_linked_worktree(project: Path, run: Run, work: Path) -> None:
    git(project, "worktree", "add", "--quiet", str(work / "linked"), "-b", "side")
    before = Condition.of(project)
    write_and_commit(work / "linked", {"src/a.txt": changed(LINES, l18="mine")})
    aside = Condition.of(work / "linked")

    assert run("update", work / "linked", "-y").code == 4
    assert Condition.of(project) == before
    assert run("update", work / "linked", "--abort").code == 0
    assert Condition.of(work / "linked") == aside
    git(work / "linked", "reset", "--quiet", "--hard", "HEAD^")
    assert run("update", work / "linked", "-y").code == 0

    assert Condition.of(project) == before
    assert git(work / "linked", "log", "-1", "--format=%s") == "Update from tpl 0.1.0 to 0.2.0"


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "dirty-inside"])
def test_submodules_stay_where_they_are(clean: bool, project: Path, run: Run, work: Path) -> None:
    write(work / "lib", {"x.txt": "x\n"})
    git(work / "lib", "init", "--quiet")
    commit(work / "lib")
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(work / "lib"), "vendored/lib")
    commit(project)
    if not clean:
        write(project, {"vendored/lib/x.txt": "y\n", "vendored/lib/new.txt": "n\n"})
    link = git(project, "ls-files", "--stage", "vendored/lib")

    assert run("update", project, "-y").code == 0

    assert git(project, "ls-files", "--stage", "vendored/lib") == link
    assert (project / "vendored/lib/x.txt").read_text() == ("x\n" if clean else "y\n")
    assert run("diff", project).code == run("status", project).code == 0


@pytest.fixture
def mono(project: Path, work: Path) -> Path:
    """A larger repository with the project in a folder of it."""
    shutil.rmtree(project / ".git")
    write(work / "mono", {"README.md": "all\n", "libs/x.txt": "x\n"})
    shutil.copytree(project, work / "mono/apps/my app", symlinks=True)
    git(work / "mono", "init", "--quiet", "--initial-branch=main")
    commit(work / "mono")
    return work / "mono"


def test_a_subfolder_of_a_larger_repository(mono: Path, run: Run) -> None:
    write_and_commit(mono, {"apps/my app/src/a.txt": changed(LINES, l2="mine")})
    before = committed(mono)

    done = run("update", mono / "apps/my app", "-y", "--json")

    assert done.code == 0
    after = committed(mono)
    assert after["apps/my app/src/a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
    assert after["apps/my app/new.txt"].content == b"new\n"
    outside = {path: file for path, file in before.items() if not path.startswith("apps/")}
    assert {path: file for path, file in after.items() if not path.startswith("apps/")} == outside
    assert {row["path"] for row in done.data["changes"]} >= {"new.txt", "src/a.txt"}


def test_a_conflict_in_a_subfolder(mono: Path, run: Run) -> None:
    write_and_commit(mono, {"apps/my app/src/a.txt": changed(LINES, l18="mine")})
    before = Condition.of(mono)
    assert run("update", mono / "apps/my app", "-y").code == 4
    assert set(stages(mono)) == {"apps/my app/src/a.txt"}
    row = run("status", mono / "apps/my app", "--json").data["projects"][0]
    assert (row["conflicts"], row["state"]) == (["apps/my app/src/a.txt"], "conflicts to resolve (0.2.0)")
    assert run("update", mono / "apps/my app", "--abort").code == 0
    assert Condition.of(mono) == before


def test_work_elsewhere_in_a_larger_repository_is_not_swept_in(mono: Path, run: Run) -> None:
    """One commit and one way back for the whole repository: work outside the project counts, too."""
    write(mono, {"libs/x.txt": "dirty\n", "libs/untracked.txt": "u\n"})
    before = Condition.of(mono)
    refused = run("update", mono / "apps/my app", "-y", "--json")
    assert (refused.code, "libs/x.txt" in refused.json["error"]["message"]) == (1, True)
    assert Condition.of(mono) == before

    assert run("update", mono / "apps/my app", "-y", "--autostash").code == 0

    assert git(mono, "status", "--porcelain").splitlines() == ["M libs/x.txt", "?? libs/untracked.txt"]
    assert git(mono, "diff", "--name-only", "HEAD^", "HEAD", "--", "libs") == ""


def test_autocrlf(project: Path, run: Run, gitconfig: Config, work: Path) -> None:
    gitconfig(f"{ME}[core]\n\tautocrlf = true\n")
    git(work, "clone", "--quiet", str(project), "windows")
    windows = work / "windows"
    assert (windows / "src/a.txt").read_bytes() == LINES.replace("\n", "\r\n").encode()
    (windows / "src/a.txt").write_bytes(changed(LINES, l2="mine").replace("\n", "\r\n").encode())
    commit(windows)

    done = run("update", windows, "-y", "--json")

    assert done.code == 0
    both = changed(LINES, l2="mine", l18="theirs")
    assert committed(windows)["src/a.txt"].content.decode() == both
    assert (windows / "src/a.txt").read_bytes() == both.replace("\n", "\r\n").encode()
    assert git(windows, "status", "--porcelain") == ""
    assert run("diff", windows, "--json").data["files"] == ["src/a.txt"]


@pytest.mark.parametrize("autocrlf", ["true", "input"])
def test_autocrlf_and_abort(autocrlf: str, project: Path, run: Run, gitconfig: Config, work: Path) -> None:
    gitconfig(f"{ME}[core]\n\tautocrlf = {autocrlf}\n")
    git(work, "clone", "--quiet", str(project), "windows")
    ends = "\r\n" if autocrlf == "true" else "\n"
    write_and_commit(work / "windows", {"src/a.txt": changed(LINES, l18="mine").replace("\n", ends)})
    before = Condition.of(work / "windows")
    assert run("update", work / "windows", "-y").code == 4
    assert run("update", work / "windows", "--abort").code == 0
    assert Condition.of(work / "windows") == before


def test_gitattributes_that_turn_line_ends(project: Path, run: Run) -> None:
    write_and_commit(project, {".gitattributes": "*.txt text eol=crlf\n"})
    git(project, "rm", "--quiet", "--cached", "-r", ".")
    git(project, "reset", "--quiet", "--hard")

    assert run("update", project, "-y").code == 0

    assert committed(project)["src/a.txt"].content.decode() == THEIRS
    assert (project / "src/a.txt").read_bytes().count(b"\r\n") == 20
    assert git(project, "status", "--porcelain") == ""


ODD = {
    "conflict-style": "[merge]\n\tconflictStyle = diff3\n",
    "no-renames": "[merge]\n\trenames = false\n\tdirectoryRenames = false\n[diff]\n\trenames = false\n",
    "colours": "[color]\n\tui = always\n[diff]\n\tnoprefix = true\n\texternal = false\n\tmnemonicPrefix = true\n",
    "bare": "[safe]\n\tbareRepository = explicit\n",
    "fsck": "[transfer]\n\tfsckObjects = true\n",
    "verbose": "[commit]\n\tverbose = true\n\tcleanup = scissors\n[status]\n\tshort = true\n\tbranch = true\n",
    "sha256": "[init]\n\tdefaultObjectFormat = sha256\n\tdefaultBranch = x\n",
    "hooks": "[core]\n\thooksPath = /nowhere\n\tfsmonitor = false\n\tuntrackedCache = true\n",
}  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_odd_settings(odd: str, project: Path, run: Run, gitconfig: Config) -> None:
    write_and_commit(project, {"src/b.txt": "mine\n" + LINES + "b\n", "a.md": "a\n"})
    gitconfig(ME + ODD[odd])

    done = run("update", project, "-y", "--json")
    assert done.code == 0, done.out
    assert committed(project)["lib/b.txt"].content.decode() == "mine\n" + LINES + "b\n"
    assert run("diff", project, "--json").data["diff"].startswith("diff --git a/lib/b.txt b/lib/b.txt\n")
    assert run("status", project).code == 0


def test_a_global_hook_does_not_run_in_the_workbench(project: Path, run: Run, gitconfig: Config, work: Path) -> None:
    for name in ("post-checkout", "reference-transaction", "post-merge"):
        write(work, {f"hooks/{name}": f"#!/bin/sh\necho {name} $(pwd) >> {work}/ran\n"})
        (work / "hooks" / name).chmod(0o755)
    gitconfig(f"{ME}[core]\n\thooksPath = {work}/hooks\n")
    assert run("update", project, "-y").code == 0
    assert "/scaffold-" not in (work / "ran").read_text()


def test_sha256_repositories_are_refused_in_one_sentence(project: Path, run: Run, work: Path) -> None:
    shutil.rmtree(project / ".git")
    git(project, "init", "--quiet", "--object-format=sha256")
    commit(project)
    done = run("update", project, "-y", "--json")
    assert (done.code, "SHA-256" in done.json["error"]["message"]) == (1, True)


def test_a_folder_with_spaces_and_accents(project: Path, run: Run, work: Path) -> None:
    place = work / "Mes projets/vélo à deux"
    place.parent.mkdir()
    project.rename(place)
    assert run("update", place, "-y").code == 0
    assert run("status", place, "--json").data["projects"][0]["project"] == str(place)


def test_conflicts_with_odd_names_are_named_as_they_are(run: Run, work: Path) -> None:
    from update_support import Template

    name = "notes é.txt"
    made = Template(work / "My templates").release("1.0", {name: LINES})
    assert run("new", made.folder, work / "one", "-y", "--no-install").code == 0
    made.release("2.0", {name: THEIRS})
    write_and_commit(work / "one", {name: changed(LINES, l18="mine")})

    done = run("update", work / "one", "-y", "--json")

    assert done.code == 4
    assert ">>>>>>> My-templates-2.0\n" in (work / "one" / name).read_text()
    assert run("status", work / "one", "--json").data["projects"][0]["conflicts"] == [name]


def test_a_project_in_a_shallow_clone(project: Path, run: Run, work: Path) -> None:
    git(work, "clone", "--quiet", "--depth=1", f"file://{project}", "shallow")
    assert run("update", work / "shallow", "-y").code == 0
    assert in_work_tree(work / "shallow")["src/a.txt"].content.decode() == THEIRS


def test_no_commit_yet(project: Path, run: Run) -> None:
    shutil.rmtree(project / ".git")
    done = run("update", project, "-y", "--json")
    assert (done.code, "git init" in done.json["error"]["hint"]) == (1, True)
    git(project, "init", "--quiet")
    done = run("update", project, "-y", "--json")
    assert (done.code, "git add" in done.json["error"]["hint"]) == (1, True)
