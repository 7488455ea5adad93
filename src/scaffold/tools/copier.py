"""The only door to copier. Importing it costs 0.4 s of CPU, so it happens inside the functions."""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git
from scaffold.tools.files import temporary_folder


@dataclass(frozen=True)
class Request:
    """What is to be rendered, and how the questions are answered.

    Attributes:
        address: a template as copier takes it, and as the project will remember it.
        ref: tag, branch or commit; None for the newest release.
        rewrites: addresses that git finds elsewhere on this machine.
        answers: given answers; they are parsed and validated as typed ones are.
        defaults: the user's own defaults; they stand in for the template's.
        ask: prompt for what is not answered; without it defaults are taken.
        trust: let the template run the code that it brings.
    """

    address: str
    ref: str | None = None
    rewrites: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False


@dataclass(frozen=True)
class Rendered:
    """What came of it.

    Attributes:
        version: the template's tag or commit; empty for a template outside git.
        answers: question → answer, as remembered in the project.
        questions: the template's questions as its copier.yml has them.
    """

    version: str
    answers: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]


def render(request: Request, dest: Path) -> Rendered:
    """Render a template into the folder `dest`.

    Raises:
        ScaffoldError: the template cannot be read, runs code without `trust`, or an answer does not fit.
        KeyboardInterrupt: the person left the questions.
    """
    import copier
    from copier._main import Worker
    from copier.errors import ConfigFileError, CopierAnswersInterrupt, CopierError, CopierWarning, UnsafeTemplateError
    from jinja2 import TemplateError
    from plumbum import ProcessExecutionError

    # Copier asks git after every file whether an index has to learn its mode: a process a file, and a folder that is
    # no repository yet never has one.
    Worker._sync_git_index_executable_bit = lambda *_: None  # type: ignore[method-assign]
    try:
        with _sealed(request.rewrites), _hushed(request.ask), warnings.catch_warnings():
            warnings.simplefilter("ignore", CopierWarning)
            worker = copier.run_copy(
                request.address,
                dest,
                data=dict(request.answers),
                vcs_ref=request.ref,
                # The user's copier settings may name defaults; trust is asked for here, each time, by --trust alone.
                settings=copier.Settings(defaults=copier.load_settings().defaults, trust=[]),
                user_defaults=dict(request.defaults),
                defaults=not request.ask,
                overwrite=True,
                quiet=True,
                unsafe=request.trust,
            )
    except CopierAnswersInterrupt as error:
        raise KeyboardInterrupt from error
    except UnsafeTemplateError as error:
        raise ScaffoldError(
            f"This template wants to run code of its own: {'; '.join(what_it_runs(request))}.",
            "Read it first; if you trust its authors, add --trust.",
        ) from error
    except ProcessExecutionError as error:
        raise _unreadable(request, str(error.stderr)) from error
    except TemplateError as error:
        raise ScaffoldError(f"The template has a mistake: {error}.", "Tell its authors.") from error
    except ConfigFileError as error:
        raise ScaffoldError(
            f"The copier.yml of {request.address} is not valid.", "Tell the template's authors."
        ) from error
    except (ValueError, TypeError, CopierError) as error:
        raise _bad_answer(str(error)) from error
    questions = worker.template.questions_data
    _refuse_unknown(request.answers, questions)
    answers = {key: value for key, value in worker.answers.combined.items() if key in questions}
    return Rendered(worker.template.commit or "", answers, questions)


def read_config(folder: Path) -> dict[str, Any]:
    """A template folder's `copier.yml`, its YAML documents merged; empty when it has none.

    Raises:
        ScaffoldError: it is not valid YAML.
    """
    merged: dict[str, Any] = {}
    for name in ("copier.yml", "copier.yaml"):
        if (folder / name).is_file():
            try:
                for document in yaml.safe_load_all((folder / name).read_text(encoding="utf-8")):
                    merged.update(document or {})
            except yaml.YAMLError as error:
                raise ScaffoldError(f"{folder / name} is not valid YAML.", "Tell the template's authors.") from error
    return merged


def what_it_runs(request: Request) -> list[str]:
    """The tasks, migrations and Jinja extensions of a template, one line each."""
    with temporary_folder() as parent, _sealed(request.rewrites):
        folder = Path(request.address)
        if not folder.is_dir():
            folder = parent / "template"
            url = _expanded(request.address)
            git.clone(url, folder, bare=False)
            if request.ref:
                git.run(folder, "checkout", "--quiet", request.ref, "--")
        config = read_config(folder)
    lines = [f"task `{_command(task)}`" for task in config.get("_tasks", [])]
    lines += [f"migration `{_command(item)}`" for item in config.get("_migrations", [])]
    return lines + [f"Jinja extension `{item}`" for item in config.get("_jinja_extensions", [])]


def _command(task: Any) -> str:
    if isinstance(task, dict):
        task = task.get("command", task.get("after", task.get("before", "")))
    return " ".join(map(str, task)) if isinstance(task, list) else str(task)


def _expanded(address: str) -> str:
    for alias, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(alias):
            return host + address.removeprefix(alias).removesuffix(".git") + ".git"
    return address.removeprefix("git+")


@contextlib.contextmanager
def _sealed(addresses: Mapping[str, str]) -> Iterator[None]:
    """Give copier and its git a mirror cache of this process alone, our addresses, and no password prompts.

    Copier's own cache is not safe between processes, and plumbum, which starts copier's git, copied the environment
    when it was imported: both places are set, and both are put back.
    """
    from plumbum import local

    with temporary_folder() as cache:
        changes = {**git.rewrites(addresses), "COPIER_CACHE_DIR": str(cache), "GIT_TERMINAL_PROMPT": "0"}
        before = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes)
        try:
            with local.env(**os.environ):
                yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextlib.contextmanager
def _hushed(ask: bool) -> Iterator[None]:
    """Keep what copier prints beside its errors from the user: our sentence says it. Only prompts need the terminal."""
    if ask:
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
    )


def _bad_answer(reason: str) -> ScaffoldError:
    text = " ".join(reason.split())
    return UsageError(
        text if text.endswith(".") else text + ".", "`scaffold show TEMPLATE` lists the questions and what they allow."
    )


def _refuse_unknown(answers: Mapping[str, Any], questions: Mapping[str, Any]) -> None:
    import difflib

    for key in answers:
        if key not in questions:
            near = difflib.get_close_matches(key, questions, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"It asks: {', '.join(questions)}."
            raise UsageError(f"The template asks no question `{key}`.", hint)
