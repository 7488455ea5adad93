"""The reader of every TOML file that a person writes: template.toml, settings.toml, class.toml and assignment.toml.

A file and each table in it are a dataclass, made by `table`: its annotations say what is allowed, and its
`__post_init__` may refuse more with `WrongValueError`. Reading is strict: a misspelt key that is ignored does nothing.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

from scaffold.errors import ScaffoldError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")
Number = int | float
"""A number that stays a whole one where the file has a whole one."""
Keys = tuple[str | int, ...]
"""The way to a value: the keys of tables, and the numbers of list elements."""
_UNKNOWN = "unexpected_keyword_argument"
_KINDS = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "dataclass_type": "a table",
    "dict_type": "a table",
    "list_of_tables": "a list of tables",
    "list_of_strings": "a list of strings",
    "date_parsing": "a date or time",
    "datetime_parsing": "a date or time",
    "date_type": "a date or time",
    "datetime_type": "a date or time",
}
"""What a value must be, by pydantic's name of the error, or ours for lists."""


class WrongValueError(ValueError):
    """Raised by a table's `__post_init__`: one sentence about its values, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclass_transform(frozen_default=True)
def table(cls: type[T]) -> type[T]:
    """Make a class the dataclass of a TOML table that refuses unknown keys."""
    cls.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
    return dataclass(frozen=True)(cls)


def read(path: Path, model: type[T], where: str = "", hint: str = "") -> T:
    """Read a file.

    Args:
        path: The file.
        model: The dataclass that it is read into.
        where: What messages call the file; its path when empty.
        hint: Where its keys are described.

    Raises:
        ScaffoldError: As `parse`, or the file cannot be read.
    """
    where = where or str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise _error(f"{where} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise _error(f"{where} is not valid TOML: it is not UTF-8.", f"Fix {path}") from error
    return parse(text, model, where, hint)


def parse(text: str, model: type[T], where: str, hint: str = "") -> T:
    """Read the text of a file; see `read`.

    Raises:
        ScaffoldError: It is not TOML, lacks a key, or has an unknown key or a value that is not allowed. The message
            names file, table, key and what is allowed; the hint names the nearest key and the line.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(f"{where} is not valid TOML: {error}.", f"Fix {where}") from error
    plain: T | None = plainly(content, model)
    if plain is not None:
        return plain
    # 0.1 s of CPU, which a quick command is spared (tests/cli/test_startup.py).
    from pydantic import TypeAdapter, ValidationError

    try:
        # By way of JSON: for Python's own values, strict validation wants tuples and instances of dataclasses.
        text_of_values = json.dumps(content, default=lambda moment: moment.isoformat())
        return TypeAdapter(model).validate_json(text_of_values, strict=True)
    except ValidationError as error:
        raise _explained(error.errors(), model, where, hint, text) from error


def plainly(content: Mapping[str, Any], model: Any) -> Any:
    """A table without mistakes whose values are strings, numbers, lists of strings and such tables; None for any other.

    What is not understood here is no mistake yet: pydantic decides, and says what is wrong.
    """
    kinds = _kinds(model)
    values = {key: _plain_value(value, kinds.get(key)) for key, value in content.items()}
    if any(value is None for value in values.values()):
        return None
    try:
        return model(**values)
    except (TypeError, WrongValueError):  # a key is missing; or `__post_init__` refuses a value
        return None


@cache
def _kinds(model: Any) -> Mapping[str, Any]:
    return get_type_hints(model, include_extras=True)


def _plain_value(value: Any, kind: Any) -> Any:
    """A value of a table as its field has it; None for one that is not understood."""
    kind = _without_none(kind)
    if kind in (str, bool):
        return value if type(value) is kind else None
    if kind == Number:
        return value if type(value) is int or (type(value) is float and isfinite(value)) else None
    if get_origin(kind) is Literal:
        return value if isinstance(value, str) and value in get_args(kind) else None
    if kind == tuple[str, ...] and isinstance(value, list):
        return tuple(value) if all(type(item) is str for item in value) else None
    return plainly(value, kind) if is_dataclass(kind) and isinstance(value, dict) else None


def _error(message: str, hint: str = "") -> ScaffoldError:
    return ScaffoldError(message, hint, code="config-invalid")


def _explained(problems: Sequence["ErrorDetails"], model: Any, where: str, hint: str, text: str) -> ScaffoldError:
    """The error for what pydantic found: an unknown key first, since it often is the cause of a missing one."""
    problem = next((one for one in problems if one["type"] == _UNKNOWN), problems[0])
    kind, context = problem["type"], problem.get("ctx", {})
    keys, annotation = _follow(problem["loc"], model)
    line = _line_of(text, keys)
    see = [part for part in (hint, f"It is in line {line} of {where}." if line else "") if part]
    if kind == "value_error":
        wrong = context["error"]
        more = [wrong.hint] if isinstance(wrong, WrongValueError) and wrong.hint else []
        return _error(f"{_place(where, keys)}: {wrong}", " ".join(more + see))
    *above, key = keys
    if isinstance(key, int):
        *above, key = above
        kind = "list_of_tables"
    place = _place(where, tuple(above))
    if kind == "missing":
        return _error(f"{place} lacks `{key}`.", " ".join(see))
    if kind == _UNKNOWN:
        known = [field.name for field in fields(_follow(above, model)[1])]
        is_misplaced = bool(above) and key in [field.name for field in fields(model)]
        advice = f"Move it to the top, above the first [table]: {key} = …" if is_misplaced else nearest(str(key), known)
        return _error(f"{place} has an unknown key `{key}`.", " ".join([advice, *see[-1:]]))
    return _error(f"{place}: `{key}` must be {_allowed(kind, context, annotation)}.", " ".join(see))


def nearest(key: str, known: Sequence[str]) -> str:
    """A hint for a key that nobody knows: the nearest, or all."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(sorted(known))}."


def _follow(location: Sequence[str | int], model: Any) -> tuple[Keys, Any]:
    """The keys to where pydantic found something, and the annotation there.

    It ends at a list whose elements are no tables, and before the names that pydantic gives to a union's options.
    """
    keys: list[str | int] = []
    kind = model
    for part in location:
        if is_dataclass(kind) and isinstance(part, str):
            kinds = get_type_hints(kind)
            keys.append(part)
            kind = _without_none(kinds.get(part))
        elif get_origin(kind) is tuple and is_dataclass(get_args(kind)[0]) and isinstance(part, int):
            keys.append(part)
            kind = get_args(kind)[0]
        elif get_origin(kind) is Mapping and is_dataclass(get_args(kind)[1]):
            keys.append(part)
            kind = get_args(kind)[1]
        else:
            break
    return tuple(keys), kind


def _without_none(kind: Any) -> Any:
    options = [option for option in get_args(kind) if option is not NoneType]
    return options[0] if get_origin(kind) is UnionType and len(options) == 1 else kind


def _place(where: str, keys: Keys) -> str:
    """File and table, as `class.toml [forge]` or `assignment.toml [[exercises]]`."""
    names = ".".join(key for key in keys if isinstance(key, str))
    listed = any(isinstance(key, int) for key in keys)
    return where if not names else f"{where} [[{names}]]" if listed else f"{where} [{names}]"


def _allowed(kind: str, context: Mapping[str, Any], annotation: Any) -> str:
    """What a value must be, in a few words."""
    if get_origin(annotation) is tuple:
        kind = "list_of_tables" if is_dataclass(get_args(annotation)[0]) else "list_of_strings"
    if annotation == Number:
        return "a number"
    if kind == "literal_error":
        return "one of " + ", ".join(map(str, get_args(annotation)))
    bounds = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}
    for name, words in bounds.items():
        if name in context:
            return words.format(f"{context[name]:g}")
    return _KINDS.get(kind, "something else")


def _line_of(text: str, keys: Keys) -> int:
    """The line of a TOML text where a key is set, or else where the nearest table above it begins; 0 for none."""
    names = [key for key in keys if isinstance(key, str)]
    number, depth = next(((key, at) for at, key in enumerate(keys) if isinstance(key, int)), (None, 0))
    line, known, elements = 0, 0, -1
    above: list[str] = []
    for row, content in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*(\[\[?)\s*([\w.\-\s\"']+?)\s*\]", content)
        setting = re.match(r"\s*([\w.\-\"']+)\s*=", content)
        if header:
            above = path = _parts(header[2])
            elements += header[1] == "[[" and path == names[:depth]
        elif setting:
            path = [*above, *_parts(setting[1])]
        else:
            continue
        is_elsewhere = number is not None and elements >= 0 and len(path) >= depth and elements != number
        if path == names[: len(path)] and len(path) > known and not is_elsewhere:
            line, known = row, len(path)
    return line


def _parts(key: str) -> list[str]:
    return [part.strip(" \"'") for part in key.split(".")]
