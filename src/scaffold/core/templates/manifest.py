"""`template.toml`: the description of a template."""

import re
from pathlib import Path
from typing import Literal

from packaging.version import InvalidVersion, Version

from scaffold.core import config
from scaffold.core.config import Number, WrongValueError

FILE_NAME = "template.toml"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A template's name: it stands in addresses, file names and git configuration keys, so nothing else is allowed."""
_HINT = "docs/templates.md lists what a template.toml holds."


@config.table
class DataNeeds:
    """What data of the owner's a template takes.

    Attributes:
        kind: What it is.
        task: What is predicted from a table; empty where nothing is, and for the other kinds.
    """

    kind: Literal["table", "images", "documents", "text", "database"]
    task: Literal["regression", "classification", ""] = ""

    def __post_init__(self) -> None:
        """Raise WrongValueError for a task without a table."""
        if self.task and self.kind != "table":
            raise WrongValueError(
                "only a table has a `task`: regression or classification.",
                'For example: kind = "table" and task = "regression".',
            )


@config.table
class Manifest:
    """The description of one template.

    Attributes:
        title: What it makes, in a few words.
        stage: Where it stands on the learner's road.
        order: Its place among the templates of a catalog.
        months: When on the road it is met, as in "3-4".
        version: The release that the sources will become (PEP 440).
        summary: One sentence for `scaffold list` and `scaffold show`.
        skills: What its owner can say to have used.
        layers: Folders under `_layers/` that it is assembled from, in order.
        replaces: Paths of a layer that the template (or a later layer) overrides on purpose.
        minutes: The time that `make setup && make all` takes on two cores with cold caches.
        disk_mb: The size of the generated repository and its environment, in megabytes.
        first_questions: The questions that everybody at a terminal is asked; the others are offered afterwards. Empty:
            all are asked.
        data: What data of the owner's it takes; None when it only works on its example.
    """

    title: str
    stage: str
    order: Number
    version: str
    summary: str
    months: str = ""
    skills: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    minutes: Number = 0
    disk_mb: Number = 0
    first_questions: tuple[str, ...] = ()
    data: DataNeeds | None = None

    def __post_init__(self) -> None:
        """Raise WrongValueError for a version that is no PEP 440 version."""
        try:
            if self.version != self.version.strip():  # Version() would forgive it, a git tag does not
                raise InvalidVersion
            Version(self.version)
        except InvalidVersion as error:
            raise WrongValueError(f"`version` {self.version!r} is not a PEP 440 version, like 0.2.0.", _HINT) from error


def parse_manifest(text: str, where: str) -> Manifest:
    """Read a `template.toml`.

    Args:
        text: The file's content.
        where: The file, for messages.

    Raises:
        ScaffoldError: It is not TOML, lacks a key, or has an unknown key or a value of the wrong kind.
    """
    return config.parse(text, Manifest, where, _HINT)


def read_manifest(path: Path) -> Manifest:
    """Read the `template.toml` at `path`. Raises ScaffoldError as `parse_manifest` does."""
    return config.read(path, Manifest, hint=_HINT)


def is_development(version: str) -> bool:
    """Whether a version is being worked on, like 0.1.0.dev0: its template is neither released nor offered."""
    return Version(version).is_devrelease
