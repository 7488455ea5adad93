"""What the user set once for all projects, in a settings file and in git's own configuration."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from scaffold.core import config, yaml_text
from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git

PYTHONS = ("3.11", "3.12", "3.13")
"""The Python versions that the built-in templates offer."""
_PLAIN = re.compile(r'[^\x00-\x1f"`<>{}\\]+')


def config_folder() -> Path:
    """The folder of the user's settings and catalogs; the variable `SCAFFOLD_CONFIG_DIR` overrides it."""
    override = os.environ.get("SCAFFOLD_CONFIG_DIR")
    return Path(override) if override else user_config_path("scaffold", appauthor=False)


def settings_file() -> Path:
    """The user's `settings.toml`."""
    return config_folder() / "settings.toml"


@config.table
class Defaults:
    """The questions whose default a person wants the same in every project; None where nothing is set."""

    author_name: str | None = None
    author_email: str | None = None
    github_owner: str | None = None
    license: str | None = None
    python_version: str | None = None
    ci: str | None = None


@config.table
class Settings:
    """The settings file."""

    defaults: Defaults = Defaults()


def read_settings() -> dict[str, str]:
    """The settings file's `[defaults]`: question → answer; empty when there is no file.

    Raises:
        ScaffoldError: The file is not TOML, or sets something that scaffold does not know.
    """
    path = settings_file()
    if not path.is_file():
        return {}
    settings = config.read(path, Settings, hint='For example: [defaults] and below it ci = "none".')
    return {key: value for key, value in asdict(settings.defaults).items() if value is not None}


def blamed(error: ScaffoldError, given: Mapping[str, Any]) -> ScaffoldError:
    """The error for an answer that does not fit, naming the settings file where that sets it."""
    names = [key for key in read_settings().keys() - given.keys() if re.search(rf"\b{key}\b", error.message)]
    if error.code != "answer-invalid" or not names:
        return error
    message = f"{settings_file()} sets a default that does not fit. {error.message}"
    hint = f"Correct `{names[0]}` there, or give another answer: -d {names[0]}=VALUE"
    return UsageError(message, hint, code="answer-invalid")


def copier_defaults() -> dict[str, Any]:
    """The defaults in the user's settings of Copier (its documentation, "Settings"); empty where there are none."""
    override = os.environ.get("COPIER_SETTINGS_PATH")
    path = Path(override) if override else user_config_path("copier", appauthor=False) / "settings.yml"
    try:
        content = yaml_text.load(path.read_bytes()) if path.is_file() else {}
    except yaml_text.NotYamlError as error:
        raise ScaffoldError(f"{path} is not valid YAML: {error}.", "Correct it or move it away.", code="config-invalid") from error
    defaults = content.get("defaults") if isinstance(content, dict) else None
    return dict(defaults) if isinstance(defaults, dict) else {}


def default_answers(*, ours: bool = False) -> dict[str, Any]:
    """Defaults for a template's questions: git's name and e-mail, overridden by the settings file.

    Args:
        ours: Whether the template has a manifest; then this Python's version is a default, too: it works offline.
    """
    identity = git.configured_identity()
    names = {f"author_{key}": identity.get(f"user.{key}", "") for key in ("name", "email")}
    # Copier validates what is typed, but not defaults: a name that no template accepts is not offered.
    from_git = {key: value for key, value in names.items() if _PLAIN.fullmatch(value)}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = {"python_version": python} if ours and python in PYTHONS else {}
    return here | from_git | read_settings()
