"""`scaffold class init`."""

from pathlib import Path

from conftest import Run
from support import git, snapshot, write


def test_a_new_class_is_usable(run: Run, work: Path) -> None:
    done = run("class", "init", "ml1", "--title", 'Machine "learning" 1', "--json")
    assert (done.code, done.data["class"]) == (0, str(work / "ml1"))
    assert sorted(snapshot(work / "ml1")) == [".gitignore", "class.toml", "roster.csv"]
    assert git(work / "ml1", "check-ignore", "roster.csv", ".scaffold/secret", "repositories/x").count("\n") == 2
    assert run("class", "status", "-C", "ml1", "--json").data["title"] == 'Machine "learning" 1'
    assert run("class", "roster", "check", "-C", "ml1").code == 0
    failed = run("class", "init", "ml1")
    assert failed.code == 1
    assert "is a class already" in failed.err


def test_a_class_on_a_git_server(run: Run, work: Path) -> None:
    assert run("class", "init", "ml1", "--url", "https://git.example.org/ml1/{repository}.git").code == 0
    assert 'kind = "git"' in (work / "ml1/class.toml").read_text()
    failed = run("class", "init", "ml2", "--url", "https://me:token@git.example.org/{repository}")
    assert failed.code == 1
    assert "password or token" in failed.err
    assert not (work / "ml2").exists()


def test_existing_files_are_kept(run: Run, work: Path) -> None:
    write(work / "ml1", {"roster.csv": "id\nada\n", "notes.md": "x\n"})
    assert run("class", "init", "ml1").code == 0
    assert (work / "ml1/roster.csv").read_text() == "id\nada\n"
