"""Rendering an ordinary Copier template (`copier_yml.is_ordinary`) in memory: no folder, no git, no import of Copier."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize

from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from scaffold.core.templates import jinja
from scaffold.core.templates.copier_yml import Config
from scaffold.core.templates.questionnaire import Answers, Question, answer
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File, Tree

_EXCLUDED = ("copier.yaml", "copier.yml", "~*", "*.py[co]", "__pycache__", ".git", ".DS_Store", ".svn")
"""What Copier leaves out of a template without `_exclude` and `_subdirectory`."""

_ANCHORED = re.compile(r"/[\w.-]+(/[\w.-]+)*", re.ASCII)
"""A pattern that names one file or folder from the top."""


class NotOrdinaryError(Exception):
    """A template uses what only Copier knows, seen while it is rendered."""


class _Copiers:
    """A variable whose value only Copier knows (`_external_data`, `now`): whoever touches it ends the rendering."""

    def __getattr__(self, name: str) -> Any:
        raise NotOrdinaryError

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise NotOrdinaryError

    __getitem__ = __iter__ = __bool__ = __str__ = __len__ = __call__


class _Conf(dict[str, Any]):
    """`_copier_conf`, as far as it is the same on every machine."""

    def __missing__(self, key: str) -> Any:
        raise NotOrdinaryError


_COPIERS = dict.fromkeys(("_external_data", "_copier_python", "_copier_phase", "now", "make_secret"), _Copiers())


@dataclass(frozen=True)
class Job:
    """One rendering.

    Attributes:
        tree: The template's files.
        config: Its copier.yml.
        address: As the project will record it.
        version: The release; empty for a template outside git.
        folder_name: The project's folder, which templates derive names from.
        operation: `copy` for a new project, `update` for one that stands.
        answers_file: The file that records the answers; empty for the template's own choice.
        broken: Whether the template puts its mistake in, for the branch to debug; Copier never does.
    """

    tree: Tree
    config: Config
    address: str
    version: str
    folder_name: str
    operation: str = "copy"
    answers_file: str = ""
    broken: bool = False

    @cached_property
    def environment(self) -> SandboxedEnvironment:
        """The template's Jinja."""
        return jinja.environment(self._source, self.config.settings.get("envops") or {})

    def _source(self, name: str) -> str | None:
        file = self.tree.get(name)
        return file.content.decode() if file else None

    @property
    def suffix(self) -> str:
        """The end of the names of files that are rendered."""
        return str(self.config.settings.get("templates_suffix", ".jinja"))

    def context(self, answers: Answers, answers_file: str = "") -> dict[str, Any]:
        """The variables of a rendering."""
        return {
            **_COPIERS,
            **answers.combined,
            "_copier_answers": answers.to_remember(self.config.questions),
            "_copier_conf": _Conf(answers_file=PurePosixPath(answers_file or ".copier-answers.yml"), sep=os.sep),
            "_copier_operation": self.operation,
            "_folder_name": self.folder_name,
            **({"_broken_on_purpose": True} if self.broken else {}),
        }


@dataclass(frozen=True)
class Result:
    """What a template gives.

    Attributes:
        tree: The files.
        answers: All answers, by question.
        dropped: Remembered answers that this release does not take → why.
        skipped: Files that the template writes only where they are absent.
        message: What the template says to the owner of a new project.
        notices: What it says to the owner before and after an update.
        answers_file: The file that records the answers.
        hidden: Questions that do not apply with these answers: their `when` is false.
    """

    tree: dict[str, File]
    answers: Mapping[str, Any]
    dropped: Mapping[str, str]
    skipped: frozenset[str]
    message: str
    answers_file: str = ".copier-answers.yml"
    notices: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()


def render(job: Job, answers: Answers) -> Result:
    """Answer the questions with what is known, and render every file.

    Args:
        job: The template, and how it is called.
        answers: What is known beforehand; filled in here.

    Raises:
        ScaffoldError: an answer does not fit, or the template has a mistake.
        NotOrdinaryError: only Copier can render it.
    """
    with jinja.limited():
        for name, details in job.config.questions.items():
            answer(Question(name, details, job.context(answers), job.environment), answers)
        where = job.answers_file or str(job.config.settings.get("answers_file", ".copier-answers.yml"))
        answers_file = str(PurePosixPath(_text(job, where, job.context(answers), "_answers_file")))
        context = job.context(answers, answers_file)
        # Files never see the operation: Copier offers it to exclusions and tasks alone.
        operation = {"_copier_operation": context.pop("_copier_operation")}
        rendered = dict(_files(job, context, operation, answers_file))
        skips = [_text(job, line, context, "_skip_if_exists") for line in job.config.settings.get("skip_if_exists", ())]
        skipped = frozenset(filter(_matcher(skips), rendered)) if skips else frozenset[str]()
        message = _message(job, context, "message_after_copy")
        notices = [_message(job, context, f"message_{when}_update") for when in ("before", "after")]
    combined = answers.combined
    known = {key: combined[key] for key in combined if key in job.config.questions}
    said = tuple(dict.fromkeys(filter(None, notices))) if job.operation == "update" else ()
    return Result(rendered, known, answers.dropped, skipped, message, answers_file, said, frozenset(answers.hidden))


def _message(job: Job, context: Mapping[str, Any], key: str) -> str:
    return _text(job, str(job.config.settings.get(key) or ""), context, f"_{key}").strip()


def _files(
    job: Job, context: Mapping[str, Any], operation: Mapping[str, Any], answers_file: str
) -> Iterable[tuple[str, File]]:
    settings = job.config.settings
    root = _text(job, str(settings.get("subdirectory") or ""), context, "_subdirectory").strip("/")
    patterns = settings.get("exclude", _EXCLUDED if not root else ())
    lines = [_text(job, str(line), {**context, **operation}, "_exclude") for line in patterns]
    excluded = _matcher([part for line in lines for part in re.split(r"\r\n|\r|\n", line)])
    prefix = f"{root}/" if root else ""
    folders = {str(parent) for name in job.tree for parent in PurePosixPath(name).parents}
    there = job.tree.keys() | folders
    for name, file in job.tree.items():
        if not name.startswith(prefix):
            continue
        path = _path(job, name.removeprefix(prefix), prefix, context, answers_file, there)
        if path and not excluded(path):
            yield path, File(_content(job, name, file, context), file.executable)


def _path(
    job: Job, name: str, prefix: str, context: Mapping[str, Any], answers_file: str, there: set[str]
) -> str | None:
    """Where a file of the template goes; None for nowhere."""
    suffix = job.suffix
    is_template = name.endswith(suffix)
    if suffix and f"{prefix}{name}{suffix}" in there:
        return None  # its rendered sibling takes its place
    source = PurePosixPath(name).with_suffix("") if suffix and is_template else PurePosixPath(name)
    parts: list[str] = []
    for part in source.parts:
        rendered = _text(job, part, context, name) if "{" in part or _custom(job) else part
        if not rendered:
            return None
        if rendered == answers_file:
            return answers_file
        parts.append(rendered)
    path = str(PurePosixPath(*parts))
    return path if is_template or f"{path}{suffix}" not in there else None


def _custom(job: Job) -> bool:
    return bool(job.config.settings.get("envops"))


def _content(job: Job, name: str, file: File, context: Mapping[str, Any]) -> bytes:
    if not name.endswith(job.suffix):
        return file.content
    try:
        return job.environment.get_template(name).render(context).encode()
    except UnicodeDecodeError as error:
        if not job.suffix:
            return file.content
        raise ScaffoldError(f"The template's file {name} is not UTF-8.", "Tell the template's authors.", code="template-invalid") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _mistake(name, error) from error


def _text(job: Job, source: str, context: Mapping[str, Any], where: str) -> str:
    try:
        return job.environment.from_string(source).render(context)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
        raise _mistake(where, error) from error


def _mistake(where: str, error: Exception) -> ScaffoldError:
    """A mistake in the template, with its file and line."""
    line = getattr(error, "lineno", None)
    place = getattr(error, "name", None) or where
    trace = error.__traceback__
    while trace is not None and line is None:
        # Jinja rewrites tracebacks, so that compiled templates show their own names and lines.
        if trace.tb_frame.f_code.co_filename == where:
            line = trace.tb_lineno
        trace = trace.tb_next
    at = f"{place}, line {line}" if line else str(place)
    reason = str(error) or type(error).__name__
    return ScaffoldError(f"The template has a mistake in {at}: {reason.rstrip('.')}.", "Tell the template's authors.", code="template-invalid")


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path matches patterns as .gitignore has them."""
    wanted = [normalize("NFD", line) for line in patterns if line.strip()]
    if not wanted:
        return lambda _: False
    if all(map(_ANCHORED.fullmatch, wanted)):
        places = tuple(line.strip("/") for line in wanted)
        return lambda path: any(path == place or path.startswith(f"{place}/") for place in places)
    from pathspec import PathSpec  # 0.02 s of CPU, which our own templates are spared

    spec = PathSpec.from_lines("gitignore", wanted)
    return spec.match_file
