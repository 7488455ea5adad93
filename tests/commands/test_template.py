"""`scaffold template release`."""

import shutil
from pathlib import Path

import pytest

from conftest import Run
from scaffold.core.templates import release
from support import set_version


def test_all_of_a_folder(run: Run, templates: Path, tmp_path: Path) -> None:
    done = run("template", "release", "--templates", templates, "--out", tmp_path / "out", "--json")
    assert (done.code, done.err) == (0, "")
    assert [(row["template"], row["version"], row["released"]) for row in done.data["releases"]] == [
        ("hello", "0.1.0", True),
        ("hello-world", "1.0", True),
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "hello-world.bundle",
        "hello-world.toml",
        "hello.bundle",
        "hello.toml",
    ]


def test_the_second_time_nothing_changed(run: Run, templates: Path, tmp_path: Path) -> None:
    arguments = ("template", "release", "hello", "--templates", templates, "--out", tmp_path / "out", "--json")
    run(*arguments)
    before = (tmp_path / "out/hello.bundle").read_bytes()
    assert run(*arguments).data["releases"][0]["released"] is False
    assert (tmp_path / "out/hello.bundle").read_bytes() == before


def test_what_is_in_development_is_not_released(run: Run, templates: Path, tmp_path: Path) -> None:
    set_version(templates / "hello", "0.2.0.dev0")
    arguments = ("--templates", templates, "--out", tmp_path / "out", "--json")
    assert [row["template"] for row in run("template", "release", *arguments).data["releases"]] == ["hello-world"]
    refused = run("template", "release", "hello", *arguments)
    assert refused.code == 1
    assert "hello 0.2.0.dev0 is in development." in refused.out
    assert not (tmp_path / "out/hello.bundle").exists()


def test_a_change_without_a_newer_version(run: Run, templates: Path, tmp_path: Path) -> None:
    arguments = ("template", "release", "hello", "--templates", templates, "--out", tmp_path / "out")
    run(*arguments)
    toml = (tmp_path / "out/hello.toml").read_bytes()
    (templates / "_layers/base/project/Dockerfile").write_text("FROM other\n")
    failed = run(*arguments)
    assert failed.code == 1
    assert "hello changed, but 0.1.0 is not newer than its release 0.1.0." in failed.err
    assert (tmp_path / "out/hello.toml").read_bytes() == toml
    set_version(templates / "hello", "0.2.0")
    assert run(*arguments).code == 0
    assert release.versions(tmp_path / "out/hello.bundle") == ["0.1.0", "0.2.0"]


def test_amend(run: Run, templates: Path, tmp_path: Path) -> None:
    arguments = ("template", "release", "hello", "--templates", templates, "--out", tmp_path / "out")
    run(*arguments)
    (templates / "hello/project/src/hello.py").write_text("better\n")
    assert run(*arguments, "--amend").code == 0
    assert release.versions(tmp_path / "out/hello.bundle") == ["0.1.0"]


def test_what_was_released_can_be_made(run: Run, templates: Path, tmp_path: Path) -> None:
    run("template", "release", "--templates", templates, "--out", tmp_path / "cat/releases")
    run("catalog", "add", "cat", tmp_path / "cat")
    shutil.rmtree(templates)
    assert run("new", "cat/hello", "mine", "-y", "--no-install").code == 0


@pytest.mark.parametrize(
    ("args", "words"), [(["nope"], "There is no template at"), (["_layers"], "There is no template at")]
)
def test_a_template_that_is_not_there(run: Run, templates: Path, tmp_path: Path, args: list[str], words: str) -> None:
    failed = run("template", "release", *args, "--templates", templates, "--out", tmp_path / "out")
    assert failed.code == 1
    assert words in failed.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_there(run: Run) -> None:
    failed = run("template", "release")
    assert failed.code == 1
    assert "There is no folder templates." in failed.err
    assert "--templates FOLDER" in failed.err


def test_sources_that_do_not_assemble_release_nothing(run: Run, templates: Path, tmp_path: Path) -> None:
    (templates / "hello/copier.yml").write_text("a: [\n")
    failed = run("template", "release", "hello", "--templates", templates, "--out", tmp_path / "out")
    assert failed.code == 1
    assert "is not valid YAML" in failed.err
    assert not (tmp_path / "out").exists()


@pytest.mark.thorough
def test_without_out_the_installation_s_own_releases(installed: Path, templates: Path, work: Path) -> None:
    import sys

    from support import spawn

    set_version(templates / "hello-world", "2.0")
    before = (installed / "releases/hello-world.bundle").read_bytes()
    done = spawn(
        sys.executable, "-m", "scaffold", "template", "release", "hello-world", "--templates", templates, "--json"
    )
    assert done.code == 0, done
    assert done.data["releases"][0]["bundle"] == str(installed / "releases/hello-world.bundle")
    assert (installed / "releases/hello-world.bundle").read_bytes() != before
