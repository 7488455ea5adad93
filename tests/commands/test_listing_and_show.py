"""`scaffold list` and `scaffold show`."""

import os
import shutil
from pathlib import Path

import pytest

from conftest import Run
from support import write


def test_list_in_the_order_of_the_road(run: Run, built_in: Path, acme: str) -> None:
    shown = run("list", "--json").data["templates"]
    assert [row["name"] for row in shown] == ["hello-world", "hello", "acme/hello", "acme/hello-world"]
    assert shown[1] == {
        "name": "hello",
        "title": "Hello",
        "stage": "first steps",
        "version": "0.3.0rc1",
        "summary": "Says hello.",
        "minutes": 1.5,
        "disk_mb": 20,
    }


def test_list_for_people(run: Run, built_in: Path) -> None:
    shown = run("list").out
    assert shown.index("hello-world") < shown.index("first steps")
    assert "1.5" in shown
    assert "scaffold new NAME makes it." in shown


def test_a_catalog_that_is_gone_does_not_hide_the_others(
    run: Run, built_in: Path, acme: str, released: Path, tmp_path: Path
) -> None:
    shutil.copytree(released, tmp_path / "other")
    run("catalog", "add", "other", tmp_path / "other")
    shutil.rmtree(tmp_path / "other")
    shown = run("list", "--json")
    assert shown.code == 0
    assert "acme/hello" in [row["name"] for row in shown.data["templates"]]
    [notice] = shown.json["warnings"]
    assert notice["hint"] == "Run: scaffold catalog remove other"


def test_show_tells_all_of_it(run: Run, acme: str, work: Path, sealed: Path) -> None:
    shown = run("show", "acme/hello", "--json")
    assert (shown.code, shown.err) == (0, "")
    about = {
        "title": "Hello",
        "stage": "first steps",
        "months": "1-2",
        "minutes": 1.5,
        "disk_mb": 20,
        "version": "0.2.0",
    }
    assert {key: shown.data[key] for key in about} == about
    assert shown.data["skills"] == ["Python", "git"]
    by_key = {question["key"]: question for question in shown.data["questions"]}
    assert list(by_key) == ["project_name", "author_name", "author_email", "license", "docker", "stars", "greeting"]
    assert by_key["license"] == {
        "key": "license",
        "help": "Which licence?",
        "default": "MIT",
        "choices": ["MIT", "Apache-2.0"],
        "asked": True,
    }
    assert by_key["author_name"]["default"] == "Ada Lovelace"
    assert "src/hello.py" in shown.data["files"]
    assert os.listdir(work) == []
    assert os.listdir(sealed / "tmp") == []


def test_show_for_people(run: Run, acme: str) -> None:
    shown = run("show", "acme/hello").out
    for words in (
        "acme/hello 0.2.0",
        "Says hello.",
        "about 1.5 min",
        "20 MB",
        "Skills: Python, git",
        "MIT | Apache-2.0",
        "hello.py",
    ):
        assert words in shown


def test_show_of_an_older_release(run: Run, acme: str) -> None:
    assert run("show", "acme/hello", "--ref", "0.1.0", "--json").data["version"] == "0.1.0"


def test_show_of_any_copier_template(run: Run, work: Path) -> None:
    questions = "a: {type: str, choices: {The X: x, The Y: y}, default: x}\nb: {type: bool, default: true}\n"
    write(work, {"t/copier.yml": questions + 'c: {type: str, when: false, default: "{{ a }}"}\n', "t/f": ""})
    shown = run("show", "./t", "--json").data
    assert [question["choices"] for question in shown["questions"]] == [["x", "y"], [], []]
    assert [question["asked"] for question in shown["questions"]] == [True, True, False]
    assert (shown["version"], shown["files"]) == ("", {"f": 0})


def test_a_question_that_does_not_apply_is_not_shown(run: Run, work: Path) -> None:
    """`when` may depend on the template's own files or on other answers."""
    write(
        work,
        {"t/copier.yml": 'a: {type: bool, default: false}\nb: {type: str, default: x, when: "{{ a }}"}\n', "t/f": ""},
    )
    shown = run("show", "./t", "--json").data
    assert {question["key"]: question["asked"] for question in shown["questions"]} == {"a": True, "b": False}
    assert run("show", "./t", "-d", "a=true", "--json").data["questions"][1]["asked"]
    would = run("new", "./t", "mine", "--dry-run", "-y", "--json").data["would_ask"]
    assert would == ["a"]


@pytest.mark.parametrize("word", ["nope", "./nope", "git+scaffold://../x", "scaffold://nope"])
def test_show_of_nothing(run: Run, built_in: Path, word: str) -> None:
    failed = run("show", word)
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith("error: ")
    assert "\n\nhint: " in failed.err
