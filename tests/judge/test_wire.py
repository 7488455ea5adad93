# ruff: noqa: E501
"""The messages between the judge and the worker: values round-trip, and invalid messages are errors."""

import datetime
import decimal
import io
import json
import pathlib

import pytest

from scaffold.judge import wire


def through(value: object) -> object:
    """The value as the judge receives it; a reference becomes the name of the object's type."""
    sent = json.loads(wire.to_bytes(wire.dumps(value, lambda one: ["held", type(one).__name__])))
    return wire.loads(sent, lambda name: name)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -5, 1 << 80, 1.5, float("inf"), "text", "\ud800", b"\x00\xff", bytearray(b"x"), 2j, range(1, 9, 2),
        [1, [2, (3,)]], {"a": {1, 2}, (1, 2): frozenset("x")}, datetime.date(2027, 1, 31),
        datetime.datetime(2027, 1, 31, 12, tzinfo=datetime.UTC), datetime.time(1, 2), datetime.timedelta(1, 2, 3),
        decimal.Decimal("1.10"), pathlib.Path("a/b"),
    ],
)  # fmt: skip
def test_values_round_trip(value: object) -> None:
    found = through(value)
    assert (type(found), found) == (type(value), value)


class Liar(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


class Words(str):
    pass


@pytest.mark.parametrize("value", [Liar(3), Words("x"), object(), len, [Liar(3)]])
def test_a_subclass_becomes_a_reference(value: object) -> None:
    found = through(value)
    assert found in (["held", type(value).__name__], [["held", "Liar"]])


@pytest.mark.parametrize(
    "odd",
    ['{"a": 1}', '["text", "Path", "x"]', '["text", "date", "no"]', '["list"]', '["array", "|O", [1], "AAAA"]', "[]"],
)
def test_invalid_json_is_an_error(odd: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError, ImportError)):
        wire.loads(json.loads(odd), lambda name: name[1])


def test_frames() -> None:
    stream = io.BytesIO()
    for data in (b"one", b"", b"x" * 1000):
        wire.write(stream, data)
    stream.seek(0)
    assert [wire.read(stream), wire.read(stream), wire.read(stream, most=999)] == [b"one", b"", None]
    assert wire.read(io.BytesIO(b"\x05\x00\x00\x00ab")) is None
    assert wire.read(io.BytesIO(b"\x05")) is None
