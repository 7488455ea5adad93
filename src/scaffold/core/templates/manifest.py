"""`template.toml`: what a template says of itself."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from scaffold.errors import ScaffoldError

FILE_NAME = "template.toml"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""A template's name: it stands in addresses, file names and git configuration keys, so nothing else is allowed."""


@dataclass(frozen=True)
class Manifest:
    """One template's description.

    Attributes:
        title: what it makes, in a few words.
        stage: where it stands on the learner's road.
        order: its place among the templates of a catalog.
        months: when on the road it is met, as in "3-4".
        version: the release that the sources will become (PEP 440).
        summary: one sentence for `scaffold list` and `scaffold show`.
        skills: what its owner can say to have used.
        layers: folders under `_layers/` that it is assembled from, in order.
        replaces: paths of a layer that the template (or a later layer) overrides on purpose.
        minutes: `make setup && make all` on two cores with cold caches.
        disk_mb: what the generated repository and its environment take.
    """

    title: str
    stage: str
    order: int
    version: str
    summary: str
    months: str = ""
    skills: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    minutes: float = 0
    disk_mb: int = 0


_NUMBERS = ("order", "disk_mb", "minutes")
_LISTS = ("skills", "layers", "replaces")
_REQUIRED = ("title", "stage", "order", "version", "summary")


def parse_manifest(text: str, where: str) -> Manifest:
    """Read a `template.toml`.

    Args:
        text: the file's content.
        where: the file, for messages.

    Raises:
        ScaffoldError: not TOML, an unknown or missing key, a value of the wrong kind.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScaffoldError(f"{where} is not valid TOML: {error}.", code="config-invalid") from error
    known = {field.name for field in fields(Manifest)}
    for key in raw.keys() - known:
        raise ScaffoldError(f"{where} has an unknown key `{key}`.", f"Known keys: {', '.join(sorted(known))}.", code="config-invalid")
    for key in _REQUIRED:
        if key not in raw:
            raise ScaffoldError(f"{where} lacks `{key}`.", "docs/templates.md lists what a template.toml holds.", code="config-invalid")
    return Manifest(**{key: _checked(key, value, where) for key, value in raw.items()})


def read_manifest(path: Path) -> Manifest:
    """Read the `template.toml` at `path`. Raises ScaffoldError as `parse_manifest` does."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScaffoldError(f"{path} is not valid TOML: it is not UTF-8.", code="config-invalid") from error
    return parse_manifest(text, str(path))


def is_development(version: str) -> bool:
    """Whether a version is being worked on, like 0.1.0.dev0: its template is neither released nor offered."""
    return Version(version).is_devrelease


def _checked(key: str, value: Any, where: str) -> Any:
    if key in _LISTS:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ScaffoldError(f"{where}: `{key}` must be a list of strings.", code="config-invalid")
        return tuple(value)
    number = key in _NUMBERS
    if not isinstance(value, (int, float) if number else str) or isinstance(value, bool):
        raise ScaffoldError(f"{where}: `{key}` must be {'a number' if number else 'a string'}.", code="config-invalid")
    if key == "version":
        _require_version(str(value), where)
    return value


def _require_version(value: str, where: str) -> None:
    try:
        if value != value.strip():  # Version() would forgive it, a git tag does not
            raise InvalidVersion
        Version(value)
    except InvalidVersion as error:
        raise ScaffoldError(f"{where}: `version` {value!r} is not a PEP 440 version, like 0.2.0.", code="config-invalid") from error
