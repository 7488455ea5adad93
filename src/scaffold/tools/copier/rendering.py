"""Rendering by Copier, and its migrations."""

import contextlib
import re
from pathlib import Path
from typing import Any, Literal

from packaging.version import Version

from scaffold.tools.copier import private
from scaffold.tools.copier.request import Rendered, Request
from scaffold.tools.copier.session import at_work
from scaffold.tools.files import sizes


def load() -> None:
    """Import copier."""
    import copier  # noqa: F401


def render(request: Request, dest: Path) -> Rendered:
    """Render a template into the folder `dest`.

    Raises:
        ScaffoldError: The template cannot be read, runs code without `trust`, or an answer does not fit.
        KeyboardInterrupt: The user left the questions.
    """
    with at_work(request):
        dropped: dict[str, str] = {}
        if request.ask and request.remembered:
            # Copier takes remembered answers for given ones here, and would refuse where it should ask again. What is
            # refused after that is a new question without a default, which is yet to be asked.
            with contextlib.suppress(ValueError):
                _accepted(request, dest, dropped, pretend=True, defaults=True, skip_tasks=True)
        worker = _accepted(request, dest, dropped)
        questions = worker.template.questions_data
        answers = {key: value for key, value in worker.answers.combined.items() if key in questions}
        skipped = frozenset(path for path in sizes(dest) if worker.all_skip_if_exists and worker.match_skip(Path(path)))
        texts = [worker.template.message_after_copy or ""]
        if request.operation == "update":
            texts += filter(None, (worker.template.message_before_update, worker.template.message_after_update))
        message, *notices = private.rendered(worker, texts)
        answers_file = worker.answers_relpath.as_posix()
    version = worker.template.commit or ""
    said = tuple(dict.fromkeys(filter(None, notices)))
    return Rendered(version, answers, questions, skipped, dropped, said, message, answers_file)


_REFUSED = re.compile(r"""(?:to question|for question|choice for) ['"](\w+)['"]""")


def _accepted(request: Request, dest: Path, dropped: dict[str, str], **more: Any) -> Any:
    """Let Copier render. Returns its worker; raises what Copier raises.

    A remembered answer that Copier refuses is added to `dropped`, with the reason, and left out.
    """
    import copier

    arguments = {
        "answers_file": request.answers_file or None,
        "vcs_ref": request.ref,
        # The user's copier settings may name defaults, but not trusted templates: only --trust does, each time.
        "settings": copier.Settings(defaults=dict(copier.load_settings().defaults)),
        "user_defaults": dict(request.defaults),
        "defaults": not request.ask,
        "overwrite": True,
        "quiet": True,
        "unsafe": request.trust,
        "skip_tasks": not request.run_tasks,
        **more,
    }
    while True:
        kept = {key: value for key, value in request.remembered.items() if key not in dropped}
        try:
            with private.operation(request.operation):
                return copier.run_copy(request.address, dest, {**kept, **request.answers}, **arguments)
        except ValueError as error:
            names = [name for name in _REFUSED.findall(str(error)) if name in kept and name not in request.answers]
            if not names:
                raise
            dropped[names[0]] = " ".join(str(error).split())


def migrate(request: Request, folder: Path, stage: Literal["before", "after"], since: Version) -> None:
    """Run a trusted template's migrations of one stage in a folder, as `copier update` would.

    Args:
        request: The release that the project is updated to, and its answers.
        folder: Where they run.
        stage: Which of them.
        since: The release that the project is updated from; `request.remembered["_commit"]` is its name.

    Raises:
        ScaffoldError: The template cannot be read, or a migration failed.
    """
    with at_work(request):
        answers = {**request.remembered, **request.answers}
        private.run_migrations(request.address, request.ref, folder, answers, stage, since)
