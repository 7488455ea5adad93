"""A student's modules as the judge sees them: every name is asked of the worker, and no line of them runs here.

A value comes over as a built-in type, an array or a table. Anything else stays in the worker, and the judge has a
stand-in for it: its methods and items work, and what they give comes over as a value again. A stand-in never lets the
worker say whether two things are equal, or which one is larger.
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

from scaffold.judge import wire

Ask = Callable[[bytes, bool], bytes]
"""Hand a request to the worker, and say whether it imports: its answer, JSON. Raises StudentError when it is gone."""


class StudentError(Exception):
    """What went wrong in a student's code, in a way that no built-in exception tells."""


class HandOverError(TypeError):
    """A test's value cannot be handed to the student's code: the file belongs under `together`."""


class Link:
    """The way to the worker.

    Attributes:
        generation: counts the workers: what was in an earlier one is gone.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.generation = 0
        self._exceptions: dict[str, type[BaseException]] = {}
        self._kinds: dict[str, type[Held]] = {}

    def ask(self, operation: str, target: Any, /, *args: Any, **named: Any) -> Any:
        """Have something done in the worker, and give what came of it.

        Raises:
            BaseException: what the student's code raised, as a class of the same name.
        """
        request = _pickled((operation, target, args, named))
        answer = self._ask(request, operation == "import")
        try:
            content = json.loads(answer)
            sys.stdout.write(str(content.get("said", "")))
            error = self._error(content["error"]) if "error" in content else None
            value = wire.loads(content["value"], self._open) if error is None else None
        except (
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            RecursionError,
            AttributeError,
            ArithmeticError,
            ImportError,
        ) as odd:
            raise StudentError("it answered with something that is no value") from odd
        if error is not None:
            raise error
        return value

    def _open(self, name: list[Any]) -> Any:
        if name[0] == "module":
            return _Module(str(name[1]), self)
        word, number, kind, bases, fields = name
        if word != "held" or not isinstance(number, int):
            raise ValueError(word)
        if kind == "exception":
            return self._exception([str(base) for base in bases])
        held = None if fields is None else {str(key): wire.loads(item, self._open) for key, item in fields}
        return self._stand_in(str(bases[0]))(self, number, tuple(map(str, bases)), held, is_class=kind == "class")

    def _stand_in(self, name: str) -> type["Held"]:
        """A kind of stand-in that is called like the class of what it stands for."""
        if name not in self._kinds:
            self._kinds[name] = type(name.rpartition(".")[2], (Held,), {"__module__": "student"})
        return self._kinds[name]

    def _error(self, about: dict[str, Any]) -> BaseException:
        where = f" ({about['where']})" if about["where"] else ""
        message = str(about["message"])
        if message.startswith("the test's value cannot be handed over"):
            return HandOverError(message)
        try:
            error = self._exception([str(base) for base in about["bases"]])(message)
        except TypeError:  # an exception that is made of more than a message
            error = StudentError(message)
        error.add_note(f"in the student's code{where}")
        return error

    def _exception(self, bases: list[str]) -> type[BaseException]:
        """A class of the same name, below the built-in ones that the student's is below; never one that ends a run."""
        name = bases[0]
        if name not in self._exceptions:
            real = getattr(builtins, name.removeprefix("builtins."), None) if name.startswith("builtins.") else None
            parent: type[BaseException] = StudentError
            if isinstance(real, type) and issubclass(real, (Exception, SystemExit)):
                parent = real
            elif len(bases) > 1:
                parent = self._exception(bases[1:])
            made = type(name.rpartition(".")[2], (parent,), {"__module__": "student", "__init__": _plain_init})
            self._exceptions[name] = made
        return self._exceptions[name]


def _plain_init(self: BaseException, *args: Any) -> None:
    BaseException.__init__(self, *args)


class Either(tuple[Any, ...]):
    """Some classes, of which one is a student's: what `A | None` means, in an annotation and for isinstance."""

    __slots__ = ()

    def __new__(cls, kinds: tuple[Any, ...]) -> "Either":
        """Some classes; None stands for its own."""
        return super().__new__(cls, (type(None) if kind is None else kind for kind in kinds))

    def __or__(self, other: Any) -> "Either":
        return Either((*self, other))

    def __ror__(self, other: Any) -> "Either":
        return Either((other, *self))


class Held:
    """An object that stays in the worker."""

    _link: Link

    def __init__(
        self,
        link: Link,
        number: int,
        bases: tuple[str, ...],
        fields: dict[str, Any] | None,
        *,
        is_class: bool = False,
    ) -> None:
        about = {
            "_link": link, "_number": number, "_bases": bases, "_fields": fields, "_is_class": is_class,
            "_generation": link.generation, "_origin": None,
        }  # fmt: skip
        vars(self).update(about)

    def _name(self) -> int:
        """Its number in the worker that there is now."""
        if self._generation != self._link.generation:
            if self._origin is None:
                raise StudentError("what it made before is gone: the program had to be started again")
            target, name = self._origin
            again = self._link.ask("get", target, name)
            if not isinstance(again, Held):
                raise StudentError(f"`{name}` is another thing than it was")
            vars(self).update({"_number": again._number, "_generation": self._link.generation})
        number: int = self._number
        return number

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__name__":
            raise AttributeError(name)
        return _from(self, name, self._link)

    def __setattr__(self, name: str, value: Any) -> None:
        self._link.ask("set", self, name, value)

    def __call__(self, /, *args: Any, **named: Any) -> Any:
        """Call it."""
        return self._link.ask("call", self, *args, **named)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Held):
            return False
        if self._fields is not None and other._fields is not None:
            return (self._bases, self._fields) == (other._bases, other._fields)
        return self._name() == other._name()

    def __hash__(self) -> int:
        return hash(self._number)

    def __instancecheck__(self, instance: Any) -> bool:
        return isinstance(instance, Held) and not instance._is_class and self._bases[0] in instance._bases

    def __subclasscheck__(self, other: Any) -> bool:
        return isinstance(other, Held) and other._is_class and self._bases[0] in other._bases

    def __exit__(self, *_about: object) -> None:
        self._link.ask("get", self, "__exit__")(None, None, None)

    def __enter__(self) -> Any:
        return self._link.ask("get", self, "__enter__")()

    def __or__(self, other: Any) -> Any:
        return Either((self, other)) if self._is_class else self._link.ask("__or__", self, other)

    def __ror__(self, other: Any) -> Any:
        return Either((other, self)) if self._is_class else self._link.ask("__ror__", self, other)

    def __bool__(self) -> bool:
        return bool(self._link.ask("__bool__", self))

    def __str__(self) -> str:
        return str(self._link.ask("__str__", self))

    def __repr__(self) -> str:
        return f"<{self._bases[0]} of the student>"


def _forwarded(name: str) -> Callable[..., Any]:
    def method(self: Held, *args: Any) -> Any:
        return self._link.ask(name, self, *args)

    return method


for _name in (
    "__iter__", "__next__", "__len__", "__float__", "__int__", "__index__", "__getitem__", "__setitem__",
    "__delitem__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__", "__matmul__",
    "__and__", "__xor__", "__neg__", "__abs__", "__dir__",
):  # fmt: skip
    setattr(Held, _name, _forwarded(_name.strip("_") if _name == "__dir__" else _name))


class _Module(ModuleType):
    """A student's module."""

    def __init__(self, name: str, link: Link) -> None:
        super().__init__(name)
        vars(self).update({"_link": link, "__path__": []})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _from(self, name, vars(self)["_link"])

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("__") or isinstance(value, _Module):
            vars(self)[name] = value
        else:
            vars(self)["_link"].ask("set", self, name, value)


def _from(target: Any, name: str, link: Link) -> Any:
    found = link.ask("get", target, name)
    if isinstance(found, Held):
        vars(found)["_origin"] = (target, name)
    return found


def _pickled(request: Any) -> bytes:
    stream = io.BytesIO()
    try:
        _Pickler(stream, protocol=4).dump(request)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise HandOverError(f"the test's value cannot be handed over: {error}") from error
    return stream.getvalue()


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        if isinstance(value, Held):
            return value._name()
        return value.__name__ if isinstance(value, _Module) else None


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives stand-ins for the modules of a student."""

    def __init__(self, link: Link, tops: Sequence[str]) -> None:
        self._link, self._tops = link, frozenset(tops)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ARG002
        """Where a module of theirs comes from; None for any other."""
        if name.partition(".")[0] not in self._tops:
            return None
        return importlib.util.spec_from_loader(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """The stand-in, once the worker has imported the module."""
        module = _Module(spec.name, self._link)
        self._link.ask("import", module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has been run elsewhere."""
