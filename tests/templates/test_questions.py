"""What the base layer's questions accept and refuse: an answer is data, wherever it ends up."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from rendering import NAMES, TEMPLATES
from scaffold.core.templates import copier_yml, rendering, source
from scaffold.core.templates.rendering import Wanted
from scaffold.errors import UsageError

pytestmark = pytest.mark.thorough

RUFF = Path(sys.executable).parent / "ruff"


def render(folder: Path, template: str = "ml-tabular", **answers: object) -> Path:
    rendering.write(Wanted(str(TEMPLATES / template), None, folder.name, given=answers), folder)
    return folder


@pytest.mark.parametrize("template", NAMES)
@pytest.mark.parametrize(
    "name",
    ["X", "A" * 60, "2048 game", "R&D, (part 2) - it's alive", "Ünïcode bikes", "new", "pandas", "test", "C"],
)
def test_any_sensible_name_gives_code_that_is_tidy(tmp_path: Path, template: str, name: str) -> None:
    project = render(tmp_path / "x", template, project_name=name, description=f"{name}: " + "very " * 20 + "useful.")
    metadata = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    assert metadata["name"].isascii()
    package = next(path.parent.name for path in project.glob("src/*/__init__.py"))
    assert package.isidentifier()
    for args in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [RUFF, *args, "--no-cache", "."], cwd=project, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("project_name", ""),
        ("project_name", "../evil"),
        ("project_name", "a\nb"),
        ("project_name", "{{ 7 * 7 }}"),
        ("project_name", "$(reboot)"),
        ("project_name", "`id`"),
        ("project_name", "a" * 61),
        ("project_slug", "../x"),
        ("project_slug", "UPPER"),
        ("project_slug", "-x"),
        ("package_name", "class"),
        ("package_name", "numpy"),
        ("package_name", "a.b"),
        ("package_name", "1a"),
        ("description", 'say "hi"\nthere'),
        ("description", "<script>alert(1)</script>"),
        ("author_name", "Bobby\n[project]"),
        ("author_name", '"; rm -rf /'),
        ("author_email", "not an address"),
        ("author_email", "a@b.c\nx: y"),
        ("github_owner", "evil/../../x"),
        ("github_owner", "-dash"),
        ("license", "GPL-3.0"),
        ("python_version", "2.7"),
        ("ci", "jenkins"),
        ("edition", "full"),
        ("engine", "spark"),
        ("data_versioning", "lfs"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_name(tmp_path: Path, question: str, answer: str) -> None:
    with pytest.raises(UsageError, match=question):
        render(tmp_path / "x", **{question: answer})


@pytest.mark.parametrize(
    "author", ["Søren O'Neil", "李雷", "Ada (ed.), & co: 100 %", "# not a comment", "- dash", "yes"]
)
def test_a_name_arrives_as_it_was_typed(tmp_path: Path, author: str) -> None:
    project = render(tmp_path / "x", author_name=author)
    assert tomllib.loads((project / "pyproject.toml").read_text())["project"]["authors"][0]["name"] == author
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["author_name"] == author
    assert author in (project / "LICENSE").read_text()
    yaml.safe_load((project / "CITATION.cff").read_text())


@pytest.mark.parametrize("template", NAMES)
def test_a_beginner_is_asked_at_most_five_questions(template: str) -> None:
    about = source.find(str(TEMPLATES / template)).manifest
    assert about is not None
    config = copier_yml.read_config(source.read(str(TEMPLATES / template)).tree)
    assert config is not None
    assert set(about.first_questions) <= config.questions.keys()
    assert 1 <= len(about.first_questions) <= 5 - (about.data is not None)


@pytest.mark.parametrize("template", NAMES)
@pytest.mark.parametrize("ci", ["github", "gitlab"])
def test_no_owner_is_invented_and_none_leaves_no_hole(tmp_path: Path, template: str, ci: str) -> None:
    project = render(tmp_path / "x", template, author_name="Ada Lovelace", ci=ci)
    assert "github_owner: ''" in (project / ".copier-answers.yml").read_text()
    texts = {path: path.read_text(errors="replace") for path in project.rglob("*") if path.is_file()}
    holes = ("github.com//", "ghcr.io//", "registry.gitlab.com//", "github.io//", "/ada-lovelace", "None/")
    assert [(path, hole) for path, text in texts.items() for hole in holes if hole in text] == []
