"""What the user set once for all projects: a settings file and git's own configuration."""

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from scaffold.errors import ScaffoldError
from scaffold.tools import git

KEYS = ("author_name", "author_email", "github_owner", "license", "python_version", "ci")
"""The questions whose default a person wants the same in every project."""
PYTHONS = ("3.11", "3.12", "3.13")
"""What the built-in templates offer."""
_PLAIN = re.compile(r'[^\x00-\x1f"`<>{}\\]+')


def config_folder() -> Path:
    """Where the user's settings and catalogs stand; `SCAFFOLD_CONFIG_DIR` moves it."""
    override = os.environ.get("SCAFFOLD_CONFIG_DIR")
    return Path(override) if override else user_config_path("scaffold", appauthor=False)


def settings_file() -> Path:
    """The user's `settings.toml`."""
    return config_folder() / "settings.toml"


def read_settings() -> dict[str, Any]:
    """The settings file's `[defaults]`; empty when there is no file.

    Raises:
        ScaffoldError: the file is not TOML or sets something that scaffold does not know.
    """
    path = settings_file()
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ScaffoldError(f"{path} is not valid TOML: {error}.", "Mend it or move it away.", code="config-invalid") from error
    for table in content:
        if table != "defaults":
            raise ScaffoldError(f"{path} holds an unknown `{table}`.", "Its keys stand under [defaults].", code="config-invalid")
    defaults = content.get("defaults", {})
    if not isinstance(defaults, dict):
        raise ScaffoldError(f"{path}: `defaults` must be a table.", 'For example: [defaults] and below it ci = "none"', code="config-invalid")
    for key in defaults:
        if key not in KEYS:
            raise ScaffoldError(f"{path} sets an unknown default `{key}`.", f"Known: {', '.join(KEYS)}.", code="config-invalid")
    return dict(defaults)


def default_answers(*, ours: bool = False) -> dict[str, Any]:
    """The defaults to offer in a template: git's name and e-mail, overruled by the settings file.

    Args:
        ours: the template is one of scaffold's: then also this Python, which is there even offline.
    """
    identity = git.configured_identity()
    names = {f"author_{key}": identity.get(f"user.{key}", "") for key in ("name", "email")}
    # Copier checks what is typed, but no defaults: a name that no template takes is not offered.
    from_git = {key: value for key, value in names.items() if _PLAIN.fullmatch(value)}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    here = {"python_version": python} if ours and python in PYTHONS else {}
    return here | from_git | read_settings()
