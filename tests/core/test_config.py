"""The reader of configuration files: what it takes, and what it says of a file that is wrong."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scaffold.core import config
from scaffold.core.config import WrongValueError
from scaffold.errors import ScaffoldError


@config.table
class Part:
    id: str
    points: float = 1


@config.table
class Server:
    kind: Literal["git", "folder"] = "folder"
    port: Annotated[int, Ge(1)] = 80
    tls: bool = False

    def __post_init__(self) -> None:
        if self.tls and self.port == 80:
            raise WrongValueError("`tls` needs another `port`.", "For example: port = 443.")


@config.table
class File:
    title: str
    due: datetime.datetime | datetime.date | None = None
    tags: tuple[str, ...] = ()
    server: Server = Server()
    parts: tuple[Part, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str) -> File:
    return config.parse(text, File, "x.toml", "See the manual.")


def test_a_whole_file() -> None:
    read = parse(
        'title = "T"\ndue = 2027-01-31\ntags = ["a"]\nvalues = {x = [1, "b"]}\n'
        '[server]\nkind = "git"\nport = 8080\n[[parts]]\nid = "one"\npoints = 2.5\n[[parts]]\nid = "two"\n'
    )
    assert read == File(
        "T",
        datetime.date(2027, 1, 31),
        ("a",),
        Server("git", 8080),
        (Part("one", 2.5), Part("two")),
        {"x": [1, "b"]},
    )


@pytest.mark.parametrize("due", ["2027-01-31T23:59:00", "2027-01-31T23:59:00+01:00"])
def test_a_time_keeps_its_zone(due: str) -> None:
    assert parse(f'title = "T"\ndue = {due}\n').due == datetime.datetime.fromisoformat(due)


@pytest.mark.parametrize("points", ["2", "2.5", "0.0"])
def test_points_may_be_whole_or_not(points: str) -> None:
    assert parse(f'title = "T"\n[[parts]]\nid = "a"\npoints = {points}\n').parts[0].points == float(points)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("tags = []\n", "x.toml lacks `title`.", "See the manual."),
        ('titel = "T"\n', "x.toml has an unknown key `titel`.", "Did you mean `title`? It is in line 1 of x.toml."),
        ("title = 3\n", "x.toml: `title` must be a string.", "See the manual. It is in line 1 of x.toml."),
        ('title = "T"\ndue = "soon"\n', "x.toml: `due` must be a date or time.", "line 2"),
        ('title = "T"\n\ntags = "a"\n', "x.toml: `tags` must be a list of strings.", "line 3"),
        ('title = "T"\ntags = ["a", 1]\n', "x.toml: `tags` must be a list of strings.", "line 2"),
        ('title = "T"\nserver = 3\n', "x.toml: `server` must be a table.", "line 2"),
        ('title = "T"\nparts = 3\n', "x.toml: `parts` must be a list of tables.", "line 2"),
        ('title = "T"\nparts = [3]\n', "x.toml: `parts` must be a list of tables.", "line 2"),
        ('title = "T"\nvalues = 3\n', "x.toml: `values` must be a table.", "line 2"),
        ('title = "T"\n[server]\nport = "a"\n', "x.toml [server]: `port` must be a whole number.", "line 3"),
        ('title = "T"\n[server]\nport = 1.5\n', "x.toml [server]: `port` must be a whole number.", "line 3"),
        ('title = "T"\n[server]\nport = 0\n', "x.toml [server]: `port` must be 1 or more.", "line 3"),
        ('title = "T"\n[server]\ntls = 1\n', "x.toml [server]: `tls` must be true or false.", "line 3"),
        ('title = "T"\n[server]\nkind = "svn"\n', "x.toml [server]: `kind` must be one of git, folder.", "line 3"),
        ('title = "T"\n[server]\nkid = "git"\n', "x.toml [server] has an unknown key `kid`.", "Did you mean `kind`?"),
        ('title = "T"\nserver = {tls = true}\n', "x.toml [server]: `tls` needs another `port`.", "port = 443. See"),
        (
            'title = "T"\n[[parts]]\nid = "a"\n[[parts]]\nid = "b"\npoints = "x"\n',
            "x.toml [[parts]]: `points` must be a number.",
            "line 6",
        ),
        ('title = "T"\n[[parts]]\npoints = 1\n', "x.toml [[parts]] lacks `id`.", "line 2"),
        ("title = \n", "x.toml is not valid TOML: Invalid value (at line 1, column 9).", "Fix x.toml"),
    ],
)
def test_what_is_wrong_is_named_with_table_key_and_line(text: str, message: str, hint: str) -> None:
    with pytest.raises(ScaffoldError) as refused:
        parse(text)
    assert (refused.value.message, refused.value.code) == (message, "config-invalid")
    assert hint in refused.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="cannot be read: No such file"):
        config.read(tmp_path / "x.toml", File)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse(text)
    except ScaffoldError as error:
        assert error.message.startswith("x.toml")
    else:
        assert isinstance(read, File)


@given(
    st.fixed_dictionaries(
        {"title": st.text(st.characters(codec="utf-8")), "tags": st.lists(st.sampled_from(["a", "ü", ""]), max_size=2)},
        optional={
            "server": st.fixed_dictionaries(
                {}, optional={"kind": st.sampled_from(["git", "x"]), "tls": st.sampled_from([True, False, "true", 1])}
            ),
            "parts": st.lists(st.just({"id": "one"}), max_size=2),
            "due": st.just("2027-01-31"),
        },
    )
)
def test_what_is_read_without_pydantic_is_what_pydantic_reads(content: dict[str, Any]) -> None:
    try:
        by_pydantic = TypeAdapter(File).validate_json(json.dumps(content), strict=True)
    except ValidationError:
        by_pydantic = None
    assert config.plainly(content, File) in (None, by_pydantic)


def test_a_file_of_strings_needs_no_pydantic() -> None:
    assert config.plainly({"title": "T", "tags": ["a"], "server": {"kind": "git"}}, File) == File(
        "T", None, ("a",), Server("git")
    )
