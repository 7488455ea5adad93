"""`template.toml`: what is read, and what is said of one that is wrong."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.templates.manifest import NAME, Manifest, parse_manifest, read_manifest
from scaffold.errors import ScaffoldError

GOOD: dict[str, Any] = {"title": "T", "stage": "s", "order": 1, "version": "0.1.0", "summary": "S."}


def toml(values: dict[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())


def test_a_whole_manifest() -> None:
    more = {"months": "3-4", "skills": ["a"], "layers": ["base"], "replaces": ["x"], "minutes": 1.5, "disk_mb": 7}
    manifest = parse_manifest(toml({**GOOD, **more}), "here")
    assert manifest == Manifest("T", "s", 1, "0.1.0", "S.", "3-4", ("a",), ("base",), ("x",), 1.5, 7)


def test_the_least_manifest() -> None:
    manifest = parse_manifest(toml(GOOD), "here")
    assert (manifest.layers, manifest.months, manifest.minutes, manifest.disk_mb) == ((), "", 0, 0)


@pytest.mark.parametrize("key", sorted(GOOD))
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(ScaffoldError, match=f"^here lacks `{key}`"):
        parse_manifest(toml({k: v for k, v in GOOD.items() if k != key}), "here")


def test_an_unknown_key_is_named_with_the_known_ones() -> None:
    with pytest.raises(ScaffoldError, match="unknown key `titel`") as refused:
        parse_manifest(toml({**GOOD, "titel": "T"}), "here")
    assert "title" in refused.value.hint


@pytest.mark.parametrize(
    ("key", "value", "need"),
    [
        ("title", 3, "a string"),
        ("order", "1", "a number"),
        ("order", True, "a number"),
        ("disk_mb", [], "a number"),
        ("layers", "base", "a list of strings"),
        ("skills", [1], "a list of strings"),
        ("months", 3, "a string"),
        ("version", 1.0, "a string"),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(key: str, value: Any, need: str) -> None:
    with pytest.raises(ScaffoldError, match=f"here: `{key}` must be {need}"):
        parse_manifest(toml({**GOOD, key: value}), "here")


@pytest.mark.parametrize("version", ["", "one", "1.0-beta.x", "0.1.0 ", " 0.1.0", "1.0\n", "latest"])
def test_a_version_is_pep_440_and_nothing_around_it(version: str) -> None:
    with pytest.raises(ScaffoldError, match="is not a PEP 440 version"):
        parse_manifest(toml({**GOOD, "version": version}), "here")


def test_what_is_no_toml_is_said_with_its_line() -> None:
    with pytest.raises(ScaffoldError, match=r"here is not valid TOML: .*line 2"):
        parse_manifest("title = 'a'\nstage =\n", "here")


def test_a_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "template.toml").write_bytes(b"title = '\xff'\n")
    with pytest.raises(ScaffoldError, match=r"template\.toml is not valid TOML"):
        read_manifest(tmp_path / "template.toml")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(title=texts, order=st.integers(0, 10**6), minutes=st.floats(0, 1e6), skills=st.lists(texts, max_size=3))
def test_what_is_written_is_read(title: str, order: int, minutes: float, skills: list[str]) -> None:
    values = {**GOOD, "title": title, "order": order, "minutes": minutes, "skills": skills}
    manifest = parse_manifest(toml(values), "here")
    assert (manifest.title, manifest.order, manifest.skills) == (title, order, tuple(skills))
    assert math.isclose(manifest.minutes, minutes)


@given(st.text(max_size=60))
def test_any_text_is_a_manifest_or_is_refused(text: str) -> None:
    try:
        parse_manifest(text, "here")
    except ScaffoldError as error:
        assert error.message.startswith("here")


@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "layers", "x"]), st.one_of(st.none().map(lambda _: True), texts, st.integers())
    )
)
def test_any_values_make_a_manifest_or_are_refused(values: dict[str, Any]) -> None:
    try:
        manifest = parse_manifest(toml(values), "here")
    except ScaffoldError as error:
        assert error.message.startswith("here")
    else:
        assert manifest.title == values["title"]


@pytest.mark.thorough
@given(st.from_regex(NAME, fullmatch=True))
def test_a_name_is_safe_everywhere(name: str) -> None:
    assert name == name.strip("-/.") == name.lower()
    assert name.replace("-", "").isascii()
    assert name.replace("-", "").isalnum()


@pytest.mark.parametrize("name", ["", "-a", "a-", "a--b", "A", "a_b", "a/b", "..", "a.b", "é", "a\n", "a b"])
def test_what_is_no_name(name: str) -> None:
    assert NAME.fullmatch(name) is None
