"""`scaffold catalog add|list|remove`."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from forking import Fork
from scaffold.core.templates import catalog
from support import git, git_repository, spawn, write


def names() -> list[str]:
    return [item.name for item in catalog.registered()]


@pytest.fixture
def repository(templates: Path) -> Path:
    """A git repository with the mini templates."""
    return git_repository(templates)


def test_a_folder_with_releases(run: Run, released: Path) -> None:
    added = run("catalog", "add", "acme", released, "--json")
    assert (added.code, added.err) == (0, "")
    assert added.data == {"catalog": "acme", "source": str(released), "templates": ["acme/hello", "acme/hello-world"]}
    assert run("show", "acme/hello", "--json").data["version"] == "0.2.0"


def test_a_folder_with_sources_and_plain_templates(run: Run, templates: Path) -> None:
    write(templates, {"plain/copier.yml": "a: 1\n"})
    added = run("catalog", "add", "src", templates, "--json")
    assert added.data["templates"] == ["src/hello", "src/hello-world", "src/plain"]
    assert run("new", "src/plain", "mine", "-y", "--no-install").code == 0


def test_a_relative_folder_is_found_from_everywhere(
    run: Run, work: Path, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates.rename(work / "here")
    assert run("catalog", "add", "src", "here").code == 0
    (work / "other").mkdir()
    monkeypatch.chdir(work / "other")
    assert run("show", "src/hello").code == 0


def test_a_git_repository_is_cloned(run: Run, repository: Path, sealed: Path) -> None:
    url = f"file://{repository}"
    assert run("catalog", "add", "src", url).code == 0
    shutil.rmtree(repository)
    assert run("new", "src/hello", "mine", "-y", "--no-install").code == 0
    assert run("catalog", "list", "--json").data["catalogs"] == [
        {"name": "src", "source": url, "folder": str(sealed / "config/catalogs/src")}
    ]


def test_adding_again_fetches_anew(run: Run, repository: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    write(repository, {"new-one/copier.yml": ""})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "more")
    assert "src/new-one" in run("catalog", "add", "src", f"file://{repository}", "--json").data["templates"]
    assert names() == ["src"]


def test_a_repository_without_templates_leaves_the_catalog_as_it_was(
    run: Run, repository: Path, tmp_path: Path
) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    empty = git_repository(write(tmp_path / "empty", {"a": ""}))
    failed = run("catalog", "add", "src", f"file://{empty}", "--json")
    assert (failed.code, failed.json["error"]["message"]) == (1, f"file://{empty} holds no template.")
    assert run("show", "src/hello").code == 0
    assert run("catalog", "list", "--json").data["catalogs"][0]["source"] == f"file://{repository}"


def test_a_repository_without_templates_leaves_nothing(run: Run, sealed: Path, tmp_path: Path) -> None:
    empty = git_repository(write(tmp_path / "empty", {"a": ""}))
    assert run("catalog", "add", "src", f"file://{empty}").code == 1
    assert names() == []
    assert not (sealed / "config/catalogs/src").exists()


def test_a_clone_gives_way_to_a_folder(run: Run, repository: Path, released: Path, sealed: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    assert run("catalog", "add", "src", released).code == 0
    assert not (sealed / "config/catalogs/src").exists()


@pytest.mark.parametrize("name", ["", "A", "a_b", "a/b", "..", "a b", "-", "é", "a--b", "a."])
def test_a_name_that_is_not_allowed(run: Run, released: Path, name: str) -> None:
    failed = run("catalog", "add", "--json", "--", name, released)
    assert failed.code == 1
    assert failed.json["error"] == {
        "code": "catalog-invalid",
        "message": f"`{name}` cannot name a catalog.",
        "hint": "Use lower-case letters, digits and single hyphens.",
    }
    assert names() == []


def test_the_name_of_a_built_in_template_is_taken(run: Run, built_in: Path, released: Path) -> None:
    failed = run("catalog", "add", "hello", released)
    assert failed.code == 1
    assert "is the name of a built-in template" in failed.err


def test_a_folder_without_templates(run: Run, work: Path) -> None:
    failed = run("catalog", "add", "acme", ".")
    assert (failed.code, failed.out) == (1, "")
    assert failed.err.startswith("error: . holds no template.")


@pytest.mark.parametrize("place", ["/no/such/place", "file:///no/such/repository", "git+nonsense", "~nobody-here/x"])
def test_a_place_that_cannot_be_read(run: Run, sealed: Path, place: str) -> None:
    failed = run("catalog", "add", "acme", place)
    assert failed.code == 1
    assert "is neither a folder nor a git repository that can be read." in failed.err
    assert names() == []
    assert os.listdir(sealed / "tmp") == []


def test_a_token_is_refused_and_never_shown(run: Run) -> None:
    failed = run("catalog", "add", "acme", "https://ada:tok3n@example.org/t.git")
    assert failed.code == 1
    assert "password or token" in failed.err
    assert "tok3n" not in failed.out + failed.err


def test_a_broken_description_is_said(run: Run, templates: Path) -> None:
    (templates / "hello/template.toml").write_text("title =")
    failed = run("catalog", "add", "src", templates)
    assert failed.code == 1
    assert "hello/template.toml is not valid TOML" in failed.err


def test_list_of_none(run: Run) -> None:
    assert run("catalog", "list", "--json").data == {"catalogs": []}
    assert "No catalog is registered" in run("catalog", "list").out


def test_list(run: Run, acme: str, released: Path) -> None:
    shown = run("catalog", "list").out
    assert "acme" in shown
    assert str(released) in shown


def test_remove_leaves_the_user_s_folder(run: Run, acme: str, released: Path) -> None:
    removed = run("catalog", "remove", "acme", "--json")
    assert (removed.code, removed.data) == (0, {"catalog": "acme", "removed": True})
    assert "cannot be updated until the catalog is added again" in removed.json["warnings"][0]["message"]
    assert (released / "releases/hello.bundle").is_file()
    assert names() == []
    assert run("show", "acme/hello").code == 1


def test_remove_deletes_our_clone(run: Run, repository: Path, sealed: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    assert run("catalog", "remove", "src").code == 0
    assert not (sealed / "config/catalogs/src").exists()


@pytest.mark.parametrize("name", ["nope", "..", ""])
def test_remove_of_none(run: Run, acme: str, name: str) -> None:
    failed = run("catalog", "remove", name)
    assert failed.code == 1
    assert f"There is no catalog `{name}`." in failed.err
    assert names() == ["acme"]


def test_a_folder_that_is_gone_can_be_removed(run: Run, acme: str, released: Path) -> None:
    shutil.rmtree(released)
    assert "scaffold catalog remove acme" in run("show", "acme/hello").err
    assert run("catalog", "remove", "acme").code == 0


@pytest.mark.parametrize(
    "command", [("list",), ("catalog", "list"), ("show", "acme/hello"), ("catalog", "remove", "acme")]
)
def test_a_damaged_registry_is_said(run: Run, acme: str, sealed: Path, command: tuple[str, ...]) -> None:
    (sealed / "config/catalogs.json").write_text("{")
    failed = run(*command)
    assert failed.code == 1
    assert "catalogs.json is damaged." in failed.err


def test_many_at_once_lose_nobody(released: Path, start: Callable[..., Fork]) -> None:
    adding = [start("catalog", "add", f"c{n}", released, "-q") for n in range(4)]
    assert [process.wait() for process in adding] == [0, 0, 0, 0]
    assert names() == ["c0", "c1", "c2", "c3"]


def test_the_program_itself(released: Path) -> None:
    from support import BIN

    assert spawn(BIN / "scaffold", "catalog", "add", "acme", released).code == 0
    assert "acme/hello" in spawn(BIN / "scaffold", "list").out
