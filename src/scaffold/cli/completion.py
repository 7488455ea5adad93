"""Completion of answers and of catalogs' names; it keeps quiet about what is damaged."""

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import typer

from scaffold.errors import ScaffoldError


def catalog_names(incomplete: str) -> list[tuple[str, str]]:
    """The registered catalogs whose names begin with `incomplete`, each with its source."""
    from scaffold.core.templates import catalog

    with contextlib.suppress(ScaffoldError):
        return [(item.name, item.source) for item in catalog.registered() if item.name.startswith(incomplete)]
    return []


def answers(ctx: typer.Context, incomplete: str) -> list[str]:
    """`KEY=` for each question that begins so; behind a `KEY=`, the values of a question with few."""
    with contextlib.suppress(ScaffoldError, OSError):
        key, equals, value = incomplete.partition("=")
        typed = ctx.params.get("pairs") or []
        if typed and typed[-1] == "=":  # bash makes three words of KEY=VALUE
            return [one for one in _values(_questions(ctx).get(typed[-2], {})) if one.startswith(incomplete)]
        if equals:
            return [f"{key}={one}" for one in _values(_questions(ctx).get(key, {})) if one.startswith(value)]
        return [f"{name}=" for name in _questions(ctx) if name.startswith(incomplete)]
    return []


def _questions(ctx: typer.Context) -> Mapping[str, Mapping[str, Any]]:
    """The questions of the template that was typed, or of the project's; those of a template elsewhere are unknown."""
    from scaffold.core.project import open_project
    from scaffold.core.templates import copier_yml, source

    word, ref = ctx.params.get("template"), ctx.params.get("ref")
    project = None if word else open_project(Path(ctx.params.get("folder") or "."))
    if project:
        word, ref = project.address, project.version
    template = source.find(str(word))
    if not (template.bundle or template.folder):  # no network for a key that completes
        return {name: {} for name in (project.answers if project else ())}
    config = copier_yml.read_config(source.read(str(word), ref).tree)
    questions: Mapping[str, Mapping[str, Any]] = config.questions if config else {}
    return {name: details for name, details in questions.items() if details.get("when", True) is not False}


def _values(question: Mapping[str, Any]) -> Iterable[str]:
    choices = question.get("choices")
    if question.get("type") == "bool":
        return ["true", "false"]
    values = choices.values() if isinstance(choices, dict) else choices if isinstance(choices, list) else ()
    return [str(value) for value in values if isinstance(value, (str, int, float))]
