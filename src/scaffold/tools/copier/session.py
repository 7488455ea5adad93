"""The environment in which Copier works, its silence, and its errors as ours."""

import contextlib
import io
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git, prompts
from scaffold.tools.copier.request import Request
from scaffold.tools.files import temporary_place
from scaffold.tools.git.command import REPOSITORY_VARIABLES
from scaffold.tools.questions import SEE, unanswered


@contextlib.contextmanager
def at_work(request: Request) -> Iterator[None]:
    """Copier's environment, its silence, and its errors as ours."""
    from copier.errors import (
        ConfigFileError,
        CopierAnswersInterrupt,
        CopierError,
        CopierWarning,
        ForbiddenPathError,
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
    except ForbiddenPathError as error:
        path = str(error).partition(" is forbidden")[0]
        raise ScaffoldError(
            f"The template has the path {path}, outside its folder.",
            "Report it to the template's authors.",
            code="template-invalid",
        ) from error
    except (TemplateError, SyntaxError) as error:  # SyntaxError: of Python, which nests blocks only so deep
        raise ScaffoldError(
            f"The template has a mistake: {error}.", "Report it to the template's authors.", code="template-invalid"
        ) from error
    except AssertionError as error:
        raise ScaffoldError(
            f"The template {git.redact(request.address)} could not be rendered: one of its files may stand where "
            "another needs a folder.",
            "Report it to the template's authors.",
            code="template-invalid",
        ) from error
    # AttributeError, TypeError, KeyError: copier takes it for granted that the file holds what it needs.
    except (ConfigFileError, AttributeError, TypeError, KeyError) as error:
        raise ScaffoldError(
            f"The copier.yml of {request.address} is not valid.",
            "Report it to the template's authors.",
            code="template-invalid",
        ) from error
    except (ValueError, CopierError) as error:
        raise _bad_answer(request, str(error)) from error


@contextlib.contextmanager
def _sealed(request: Request) -> Iterator[None]:
    """Give copier and its git a mirror cache of their own, and no password prompts.

    Copier's shared cache is not safe between processes. plumbum, which starts copier's git, copies the environment when
    it is imported: so both environments are set, and both are restored.
    """
    from plumbum import local

    with temporary_place() as cache:
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


def _bad_answer(request: Request, reason: str) -> ScaffoldError:
    if required := re.fullmatch(r'Question "(\w+)" is required', reason):
        return unanswered(required[1])
    for secret in request.secrets & request.answers.keys():
        reason = reason.replace(str(request.answers[secret]) or "***", "***")
    text = " ".join(reason.split())
    return UsageError(text if text.endswith(".") else text + ".", SEE, code="answer-invalid")
