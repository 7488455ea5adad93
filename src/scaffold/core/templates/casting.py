"""An answer as a value of its question's type, by Copier's rules (`cast_to_bool` and `CAST_STR_TO_NATIVE` there)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from scaffold.core import yaml_text

_TRUE, _FALSE = {"y", "yes", "t", "true", "on"}, {"n", "no", "f", "false", "off", "~", "null", "none"}


def to_bool(value: Any) -> bool:
    """What Copier takes for true: numbers but 0, YAML's words, else whatever Python takes for true."""
    try:
        return bool(float(value))
    except (TypeError, ValueError):
        pass
    if isinstance(value, str):
        word = value.strip().lower()
        if not word or word in _FALSE:
            return False
        if word in _TRUE:
            return True
    return bool(value)


def _to_text(value: Any) -> str:
    if isinstance(value, (str, float, int)):
        return str(value)
    raise ValueError(f"{value!r} is no text")


def from_yaml(text: str) -> Any:
    """The document of a YAML text. Raises ValueError where it is none, TypeError for what is no text."""
    if not isinstance(text, str):
        raise TypeError
    return yaml_text.load(text)


CASTS: Mapping[str, Callable[[Any], Any]] = {
    "bool": to_bool,
    "float": float,
    "int": int,
    "json": json.loads,
    "str": _to_text,
    "yaml": from_yaml,
    "path": str,
}
"""A question's type → what makes a value of it."""


def items(answer: Any) -> list[Any]:
    """The items of an answer that is a list, or the text of one in YAML; those of a text are texts.

    Raises:
        ValueError: It is no list.
    """
    if isinstance(answer, (list, tuple)):
        return list(answer)
    try:
        node = yaml.compose(answer, yaml_text.Loader) if isinstance(answer, str) else None
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"no list: {yaml_text.reason(error)}") from error
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError("no list")
    return [_item(answer, item) for item in node.value]


def _item(text: str, node: yaml.Node) -> str:
    """An item as it is written, a text without its quotes."""
    written = text[node.start_mark.index : node.end_mark.index].strip()
    is_text = isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"
    is_quoted = written[:1] in ("'", '"') and written[:1] == written[-1:]
    return written[1:-1] if is_text and is_quoted and len(written) > 1 else written
