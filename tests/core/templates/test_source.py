"""From the word that a person typed to a template."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scaffold.commands import catalogs
from scaffold.core.templates import source
from scaffold.errors import ScaffoldError
from support import git_repository, write


@pytest.mark.parametrize("word", ["hello", "git+scaffold://hello", "scaffold://hello"])
def test_a_built_in_name_and_its_address(built_in: Path, word: str) -> None:
    found = source.find(word)
    assert (found.label, found.name, found.address) == ("hello", "hello", "git+scaffold://hello")
    assert found.releases() == ["0.1.0", "0.2.0"]
    assert found.manifest is not None
    assert (source.read(word).version, source.read(word).ref) == ("0.2.0", "0.2.0")


@pytest.mark.parametrize("word", ["acme/hello", "git+scaffold://acme/hello", "scaffold://acme/hello"])
def test_a_catalog_s_name_and_its_address(acme: str, released: Path, word: str) -> None:
    found = source.find(word)
    assert (found.label, found.name, found.address) == ("acme/hello", "hello", "git+scaffold://acme/hello")
    assert source.read(word, "0.1.0").version == "0.1.0"


def test_a_name_goes_before_a_folder_of_that_name(built_in: Path, work: Path, templates: Path) -> None:
    (work / "hello").symlink_to(templates / "hello")
    assert source.find("hello").address == "git+scaffold://hello"
    assert source.find("./hello").address == f"git+{(templates / 'hello').as_uri()}"


def test_a_folder_is_meant_where_no_template_has_its_name(work: Path) -> None:
    write(work, {"mine/copier.yml": "", "deep/er/copier.yml": ""})
    assert source.find("mine").address == str(work / "mine")
    assert source.find("deep/er").address == str(work / "deep/er")


@pytest.mark.parametrize("word", ["git+scaffold://mine", "scaffold://mine", "scaffold://deep/er"])
def test_an_address_never_means_a_folder(work: Path, word: str) -> None:
    write(work, {"mine/copier.yml": "", "deep/er/copier.yml": ""})
    with pytest.raises(ScaffoldError, match="There is no template"):
        source.find(word)


@pytest.mark.parametrize(
    "word",
    [
        "git+scaffold://../x",
        "git+scaffold://",
        "scaffold://hello/",
        "scaffold://hello/../../etc",
        "scaffold://hello/../hello-world",
        "scaffold:///etc/passwd",
        "scaffold://hello.bundle",
        "scaffold://Hello",
        "scaffold://a/b/c",
        "scaffold://hello?x",
        "scaffold://user@hello",
        "scaffold://hello\n",
    ],
)
def test_an_address_that_is_none_is_refused(built_in: Path, word: str) -> None:
    with pytest.raises(ScaffoldError, match="is no address of a template") as said:
        source.find(word)
    assert said.value.hint == "Addresses look like git+scaffold://ml-tabular"


def test_a_folder_of_sources_is_assembled_on_the_fly(templates: Path) -> None:
    found = source.read(str(templates / "hello"))
    assert (found.template.label, found.version) == ("hello", "0.1.0.dev0")
    assert found.template.address == f"git+{(templates / 'hello').as_uri()}"
    assert found.tree["project/src/hello.py"].content == b'print("hello")\n'


def test_a_draft_has_one_version(templates: Path) -> None:
    assert source.read(str(templates / "hello"), "0.1.0.dev0").version == "0.1.0.dev0"
    with pytest.raises(ScaffoldError, match=r"a draft and has only 0\.1\.0\.dev0, no 0\.2\.0"):
        source.read(str(templates / "hello"), "0.2.0")


@pytest.mark.parametrize("version", ["1.0", "1.0rc1", "1!2.0", "1.0.post1", "1.0.dev3", "1.0+local.1"])
def test_a_draft_of_any_version_has_a_version(templates: Path, version: str) -> None:
    text = (templates / "hello-world/template.toml").read_text().replace('"1.0"', f'"{version}"')
    (templates / "hello-world/template.toml").write_text(text)
    from packaging.version import Version

    assert Version(source.read(str(templates / "hello-world")).version).is_devrelease


def test_sources_of_a_catalog_keep_the_catalog_s_address(templates: Path) -> None:
    catalogs.add("src", str(templates))
    found = source.read("src/hello")
    assert (found.template.label, found.template.address) == ("src/hello", "git+scaffold://src/hello")
    assert found.version == "0.1.0.dev0"


def test_a_plain_copier_template_of_a_catalog_is_its_folder(work: Path) -> None:
    write(work, {"cat/plain/copier.yml": "a: 1\n"})
    catalogs.add("cat", str(work / "cat"))
    found = source.read("cat/plain")
    assert (found.template.address, found.version, found.ref) == (str(work / "cat/plain"), "", None)
    assert found.tree["copier.yml"].content == b"a: 1\n"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("https://example.org/a/templ.git", "templ"),
        ("gh:owner/templ", "templ"),
        ("gl:templ", "templ"),
        ("git@example.org:owner/templ.git", "templ"),
        ("git+https://example.org/templ", "templ"),
        ("example.org:templ.git", "templ"),
    ],
)
def test_a_git_url_is_given_to_copier_as_it_is(word: str, name: str) -> None:
    found = source.find(word)
    assert (found.address, found.name) == (word, name)


@pytest.mark.parametrize("word", ["ssh://git@example.org/templ", "file:///nowhere/templ", "https://example.org/templ"])
def test_a_git_url_that_copier_would_take_for_a_folder_is_marked_as_one(word: str) -> None:
    assert (source.find(word).address, source.find(word).name) == (f"git+{word}", "templ")


@pytest.mark.parametrize(
    "word",
    ["https://tok3n@example.org/t.git", "git+https://me:tok3n@example.org/t", "ssh://git:tok3n@example.org/t.git"],
)
def test_a_url_with_a_secret_is_refused_before_a_project_records_it(word: str) -> None:
    with pytest.raises(ScaffoldError, match="password or token") as said:
        source.find(word)
    assert "tok3n" not in said.value.message + said.value.hint


def test_a_repository_is_a_template(work: Path) -> None:
    write(work, {"t/README.md": "hi"})
    git_repository(work / "t")
    assert source.find("./t").address == str(work / "t")


@pytest.mark.parametrize("word", [".", "..", "empty", "./empty"])
def test_a_folder_without_a_template_is_said(work: Path, word: str) -> None:
    (work / "empty").mkdir()
    with pytest.raises(ScaffoldError, match="is no template: it has neither template.toml nor copier.yml"):
        source.find(word)


@pytest.mark.parametrize("word", ["nope", "./nope", "a/b/c", "", " ", "~nobody-of-that-name/x", "/" * 300, "x" * 5000])
def test_a_word_that_means_nothing_is_said(work: Path, word: str) -> None:
    with pytest.raises(ScaffoldError, match="There is no template|neither template.toml nor copier.yml"):
        source.find(word)


@pytest.mark.thorough
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30))
@example("~")
@example("~root")
@example("%s")
@example("git+scaffold://" + "a" * 300)
def test_any_word_is_a_template_or_is_refused(word: str) -> None:
    try:
        found = source.find(word)
    except ScaffoldError as error:
        assert error.message.endswith(".")
    else:
        assert found.address


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("hello", "hello"),
        ("acme/hello", "hello"),
        ("/a/b/", "b"),
        ("git@h:x.git", "x"),
        ("/", "project"),
        ("gh:o/r", "r"),
    ],
)
def test_a_suggested_name(word: str, name: str) -> None:
    assert source.suggested_name(word) == name
