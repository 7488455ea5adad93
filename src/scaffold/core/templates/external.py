"""`_external_data`: files of the project that a template reads, lent to the folder in which it is rendered."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold.tools import git
from scaffold.tools.git.trees import is_safe

_MARK = b"# Lent by scaffold.\n"
"""A YAML comment: a file that still begins with it is no file of the template's."""


def lend(
    config: Mapping[str, Any], project: Path | None, folder: Path, *, past: str, answers: Mapping[str, Any]
) -> dict[str, bytes]:
    """Copy the project's files that a template's `_external_data` names to where Copier looks for them.

    Args:
        config: The template's settings.
        project: The project's folder; None for a project that is yet to be made.
        folder: Where the template will be rendered.
        past: The answers file whose last commit they are taken from; empty for the files as they are now.
        answers: What their paths may depend on.

    Returns:
        Path → content, as it was written.
    """
    named = config.get("external_data")
    if project is None or not isinstance(named, dict):
        return {}
    revision = git.run(project, "log", "-1", "--format=%H", "--", past) if past else "HEAD"
    lent = {}
    for path in (_rendered(str(value), answers) for value in named.values()):
        content = _content(project, revision, path) if is_safe(path) else None
        if content is not None:
            lent[path] = _MARK + content.removeprefix(b"\xef\xbb\xbf")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(lent[path])
    return lent


def take_back(lent: Mapping[str, bytes], folder: Path) -> None:
    """Remove what was lent to a folder, except for files that the template has written since."""
    for name, content in lent.items():
        path = folder / name
        if path.is_file() and not path.is_symlink() and path.read_bytes() == content:
            path.unlink()


def _rendered(path: str, answers: Mapping[str, Any]) -> str:
    if "{" not in path:
        return path
    from jinja2 import TemplateError

    from scaffold.core.templates import jinja

    try:
        with jinja.limited():
            return jinja.environment(lambda _: None, {}).from_string(path).render(answers)
    except TemplateError:  # Copier will say so
        return ""


def _content(project: Path, revision: str, path: str) -> bytes | None:
    """A file of a commit or, where it is in none, of the work tree."""
    found = git.attempt(project, "cat-file", "blob", f"{revision}:./{path}")
    if found.ok:
        return found.out
    here = project / path
    return here.read_bytes() if here.is_file() and here.resolve().is_relative_to(project) else None
