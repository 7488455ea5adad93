"""Proxies of a student's modules: every attribute is requested from the worker, and no line of them runs here.

A value arrives as a built-in type, an array or a table. Any other object stays in the worker, and the judge has a
reference to it: its methods and items work, and what they return arrives as a value again. Whether two references are
equal is never decided by the worker, and no order of references is.
"""

import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import pickle
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from scaffold.judge import attributes, context, wire

Send = Callable[[bytes, str], bytes]
"""Sends a request and its operation to the worker. Returns the answer as JSON; raises StudentError."""
_INVALID = (ValueError, TypeError, LookupError, RecursionError, AttributeError, ArithmeticError, ImportError)
"""What a forged answer can raise when it is read."""
_NOT_SERIALISABLE = "the test's value cannot be sent to the student's code"


class StudentError(Exception):
    """An error of a student's code that no built-in exception describes."""


class NotSerialisableError(TypeError):
    """A test's value cannot be sent to the student's code: the test file belongs under `together`."""


class Connection:
    """The connection to the worker.

    Attributes:
        generation: The number of the current worker: objects of an earlier one no longer exist.
        has_lost: Whether such an object was needed since this was last set to False.
    """

    def __init__(self, send: Send, folder: str = "") -> None:
        """Connect by `send`; `folder` is the assignment's."""
        self._send, self._context = send, context.Changes(folder)
        self.generation = 0
        self.has_lost = False
        self._exceptions: dict[str, type[BaseException]] = {}
        self._kinds: dict[str, type[Reference]] = {}

    def request(self, operation: str, target: Any, /, *args: Any, **named: Any) -> Any:
        """Execute an operation in the worker and return its value.

        Raises:
            BaseException: What the student's code raised, as a class of the same name.
        """
        request = pickle.dumps(self._context.news(self.generation)) + _pickle((operation, target, args, named))
        answer = self._send(request, operation)
        try:
            content = json.loads(answer)
            sys.stdout.write(str(content.get("printed", "")))
            error = self._error(content["error"]) if "error" in content else None
            value = wire.loads(content["value"], self._resolve) if error is None else None
        except _INVALID as invalid:
            raise StudentError("it answered with something that is no value") from invalid
        if error is not None:  # an import that exits would end pytest, and with it all other tests
            raise StudentError("it exits") if operation == "import" and isinstance(error, SystemExit) else error
        return value

    def _resolve(self, name: list[Any]) -> Any:
        """The module, exception or reference for what `_Worker.reference` returned."""
        if name[0] == "module":
            return _Module(str(name[1]), self)
        tag, number, kind, bases, fields = name
        if tag != "reference" or not isinstance(number, int):
            raise ValueError(tag)
        if kind == "exception":
            return self._exception([str(base) for base in bases])
        values = None if fields is None else {str(key): wire.loads(item, self._resolve) for key, item in fields}
        kind_of_reference = self._reference_kind(str(bases[0]))
        return kind_of_reference(self, number, tuple(map(str, bases)), values, is_class=kind == "class")

    def _reference_kind(self, name: str) -> type["Reference"]:
        """The subclass of Reference that has the name of a student's class."""
        if name not in self._kinds:
            self._kinds[name] = type(name.rpartition(".")[2], (Reference,), {"__module__": "student"})
        return self._kinds[name]

    def _error(self, description: dict[str, Any]) -> BaseException:
        where = f" ({description['where']})" if description["where"] else ""
        message = str(description["message"])
        if message.startswith(_NOT_SERIALISABLE):
            return NotSerialisableError(message)
        try:
            error = self._exception([str(base) for base in description["bases"]])(message)
        except TypeError:  # an exception whose constructor needs more than a message
            error = StudentError(message)
        error.add_note(f"in the student's code{where}")
        return error

    def _exception(self, bases: list[str]) -> type[BaseException]:
        """A class of the same name and the same built-in bases as a student's exception; never one that ends pytest."""
        name = bases[0]
        if name not in self._exceptions:
            builtin = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
            parent: type[BaseException] = StudentError
            if isinstance(builtin, type) and issubclass(builtin, (Exception, SystemExit)):
                parent = builtin
            elif len(bases) > 1:
                parent = self._exception(bases[1:])
            namespace = {"__module__": "student", "__init__": _init_with_message}
            self._exceptions[name] = type(name.rpartition(".")[2], (parent,), namespace)
        return self._exceptions[name]


def _init_with_message(self: BaseException, *args: Any) -> None:
    BaseException.__init__(self, *args)


class TypeUnion(tuple[Any, ...]):
    """A union of classes, one of them a student's: what `A | None` is in an annotation and for isinstance."""

    __slots__ = ()

    def __new__(cls, kinds: tuple[Any, ...]) -> "TypeUnion":
        """Make a union; None stands for its class."""
        return super().__new__(cls, (type(None) if kind is None else kind for kind in kinds))

    def __or__(self, other: Any) -> "TypeUnion":
        return TypeUnion((*self, other))

    def __ror__(self, other: Any) -> "TypeUnion":
        return TypeUnion((other, *self))


class Reference:
    """A reference to an object that stays in the worker."""

    _connection: Connection

    def __init__(
        self,
        connection: Connection,
        number: int,
        bases: tuple[str, ...],
        fields: dict[str, Any] | None,
        *,
        is_class: bool = False,
    ) -> None:
        # Through vars(), because __setattr__ sets attributes of the student's object.
        attributes = {
            "_connection": connection, "_number": number, "_bases": bases, "_fields": fields, "_is_class": is_class,
            "_generation": connection.generation, "_origin": None,
        }  # fmt: skip
        vars(self).update(attributes)

    def _current_number(self) -> int:
        """The object's number in the current worker, looked up again if the worker was restarted."""
        if self._generation != self._connection.generation:
            if self._origin is None:
                self._connection.has_lost = True
                raise StudentError("what it made before no longer exists: the program had to be restarted")
            target, name = self._origin
            again = self._connection.request("get", target, name)
            if not isinstance(again, Reference):
                raise StudentError(f"`{name}` is no longer what it was")
            vars(self).update({"_number": again._number, "_generation": self._connection.generation})
        number: int = self._number
        return number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__name__":
            raise AttributeError(name)
        return _get(self, name, self._connection)

    def __setattr__(self, name: str, value: Any) -> None:
        attributes.assign(self._connection.request, self, name, value)

    def __delattr__(self, name: str) -> None:
        attributes.delete(self._connection.request, self, name)

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """Call the student's object."""
        return self._connection.request("call", self, *args, **named)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Reference):
            return False
        if self._fields is not None and other._fields is not None:
            return (self._bases, self._fields) == (other._bases, other._fields)
        return self._current_number() == other._current_number()

    def __hash__(self) -> int:
        return hash(self._number)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Reference) and not instance._is_class and self._bases[0] in instance._bases

    def __subclasscheck__(self, other: Any) -> bool:
        return isinstance(other, Reference) and other._is_class and self._bases[0] in other._bases

    def __exit__(self, *_exception: object) -> None:
        self._connection.request("get", self, "__exit__")(None, None, None)

    def __enter__(self) -> Any:
        return self._connection.request("get", self, "__enter__")()

    def __or__(self, other: Any) -> Any:
        return TypeUnion((self, other)) if self._is_class else self._connection.request("__or__", self, other)

    def __ror__(self, other: Any) -> Any:
        return TypeUnion((other, self)) if self._is_class else self._connection.request("__ror__", self, other)

    def __bool__(self) -> bool:
        return bool(self._connection.request("__bool__", self))

    def __str__(self) -> str:
        return str(self._connection.request("__str__", self))

    def __repr__(self) -> str:
        return f"<{self._bases[0]} of the student>"


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Reference, *args: Any) -> Any:
        return self._connection.request(name, self, *args)

    return method


for _name in (
    "__iter__", "__next__", "__len__", "__float__", "__int__", "__index__", "__getitem__", "__setitem__",
    "__delitem__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__matmul__",
    "__and__", "__xor__", "__neg__", "__abs__", "__dir__",
):  # fmt: skip
    setattr(Reference, _name, _forwarded(_name.strip("_") if _name == "__dir__" else _name))


class _Module(ModuleType):
    """A proxy of a student's module."""

    def __init__(self, name: str, connection: Connection) -> None:
        super().__init__(name)
        vars(self).update({"_connection": connection, "__path__": []})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__file__":
            raise AttributeError(name)
        return _get(self, name, vars(self)["_connection"])

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or isinstance(value, _Module):
            vars(self)[name] = value
        else:
            attributes.assign(vars(self)["_connection"].request, self, name, value)

    def __delattr__(self, name: str) -> None:
        if name in vars(self):
            super().__delattr__(name)
        else:
            attributes.delete(vars(self)["_connection"].request, self, name)


def _get(target: Any, name: str, connection: Connection) -> Any:
    """An attribute of a student's object; a reference remembers where it came from, to survive a restart."""
    value = connection.request("get", target, name)
    if isinstance(value, Reference):
        vars(value)["_origin"] = (target, name)
    return value


def _pickle(request: Any) -> bytes:
    stream = io.BytesIO()
    try:
        _Pickler(stream, protocol=4).dump(request)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise NotSerialisableError(f"{_NOT_SERIALISABLE}: {error}") from error
    return stream.getvalue()


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, Reference):
            return value._current_number()
        return value.__name__ if isinstance(value, _Module) else None


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports proxies in place of a student's modules."""

    def __init__(self, connection: Connection, modules: Sequence[str]) -> None:
        self._connection, self._modules = connection, frozenset(modules)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002
        """The spec of a student's module; None for any other module."""
        if name.partition(".")[0] not in self._modules:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The proxy, after the worker has imported the module."""
        module = _Module(spec.name, self._connection)
        self._connection.request("import", module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to do: the module runs in the worker."""
