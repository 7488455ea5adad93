"""Run a student's code: execute the judge's requests, one after the other.

Nothing here is trusted. The student's code can read and change this process; all that it gains is to answer requests,
which is what it is for.
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

from scaffold.judge import context, imports, limits, syscalls, wire

_MAX_PRINTED = 64 * 1024
"""How many characters of what a call prints are reported."""
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "__iter__": iter, "__next__": next, "__len__": len, "__bool__": bool, "__float__": float, "__int__": int,
    "__str__": str, "__repr__": repr, "__index__": operator.index, "__getitem__": operator.getitem,
    "__setitem__": operator.setitem, "__delitem__": operator.delitem, "__add__": operator.add,
    "__radd__": lambda a, b: b + a, "__sub__": operator.sub, "__rsub__": lambda a, b: b - a, "__mul__": operator.mul,
    "__rmul__": lambda a, b: b * a, "__truediv__": operator.truediv, "__matmul__": operator.matmul,
    "__or__": operator.or_, "__ror__": lambda a, b: b | a, "__and__": operator.and_, "__xor__": operator.xor,
    "__neg__": operator.neg, "__abs__": abs, "get": getattr, "set": setattr, "del": delattr,
    "import": lambda module: module, "dir": dir,
    "call": lambda function, /, *args, **named: function(*args, **named),
}  # fmt: skip


class _Printed(io.StringIO):
    """What a call prints, up to a length."""

    def write(self, text: str) -> int:
        if self.tell() < _MAX_PRINTED:
            super().write(text[: _MAX_PRINTED - self.tell()])
        return len(text)


class _Worker:
    """The objects that the judge refers to by number."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def execute(self, request: bytes) -> bytes:
        """Execute a request. Returns its value or its exception, and what it printed, as JSON."""
        stream = io.BytesIO(request)
        if new := pickle.load(stream):  # noqa: S301  # the judge is trusted
            context.apply(new, self._folder)
        printed, unpickler = _Printed(), _Unpickler(stream, self.get)
        with contextlib.redirect_stdout(printed):
            try:
                try:
                    operation, target, args, named = unpickler.load()
                except Exception as error:
                    if unpickler.failure:
                        raise unpickler.failure from None
                    raise TypeError(f"the test's value cannot be sent to the student's code: {error}") from error
                answer = {"value": wire.dumps(_OPERATIONS[operation](target, *args, **named), self.reference)}
            except BaseException as error:
                answer = {"error": self._describe(error)}
        return wire.to_bytes({**answer, "printed": printed.getvalue()})

    def get(self, name: Any) -> Any:
        """The object with a number, or the module with a name."""
        return self._objects[name] if isinstance(name, int) else importlib.import_module(name)

    def reference(self, value: Any) -> list[Any]:
        """Keep an object here, and return what the judge needs for a proxy of it."""
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
        if kind == "object" and (own_fields := _fields(value)) is not None:
            fields = [[name, wire.dumps(item, self.reference)] for name, item in own_fields.items()]
        return ["reference", number, kind, bases, fields]

    def _describe(self, error: BaseException) -> dict[str, Any]:
        bases = [_name(base) for base in type(error).__mro__]
        frames = traceback.extract_tb(error.__traceback__)[2:]
        where = [
            f"{frame.filename}:{frame.lineno}" for frame in frames if os.sep + "scaffold" + os.sep not in frame.filename
        ]
        description = {"bases": bases, "message": str(error)[:2000], "where": where[-1] if where else ""}
        return description | imports.explain(error, self._folder)


def _fields(value: Any) -> dict[str, Any] | None:
    """The fields of a dataclass or of a named tuple; None for any other object."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.compare}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return dict(zip(value._fields, tuple.__iter__(value), strict=True))
    return None


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


class _Unpickler(pickle.Unpickler):
    """Reads the judge's requests, which are trusted; persistent ids are numbers of objects and names of modules."""

    def __init__(self, stream: io.BytesIO, get: Callable[[Any], Any]) -> None:
        super().__init__(stream)
        self._get = get
        self.failure: BaseException | None = None

    def persistent_load(self, name: Any) -> Any:
        try:
            return self._get(name)
        except BaseException as error:
            self.failure = error
            raise


def seed(number: int) -> None:
    """Start a test from the same random state each time."""
    random.seed(number)
    for name in ("numpy.random", "torch.random"):
        if name in sys.modules:
            getattr(sys.modules[name], "seed" if name.startswith("numpy") else "manual_seed")(number)


def main() -> None:
    """Answer the judge's requests until its pipe is closed; the first frame has the settings."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(devnull, descriptor)
    settings = json.loads(wire.read(requests) or b"{}")
    limits.apply(settings["limits"])
    syscalls.give_up(links=True)
    os.chdir(settings["folder"])
    sys.path[:0] = settings["import_roots"]
    worker = _Worker(settings["folder"])
    wire.write(answers, b"ready")
    while (request := wire.read(requests)) is not None:
        if request:
            wire.write(answers, worker.execute(request))
        else:  # an empty frame: a test starts
            seed(settings["seed"])


if __name__ == "__main__":
    main()
