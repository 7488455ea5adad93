"""A template's copier.yml, and whether scaffold renders the template itself or leaves it to Copier.

What is unusual (tasks, migrations, extensions, includes, links, yield) is Copier's own business.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from scaffold.core import yaml_text
from scaffold.core.templates.questionnaire import KEYS
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import Tree

CONFIGS = ("copier.yml", "copier.yaml")
_MERGED = ("exclude", "secret_questions", "skip_if_exists")
_KNOWN = {
    "answers_file",
    "envops",
    "exclude",
    "message_after_copy",
    "message_after_update",
    "message_before_copy",
    "message_before_update",
    "min_copier_version",
    "secret_questions",
    "skip_if_exists",
    "subdirectory",
    "templates_suffix",
}
_TYPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys((*_MERGED, "tasks", "migrations", "jinja_extensions", "secret_questions"), (list, "list")),
    **dict.fromkeys(("envops", "external_data"), (dict, "mapping")),
    **dict.fromkeys(("answers_file", "subdirectory", "templates_suffix"), (str, "text")),
}
_YIELD = re.compile(rb"{%-?\s*yield\b")


@dataclass(frozen=True)
class Config:
    """A template's copier.yml.

    Attributes:
        settings: The keys that begin with `_`, without it.
        questions: Question → its details.
    """

    settings: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]


def raw_config(tree: Tree) -> Config:
    """The template's copier.yml as far as it can be read without Copier: tags such as `!include` come to nothing.

    Raises:
        ScaffoldError: It is no YAML.
    """
    return _read(tree) or _read(tree, lenient=True) or Config({}, {})


def read_config(tree: Tree) -> Config | None:
    """The template's copier.yml; None when only Copier can read it (`!include`, two files, no mapping).

    Raises:
        ScaffoldError: It is no YAML.
    """
    return _read(tree)


def _read(tree: Tree, *, lenient: bool = False) -> Config | None:
    names = [name for name in CONFIGS if name in tree]
    if len(names) != 1:
        return None if names else Config({}, {})
    return _parsed(tree[names[0]].content, lenient)


@lru_cache(maxsize=8)  # it takes 0.1 s of CPU, and is asked for by everybody
def _parsed(content: bytes, lenient: bool) -> Config | None:
    try:
        documents = list(yaml.load_all(content, _Lenient if lenient else yaml_text.Loader))  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, yaml.constructor.ConstructorError) and "determine a constructor" in str(error.problem):
            return None
        message = f"The template's copier.yml is not valid YAML: {yaml_text.reason(error)}."
        raise ScaffoldError(message, "Tell the template's authors.", code="template-invalid") from error
    documents = [document for document in documents if document]
    if not all(isinstance(document, dict) for document in documents):
        return None
    merged: dict[str, Any] = {}
    for document in documents:
        merged.update(document)
    for document in documents:
        _require_types(document)
    for key in (f"_{name}" for name in _MERGED):
        if key in merged:
            merged[key] = [item for document in documents for item in document.get(key) or []]
    settings = {key[1:]: value for key, value in merged.items() if str(key).startswith("_")}
    questions = {
        str(key): value if isinstance(value, dict) else {"default": value}
        for key, value in merged.items()
        if not str(key).startswith("_")
    }
    for name in settings.get("secret_questions") or ():
        if name in questions:
            questions[name] = {**questions[name], "secret": True}
    return Config(settings, questions)


def _require_types(document: Mapping[Any, Any]) -> None:
    for name, (kind, word) in _TYPES.items():
        value = document.get(f"_{name}")
        if value is not None and not isinstance(value, kind):
            raise ScaffoldError(
                f"`_{name}` in the template's copier.yml is no {word}.",
                "Tell the template's authors.",
                code="template-invalid",
            )


class _Lenient(yaml_text.Loader):
    """Unknown tags are read as nothing."""


_Lenient.add_constructor(None, lambda *_: None)


def is_ordinary(tree: Tree, config: Config | None) -> bool:
    """Whether this module renders a template as Copier would."""
    if config is None or any(file.symlink for file in tree.values()):
        return False
    if any(key not in _KNOWN for key, value in config.settings.items() if value):
        return False
    if _needs_newer_copier(config.settings):
        return False  # Copier says so
    if not has_ordinary_questions(config):
        return False
    return not any(_YIELD.search(file.content) or "yield" in name for name, file in tree.items())


def _needs_newer_copier(settings: Mapping[str, Any]) -> bool:
    needed = str(settings.get("min_copier_version") or "0")
    try:
        return Version(needed) > Version(version("copier"))
    except InvalidVersion:
        return True


def has_ordinary_questions(config: Config) -> bool:
    """Whether the questions are of the kinds that scaffold answers and asks itself, as Copier would."""
    if config.settings.get("jinja_extensions"):
        return False
    return all(details.keys() <= KEYS and _is_typed(details) for details in config.questions.values())


def _is_typed(details: Mapping[str, Any]) -> bool:
    texts = all(isinstance(details.get(key, ""), str) for key in ("type", "help", "validator", "placeholder"))
    switches = all(isinstance(details.get(key, True), (str, bool)) for key in ("when", "ask"))
    kinds = all(isinstance(details.get(key, False), bool) for key in ("secret", "multiselect"))
    # Copier refuses secrets without a default, and takes nothing for an answer to "which of none".
    lacks = (details.get("secret") and "default" not in details) or (details.get("multiselect") and not details.get("choices"))
    return texts and switches and kinds and not lacks and isinstance(details.get("choices", []), (str, list, dict))


def what_it_runs(config: Mapping[str, Any], *, tasks: bool = True) -> list[str]:
    """The tasks and Jinja extensions of a template's settings, one line each: what a rendering runs."""
    lines = [f"task `{_command(task)}`" for task in config.get("tasks") or []] if tasks else []
    return lines + [f"Jinja extension `{item}`" for item in config.get("jinja_extensions") or []]


def what_migrates(config: Mapping[str, Any], since: Version, to: Version) -> list[str]:
    """The migrations of a template's settings that an update runs between two releases, one line each."""
    return [f"migration `{_command(item)}`" for item in config.get("migrations") or [] if _is_crossed(item, since, to)]


def _is_crossed(migration: Any, since: Version, to: Version) -> bool:
    """Whether Copier runs a migration (`migration_tasks` in its `_template.py`): after one release, up to another."""
    version = migration.get("version") if isinstance(migration, dict) else None
    try:
        return version is None or since < Version(str(version)) <= to
    except InvalidVersion:  # Copier will say so
        return True


def _command(task: Any) -> str:
    if isinstance(task, dict) and "command" not in task:  # the old format of migrations
        commands = [command for stage in ("before", "after") for command in task.get(stage) or []]
        return "; ".join(map(_command, commands))
    command = task["command"] if isinstance(task, dict) else task
    return " ".join(map(str, command)) if isinstance(command, list) else str(command)
