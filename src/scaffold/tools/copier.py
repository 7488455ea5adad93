"""The only module that uses copier. Importing it takes 0.4 s of CPU, so it happens inside the functions.

It renders what `core/templates/engine.py` does not: templates that prompt, run code, or use extensions.
"""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git
from scaffold.tools.files import sizes, temporary_folder
from scaffold.tools.git.command import REPOSITORY_VARIABLES
from scaffold.tools.questions import SEE
from scaffold.tools.terminal import BIDI_CONTROLS, escaped


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
    answers_file: str = ""


@dataclass(frozen=True)
class Rendered:
    """The result of a rendering.

    Attributes:
        version: The template's tag or commit; empty for a template outside git.
        answers: Question → answer, as recorded in the project.
        questions: The template's questions as its copier.yml has them.
        skipped: Files that the template writes only where they are absent (`_skip_if_exists`).
        migrates: Whether the template has code to run at updates (`_migrations`).
        answers_file: The file that records the answers.
    """

    version: str
    answers: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    skipped: frozenset[str] = frozenset()
    migrates: bool = False
    answers_file: str = ".copier-answers.yml"


def render(request: Request, dest: Path) -> Rendered:
    """Render a template into the folder `dest`.

    Raises:
        ScaffoldError: The template cannot be read, runs code without `trust`, or an answer does not fit.
        KeyboardInterrupt: The user left the questions.
    """
    import copier
    from copier.errors import (
        ConfigFileError,
        CopierAnswersInterrupt,
        CopierError,
        CopierWarning,
        InteractiveSessionError,
        UnsafeTemplateError,
    )
    from jinja2 import TemplateError
    from plumbum import ProcessExecutionError

    try:
        with _sealed(request), _hushed(request.ask), warnings.catch_warnings():
            warnings.simplefilter("ignore", CopierWarning)
            worker = copier.run_copy(
                request.address,
                dest,
                {**request.remembered, **request.answers},
                answers_file=request.answers_file or None,
                vcs_ref=request.ref,
                # The user's copier settings may name defaults, but not trusted templates: only --trust does, each time.
                settings=copier.Settings(defaults=dict(copier.load_settings().defaults)),
                user_defaults=dict(request.defaults),
                defaults=not request.ask,
                overwrite=True,
                quiet=True,
                unsafe=request.trust,
            )
    except (CopierAnswersInterrupt, InteractiveSessionError) as error:  # Ctrl-C, Ctrl-D
        raise KeyboardInterrupt from error
    except UnsafeTemplateError as error:
        raise ScaffoldError(
            "This template wants to run code of its own.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        ) from error
    except ProcessExecutionError as error:
        raise _unreadable(request, str(error.stderr)) from error
    except TemplateError as error:
        raise ScaffoldError(
            f"The template has a mistake: {error}.", "Report it to the template's authors.", code="template-invalid"
        ) from error
    # AttributeError, TypeError: copier takes it for granted that the file holds a mapping.
    except (ConfigFileError, AttributeError, TypeError) as error:
        raise ScaffoldError(
            f"The copier.yml of {request.address} is not valid.",
            "Report it to the template's authors.",
            code="template-invalid",
        ) from error
    except (ValueError, CopierError) as error:
        raise _bad_answer(str(error)) from error
    questions = worker.template.questions_data
    answers = {key: value for key, value in worker.answers.combined.items() if key in questions}
    skipped = frozenset(path for path in sizes(dest) if worker.all_skip_if_exists and worker.match_skip(Path(path)))
    migrates = bool(worker.template.config_data.get("migrations"))
    return Rendered(
        worker.template.commit or "", answers, questions, skipped, migrates, worker.answers_relpath.as_posix()
    )


def update(project: Path, ref: str | None, answers: Mapping[str, Any]) -> None:
    """Run Copier's own update with the template's migrations: only for templates that the user trusts.

    Raises:
        ScaffoldError: It failed.
    """
    import copier
    from copier.errors import CopierError
    from plumbum import ProcessExecutionError

    try:
        with _sealed(None), _hushed(False), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            copier.run_update(
                project, data=dict(answers), vcs_ref=ref, defaults=True, overwrite=True, quiet=True, unsafe=True
            )
    except (CopierError, ProcessExecutionError, ValueError, TypeError) as error:
        raise ScaffoldError(f"Copier's own update failed: {' '.join(str(error).split())[:300]}.") from error


def what_it_runs(config: Mapping[str, Any]) -> list[str]:
    """The tasks, migrations and Jinja extensions of a template's copier.yml, one line each."""
    lines = [f"task `{_command(task)}`" for task in config.get("tasks") or []]
    lines += [f"migration `{_command(item)}`" for item in config.get("migrations") or []]
    return lines + [f"Jinja extension `{item}`" for item in config.get("jinja_extensions") or []]


def _command(task: Any) -> str:
    if isinstance(task, dict):
        task = task.get("command", task.get("after", task.get("before", "")))
    return " ".join(map(str, task)) if isinstance(task, list) else str(task)


@contextlib.contextmanager
def _sealed(request: Request | None) -> Iterator[None]:
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
        if request and request.repository:
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
        from prompt_toolkit.layout.screen import Char

        # prompt_toolkit writes out C0 and C1 in a question's texts, but not these.
        Char.display_mappings.update({char: escaped(char) for char in BIDI_CONTROLS})
        yield
        return
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield


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
