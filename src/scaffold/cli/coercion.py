"""Reading texts and paths of the command line without pydantic.

Typer takes pydantic for every argument, which costs 0.1 s of CPU: half of what a quick command takes.
Whatever is unusual is left to Typer: numbers, choices, a path that cannot be read, a text that is no Unicode. So is
everything when a later Typer works in another way.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer import core

_KINDS: dict[Any, tuple[type, bool]] = {
    bool: (bool, False),
    str: (str, False),
    Path: (Path, False),
    list[str]: (str, True),
    list[Path]: (Path, True),
}
"""What is read here: the annotation of a parameter → the type of its values, and whether there may be many."""


@dataclass(frozen=True)
class _Plain:
    """What turns the words of one parameter into values.

    Attributes:
        kind: The type of a value.
        many: Whether there may be many.
        by_typer: Makes what Typer would use.
    """

    kind: type
    many: bool
    by_typer: Callable[[], Any]

    def coerce(self, value: Any, **where: Any) -> Any:
        """The values. Raises typer.BadParameter as Typer does."""
        if value is None:
            return () if self.many else None
        words = value if self.many else [value]
        if not isinstance(words, (list, tuple)) or not all(map(self._is_plain, words)):
            return self.by_typer().coerce(value, **where)
        values = [self.kind(word) for word in words]
        return values if self.many else values[0]

    def _is_plain(self, word: Any) -> bool:
        if self.kind is bool:
            return isinstance(word, bool)
        if not isinstance(word, (str, Path)):
            return False
        text = str(word)
        unreadable = self.kind is Path and os.path.exists(text) and not os.access(text, os.R_OK)  # noqa: PTH110 - no error for any text
        return text.isprintable() and not unreadable


def install() -> None:
    """Let Typer read its parameters by this module, where it is made as we know it."""
    by_typer = vars(core).get("build_runtime_param")
    if by_typer is None:
        return

    def build(descriptor: Any) -> Any:
        kind = _KINDS.get(getattr(descriptor, "annotation", None))
        return _Plain(*kind, lambda: by_typer(descriptor)) if kind else by_typer(descriptor)

    vars(core)["build_runtime_param"] = build
