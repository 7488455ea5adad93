"""The private names of Copier that scaffold uses: all are here, since a later Copier may lack them.

Copier's public API renders a template as a new project, or updates a project in its folder by rules of its own. An
update by scaffold needs a template rendered as for an update, its messages, and its migrations run in a checkout.
Ordinary templates need none of this: `core/templates/engine.py` renders them.
"""

import contextlib
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from packaging.version import Version

from scaffold.errors import ScaffoldError


@contextlib.contextmanager
def operation(name: Literal["copy", "update"]) -> Iterator[None]:
    """Let templates see a value as `_copier_operation`: `run_copy` alone always says `copy`.

    Raises:
        ScaffoldError: This Copier works in another way.
    """
    with _known():
        from copier._main import _operation
    token = _operation.set(name)
    try:
        yield
    finally:
        _operation.reset(token)


def rendered(worker: Any, texts: list[str]) -> list[str]:
    """Texts of a template's settings, rendered with the answers of a rendering.

    Raises:
        ScaffoldError: This Copier works in another way.
    """
    with _known():
        render = worker._render_string
    return [render(text).strip() for text in texts]


def run_migrations(
    address: str,
    ref: str | None,
    folder: Path,
    answers: Mapping[str, Any],
    stage: Literal["before", "after"],
    since: Version,
) -> None:
    """Run a template's migrations of one stage in a folder.

    Args:
        address: The template.
        ref: The release that the project is updated to.
        folder: Where they run.
        answers: The project's answers; `_commit` is the name of the release that it is updated from.
        stage: Which of them.
        since: The same release as a version.

    Raises:
        ScaffoldError: This Copier works in another way.
    """
    with _known():
        from copier import Phase
        from copier._main import Worker
        from copier._user_data import AnswersMap
    with operation("update"), Worker(address, folder, vcs_ref=ref, defaults=True, quiet=True, unsafe=True) as worker:
        with _known():
            worker.answers = AnswersMap(init=dict(answers), metadata=worker.template.metadata)
            origin: Any = SimpleNamespace(version=since, commit=answers.get("_commit"))
            tasks, run = worker.template.migration_tasks, worker._execute_tasks
        with Phase.use(Phase.MIGRATE):
            run(tasks(stage, origin))


@contextlib.contextmanager
def _known() -> Iterator[None]:
    """Say what to do where a Copier lacks a name."""
    try:
        yield
    except (ImportError, AttributeError) as error:
        raise ScaffoldError(
            f"Copier {version('copier')} is newer than this scaffold knows, and only Copier can render this template.",
            "Update scaffold; until then: pip install 'copier<9.20'",
        ) from error
