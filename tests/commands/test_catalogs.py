"""`scaffold catalog add|list|update|remove`."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from conftest import Run
from forking import Fork
from scaffold.core.templates import catalog
from support import git, git_repository, spawn, write
from update_support import Template


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
    (listed,) = run("catalog", "list", "--json").data["catalogs"]
    fetched = datetime.fromisoformat(listed.pop("fetched"))
    assert listed == {"name": "src", "source": url, "folder": str(sealed / "config/catalogs/src")}
    assert fetched.timestamp() == pytest.approx(catalog.registered()[0].fetched, abs=1)


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (1.5, "yesterday"), (30.2, "30 days"), (None, "not known")])
def test_the_list_says_when_a_catalog_was_fetched(run: Run, repository: Path, days: float | None, said: str) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    run("catalog", "add", "own", repository)
    (own, src) = catalog.registered()
    catalog.save([own, replace(src, fetched=time.time() - days * 24 * 60 * 60 if days is not None else 0)])
    shown = run("catalog", "list").out
    assert said in shown
    assert "a folder, read as it is" in shown


def test_adding_again_fetches_anew(run: Run, repository: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    write(repository, {"new-one/copier.yml": ""})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "more")
    assert "src/new-one" in run("catalog", "add", "src", f"file://{repository}", "--json").data["templates"]
    assert names() == ["src"]


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_the_program_itself(released: Path) -> None:
    from support import BIN

    assert spawn(BIN / "scaffold", "catalog", "add", "acme", released).code == 0
    assert "acme/hello" in spawn(BIN / "scaffold", "list").out


def test_update_fetches_clones_again_and_leaves_folders(run: Run, acme: str, repository: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    write(repository, {"new-one/copier.yml": ""})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "more")
    assert "src/new-one" not in run("list").out

    done = run("catalog", "update", "--json")

    assert done.code == 0
    assert done.data["catalogs"] == [
        {"name": "acme", "fetched": False, "templates": ["acme/hello", "acme/hello-world"], "error": ""},
        {"name": "src", "fetched": True, "templates": ["src/hello", "src/hello-world", "src/new-one"], "error": ""},
    ]
    assert "src/new-one" in run("list").out


def test_update_goes_on_where_one_catalog_is_gone(run: Run, acme: str, repository: Path) -> None:
    run("catalog", "add", "aaa", f"file://{repository}")
    repository.rename(repository.with_name("moved"))
    done = run("catalog", "update", "--json")
    assert (done.code, [bool(row["error"]) for row in done.data["catalogs"]]) == (4, [True, False])
    assert run("show", "aaa/hello").code == 0
    assert run("catalog", "update", "aaa").code == 1
    assert run("catalog", "update").code == 4


def test_update_brings_back_a_clone_that_is_gone(run: Run, repository: Path, sealed: Path) -> None:
    run("catalog", "add", "src", f"file://{repository}")
    shutil.rmtree(sealed / "config/catalogs/src")
    assert "scaffold catalog update src" in run("show", "src/hello").err
    assert run("catalog", "update", "src").code == 0
    assert run("show", "src/hello").code == 0


def test_the_age_of_a_clone_is_told_at_updates(run: Run, released: Path, sealed: Path) -> None:
    run("catalog", "add", "src", f"file://{git_repository(released)}")
    run("new", "src/hello", "mine", "-y", "--no-install")
    assert run("update", "mine", "--json").json["warnings"] == []
    registry = sealed / "config/catalogs.json"
    content = json.loads(registry.read_text())
    content["src"]["fetched"] -= 20 * 24 * 60 * 60
    registry.write_text(json.dumps(content))
    for args in (["update", "mine"], ["update", "mine", "--check"]):
        warning = run(*args, "--json").json["warnings"][0]
        assert warning["message"] == "The catalog src was fetched 20 days ago."
        assert "scaffold catalog update src" in warning["hint"]


@pytest.fixture
def single(tmp_path: Path) -> Path:
    """A repository that is a plain template itself, with the releases 0.1.0 and 0.2.0."""
    made = Template(tmp_path / "single").release("0.1.0", {"a.txt": "a\n"})
    return made.release("0.2.0", {"a.txt": "b\n"}).folder


@pytest.mark.thorough
def test_a_repository_that_is_a_template_is_a_catalog_of_one(run: Run, single: Path, work: Path) -> None:
    url = f"file://{single}"
    assert run("catalog", "add", "one", url, "--json").data["templates"] == ["one/single"]

    made = run("new", "one/single", "mine", "--ref", "0.1.0", "-y", "--no-install", "--json")

    assert (made.code, made.json["warnings"], made.data["version"]) == (0, [], "0.1.0")
    answers = (work / "mine/.copier-answers.yml").read_text()
    assert f"_src_path: git+{url}\n" in answers
    assert "_commit: 0.1.0\n" in answers
    run("catalog", "remove", "one")
    assert run("update", "mine").code == 0
    assert (work / "mine/a.txt").read_text() == "b\n"


def test_a_repository_that_is_a_template_of_ours(run: Run, templates: Path) -> None:
    repository = git_repository(templates / "hello-world")
    url = f"file://{repository}"
    assert run("catalog", "add", "one", url, "--json").data["templates"] == ["one/hello-world"]
    assert run("new", "one/hello-world", "mine", "-y", "--no-install").code == 0


def test_a_template_of_a_folder_says_who_can_update_its_projects(run: Run, single: Path, work: Path) -> None:
    write(work, {"cat/plain/copier.yml": "a: 1\n"})
    shutil.copytree(single, work / "cat/local")
    shutil.copytree(single, work / "cat/shared")
    git(work / "cat/shared", "remote", "add", "origin", "https://example.org/shared.git")
    run("catalog", "add", "cat", "cat")
    said = {}
    for name in ("plain", "local", "shared"):
        made = run("new", f"cat/{name}", name, "-y", "--no-install", "--json")
        said[name] = " ".join(warning["message"] for warning in made.json["warnings"])
    assert "cannot be updated: cat/plain has no git repository of its own" in said["plain"]
    assert "Only this machine" in said["local"]
    assert said["shared"] == ""
    assert "_src_path: https://example.org/shared.git\n" in (work / "shared/.copier-answers.yml").read_text()


def test_a_damaged_bundle_of_a_clone_names_the_catalog_and_the_command(run: Run, released: Path, sealed: Path) -> None:
    run("catalog", "add", "src", f"file://{git_repository(released)}")
    (sealed / "config/catalogs/src/releases/hello.bundle").write_bytes(b"broken")
    failed = run("new", "src/hello", "mine", "-y", "--json")
    assert "The releases of src/hello are damaged" in failed.json["error"]["message"]
    assert failed.json["error"]["hint"] == "Fetch the catalog again: scaffold catalog update src"
    assert run("catalog", "update", "src").code == 0
    assert run("show", "src/hello").code == 0


@pytest.mark.thorough
def test_a_release_that_moved_is_told(run: Run, single: Path, work: Path) -> None:
    run("new", single, "mine", "-y", "--no-install", "-q")
    assert re.search("^Template-Commit: [0-9a-f]{40}$", git(work / "mine", "log", "-1", "--format=%b"))
    assert run("update", "mine", "--json").json["warnings"] == []
    write(single, {"project/a.txt": "moved\n"})
    git(single, "commit", "--quiet", "--all", "--message", "moved")
    git(single, "tag", "--force", "0.2.0")
    for args in (["--dry-run"], []):
        warning = run("update", "mine", "--json", *args).json["warnings"][0]
        assert "The release 0.2.0 of single was moved" in warning["message"]


def test_a_wrong_default_names_the_settings_file(run: Run, acme: str, sealed: Path) -> None:
    write(sealed / "config", {"settings.toml": '[defaults]\nlicense = "GPL"\n'})
    failed = run("new", "acme/hello", "mine", "-y", "--json")
    assert (failed.code, failed.json["error"]["code"]) == (2, "answer-invalid")
    assert str(sealed / "config/settings.toml") in failed.json["error"]["message"]
    assert "-d license=VALUE" in failed.json["error"]["hint"]
    failed = run("new", "acme/hello", "mine", "-y", "--json", "-d", "license=BSD")
    assert "settings.toml" not in failed.json["error"]["message"]
