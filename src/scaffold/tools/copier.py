"""The only door to copier. Importing it costs 0.4 s of CPU, so it happens inside the functions."""

import contextlib
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import git
from scaffold.tools.files import sizes, temporary_folder
from scaffold.tools.git.command import REPOSITORY_VARIABLES
from scaffold.tools.questions import SEE, check_answers
from scaffold.tools.terminal import BIDI_CONTROLS, escaped

if TYPE_CHECKING:
    from copier._main import Worker
    from copier._template import Template


@dataclass(frozen=True)
class Request:
    """What is to be rendered, and how the questions are answered.

    Attributes:
        address: a template as copier takes it, and as the project will remember it.
        ref: tag, branch or commit; None for the newest release.
        checkout: the template's files at that release, for one of ours; copier then asks no git.
        answers: given answers; they are parsed and validated as typed ones are.
        remembered: answers of an earlier time; one that the template no longer asks for is forgotten.
        defaults: the user's own defaults; they stand in for the template's.
        ask: prompt for what is not answered; without it defaults are taken.
        trust: let the template run the code that it brings.
    """

    address: str
    ref: str | None = None
    checkout: Path | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    remembered: Mapping[str, Any] = field(default_factory=dict)
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
        skipped: files that the template writes only where they are absent (`_skip_if_exists`).
        migrates: whether the template brings code to run at updates (`_migrations`).
    """

    version: str
    answers: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    skipped: frozenset[str] = frozenset()
    migrates: bool = False


def render(request: Request, dest: Path) -> Rendered:
    """Render a template into the folder `dest`.

    Raises:
        ScaffoldError: the template cannot be read, runs code without `trust`, or an answer does not fit.
        KeyboardInterrupt: the person left the questions.
    """
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
        with _sealed(), _hushed(request.ask), warnings.catch_warnings():
            warnings.simplefilter("ignore", CopierWarning)
            worker = _worker(request, dest)
            with worker:
                # Before anything is asked, written or run.
                check_answers(request.answers, _questions(worker))
                worker.run_copy()
    except (CopierAnswersInterrupt, InteractiveSessionError) as error:  # Ctrl-C, Ctrl-D
        raise KeyboardInterrupt from error
    except UnsafeTemplateError as error:
        raise ScaffoldError(
            f"This template wants to run code of its own: {'; '.join(what_it_runs(request))}.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        ) from error
    except ProcessExecutionError as error:
        raise _unreadable(request, str(error.stderr)) from error
    except TemplateError as error:
        raise ScaffoldError(
            f"The template has a mistake: {error}.", "Tell its authors.", code="template-invalid"
        ) from error
    except ConfigFileError as error:
        raise ScaffoldError(
            f"The copier.yml of {request.address} is not valid.",
            "Tell the template's authors.",
            code="template-invalid",
        ) from error
    except (ValueError, TypeError, CopierError) as error:
        if "Unknown revision" in str(error):
            raise _no_release(request) from error
        raise _bad_answer(str(error)) from error
    questions = worker.template.questions_data
    answers = {key: value for key, value in worker.answers.combined.items() if key in questions}
    skipped = frozenset(path for path in sizes(dest) if worker.all_skip_if_exists and worker.match_skip(Path(path)))
    migrates = bool(worker.template.config_data.get("migrations"))
    return Rendered(worker.template.commit or "", answers, questions, skipped, migrates)


def update(project: Path, ref: str | None, answers: Mapping[str, Any]) -> None:
    """Copier's own update, which runs the template's migrations: only for templates that the user trusts.

    Raises:
        ScaffoldError: it failed.
    """
    import copier
    from copier.errors import CopierError
    from plumbum import ProcessExecutionError

    try:
        with _sealed(), _hushed(False), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            copier.run_update(
                project, data=dict(answers), vcs_ref=ref, defaults=True, overwrite=True, quiet=True, unsafe=True
            )
    except (CopierError, ProcessExecutionError, ValueError, TypeError) as error:
        raise ScaffoldError(f"Copier's own update failed: {' '.join(str(error).split())[:300]}.") from error


def _worker(request: Request, dest: Path) -> "Worker":
    import copier
    from copier._main import Worker
    from copier._settings import SettingsModel

    # Copier asks git after every file whether an index has to learn its mode: a process a file, and a folder that is
    # no repository yet never has one.
    Worker._sync_git_index_executable_bit = lambda *_: None  # type: ignore[method-assign]
    worker = Worker(
        src_path=request.address,
        dst_path=dest,
        data={**request.remembered, **request.answers},
        vcs_ref=request.ref,
        # The user's copier settings may name defaults; trust is asked for here, each time, by --trust alone.
        settings=SettingsModel(defaults=dict(copier.load_settings().defaults)),
        user_defaults=dict(request.defaults),
        defaults=not request.ask,
        overwrite=True,
        quiet=True,
        unsafe=request.trust,
    )
    if request.checkout:
        vars(worker)["template"] = _checked_out(request, request.checkout)
    return worker


def _questions(worker: "Worker") -> Mapping[str, Mapping[str, Any]]:
    from copier.errors import ConfigFileError

    try:
        questions: Mapping[str, Mapping[str, Any]] = worker.template.questions_data
    except (TypeError, AttributeError) as error:  # copier takes it for granted that the file holds a mapping
        raise ConfigFileError from error
    return questions


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
                raise ScaffoldError(
                    f"{folder / name} is not valid YAML.", "Tell the template's authors.", code="template-invalid"
                ) from error
    return merged


def what_it_runs(request: Request) -> list[str]:
    """The tasks, migrations and Jinja extensions of a template, one line each."""
    with temporary_folder() as parent, _sealed():
        folder = Path(request.address)
        if not folder.is_dir():
            folder = parent / "template"
            url = expanded(request.address)
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


def expanded(address: str) -> str:
    """The URL that git reads for a template's address, `gh:` and `gl:` included."""
    for alias, host in (("gh:", "https://github.com/"), ("gl:", "https://gitlab.com/")):
        if address.startswith(alias):
            return host + address.removeprefix(alias).removesuffix(".git") + ".git"
    return address.removeprefix("git+")


def _checked_out(request: Request, checkout: Path) -> "Template":
    """A template that copier need not fetch: what it would ask git for is known (five processes, 0.2 s of them)."""
    from copier._template import Template
    from packaging.version import Version

    template = Template(url=request.address, ref=request.ref)
    known = {"commit": request.ref, "commit_hash": request.ref, "version": Version(request.ref or "0")}
    vars(template).update(known, vcs="git", local_abspath=checkout.resolve(), git_index_modes={})
    return template


@contextlib.contextmanager
def _sealed() -> Iterator[None]:
    """Give copier and its git a mirror cache of this process alone, and no password prompts.

    Copier's own cache is not safe between processes, and plumbum, which starts copier's git, copied the environment
    when it was imported: both places are set, and both are put back.
    """
    from plumbum import local

    with temporary_folder() as cache:
        before = dict(os.environ)
        for name in REPOSITORY_VARIABLES:
            os.environ.pop(name, None)
        os.environ.update(COPIER_CACHE_DIR=str(cache), GIT_TERMINAL_PROMPT="0")
        try:
            with local.env():
                local.env.clear()
                local.env.update(os.environ)
                yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def _hushed(ask: bool) -> Iterator[None]:
    """Keep what copier prints beside its errors from the user: our sentence says it. Only prompts need the terminal."""
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


def _no_release(request: Request) -> ScaffoldError:
    return ScaffoldError(
        f"The template {git.redact(request.address)} has no release {request.ref}.",
        f"Its releases: git ls-remote --tags {git.redact(expanded(request.address))}",
        code="no-such-release",
    )


def _bad_answer(reason: str) -> ScaffoldError:
    text = " ".join(reason.split())
    return UsageError(text if text.endswith(".") else text + ".", SEE, code="answer-invalid")
