"""A folder of documents in `scaffold new` and `scaffold set`: brought, replaced, refused, and nothing half made."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Run
from support import git, write

TEMPLATE = {
    "template.toml": (
        'title = "Desk"\nstage = "generative AI"\norder = 1\nversion = "0.1.0"\nsummary = "Answers."\n\n'
        '[data]\nkind = "documents"\n'
    ),
    "copier.yml": """\
project_name: {type: str, default: "{{ _folder_name }}"}
dataset: {type: str, ask: false, default: ""}
dataset_source: {type: str, ask: false, default: ""}
dataset_bytes: {type: int, ask: false, default: 0}
dataset_in_git: {type: bool, ask: false, default: true}
documents: {type: int, ask: false, default: 0}
document_formats: {type: yaml, ask: false, default: []}
_exclude:
  - "{% if dataset %}/data/raw{% endif %}"
""",
    "project/.gitignore.jinja": "{% if not dataset_in_git %}/data/raw/pages/\n{% endif %}",
    "project/README.md.jinja": "{{ documents }} documents\n",
    "project/data/raw/SHA256SUMS": "x  pages/example.md\n",
    "project/data/raw/pages/example.md": "# The example\n",
    "project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
}


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template that takes documents."""
    return write(tmp_path / "desk", TEMPLATE)


def pages(project: Path) -> list[str]:
    folder = project / "data/raw/pages"
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def answers(project: Path) -> Any:
    return yaml.safe_load((project / ".copier-answers.yml").read_text())


def test_the_project_holds_the_documents_and_nothing_of_the_example(run: Run, template: Path, work: Path) -> None:
    write(work / "docs", {"a.md": "# A\n", "deep/b c.txt": "text\n", "c.pdf": "no"})
    done = run("new", template, "mine", "--data", "docs", "-y", "--no-install")
    assert done.code == 0, done.err
    assert "Left out: c.pdf (no PDF is in it)" in done.err
    project = work / "mine"
    assert pages(project) == ["a.md", "deep/b c.txt"]
    assert "example" not in (project / "data/raw/SHA256SUMS").read_text()
    assert (project / "README.md").read_text() == "2 documents\n"
    assert git(project, "status", "--porcelain") == ""
    assert "data/raw/pages/a.md" in git(project, "ls-files")


def test_a_refusal_leaves_nothing(run: Run, template: Path, work: Path) -> None:
    write(work / "docs", {"c.pdf": "no"})
    done = run("new", template, "mine", "--data", "docs", "-y")
    assert done.code == 1
    assert "docs holds no document that can be read: c.pdf (no PDF is in it)." in done.err
    assert os.listdir(work) == ["docs"]


def test_a_dry_run_shows_the_documents(run: Run, template: Path, work: Path) -> None:
    write(work / "docs", {"a.md": "# A\n"})
    assert "docs: 1 document, 0.0 MB" in run("new", template, "mine", "--data", "docs", "-y", "--dry-run").out
    assert os.listdir(work) == ["docs"]


@pytest.mark.thorough
def test_set_brings_documents_and_others_after_them(run: Run, template: Path, work: Path) -> None:
    assert run("new", template, "mine", "-y", "--no-install").code == 0
    project = work / "mine"
    assert pages(project) == ["example.md"]
    write(work / "docs", {"a.md": "# A\n", "b.md": "# B\n"})
    done = run("set", "--data", "docs", "-C", project)
    assert done.code == 0, done.err
    assert "publish it only if you may publish them" in done.err
    assert pages(project) == ["a.md", "b.md"]
    assert answers(project)["documents"] == 2

    write(work / "other", {"b.md": "# Another B\n", "c.md": "# C\n"})
    assert run("set", "--data", "other", "-C", project).code == 0
    assert pages(project) == ["b.md", "c.md"]
    assert (project / "data/raw/pages/b.md").read_text() == "# Another B\n"
    assert "c.md" in (project / "data/raw/SHA256SUMS").read_text()
    assert git(project, "status", "--porcelain") == ""
    git(project, "revert", "--no-edit", "HEAD")
    assert pages(project) == ["a.md", "b.md"]


@pytest.mark.thorough
def test_set_of_an_answer_keeps_the_documents(run: Run, template: Path, work: Path) -> None:
    write(work / "docs", {"a.md": "# A\n"})
    assert run("new", template, "mine", "--data", "docs", "-y", "--no-install").code == 0
    assert run("set", "project_name=Other", "-C", work / "mine").code == 0
    assert pages(work / "mine") == ["a.md"]
    assert answers(work / "mine")["documents"] == 1


@pytest.mark.thorough
def test_set_brings_a_large_folder_that_stays_out_of_git(
    run: Run, template: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scaffold.core.dataset.documents.LARGEST_IN_GIT", 10)
    write(work / "docs", {"a.md": "# A\n"})
    assert run("new", template, "mine", "--data", "docs", "-y", "--no-install").code == 0
    write(work / "other", {"b.md": "# A long page\n", "c.md": "# C\n"})
    done = run("set", "--data", "other", "-C", work / "mine")
    assert done.code == 0, done.err
    assert "too large for git" in done.err
    assert pages(work / "mine") == ["b.md", "c.md"]
    assert git(work / "mine", "status", "--porcelain") == ""
