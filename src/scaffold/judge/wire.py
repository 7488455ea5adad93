"""The format of messages between the judge and the worker: frames of bytes, and values as JSON.

A student can forge what a worker sends. It is never unpickled: it can only become a built-in value, an array or a table
of numbers and texts, or a reference to an object that stays in the worker.
"""

import base64
import datetime
import decimal
import fractions
import json
import pathlib
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

ToReference = Callable[[Any], list[Any]]
"""Describes an object that stays in the worker, as `_Worker.reference` does."""
Resolve = Callable[[list[Any]], Any]
"""Makes the judge's reference from such a description."""
_SMALL = 1 << 62
_PLAIN = {type(None), bool, float, str}
_KINDS = "biufcMmUS"
"""The kinds of a numpy dtype that to_reference no Python objects."""
_TEXTS: dict[str, Callable[[str], Any]] = {
    "date": datetime.date.fromisoformat,
    "datetime": datetime.datetime.fromisoformat,
    "time": datetime.time.fromisoformat,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "PosixPath": pathlib.Path,
    "WindowsPath": pathlib.Path,
}
_TEXT_TYPES = (
    datetime.date, datetime.datetime, datetime.time, decimal.Decimal, fractions.Fraction, type(pathlib.Path()),
)  # fmt: skip
_SEQUENCES: dict[type, str] = {list: "list", tuple: "tuple", set: "set", frozenset: "frozenset"}
_BUILDERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset,
}  # fmt: skip


def read(stream: BinaryIO, most: int = 1 << 31) -> bytes | None:
    """The next frame; None at the end of the stream, or for a frame that is longer than `most` bytes or incomplete."""
    head = stream.read(4)
    if len(head) < 4 or (size := struct.unpack("<I", head)[0]) > most:
        return None
    data = stream.read(size)
    return data if len(data) == size else None


def write(stream: BinaryIO, data: bytes) -> None:
    """Send a frame."""
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


def dumps(value: Any, to_reference: ToReference) -> Any:
    """A value as JSON; a value that is not exactly of a known type becomes a reference."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else ["int", hex(value)]
    if kind in _SEQUENCES:
        return [_SEQUENCES[kind], [dumps(item, to_reference) for item in value]]
    if kind is dict:
        return ["dict", [[dumps(key, to_reference), dumps(item, to_reference)] for key, item in value.items()]]
    if kind is bytes or kind is bytearray:
        return [kind.__name__, base64.b64encode(value).decode()]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if kind is range:
        return ["range", value.start, value.stop, value.step]
    if kind is datetime.timedelta:
        return ["timedelta", value.days, value.seconds, value.microseconds]
    if kind in _TEXT_TYPES:
        return ["text", kind.__name__, value.isoformat() if hasattr(value, "isoformat") else str(value)]
    return _table(value, kind, to_reference) or to_reference(value)


def loads(value: Any, resolve: Resolve) -> Any:
    """The value of JSON that `dumps` made.

    Raises:
        ValueError, TypeError, KeyError: It is not such JSON.
    """
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise TypeError("a JSON object is no value")
        return value
    kind, *rest = value
    if kind in _BUILDERS:
        return _BUILDERS[kind]([loads(item, resolve) for item in rest[0]])
    if kind == "dict":
        return {loads(key, resolve): loads(item, resolve) for key, item in rest[0]}
    if kind == "int":
        return int(rest[0], 16)
    if kind in ("bytes", "bytearray"):
        data = base64.b64decode(rest[0])
        return data if kind == "bytes" else bytearray(data)
    if kind == "complex":
        return complex(*rest)
    if kind == "range":
        return range(*rest)
    if kind == "timedelta":
        return datetime.timedelta(*rest)
    if kind == "text":
        return _TEXTS[rest[0]](rest[1])
    if kind in _TABLES:
        return _TABLES[kind](rest, resolve)
    return resolve(value)


def to_bytes(content: Any) -> bytes:
    """JSON as bytes."""
    return json.dumps(content, ensure_ascii=True).encode()


def _table(value: Any, kind: type, to_reference: ToReference) -> list[Any] | None:
    """Arrays and tables of numpy, pandas and torch; None for anything else."""
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    if name == "numpy.ndarray" and value.dtype.kind in _KINDS:
        return ["array", value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]
    if name.startswith("numpy.") and getattr(getattr(value, "dtype", None), "kind", "O") in _KINDS and not value.shape:
        return ["scalar", value.dtype.str, base64.b64encode(value.tobytes()).decode()]
    if name == "pandas.DataFrame":
        columns = [_column(value.iloc[:, index], to_reference) for index in range(value.shape[1])]
        return [
            "frame",
            dumps(list(value.columns), to_reference),
            _column(value.index.to_series(), to_reference),
            columns,
        ]
    if name == "pandas.Series":
        return [
            "series",
            _column(value, to_reference),
            _column(value.index.to_series(), to_reference),
            dumps(value.name, to_reference),
        ]
    if name in ("torch.Tensor", "torch.Parameter") and value.layout.__repr__() == "torch.strided":
        return ["tensor", _table(array := value.detach().cpu().numpy(), type(array), to_reference)]
    return None


def _column(series: Any, to_reference: ToReference) -> list[Any]:
    """The values of a pandas column, with its dtype."""
    array = series.to_numpy()
    if array.dtype.kind in _KINDS and str(series.dtype) == str(array.dtype):
        return ["array", array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]
    return ["column", str(series.dtype), [dumps(item, to_reference) for item in array.tolist()]]


def _array(rest: list[Any], _resolve: Resolve) -> Any:
    import numpy as np

    dtype = np.dtype(rest[0])
    if dtype.kind not in _KINDS:
        raise ValueError(f"this dtype must not be sent: {dtype}")
    return np.frombuffer(base64.b64decode(rest[-1]), dtype).reshape(rest[1] if len(rest) == 3 else ()).copy()


def _scalar(rest: list[Any], resolve: Resolve) -> Any:
    return _array(rest, resolve)[()]


def _read_column(content: list[Any], resolve: Resolve) -> Any:
    import pandas as pd

    if content[0] == "array":
        return pd.Series(_array(content[1:], resolve))
    return pd.Series([loads(item, resolve) for item in content[2]], dtype=content[1])


def _series(rest: list[Any], resolve: Resolve) -> Any:
    series = _read_column(rest[0], resolve)
    series.index = _read_column(rest[1], resolve)
    series.name = loads(rest[2], resolve)
    return series


def _frame(rest: list[Any], resolve: Resolve) -> Any:
    import pandas as pd

    frame = pd.DataFrame(dict(enumerate(_read_column(column, resolve) for column in rest[2])))
    frame.index = pd.Index(_read_column(rest[1], resolve))
    frame.columns = loads(rest[0], resolve)
    return frame


def _tensor(rest: list[Any], resolve: Resolve) -> Any:
    import torch

    return torch.from_numpy(loads(rest[0], resolve))


_TABLES: dict[str, Callable[[list[Any], Resolve], Any]] = {
    "array": _array, "scalar": _scalar, "frame": _frame, "series": _series, "tensor": _tensor,
}  # fmt: skip
