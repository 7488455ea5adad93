"""The templates of catalogs."""

import json
from pathlib import Path

import pytest

from scaffold.core.templates import catalog
from scaffold.core.templates.catalog import Catalog
from scaffold.errors import ScaffoldError
from support import set_version, write


def names(entries: list[catalog.Entry]) -> list[str]:
    return [entry.name for entry in entries]


def test_built_in_in_the_order_of_the_road(built_in: Path) -> None:
    assert names(catalog.built_in()) == ["hello-world", "hello"]


def test_the_package_s_own_place_is_inside_it() -> None:
    assert Path(catalog.__file__).parents[2] / "releases" == catalog.BUILT_IN


def test_an_entry_knows_its_address_and_title(acme: str) -> None:
    entry = catalog.find("acme/hello")
    assert (entry.address, entry.title) == ("scaffold://acme/hello", "Hello")


@pytest.mark.parametrize("where", [".", "templates"])
def test_sources_and_plain_copier_templates(tmp_path: Path, templates: Path, where: str) -> None:
    folder = tmp_path / "cat" / where
    folder.parent.mkdir(exist_ok=True)
    templates.rename(folder)
    write(folder, {"plain/copier.yml": "a: 1\n", "other/copier.yaml": "", "Bad Name/copier.yml": "", "none/x": ""})
    found = catalog.entries(Catalog("c", "x", tmp_path / "cat"))
    assert names(found) == ["c/hello", "c/hello-world", "c/other", "c/plain"]
    assert [entry.title for entry in found] == ["Hello", "Hello world", "a Copier template", "a Copier template"]


def test_releases_go_before_sources(tmp_path: Path, templates: Path, released: Path) -> None:
    set_version(templates / "hello", "9.9")
    (released / "templates").symlink_to(templates)
    hello = next(entry for entry in catalog.entries(Catalog("c", "x", released)) if entry.name == "c/hello")
    assert hello.path == released / "releases/hello.bundle"
    assert hello.manifest is not None
    assert hello.manifest.version == "0.3.0rc1"


def test_a_bundle_without_description_is_no_template(released: Path) -> None:
    (released / "releases/hello.toml").unlink()
    assert names(catalog.entries(Catalog("c", "x", released))) == ["c/hello-world"]


def test_a_folder_that_is_gone_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="`c` is no longer at") as said:
        catalog.entries(Catalog("c", "x", tmp_path / "gone"))
    assert said.value.hint == "Run: scaffold catalog remove c"


@pytest.mark.parametrize(
    ("name", "near"), [("helo", "hello"), ("hello-wrld", "hello-world"), ("acme/helo", "acme/hello"), ("acme/x", "")]
)
def test_an_unknown_template_is_told_the_nearest(built_in: Path, acme: str, name: str, near: str) -> None:
    with pytest.raises(ScaffoldError, match=f"There is no template `{name}`") as said:
        catalog.find(name)
    assert "scaffold list" in said.value.hint
    assert (f"Did you mean `{near}`?" in said.value.hint) == bool(near)


@pytest.mark.parametrize("name", ["", "/", "//", "acme/", "/hello", "acme/../acme/hello", "acme//hello", "nope/hello"])
def test_a_name_that_is_none_is_unknown(acme: str, name: str) -> None:
    with pytest.raises(ScaffoldError, match="There is no template"):
        catalog.find(name)


def test_nothing_is_registered_at_first() -> None:
    assert catalog.registered() == []


def test_what_is_saved_is_registered_by_name(tmp_path: Path) -> None:
    catalogs = [Catalog("b", "https://example.org/é", tmp_path / "ž"), Catalog("a", "s", tmp_path)]
    catalog.save(catalogs)
    assert catalog.registered() == catalogs[::-1]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b'{"a": 1}',
        b'{"a": {}}',
        b'{"a": {"source": "x"}}',
        b"\xff",
        b'{"a": {"source": 1, "folder": 2}}',
    ],
)
def test_a_damaged_registry_is_said(sealed: Path, content: bytes) -> None:
    write(sealed / "config", {"catalogs.json": content})
    with pytest.raises(ScaffoldError, match=r"catalogs\.json is damaged") as said:
        catalog.registered()
    assert "Delete it" in said.value.hint


@pytest.mark.parametrize("name", ["../up", "a b", "", "A", "a/b", "-x"])
def test_a_registry_with_a_name_that_add_refuses_is_damaged(sealed: Path, tmp_path: Path, name: str) -> None:
    content = json.dumps({name: {"source": "s", "folder": str(tmp_path)}})
    write(sealed / "config", {"catalogs.json": content})
    with pytest.raises(ScaffoldError, match="is damaged"):
        catalog.registered()
