"""The working directory and the environment variables of a test, which hold for the student's code as well.

`monkeypatch.chdir` and `monkeypatch.setenv` change them in the judge; the worker follows with the next request.
"""

import contextlib
import os
from pathlib import PurePath

Context = tuple[str, dict[str, str]]
"""The working directory, relative where it is in the assignment's folder, and the environment variables."""


class Changes:
    """Tells a worker the judge's context, when it is new to it."""

    def __init__(self, folder: str) -> None:
        """Begin; `folder` is the assignment's, as the judge sees it."""
        self._folder = folder
        self._told: tuple[int, Context] | None = None

    def news(self, generation: int) -> Context | None:
        """The context that the worker of this number must follow; None where it has it already."""
        current = generation, (self._directory(), _variables())
        if current == self._told:
            return None
        self._told = current
        return current[1]

    def _directory(self) -> str:
        try:
            current = os.getcwd()  # noqa: PTH109
        except OSError:  # it was removed
            return "."
        return os.path.relpath(current, self._folder) if PurePath(current).is_relative_to(self._folder) else current


def _variables() -> dict[str, str]:
    """The environment variables, without those in which pytest names the test that runs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}


def apply(context: Context, folder: str) -> None:
    """Work in another context; a directory that is not there is no error."""
    directory, variables = context
    with contextlib.suppress(OSError):
        os.chdir(os.path.join(folder, directory))  # noqa: PTH118
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    for name, value in variables.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
