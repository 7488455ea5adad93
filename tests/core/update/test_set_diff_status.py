"""`scaffold set`, `diff` and `status`: the same machine with other ends."""

from pathlib import Path

import pytest

import needs
from conftest import Run
from support import git, write
from update_support import (
    LINES,
    Condition,
    answers_of,
    changed,
    commit,
    committed,
    stages,
    to_the_bit,
    write_and_commit,
)


def test_set_is_one_commit_at_the_same_release(project: Path, run: Run) -> None:
    head = write_and_commit(project, {"README.md": "# it\n\n" + changed(LINES, l9="mine")})

    done = run("set", "name=Bikes", "docker=false", "-C", project, "--json")

    assert done.code == 0
    assert (done.data["from"], done.data["to"], done.data["state"]) == ("0.1.0", "0.1.0", "updated")
    assert git(project, "log", "-1", "--format=%s") == "Set name, docker (tpl 0.1.0)"
    assert git(project, "rev-parse", "HEAD^") == head
    assert "Dockerfile" not in committed(project)
    assert committed(project)["README.md"].content.decode() == "# Bikes\n\n" + changed(LINES, l9="mine")
    assert (answers_of(project)["name"], answers_of(project)["docker"]) == ("Bikes", False)

    assert run("set", "docker=true", "-C", project).code == 0
    assert committed(project)["Dockerfile"].content == b"FROM scratch\n"


def test_set_keeps_a_file_that_the_owner_changed(project: Path, run: Run) -> None:
    write_and_commit(project, {"Dockerfile": "FROM mine\n"})
    done = run("set", "docker=false", "-C", project, "--json")
    assert (done.code, (project / "Dockerfile").read_text()) == (4, "FROM mine\n")
    assert stages(project)["Dockerfile"].keys() == {1, 2}


def test_set_to_what_it_is_changes_nothing(project: Path, run: Run) -> None:
    before = Condition.of(project)
    done = run("set", "docker=true", "-C", project, "--json")
    assert (done.code, done.data["state"]) == (0, "current")
    assert Condition.of(project) == before


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (["dokcer=false"], "no question `dokcer`"),
        (["docker=maybe"], "must be true or false"),
        (["license=GPL"], "license"),
        (["docker"], "is not KEY=VALUE"),
        (["greeting=Hi"], "no question `greeting`"),
    ],
)
def test_set_refuses_what_does_not_fit(pairs: list[str], said: str, project: Path, run: Run) -> None:
    before = Condition.of(project)
    done = run("set", *pairs, "-C", project, "--json")
    assert (done.code, said in done.json["error"]["message"]) == (2, True)
    assert Condition.of(project) == before


def test_set_dry_run_and_no_commit(project: Path, run: Run) -> None:
    before = to_the_bit(project)
    done = run("set", "docker=false", "-C", project, "--dry-run", "--json")
    assert (done.data["state"], to_the_bit(project)) == ("planned", before)
    assert run("set", "docker=false", "-C", project, "--no-commit").code == 0
    assert git(project, "diff", "--cached", "--name-status", "--", "Dockerfile") == "D\tDockerfile"


@needs.permissions
def test_diff_shows_mine_against_the_template(project: Path, run: Run) -> None:
    write(project, {"src/a.txt": changed(LINES, l2="mine"), "own.txt": "own\n", "conf/local.ini": "filled in\n"})
    (project / "docs/gone.md").unlink()
    (project / "run.sh").chmod(0o644)
    commit(project)
    before = to_the_bit(project)

    done = run("diff", project, "--json")

    assert (done.code, done.data["files"]) == (0, ["docs/gone.md", "run.sh", "src/a.txt"])
    assert "-line 2\n+mine\n" in done.data["diff"]
    assert "old mode 100755" in done.data["diff"]
    assert "own.txt" not in done.data["diff"]
    assert run("diff", project).out.startswith("diff --git a/docs/gone.md b/docs/gone.md\n")
    assert run("diff", project, "--exit-code").code == 1
    assert to_the_bit(project) == before


def test_diff_of_an_untouched_project(project: Path, run: Run) -> None:
    done = run("diff", project, "--exit-code")
    assert (done.code, done.out) == (0, "Nothing differs from tpl 0.1.0.\n")


def test_diff_takes_names_as_they_are(project: Path, run: Run, work: Path) -> None:
    from update_support import Template

    names = ["[a].txt", "*.txt", "à b.txt", ":(top)x"]
    made = Template(work / "odd").release("1.0", dict.fromkeys(names, "theirs\n"))
    assert run("new", made.folder, work / "one", "-y", "--no-install").code == 0
    write_and_commit(work / "one", dict.fromkeys(names, "mine\n"))

    done = run("diff", work / "one", "--json")

    assert sorted(done.data["files"]) == sorted(names)
    assert done.data["diff"].count("+mine\n") == 4


@pytest.mark.thorough
def test_status_of_many(project: Path, run: Run, work: Path) -> None:
    import shutil

    clash = Path(shutil.copytree(project, work / "clash", symlinks=True))
    write_and_commit(project, {"src/a.txt": changed(LINES, l2="mine")})
    write_and_commit(clash, {"src/a.txt": changed(LINES, l18="mine")})
    run("update", clash, "-y")
    (work / "plain").mkdir()
    before = [Condition.of(project), Condition.of(clash)]

    done = run("status", project, clash, work / "plain", work / "absent", "--json")

    assert done.code == 1  # two of them are no projects
    assert [row["error"] for row in done.data["projects"]] == ["", "", "not-a-project", "no-such-folder"]
    first, second, third, fourth = done.data["projects"]
    assert first == {
        "project": str(project),
        "template": "tpl",
        "version": "0.1.0",
        "newest": "0.2.0",
        "changed": 1,
        "conflicts": [],
        "state": "ok",
        "answers_file": ".copier-answers.yml",
        "error": "",
        "hint": "",
    }
    assert (second["conflicts"], second["state"]) == (["src/a.txt"], "conflicts to resolve (0.2.0)")
    assert "was not made from a template" in third["state"]
    assert "There is no folder" in fourth["state"]
    assert [Condition.of(project), Condition.of(clash)] == before


def test_status_for_people(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    assert [str(project), "tpl", "0.1.0", "0.2.0", "0", "ok"] in [
        line.split() for line in run("status", project).out.splitlines()
    ]


def test_status_while_another_update_runs(project: Path, run: Run) -> None:
    from filelock import FileLock

    record = f'{{"phase": "applying", "head": "{"1" * 40}", "tree": "{"1" * 40}", "version": "0.2.0"}}'
    write(project, {".git/scaffold/update.json": record})
    with FileLock(project / ".git/scaffold/lock"):
        row = run("status", project, "--json").data["projects"][0]
    assert row["state"].startswith("Another scaffold is updating")
