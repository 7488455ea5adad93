"""Reading YAML that others wrote: no traceback, no bomb, no cycle."""

from typing import Any

import yaml


class NotYamlError(ValueError):
    """A text is no YAML that can be used; the message says why, with the line where that is known."""


class Loader(yaml.SafeLoader):
    """YAML without aliases that multiply or that lead back to themselves: both end in a full memory."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: D102 - yaml's
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > 100:
                raise yaml.YAMLError("too many aliases")
            event = self.peek_event()  # type: ignore[no-untyped-call]
            node = self.anchors.get(event.anchor)
            if node is not None and node.end_mark is None:  # the node that is being read
                raise yaml.constructor.ConstructorError(None, None, "an alias of itself", event.start_mark)
        return super().compose_node(parent, index)

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: D102 - yaml's
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, LookupError) as error:  # `!!int ""`, or a date like 2020-99-99
            what = f"`{node.value}`" if isinstance(node, yaml.ScalarNode) else "it"
            kind = node.tag.rsplit(":", 1)[-1]
            raise yaml.constructor.ConstructorError(None, None, f"{what} is no {kind}", node.start_mark) from error


def load(text: str | bytes) -> Any:
    """The one document of a text.

    Raises:
        NotYamlError: It is no YAML, or holds what cannot be used.
    """
    try:
        return yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: no UTF-8
        raise NotYamlError(reason(error)) from error


def reason(error: Exception) -> str:
    """Why a text is no YAML, in a few words, with the line."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        words = " ".join(str(error.problem or error.context or "it cannot be read").split())
        return f"line {mark.line + 1}: {words}" if mark else words
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return " ".join(str(error).split())[:200]
