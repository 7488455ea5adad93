"""TOML files that a teacher writes: read strictly, because a misspelt key that is passed over hides nothing."""

import difflib
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from scaffold.errors import ScaffoldError

T = TypeVar("T")


class Table:
    """A table of a TOML file, asked key by key."""

    def __init__(self, content: Mapping[str, Any], where: str, known: Collection[str]) -> None:
        """Take a table.

        Args:
            content: it.
            where: the file and, below its top, the table, for messages.
            known: the keys that it may have.

        Raises:
            ScaffoldError: it has another one.
        """
        self._content, self._where = content, where
        for key in content:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(sorted(known))}."
                raise ScaffoldError(f"{where} has an unknown key `{key}`.", hint)

    def get(self, key: str, default: T) -> T:
        """A value of the kind of `default`.

        Raises:
            ScaffoldError: it is of another kind.
        """
        value = self._content.get(key, default)
        right = isinstance(value, type(default)) and isinstance(value, bool) == isinstance(default, bool)
        if not right:
            raise ScaffoldError(
                f"{self._where}: `{key}` must be {_KINDS[type(default)]}.", "docs/teaching.md has examples."
            )
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise ScaffoldError(f"{self._where}: `{key}` must be a list of strings.", "docs/teaching.md has examples.")
        found: T = value
        return found


_KINDS = {str: "a string", bool: "true or false", int: "a whole number", list: "a list of strings", dict: "a table"}


def read(path: Path) -> dict[str, Any]:
    """A TOML file.

    Raises:
        ScaffoldError: it cannot be read or is not TOML; the message says where.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ScaffoldError(f"{path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScaffoldError(f"{path} is not valid TOML: {error}.", "Correct it, then try again.") from error
