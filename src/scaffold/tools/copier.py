"""The only module that uses copier. Importing it takes 0.4 s of CPU, so it happens inside the functions.

It renders what `core/templates/engine.py` does not: templates that run code, use extensions or have secrets.
"""

import contextlib
import io
import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

from packaging.version import Version

from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git, prompts
from scaffold.tools.files import sizes, temporary_folder
from scaffold.tools.git.command import REPOSITORY_VARIABLES
from scaffold.tools.questions import SEE


@dataclass(frozen=True)
class Request:
    """A template to render, and the answers to its questions.

    Attributes:
        address: The template's address as copier takes it and the project records it.
        ref: Tag, branch or commit; None for the newest release.
        repository: A repository that git reads instead of the address; None for the address itself.
        answers: Given answers; they are parsed and validated as typed ones are.
        remembered: Answers that the project has recorded; one that the template no longer asks for is dropped.
        defaults: The user's own defaults; they replace the template's.
        ask: Whether to prompt for what is not answered; otherwise defaults are taken.
        trust: Whether the template may run its own code.
        operation: What templates see as `_copier_operation`: `copy` for a new project, `update` for one that stands.
        run_tasks: Whether its tasks run after rendering.
        answers_file: The file that records the answers; empty for the template's own choice.
    """

    address: str
    ref: str | None = None
    repository: Path | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    remembered: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False
    operation: Literal["copy", "update"] = "copy"
    run_tasks: bool = True
    answers_file: str = ""


@dataclass(frozen=True)
class Rendered:
    """The result of a rendering.

    Attributes:
        version: The template's tag or commit; empty for a template outside git.
        answers: Question → answer, as recorded in the project.
        questions: The template's questions as its copier.yml has them.
        skipped: Files that the template writes only where they are absent (`_skip_if_exists`).
        dropped: Remembered answers that this release does not take → why.
        notices: What the template says to the owner before and after an update.
        message: What it says to the owner of a new project (`_message_after_copy`).
        answers_file: The file that records the answers.
    """

    version: str
    answers: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    skipped: frozenset[str] = frozenset()
    dropped: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    message: str = ""
    answers_file: str = ".copier-answers.yml"


def render(request: Request, dest: Path) -> Rendered:
    """Render a template into the folder `dest`.

    Raises:
        ScaffoldError: The template cannot be read, runs code without `trust`, or an answer does not fit.
        KeyboardInterrupt: The user left the questions.
    """
    with _at_work(request):
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
        messages = (worker.template.message_before_update, worker.template.message_after_update)
        texts = [worker._render_string(text).strip() for text in messages if text and request.operation == "update"]
        message = worker._render_string(worker.template.message_after_copy or "").strip()
        answers_file = worker.answers_relpath.as_posix()
    version = worker.template.commit or ""
    notices = tuple(dict.fromkeys(filter(None, texts)))
    return Rendered(version, answers, questions, skipped, dropped, notices, message, answers_file)


_REFUSED = re.compile(r"""(?:to question|for question|choice for) ['"](\w+)['"]""")


def _accepted(request: Request, dest: Path, dropped: dict[str, str], **more: Any) -> Any:
    """Let Copier render. Returns its worker; raises what Copier raises.

    A remembered answer that Copier refuses is added to `dropped`, with the reason, and left out.
    """
    import copier
    from copier._main import _operation

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
        # Copier renders the two sides of its own updates as operation `update`; only `run_update` says so in public.
        token = _operation.set(request.operation)
        try:
            return copier.run_copy(request.address, dest, {**kept, **request.answers}, **arguments)
        except ValueError as error:
            names = [name for name in _REFUSED.findall(str(error)) if name in kept and name not in request.answers]
            if not names:
                raise
            dropped[names[0]] = " ".join(str(error).split())
        finally:
            _operation.reset(token)


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
    with _at_work(request):
        from copier import Phase
        from copier._main import Worker, _operation
        from copier._user_data import AnswersMap

        token = _operation.set("update")
        try:
            with Worker(request.address, folder, vcs_ref=request.ref, defaults=True, quiet=True, unsafe=True) as worker:
                answers = {**request.remembered, **request.answers}
                worker.answers = AnswersMap(init=answers, metadata=worker.template.metadata)
                origin: Any = SimpleNamespace(version=since, commit=request.remembered.get("_commit"))
                with Phase.use(Phase.MIGRATE):
                    worker._execute_tasks(worker.template.migration_tasks(stage, origin))
        finally:
            _operation.reset(token)


@contextlib.contextmanager
def _at_work(request: Request) -> Iterator[None]:
    """Copier's environment, its silence, and its errors as ours."""
    from copier.errors import (
        ConfigFileError,
        CopierAnswersInterrupt,
        CopierError,
        CopierWarning,
        InteractiveSessionError,
        TaskError,
        UnsafeTemplateError,
    )
    from jinja2 import TemplateError
    from plumbum import ProcessExecutionError

    try:
        with _sealed(request), _hushed(request.ask), warnings.catch_warnings():
            warnings.simplefilter("ignore", CopierWarning)
            warnings.simplefilter("ignore", DeprecationWarning)  # migrations in the old format
            yield
    except (CopierAnswersInterrupt, InteractiveSessionError) as error:  # Ctrl-C, Ctrl-D
        raise KeyboardInterrupt from error
    except UnsafeTemplateError as error:
        raise ScaffoldError(
            "This template wants to run code of its own.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        ) from error
    except TaskError as error:
        command = (error.cmd if isinstance(error.cmd, str) else " ".join(map(str, error.cmd)))[:200]
        raise ScaffoldError(
            f"The template's own code failed with exit status {error.returncode}: `{command}`.",
            "Its output is above; nothing was changed.",
        ) from error
    except ProcessExecutionError as error:
        raise _unreadable(request, str(error.stderr)) from error
    except TemplateError as error:
        raise ScaffoldError(
            f"The template has a mistake: {error}.", "Report it to the template's authors.", code="template-invalid"
        ) from error
    # AttributeError, TypeError, KeyError: copier takes it for granted that the file holds what it needs.
    except (ConfigFileError, AttributeError, TypeError, KeyError) as error:
        raise ScaffoldError(
            f"The copier.yml of {request.address} is not valid.",
            "Report it to the template's authors.",
            code="template-invalid",
        ) from error
    except (ValueError, CopierError) as error:
        raise _bad_answer(str(error)) from error


@contextlib.contextmanager
def _sealed(request: Request) -> Iterator[None]:
    """Give copier and its git a mirror cache of their own, and no password prompts.

    Copier's shared cache is not safe between processes. plumbum, which starts copier's git, copies the environment when
    it is imported: so both environments are set, and both are restored.
    """
    from plumbum import local

    with temporary_folder() as cache:
        before = dict(os.environ)
        for name in REPOSITORY_VARIABLES:
            os.environ.pop(name, None)
        os.environ.update(COPIER_CACHE_DIR=str(cache), GIT_TERMINAL_PROMPT="0")
        if request.repository:
            _redirect(request.address.removeprefix("git+"), request.repository)
        try:
            with local.env():
                local.env.clear()
                local.env.update(os.environ)
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _redirect(address: str, repository: Path) -> None:
    """Let git started from here read a repository in place of an address (GIT_CONFIG_COUNT, git-config(1))."""
    number = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    os.environ[f"GIT_CONFIG_KEY_{number}"] = f"url.{repository.as_uri()}.insteadOf"
    os.environ[f"GIT_CONFIG_VALUE_{number}"] = address
    os.environ["GIT_CONFIG_COUNT"] = str(number + 1)


@contextlib.contextmanager
def _hushed(ask: bool) -> Iterator[None]:
    """Hide what copier prints: our errors say it. Only prompts need the terminal."""
    if ask:
        prompts.prepare()
        yield
        return
    with _without_stdout(), contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield


@contextlib.contextmanager
def _without_stdout() -> Iterator[None]:
    """Let what the template's code prints go to stderr: stdout is for our own output, which may be JSON."""
    try:
        kept = os.dup(1)
    except OSError:  # closed
        yield
        return
    sys.stdout.flush()
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _unreadable(request: Request, stderr: str) -> ScaffoldError:
    reasons = [line for line in stderr.splitlines() if line.strip()]
    fatal = next((line for line in reasons if "fatal:" in line), reasons[-1] if reasons else "git gave no reason")
    reason = git.redact(fatal.split("fatal:", 1)[-1].strip().rstrip("."))
    return ScaffoldError(
        f"The template {git.redact(request.address)} could not be read: {reason}.",
        "Check the address; `scaffold list` shows the built-in templates.",
        code="template-unreadable",
    )


def _bad_answer(reason: str) -> ScaffoldError:
    text = " ".join(reason.split())
    return UsageError(text if text.endswith(".") else text + ".", SEE, code="answer-invalid")
