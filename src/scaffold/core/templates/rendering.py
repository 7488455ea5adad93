"""A template at one release with one set of answers, as a tree: for a new project, and an update's base and new."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scaffold.core.project import ANSWERS_FILE
from scaffold.core.templates import external, release, settings, source
from scaffold.core.templates.source import Source
from scaffold.errors import ScaffoldError
from scaffold.tools import copier, files
from scaffold.tools.git.ignore import addable
from scaffold.tools.git.trees import Tree, paths_below, read_files, read_folder, require_safe, write_folder
from scaffold.tools.questions import check_answers

if TYPE_CHECKING:
    from scaffold.core.templates.copier_yml import Config
    from scaffold.core.templates.engine import Job
    from scaffold.core.templates.questionnaire import Answers

@dataclass(frozen=True)
class Rendering:
    """A rendered template.

    Attributes:
        tree: The files.
        version: The release.
        answers: All answers, defaults included.
        skipped: Files that the template writes only where they are absent.
        questions: The template's questions as its copier.yml has them.
        dropped: Recorded answers that this release does not accept → why.
        message: What the template says to the owner of a new project.
        notices: What it says to the owner before and after an update.
        changelog: The `CHANGELOG.md` of a template with a manifest.
        commit: The id of the commit that the release is, where it may move; empty for none.
        answers_file: The file that records the release and the answers.
        hidden: Questions that do not apply with these answers.
        broken: Of a new project, the files that hold a mistake on its branch to debug; empty where it has no such branch.
    """

    tree: Tree
    version: str
    answers: Mapping[str, Any]
    skipped: frozenset[str]
    questions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    notices: tuple[str, ...] = ()
    changelog: str = ""
    commit: str = ""
    answers_file: str = ".copier-answers.yml"
    hidden: frozenset[str] = frozenset()
    broken: Tree = field(default_factory=dict)

    def asks(self, key: str) -> bool:
        """Whether a question is one for people, and applies with these answers."""
        return key not in self.hidden and all(self.questions[key].get(word, True) is not False for word in ("ask", "when"))

    @property
    def shown_answers(self) -> dict[str, Any]:
        """The answers without secret ones, which stand nowhere but in the files that the template writes them into."""
        return {key: value for key, value in self.answers.items() if not self.questions.get(key, {}).get("secret")}


@dataclass(frozen=True)
class Wanted:
    """The template, release and answers to render.

    Attributes:
        address: The template as the user types it, or as a project records it.
        ref: The release; None for the newest.
        folder_name: The name of the project's folder, from which templates derive names.
        remembered: The answers that the project has recorded.
        given: The answers that are given now.
        defaults: The user's own defaults; they replace the template's.
        ask: Whether to prompt for new questions.
        asked: How many questions the person has answered already; numbering goes on.
        trust: Whether the template may run code.
        operation: What templates see as `_copier_operation`: `copy` for a new project, `update` for one that stands.
        project: The folder whose files `_external_data` names; None for a project in a folder of its own.
        past: Whether it is the project as it last took the template: its answers are used as they are recorded.
        run_tasks: Whether tasks run, where the template is trusted.
        answers_file: The name of the file that records the release and the answers; empty for the template's own choice.
        broken: Whether the template puts its mistake in: for the branch to debug.
    """

    address: str
    ref: str | None
    folder_name: str
    remembered: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    asked: int = 0
    trust: bool = False
    operation: Literal["copy", "update"] = "copy"
    project: Path | None = None
    past: bool = False
    run_tasks: bool = True
    answers_file: str = ""
    broken: bool = False

    @property
    def key(self) -> str:
        """The same for projects that get the same files."""
        return json.dumps(vars(self), default=str, sort_keys=True)


def render(wanted: Wanted) -> Rendering:
    """Render once, for a project in a folder of the wanted name.

    Raises:
        ScaffoldError: The template or the release is gone, has no releases, or an answer does not fit.
    """
    return render_source(source.read(wanted.address, wanted.ref), wanted)


def render_source(template: Source, wanted: Wanted) -> Rendering:
    """Render a template that was read. Raises ScaffoldError as `render` does."""
    wanted = _asked(template, wanted)
    rendering = _in_memory(template, wanted)
    if rendering is None:
        with files.temporary_folder() as parent:
            rendering = _by_copier(template, wanted, parent / wanted.folder_name)
    if not rendering.version:
        raise ScaffoldError(
            f"The template {wanted.address} is in no git repository, so it has no releases to move between.",
            "Its authors can make it one: git init, commit, git tag 0.1.0.",
            code="no-such-release",
        )
    return rendering


def write(wanted: Wanted, folder: Path) -> Rendering:
    """Render into an empty folder: for a new project.

    Raises:
        ScaffoldError: The template or the release is gone, or an answer does not fit.
        KeyboardInterrupt: the person left the questions.
    """
    template = source.read(wanted.address, wanted.ref)
    wanted = _asked(template, wanted)
    rendering = _in_memory(template, wanted)
    if rendering is None:
        return _by_copier(template, wanted, folder)
    write_folder(rendering.tree, folder)
    return replace(rendering, broken=_broken(template, wanted, rendering))


def _broken(template: Source, wanted: Wanted, whole: Rendering) -> Tree:
    """The files that are otherwise where the template puts its mistake in; only a starter edition has a branch for it."""
    if template.template.manifest is None or whole.answers.get("edition") != "starter":
        return {}
    broken = _in_memory(template, replace(wanted, broken=True))
    tree = broken.tree if broken else {}
    return {path: file for path, file in tree.items() if whole.tree.get(path) != file}


def _asked(template: Source, wanted: Wanted) -> Wanted:
    """The same with what the person at the terminal answered, where the questions are of the kinds that we ask."""
    if not wanted.ask:
        return wanted
    from scaffold.core.templates import copier_yml, engine
    from scaffold.core.templates.asking import Asking

    config = copier_yml.read_config(template.tree)
    if template.only_copier or config is None or not copier_yml.has_ordinary_questions(config):
        return wanted
    _require_trust(config.settings, wanted)
    check_answers(wanted.given, config.questions)
    first = template.template.manifest.first_questions if template.template.manifest else ()
    try:
        typed = Asking(_job(template, wanted, config), _known(template, wanted), first, wanted.asked).ask()
    except engine.NotOrdinaryError:
        return wanted  # Copier asks
    return replace(wanted, given={**wanted.given, **typed}, ask=False)


def _in_memory(template: Source, wanted: Wanted) -> Rendering | None:
    """The rendering of an ordinary template; None for any other."""
    from scaffold.core.templates import copier_yml, engine  # Jinja costs 0.1 s of CPU, and `--help` needs none

    config = copier_yml.read_config(template.tree)
    if wanted.ask or template.only_copier or config is None or not copier_yml.is_ordinary(template.tree, config):
        return None
    # Before anything is rendered.
    check_answers(wanted.given, config.questions)
    try:
        result = engine.render(_job(template, wanted, config), _known(template, wanted))
    except engine.NotOrdinaryError:
        return None
    require_safe(result.tree, "The template")
    return Rendering(
        result.tree,
        template.version,
        result.answers,
        result.skipped,
        questions=config.questions,
        dropped=result.dropped,
        message=result.message,
        notices=result.notices,
        changelog=_changelog(template),
        commit=template.commit,
        answers_file=result.answers_file,
        hidden=result.hidden,
    )


def _changelog(template: Source) -> str:
    file = template.tree.get("CHANGELOG.md") if template.template.manifest else None
    return file.content.decode("utf-8", "replace") if file else ""


def _job(template: Source, wanted: Wanted, config: "Config") -> "Job":
    from scaffold.core.templates.engine import Job

    return Job(
        template.tree,
        config,
        template.template.address,
        template.version,
        wanted.folder_name,
        wanted.operation,
        wanted.answers_file,
        wanted.broken,
    )


def _known(template: Source, wanted: Wanted) -> "Answers":
    """The answers that are known before anybody is asked."""
    from scaffold.core.templates.questionnaire import Answers

    fixed = {"_src_path": template.template.address, **({"_commit": template.version} if template.version else {})}
    defaults = {**settings.copier_defaults(), **wanted.defaults}
    return Answers(wanted.given, dict(wanted.remembered), defaults, fixed, as_recorded=wanted.past)


def _require_trust(config: Mapping[str, Any], wanted: Wanted) -> None:
    """Refuse a template that runs code which nobody trusts. Raises ScaffoldError."""
    from scaffold.core.templates import copier_yml

    runs = copier_yml.what_it_runs(config, tasks=wanted.run_tasks)
    if runs and not wanted.trust:
        raise ScaffoldError(
            f"This template wants to run code of its own: {'; '.join(runs)}.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        )


def _by_copier(template: Source, wanted: Wanted, folder: Path) -> Rendering:
    """The rendering of a template that asks, or does what only Copier knows."""
    from scaffold.core.templates import copier_yml, jinja
    config = copier_yml.raw_config(template.tree)
    tasks = wanted.run_tasks and bool(config.settings.get("tasks"))
    _require_trust(config.settings, wanted)
    if config.questions:
        check_answers(wanted.given, config.questions)
    past = (wanted.answers_file or ANSWERS_FILE) if wanted.past else ""
    lent = external.lend(config.settings, wanted.project, folder, past=past, answers=wanted.remembered)
    secrets = frozenset(name for name, details in config.questions.items() if details.get("secret"))
    copier.load()  # stopped in the middle, an import could not be repeated
    with request(template, wanted) as asked, contextlib.nullcontext() if wanted.trust or wanted.ask else jinja.limited():
        rendered = copier.render(replace(asked, secrets=secrets), folder)
    external.take_back(lent, folder)
    # What a task makes and the project ignores, such as an environment, is in no commit.
    tree = read_files(folder, addable(folder)) if tasks else read_folder(folder)
    # A task may make a repository; a template whose code nobody trusts writes into none.
    require_safe(tree if wanted.trust else paths_below(folder), "The template")
    return Rendering(
        tree,
        rendered.version,
        rendered.answers,
        rendered.skipped - lent.keys(),
        rendered.questions,
        rendered.dropped,
        notices=rendered.notices,
        changelog=_changelog(template),
        message=rendered.message,
        commit=template.commit,
        answers_file=rendered.answers_file,
    )


@contextlib.contextmanager
def request(template: Source, wanted: Wanted) -> Iterator[copier.Request]:
    """What Copier is asked for: a template that git can read while the context lasts."""
    asked = copier.Request(
        template.template.address,
        template.ref,
        answers=wanted.given,
        remembered=wanted.remembered,
        defaults=wanted.defaults,
        ask=wanted.ask,
        trust=wanted.trust,
        operation=wanted.operation,
        run_tasks=wanted.run_tasks,
        answers_file=wanted.answers_file,
    )
    if template.template.manifest is None:
        yield replace(asked, repository=Path(template.template.place) if template.template.place else None)
        return
    # Copier reads git repositories: ours stand in bundles, or are put together here.
    with release.draft_repository(template.tree, template.template.name, template.version) as repository:
        yield replace(asked, repository=repository.folder)
