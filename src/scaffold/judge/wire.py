"""What the judge and the worker say to each other: frames of bytes, and values as JSON of built-in types.

What comes from a worker is a student's to forge. It is never unpickled: it can only become a built-in value, an array
or a frame of numbers and texts, or the number of an object that stays in the worker.
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

Hold = Callable[[Any], list[Any]]
"""Tells how an object that stays in the worker is named."""
Open = Callable[[list[Any]], Any]
"""The judge's stand-in for such a name."""
_SMALL = 1 << 62
_PLAIN = {type(None), bool, float, str}
_KINDS = "biufcMmUS"
"""The kinds of a numpy dtype that hold no Python objects."""
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
    """The next frame; None at the end, or for one that is longer than `most` bytes or cut short."""
    head = stream.read(4)
    if len(head) < 4 or (size := struct.unpack("<I", head)[0]) > most:
        return None
    data = stream.read(size)
    return data if len(data) == size else None


def write(stream: BinaryIO, data: bytes) -> None:
    """Send a frame."""
    stream.write(struct.pack("<I", len(data)) + data)
    stream.flush()


def dumps(value: Any, hold: Hold) -> Any:
    """A value as JSON has it; what is not exactly of a known type becomes the name that `hold` gives it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return value if -_SMALL < value < _SMALL else ["int", hex(value)]
    if kind in _SEQUENCES:
        return [_SEQUENCES[kind], [dumps(item, hold) for item in value]]
    if kind is dict:
        return ["dict", [[dumps(key, hold), dumps(item, hold)] for key, item in value.items()]]
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
    return _table(value, kind, hold) or hold(value)


def loads(value: Any, open_: Open) -> Any:
    """The value that JSON stands for.

    Raises:
        ValueError, TypeError, KeyError: it stands for none.
    """
    if not isinstance(value, list):
        if isinstance(value, dict):
            raise TypeError("a name was expected")
        return value
    kind, *rest = value
    if kind in _BUILDERS:
        return _BUILDERS[kind]([loads(item, open_) for item in rest[0]])
    if kind == "dict":
        return {loads(key, open_): loads(item, open_) for key, item in rest[0]}
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
        return _TABLES[kind](rest, open_)
    return open_(value)


def to_bytes(content: Any) -> bytes:
    """JSON, as it is sent."""
    return json.dumps(content, ensure_ascii=True).encode()


def _table(value: Any, kind: type, hold: Hold) -> list[Any] | None:
    """Arrays and tables of numpy, pandas and torch; None for anything else."""
    name = f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
    if name == "numpy.ndarray" and value.dtype.kind in _KINDS:
        return ["array", value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]
    if name.startswith("numpy.") and getattr(getattr(value, "dtype", None), "kind", "O") in _KINDS and not value.shape:
        return ["scalar", value.dtype.str, base64.b64encode(value.tobytes()).decode()]
    if name == "pandas.DataFrame":
        columns = [_column(value.iloc[:, place], hold) for place in range(value.shape[1])]
        return ["frame", dumps(list(value.columns), hold), _column(value.index.to_series(), hold), columns]
    if name == "pandas.Series":
        return ["series", _column(value, hold), _column(value.index.to_series(), hold), dumps(value.name, hold)]
    if name in ("torch.Tensor", "torch.Parameter") and value.layout.__repr__() == "torch.strided":
        return ["tensor", _table(array := value.detach().cpu().numpy(), type(array), hold)]
    return None


def _column(series: Any, hold: Hold) -> list[Any]:
    """The values of a pandas column with their type."""
    array = series.to_numpy()
    if array.dtype.kind in _KINDS and str(series.dtype) == str(array.dtype):
        return ["array", array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]
    return ["column", str(series.dtype), [dumps(item, hold) for item in array.tolist()]]


def _array(rest: list[Any], _open: Open) -> Any:
    import numpy as np

    dtype = np.dtype(rest[0])
    if dtype.kind not in _KINDS:
        raise ValueError(f"no dtype that may be sent: {dtype}")
    return np.frombuffer(base64.b64decode(rest[-1]), dtype).reshape(rest[1] if len(rest) == 3 else ()).copy()


def _scalar(rest: list[Any], open_: Open) -> Any:
    return _array(rest, open_)[()]


def _read_column(content: list[Any], open_: Open) -> Any:
    import pandas as pd

    if content[0] == "array":
        return pd.Series(_array(content[1:], open_))
    return pd.Series([loads(item, open_) for item in content[2]], dtype=content[1])


def _series(rest: list[Any], open_: Open) -> Any:
    series = _read_column(rest[0], open_)
    series.index = _read_column(rest[1], open_)
    series.name = loads(rest[2], open_)
    return series


def _frame(rest: list[Any], open_: Open) -> Any:
    import pandas as pd

    frame = pd.DataFrame(dict(enumerate(_read_column(column, open_) for column in rest[2])))
    frame.index = pd.Index(_read_column(rest[1], open_))
    frame.columns = loads(rest[0], open_)
    return frame


def _tensor(rest: list[Any], open_: Open) -> Any:
    import torch

    return torch.from_numpy(loads(rest[0], open_))


_TABLES: dict[str, Callable[[list[Any], Open], Any]] = {
    "array": _array, "scalar": _scalar, "frame": _frame, "series": _series, "tensor": _tensor,
}  # fmt: skip
