"""`scaffold set --data` with pictures and with a text: other ones take the place of those that a project has."""

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import Run
from picture_support import png
from support import git, write

QUESTIONS = {
    "images": "dataset_bytes: 0, dataset_in_git: true, pictures: 0, picture_classes: [], picture_side: 28, "
    "picture_channels: 1, picture_split: false",
    "text": 'dataset_bytes: 0, text_files: 0, text_characters: 0, text_heading: "", text_wrapped: true',
}
TYPES = {"0": "int", "true": "bool", "false": "bool", "[]": "yaml", '""': "str", "28": "int", "1": "int"}


def template_of(kind: str, folder: Path) -> Path:
    """A template that takes this kind of data, and has an example."""
    rows = [line.split(": ") for line in QUESTIONS[kind].split(", ")]
    questions = "".join(f"{name}: {{type: {TYPES[value]}, ask: false, default: {value}}}\n" for name, value in rows)
    return write(
        folder / kind,
        {
            "template.toml": 'title = "T"\nstage = "basic DL"\norder = 1\nversion = "0.1.0"\nsummary = "S."\n\n'
            f'[data]\nkind = "{kind}"\n',
            "copier.yml": 'project_name: {type: str, default: "{{ _folder_name }}"}\n'
            'dataset: {type: str, ask: false, default: ""}\ndataset_source: {type: str, ask: false, default: ""}\n'
            + questions
            + '_exclude:\n  - "{% if dataset %}/data/raw{% endif %}"\n',
            "project/.gitignore.jinja": "{% if not (dataset_in_git | default(true)) %}/data/images/\n{% endif %}",
            "project/README.md.jinja": "{{ pictures or text_files or 'no' }} of {{ dataset_source or 'none' }}\n",
            "project/data/raw/SHA256SUMS": "x  example\n",
            "project/data/raw/example": "example\n",
            "project/{{_copier_conf.answers_file}}.jinja": "{{ _copier_answers|to_nice_yaml -}}\n",
        },
    )


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def answers(project: Path) -> Any:
    return yaml.safe_load((project / ".copier-answers.yml").read_text())


def photos(folder: Path, *classes: str, first: int = 0) -> Path:
    for place, name in enumerate(classes):
        for number in range(10):
            png(folder / name / f"{number}.png", first + 40 * place + number)
    return folder


def text(path: Path, seed: int) -> None:
    """Write a text of 25,000 characters that no other seed gives."""
    dice = random.Random(seed)
    paragraphs = (" ".join(f"{dice.getrandbits(24):x}" for _ in range(60)) for _ in range(65))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{paragraph}\n\n" for paragraph in paragraphs))


@pytest.mark.thorough
def test_pictures_take_the_place_of_the_example_and_of_others(run: Run, tmp_path: Path, work: Path) -> None:
    project = work / "mine"
    assert run("new", template_of("images", tmp_path), "mine", "-y", "--no-install").code == 0
    assert files(project / "data") == ["raw/SHA256SUMS", "raw/example"]
    photos(work / "photos", "cat", "dog")
    done = run("set", "--data", "photos", "-C", project)
    assert done.code == 0, done.err
    assert {path.split("/")[1] for path in files(project / "data")} == {"cat", "dog"}
    assert len(files(project / "data")) == 20
    assert answers(project)["pictures"] == 20
    assert (project / "README.md").read_text() == "20 of photos\n"
    assert git(project, "status", "--porcelain") == ""

    photos(work / "other", "dog", "fox", "owl", first=100)
    for number in range(10, 70):
        png(work / f"other/owl/{number}.png", number)
    shown = run("set", "--data", "other", "-C", project, "--dry-run")
    assert "data/images/owl/ (70 files)" in shown.out
    assert "data/images/fox/3.png" in shown.out
    assert run("set", "--data", "other", "-C", project).code == 0
    assert {path.split("/")[1] for path in files(project / "data")} == {"dog", "fox", "owl"}
    assert (project / "data/images/dog/3.png").read_bytes() == (work / "other/dog/3.png").read_bytes()
    assert git(project, "status", "--porcelain") == ""
    git(project, "revert", "--no-edit", "HEAD")
    assert len(files(project / "data/images")) == 20
    assert run("set", "project_name=Other", "-C", project).code == 0
    assert len(files(project / "data/images")) == 20


@pytest.mark.thorough
def test_pictures_that_are_too_large_for_git_are_replaced_too(
    run: Run, tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scaffold.core.dataset.pictures.LARGEST_IN_GIT", 10)
    project = work / "mine"
    photos(work / "photos", "cat", "dog")
    done = run("new", template_of("images", tmp_path), "mine", "--data", "photos", "-y", "--no-install")
    assert done.code == 0, done.err
    photos(work / "other", "dog", "fox", first=100)
    done = run("set", "--data", "other", "-C", project)
    assert done.code == 0, done.err
    assert "too large for git" in done.err
    assert {path.split("/")[0] for path in files(project / "data/images")} == {"dog", "fox"}
    assert (project / "data/images/dog/3.png").read_bytes() == (work / "other/dog/3.png").read_bytes()
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_a_text_takes_the_place_of_the_example_and_of_another(run: Run, tmp_path: Path, work: Path) -> None:
    project = work / "mine"
    assert run("new", template_of("text", tmp_path), "mine", "-y", "--no-install").code == 0
    text(work / "songs/one.txt", 1)
    text(work / "songs/two.txt", 2)
    done = run("set", "--data", "songs", "-C", project)
    assert done.code == 0, done.err
    assert files(project / "data/raw") == ["SHA256SUMS", "texts/one.txt", "texts/two.txt"]
    assert (project / "README.md").read_text() == "2 of songs\n"
    text(work / "letters.txt", 3)
    assert run("set", "--data", "letters.txt", "-C", project).code == 0
    assert files(project / "data/raw") == ["SHA256SUMS", "texts/letters.txt"]
    assert (project / "data/raw/SHA256SUMS").read_text().endswith("  texts/letters.txt\n")
    assert git(project, "status", "--porcelain") == ""
    refused = run("set", "--data", "nothing.txt", "-C", project)
    assert (refused.code, "There is no file or folder" in refused.err) == (1, True)
    assert files(project / "data/raw") == ["SHA256SUMS", "texts/letters.txt"]
