"""A generated repository, as the tests of templates look at it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.core.templates.manifest import is_development, read_manifest
from support import git

TEMPLATES = Path(__file__).parents[1] / "templates"
NAMES = sorted(
    path.parent.name for path in TEMPLATES.glob("*/template.toml") if not is_development(read_manifest(path).version)
)
"""The templates that are offered."""


@dataclass(frozen=True)
class Rendered:
    """One generated repository.

    Attributes:
        folder: where it stands; a git repository with one commit.
        template: the template's name.
        answers: every answer, defaults included.
    """

    folder: Path
    template: str
    answers: Mapping[str, Any]

    def files(self) -> Mapping[str, bytes]:
        """Every file: path → content."""
        return self._files

    def texts(self) -> Mapping[str, str]:
        """Every file that is text."""
        return self._texts

    @cached_property
    def _files(self) -> Mapping[str, bytes]:
        names = git(self.folder, "ls-files", "-z").split("\0")
        return {name: (self.folder / name).read_bytes() for name in names if name}

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {name: data.decode() for name, data in self.files().items() if b"\0" not in data}


def distinct(renderings: Iterable[Rendered], *patterns: str) -> list[Path]:
    """The files that match a pattern in any of the repositories; of files that are the same, one."""
    found: dict[tuple[str, bytes], Path] = {}
    for rendered in renderings:
        for path in (path for pattern in patterns for path in sorted(rendered.folder.glob(pattern))):
            found.setdefault((path.relative_to(rendered.folder).as_posix(), path.read_bytes()), path)
    return list(found.values())
