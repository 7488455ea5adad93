"""Answers from the command line and from files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.answers import gather, parse_pair, read_answers_file
from scaffold.errors import UsageError

texts = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("k=v", "v"),
        ("k=", ""),
        ("k=a=b", "a=b"),
        ("k= v ", " v "),
        ("k=3.10", "3.10"),
        ("k=true", "true"),
        ("k=no", "no"),
        ("k=[a, b]", "[a, b]"),
        ("k={{ 7*7 }}", "{{ 7*7 }}"),
        ("k=: x", ": x"),
        ("k=2020-13-45", "2020-13-45"),
        ("k=line\nbreak", "line\nbreak"),
    ],
)
def test_a_pair_is_text_as_it_was_typed(pair: str, value: str) -> None:
    assert parse_pair(pair) == ("k", value)


def test_the_key_loses_the_space_around_it() -> None:
    assert parse_pair(" k =v") == ("k", "v")


@pytest.mark.parametrize("pair", ["", "k", "=v", " =v", "="])
def test_what_is_no_pair_is_said(pair: str) -> None:
    with pytest.raises(UsageError, match="is not KEY=VALUE") as refused:
        parse_pair(pair)
    assert refused.value.hint == "For example: -d license=MIT"


@given(key=st.from_regex(r"[a-z_]+", fullmatch=True), value=texts)
def test_every_value_survives(key: str, value: str) -> None:
    assert parse_pair(f"{key}={value}") == (key, value)


@pytest.mark.thorough
@given(texts)
def test_any_text_is_a_pair_or_a_usage_error(text: str) -> None:
    try:
        key, _ = parse_pair(text)
    except UsageError as error:
        assert "KEY=VALUE" in error.message
    else:
        assert key
        assert key == key.strip()


def test_a_file_of_answers(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("# mine\n_commit: 0.1.0\n_src_path: x\nname: é\nyes_no: true\nn: 3\n", encoding="utf-8")
    assert read_answers_file(file) == {"name": "é", "yes_no": True, "n": 3}


def test_an_empty_file_answers_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("")
    assert read_answers_file(tmp_path / "a.yml") == {}


@pytest.mark.parametrize(
    "content", [b"a: [", b"\xff\xfe\xff", b"a: \x00", b"a: 2020-99-99", b"a: 0b_", b"? [a]: b", b"a: !!python/object x"]
)
def test_a_file_that_is_no_yaml_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.yml").write_bytes(content)
    with pytest.raises(UsageError, match=r"The answers file .*a\.yml is not valid YAML"):
        read_answers_file(tmp_path / "a.yml")


@pytest.mark.parametrize("content", ["- a\n- b\n", "text\n", "3\n", "false\n", "[]\n"])
def test_a_file_that_is_no_mapping_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.yml").write_text(content)
    with pytest.raises(UsageError, match="must hold `question: answer` lines"):
        read_answers_file(tmp_path / "a.yml")


@pytest.mark.parametrize("name", ["missing.yml", "."])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_answers_file(tmp_path / name)


@given(content=st.binary(max_size=40))
def test_any_file_is_answers_or_a_usage_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_bytes(content)
    try:
        answers = read_answers_file(file)
    except UsageError as error:
        assert str(file) in error.message
    else:
        assert not any(key.startswith("_") for key in answers)


def test_pairs_overrule_the_file_and_later_ones_earlier(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("a: file\nb: file\nc: file\n")
    assert gather(tmp_path / "a.yml", ["b=first", "b=second", "d=new"]) == {
        "a": "file",
        "b": "second",
        "c": "file",
        "d": "new",
    }


def test_nothing_given_answers_nothing() -> None:
    assert gather(None, []) == {}
