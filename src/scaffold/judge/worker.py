"""The process that runs a student's code: it does what the judge asks, one thing after the other.

Nothing here is trusted. Whatever stands in the student's repository may read and change this process; all that it can
do with that is to answer, and answering is what it is asked to do.
"""

import contextlib
import dataclasses
import importlib
import io
import json
import operator
import os
import pickle
import random
import sys
import traceback
from collections.abc import Callable
from typing import Any

from scaffold.judge import limits, wire

_SAID = 64 * 1024
"""So many letters of what a call prints are told."""
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "__iter__": iter, "__next__": next, "__len__": len, "__bool__": bool, "__float__": float, "__int__": int,
    "__str__": str, "__repr__": repr, "__index__": operator.index, "__getitem__": operator.getitem,
    "__setitem__": operator.setitem, "__delitem__": operator.delitem, "__add__": operator.add,
    "__radd__": lambda a, b: b + a, "__sub__": operator.sub, "__rsub__": lambda a, b: b - a, "__mul__": operator.mul,
    "__rmul__": lambda a, b: b * a, "__truediv__": operator.truediv, "__matmul__": operator.matmul,
    "__or__": operator.or_, "__ror__": lambda a, b: b | a, "__and__": operator.and_, "__xor__": operator.xor,
    "__neg__": operator.neg, "__abs__": abs, "get": getattr, "set": setattr,
    "import": lambda module: module, "dir": dir,
    "call": lambda function, /, *args, **named: function(*args, **named),
}  # fmt: skip


class _Said(io.StringIO):
    """What a call prints, up to a length."""

    def write(self, text: str) -> int:
        if self.tell() < _SAID:
            super().write(text[: _SAID - self.tell()])
        return len(text)


class _Worker:
    """The objects that the judge knows by number."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def do(self, request: bytes) -> bytes:
        """Do what is asked, and say what came of it."""
        said, reader = _Said(), _Unpickler(io.BytesIO(request), self.get)
        with contextlib.redirect_stdout(said):
            try:
                try:
                    operation, target, args, named = reader.load()
                except Exception as error:
                    if reader.failed:
                        raise reader.failed from None
                    raise TypeError(f"the test's value cannot be handed over: {error}") from error
                answer = {"value": wire.dumps(_OPERATIONS[operation](target, *args, **named), self.hold)}
            except BaseException as error:
                answer = {"error": self._told(error)}
        return wire.to_bytes({**answer, "said": said.getvalue()})

    def get(self, name: Any) -> Any:
        """The object that the judge means: a number, or a module's name."""
        return self._objects[name] if isinstance(name, int) else importlib.import_module(name)

    def hold(self, value: Any) -> list[Any]:
        """Keep an object here, and tell what there is to know of it."""
        number = self._numbers.get(id(value), -1)
        if number < 0:
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        kind = "object"
        if isinstance(value, type):
            kind = "exception" if issubclass(value, BaseException) else "class"
        elif type(value) is type(sys):
            return ["module", value.__name__]
        bases = [_name(base) for base in (value if isinstance(value, type) else type(value)).__mro__]
        fields = None
        if kind == "object" and (named := _fields(value)) is not None:
            fields = [[name, wire.dumps(item, self.hold)] for name, item in named.items()]
        return ["held", number, kind, bases, fields]

    def _told(self, error: BaseException) -> dict[str, Any]:
        bases = [_name(base) for base in type(error).__mro__]
        frames = traceback.extract_tb(error.__traceback__)[2:]
        where = [
            f"{frame.filename}:{frame.lineno}" for frame in frames if os.sep + "scaffold" + os.sep not in frame.filename
        ]
        return {"bases": bases, "message": str(error)[:2000], "where": where[-1] if where else ""}


def _fields(value: Any) -> dict[str, Any] | None:
    """What a dataclass or a named tuple holds."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, tuple.__iter__(value), strict=True))
    return None


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


class _Unpickler(pickle.Unpickler):
    """The judge is trusted; what it names by a number or a module is an object that is here."""

    def __init__(self, stream: io.BytesIO, get: Callable[[Any], Any]) -> None:
        super().__init__(stream)
        self._get = get
        self.failed: BaseException | None = None

    def persistent_load(self, name: Any) -> Any:
        try:
            return self._get(name)
        except BaseException as error:
            self.failed = error
            raise


def seed(number: int) -> None:
    """Begin every test from the same random state."""
    random.seed(number)
    for name in ("numpy.random", "torch.random"):
        if name in sys.modules:
            getattr(sys.modules[name], "seed" if name.startswith("numpy") else "manual_seed")(number)


def main() -> None:
    """Serve the judge until it is gone; the first frame says how."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    for taken in (0, 1, 2):
        os.dup2(quiet, taken)
    about = json.loads(wire.read(requests) or b"{}")
    limits.drop(about["limits"])
    os.chdir(about["folder"])
    sys.path[:0] = about["roots"]
    worker = _Worker()
    wire.write(answers, b"ready")
    while (request := wire.read(requests)) is not None:
        if request:
            wire.write(answers, worker.do(request))
        else:
            seed(about["seed"])


if __name__ == "__main__":
    main()
