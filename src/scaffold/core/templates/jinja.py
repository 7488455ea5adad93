"""Jinja as Copier sets it up, over files in memory: a sandbox, Ansible's filters, and limits on what a template may take.

Copier's documentation ("Creating a template") defines the environment and the variables; `tests/core/templates/
test_engine.py` compares every rendering with Copier's own.
"""

import contextlib
import ctypes
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from types import CodeType
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
)
from jinja2.sandbox import SandboxedEnvironment

from scaffold.errors import ScaffoldError
from scaffold.tools import process

LONGEST = 60.0
"""Seconds that one rendering may take: the largest built-in template takes less than one."""
LARGEST = 64 * 1024 * 1024
"""The longest text, in characters, that multiplication may make in a template."""
MOST_MEMORY = 1024 * 1024 * 1024
"""The bytes that one rendering may take."""
UNDEFINED = {"jinja2.Undefined": Undefined, "jinja2.StrictUndefined": StrictUndefined}

_compiled: dict[tuple[str, str | None, str], CodeType] = {}
"""Delimiters, name and text of a source → code. Two releases of a template have most of their files in common."""


class UnsetError(UndefinedError):
    """A question's default is `{{ UNSET }}`: it has none."""


class _Sandbox(SandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})
    delimiters = ""

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Template:
        return Template.from_code(self, self.compiled(source), self.make_globals(globals))

    def compiled(self, source: str, name: str | None = None) -> CodeType:
        """The code of a source, each distinct one compiled once."""
        key = (self.delimiters, name, source)
        if key not in _compiled:
            try:
                _compiled[key] = self.compile(source, name, name)
            except SyntaxError as error:  # of Python, which nests blocks only so deep
                raise TemplateSyntaxError("too many nested blocks", 1, name, name) from error
        return _compiled[key]

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        # The modules behind a path (`os`, `posixpath`) are no business of a template's.
        return not (isinstance(obj, PurePath) and attr == "parser") and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if _is_huge(operator, left, right):
            raise TooLargeError
        for text, times in ((left, right), (right, left)):
            if isinstance(text, (str, list, tuple)) and isinstance(times, int) and len(text) * times > LARGEST:
                raise TooLargeError
        return super().call_binop(context, operator, left, right)


def _is_huge(operator: str, left: Any, right: Any) -> bool:
    """Whether a number would take a long time, in which nothing could interrupt Python."""
    if not (isinstance(left, int) and isinstance(right, int)):
        return False
    bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
    return bits > 100_000


class TooLargeError(Exception):
    """A template multiplies a text until it fills the memory."""


class TooLongError(BaseException):  # noqa: N818 - it must pass whatever takes every Exception for a template's mistake
    """A template does not come to an end."""


class _Files(BaseLoader):
    """The files of a template, by path."""

    def __init__(self, sources: Callable[[str], str | None]) -> None:
        self._sources = sources

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:
        source = self._sources(name)
        if source is None or not isinstance(environment, _Sandbox):
            raise TemplateNotFound(name)
        return Template.from_code(environment, environment.compiled(source, name), globals or {})


def environment(sources: Callable[[str], str | None], envops: Mapping[str, Any]) -> SandboxedEnvironment:
    """An environment that finds the files of one template.

    Args:
        sources: a path in the template → its text; None for a file that is not there.
        envops: `_envops` of the template's copier.yml.

    Raises:
        ScaffoldError: `_envops` holds something that Jinja does not know.
    """
    options = {"keep_trailing_newline": True, **envops}
    if "undefined" in options:
        options["undefined"] = UNDEFINED.get(str(options["undefined"]), options["undefined"])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            made = _Sandbox(
                loader=_Files(sources),
                extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"],
                **options,
            )
    except (TypeError, AssertionError, ValueError) as error:
        raise ScaffoldError(
            f"`_envops` in the template's copier.yml is not valid: {error}.", "Tell the template's authors.", code="template-invalid"
        ) from error
    made.delimiters = repr(sorted(envops.items()))
    made.filters["to_json"] = partial(made.filters["to_json"], default=_plain)
    made.globals["pathjoin"] = _pathjoin
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _pathjoin(*path: str, mode: str = "posix") -> str:
    kinds = {"posix": PurePosixPath, "windows": PureWindowsPath, "native": PurePath}
    return str(kinds[mode](*path))


@contextlib.contextmanager
def limited(seconds: float | None = None) -> Iterator[None]:
    """End a rendering that takes too long. Loops in a template are Python loops: nothing else stops them.

    Raises:
        ScaffoldError: the block took longer, or a template made a text that is too large.
    """
    target, done, over = threading.get_ident(), threading.Lock(), threading.Event()
    longest = LONGEST if seconds is None else seconds

    def interrupt() -> None:
        # Again and again: an exception that reaches a finalizer, or a callback of the garbage collector, is lost there.
        while not over.wait(longest):
            with done:
                if not over.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(target), ctypes.py_object(TooLongError))

    threading.Thread(target=interrupt, daemon=True).start()
    try:
        try:
            with process.limited_memory(MOST_MEMORY):
                yield
        finally:
            with done:
                over.set()
    except TooLongError as error:
        raise ScaffoldError("The template takes too long to render: it was stopped.", _TELL, code="template-invalid") from error
    except (TooLargeError, MemoryError, RecursionError) as error:
        raise ScaffoldError("The template makes a text that is too large.", _TELL, code="template-invalid") from error


_TELL = "Tell the template's authors: a loop in it may have no end."
