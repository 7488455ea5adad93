"""The same project updated by plain `copier update` and by scaffold, in turn; and old releases with new packages."""

from pathlib import Path

import pytest

from conftest import Run
from scaffold.commands import template as template_command
from support import BIN, git, set_version, spawn, write
from update_support import LINES, answers_of, changed, commit, committed, write_and_commit

pytestmark = pytest.mark.thorough

MINE = changed(LINES, l2="mine")
BOTH = changed(LINES, l2="mine", l18="theirs")


def test_copier_then_scaffold(project: Path, run: Run) -> None:
    write_and_commit(project, {"src/a.txt": MINE})
    done = spawn(BIN / "copier", "update", "--defaults", "--vcs-ref", "0.2.0", "--quiet", project)
    assert done.code == 0, done.err
    commit(project, "by copier")
    assert answers_of(project)["_commit"] == "0.2.0"

    done = run("update", project, "-y", "--to", "0.3.0rc1", "--json")

    assert (done.code, [row["path"] for row in done.data["changes"]]) == (0, [".copier-answers.yml", "new.txt"])
    assert committed(project)["src/a.txt"].content.decode() == BOTH


def test_scaffold_then_copier(project: Path, run: Run) -> None:
    write_and_commit(project, {"src/a.txt": MINE})
    assert run("update", project, "-y").code == 0

    done = spawn(BIN / "copier", "update", "--defaults", "--vcs-ref", "0.3.0rc1", "--quiet", project)

    assert done.code == 0, done.err
    assert git(project, "status", "--porcelain").splitlines() == ["M .copier-answers.yml", " M new.txt"]
    assert (project / "src/a.txt").read_text() == BOTH


def test_a_project_made_by_copier(template: Path, run: Run, work: Path) -> None:
    done = spawn(BIN / "copier", "copy", "--defaults", "--vcs-ref", "0.1.0", "--quiet", template, work / "one")
    assert done.code == 0, done.err
    git(work / "one", "init", "--quiet")
    commit(work / "one")
    write_and_commit(work / "one", {"src/a.txt": MINE})

    assert run("update", work / "one", "-y").code == 0

    assert committed(work / "one")["src/a.txt"].content.decode() == BOTH


@pytest.fixture
def hello(acme: str, run: Run, work: Path) -> Path:
    """A project from the first release of a bundle, with typical edits."""
    assert run("new", "acme/hello", work / "hello", "--ref", "0.1.0", "-y", "--no-install").code == 0
    write_and_commit(work / "hello", {"src/own.py": "own\n", "README.md": "# My title\n\nHello by Ada Lovelace\n"})
    return work / "hello"


def test_an_old_release_updates_from_the_newest_bundle(hello: Path, run: Run) -> None:
    done = run("update", hello, "-y", "--json")
    assert (done.code, done.data["from"], done.data["to"]) == (0, "0.1.0", "0.2.0")
    assert committed(hello)["src/hello.py"].content == b'print("hello again")\n'
    assert committed(hello)["data/windows.txt"].content == b"$Id$\r\nend\r\n"
    assert run("update", hello, "--check").code == 0


def test_with_only_the_newest_package_installed(installed: Path, cli: Run, work: Path) -> None:
    """As the shell does it, offline: the package's own releases, in a process of its own."""
    made = cli("new", "hello", work / "one", "--ref", "0.1.0", "-y", "--no-install")
    assert made.code == 0, made.err
    write_and_commit(work / "one", {"src/own.py": "own\n"})

    done = cli("update", work / "one", "-y", "--json")

    assert (done.code, done.data["to"]) == (0, "0.2.0")
    assert answers_of(work / "one")["_src_path"] == "git+scaffold://hello"
    status = cli("status", work / "one", "--json").data["projects"][0]
    assert (status["version"], status["newest"], status["changed"]) == ("0.2.0", "0.2.0", 0)


def test_the_change_log_between_two_releases(templates: Path, released: Path, hello: Path, run: Run) -> None:
    set_version(templates / "hello", "1.0.0")
    log = "# 1.0.0\n\nMuch better.\n\n## [0.9.0] – skipped\n\nGood.\n\n# 0.1.0\n\nIt says hello.\n"
    write(templates, {"hello/CHANGELOG.md": log})
    template_command.release_templates(templates, ["hello"], released / "releases")

    done = run("update", hello, "--dry-run", "-y", "--json")

    assert done.data["changelog"] == "# 1.0.0\n\nMuch better.\n\n## [0.9.0] – skipped\n\nGood."
    assert "Much better." in run("update", hello, "--dry-run", "-y").out


def test_the_catalog_is_gone(hello: Path, run: Run) -> None:
    run("catalog", "remove", "acme")
    done = run("update", hello, "-y", "--json")
    assert (done.code, "acme/hello" in done.json["error"]["message"]) == (1, True)
    assert done.json["error"]["hint"]


def test_a_project_newer_than_the_package(hello: Path, run: Run) -> None:
    answers = (hello / ".copier-answers.yml").read_text().replace("0.1.0", "7.0.0")
    write_and_commit(hello, {".copier-answers.yml": answers})
    done = run("update", hello, "-y", "--json")
    assert (done.code, "newer than any that is here" in done.json["error"]["message"]) == (1, True)
    assert "pip install" not in done.json["error"]["hint"]


def test_a_draft_tells_that_it_keeps_no_older_versions(templates: Path, run: Run, work: Path) -> None:
    assert run("new", templates / "hello", work / "one", "-y", "--no-install").code == 0
    set_version(templates / "hello", "0.2.0")
    done = run("update", work / "one", "-y", "--json")
    assert (done.code, "draft" in done.json["error"]["message"]) == (1, True)
    assert "scaffold template release" in done.json["error"]["hint"]
