"""A generated repository, as the tests of templates look at it."""

from collections.abc import Mapping
from dataclasses import dataclass
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

    def files(self) -> dict[str, bytes]:
        """Every file: path → content."""
        names = git(self.folder, "ls-files", "-z").split("\0")
        return {name: (self.folder / name).read_bytes() for name in names if name}

    def texts(self) -> dict[str, str]:
        """Every file that is text."""
        return {name: data.decode() for name, data in self.files().items() if b"\0" not in data}
