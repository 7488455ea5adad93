"""`scaffold new TEMPLATE [DEST]`: make a repository that runs.

It is made in a folder beside DEST, which one rename turns into DEST: killed at any moment, DEST is absent or complete.
Where DEST is a repository, it is made in a temporary folder and merged into DEST as one commit, as an update is.
Installing, pushing and running come after, in the finished project.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.core import project, setup
from scaffold.core.dataset import answers as data_answers
from scaffold.core.dataset import bring, classes, previewing
from scaffold.core.dataset import template as data_template
from scaffold.core.dataset.bring import Person
from scaffold.core.dataset.request import Request
from scaffold.core.dataset.template import Found
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, Tree, silent
from scaffold.core.project import Project
from scaffold.core.setup import Made
from scaffold.core.templates import rendering, settings, source
from scaffold.core.templates.rendering import Rendering, Wanted
from scaffold.core.update import adoption, pending, provenance, recovery, start, started
from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools import files, git


@dataclass(frozen=True)
class NewOptions:
    """The options of `scaffold new`.

    Attributes:
        template: A name, CATALOG/NAME, path or git URL.
        dest: The folder to make; None for one with the template's name.
        ref: The release; None for the newest.
        answers: Given answers.
        ask: Whether to prompt for the others.
        trust: Whether the template may run code.
        use_git: Whether to make a repository with one commit.
        install: Whether to lock and install the environment, and the hooks.
        run: Whether to run `make all` in it afterwards.
        remote: The URL of the remote `origin`; empty for none.
        push: Whether to push to it.
        data: The owner's own file and what was said about it; None for the template's example.
        person: Asked for what is open about the data; None where nobody can be.
        answers_file: The name of the answers file; None for the template's own choice.
    """

    template: str
    dest: Path | None = None
    ref: str | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False
    use_git: bool = True
    install: bool = True
    run: bool = False
    remote: str = ""
    push: bool = False
    data: Request | None = None
    person: Person | None = None
    answers_file: str | None = None


@dataclass(frozen=True)
class _Destination:
    """Where the project will be.

    Attributes:
        dest: Its folder.
        there: The repository that is there already; None for none.
    """

    dest: Path
    there: Project | None = None


def preview(options: NewOptions, progress: Progress = silent) -> Outcome:
    """The files that `create` would write, with their sizes, and what it would make of the data; nothing is written."""
    target = _destination(options)
    dest = target.dest
    template = source.find(options.template)
    if target.there:
        start.require_ready(target.there)
    predicts = template.manifest is not None and template.manifest.data is not None and template.manifest.data.task
    undecided = bool(predicts) and options.data is not None and not options.data.target and options.person is None
    with (
        _brought(replace(options, data=None) if undecided else options, template, progress) as brought,
        files.temporary_folder() as parent,
    ):
        progress.step("Rendering")
        rendered = _render(options, target.there, template, brought, parent / dest.name)
        tree = files.sizes(parent / dest.name)
        made = Made(dest, template.label, rendered, trusted=False)
        plan = start.planned(made, parent / dest.name, target.there) if target.there else None
        shown = previewing.preview(template.manifest, template.label, options.data, brought, progress)
    asked = [key for key in rendered.questions if rendered.asks(key) and key not in options.answers]
    data = {"project": str(dest), "template": template.label, "version": rendered.version, "files": tree, **shown.data}
    data["merged"] = started.rows(plan)
    total = f"{len(tree)} files, {sum(tree.values()) / 1024:.0f} KB; nothing was written."
    would = ["target", *asked] if undecided else asked
    blocks: list[Block] = [*shown.blocks, Tree(str(dest), tree), *started.table(plan), Text(total)]
    blocks.append(Text(f"Would ask: {', '.join(would)}"))
    return Outcome({**data, "would_ask": would, "dry_run": True}, blocks, shown.warnings)


def create(options: NewOptions, progress: Progress = silent) -> Outcome:
    """Make the project.

    Raises:
        ScaffoldError: The template or an answer is not valid, or DEST is in use; nothing was written.
    """
    target = _destination(options)
    template = source.find(options.template)
    trusted = options.trust or template.is_built_in
    if options.run and not trusted:
        raise ScaffoldError(
            "--run would run `make all`, which is code of this template.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        )
    plan = None
    with (
        _repository(target.there) as notices,
        _brought(options, template, progress) as brought,
        _stage(target) as stage,
    ):
        progress.step("Rendering")
        rendered = _render(options, target.there, template, brought, stage)
        made = Made(target.dest, template.label, rendered, trusted, left_out=notices)
        if options.install:
            progress.step("Locking the environment")
            setup.lock(made, stage)
        made.files = len(files.sizes(stage))
        if target.there:
            progress.step("Merging")
            plan = start.merge(made, stage, target.there, options.remote)
        elif options.use_git:
            progress.step("Committing")
            setup.commit(made, stage, options.remote)
    if target.there is None or made.committed:
        _set_up(made, options, progress)
    made.left_out += provenance.unlinked(template, rendered.version)
    failed = (options.push and not made.pushed) or (options.run and not made.ran)
    return started.outcome(made, brought, plan, failed=failed)


def _set_up(made: Made, options: NewOptions, progress: Progress) -> None:
    if options.install:
        progress.step("Installing the environment")
        setup.install(made)
    if options.push:
        progress.step("Pushing")
        setup.push(made)
    if options.run:
        progress.release_terminal("Running make all")
        setup.run(made)


def _destination(options: NewOptions) -> _Destination:
    git.version()
    git.refuse_secret(options.remote, "remote")
    dest = project.destination(options.dest or Path(source.suggested_name(options.template)))
    there = project.repository_at(dest, options.answers_file)
    origin = git.remote_url(dest) if there else ""
    if options.push and not (options.remote or origin):
        raise UsageError("--push needs to know where to.", "Add --remote URL.")
    if options.remote and not options.use_git:
        raise UsageError("--remote needs a repository, but --no-git makes none.", "Leave out one of the two.")
    if there is None:
        return _Destination(project.free_destination(dest))
    if not options.use_git:
        raise UsageError(f"--no-git makes no commit, but {dest} is a repository.", "Leave --no-git out.")
    if options.remote and origin not in ("", options.remote):
        raise UsageError(f"{dest} has the remote origin already: {git.redact(origin)}.", "Leave --remote out.")
    return _Destination(dest, there)


@contextlib.contextmanager
def _repository(there: Project | None) -> Iterator[list[Notice]]:
    """Keep other scaffolds out of the repository that is there, and see that it can take a project."""
    if there is None:
        yield []
        return
    with pending.exclusive(there):
        restored = recovery.recover(there)
        start.require_ready(there)
        yield [Notice(restored)] if restored else []


@contextlib.contextmanager
def _stage(target: _Destination) -> Iterator[Path]:
    """A folder in which the project is made: it becomes DEST, unless a repository is there."""
    if target.there is None:
        with files.staged(target.dest) as stage:
            yield stage
        return
    with files.temporary_folder() as parent:
        stage = parent / target.dest.name
        stage.mkdir()
        yield stage


def _brought(
    options: NewOptions, template: source.Template, progress: Progress
) -> contextlib.AbstractContextManager[Found | None]:
    """What comes of the owner's file; None for a project that works on the template's example."""
    request, manifest = options.data, template.manifest
    if options.person and manifest and _asks_for_data(options, template):
        open_ones = [name for name in manifest.first_questions if name not in options.answers]
        request = bring.own_file(options.person, manifest.summary, f"1 of {len(open_ones) + 1}" if open_ones else "")
    if request and not request.positive:
        request = replace(request, positive=str(options.answers.get(classes.QUESTION, "")))
    return data_template.brought(manifest, template.label, request, options.person, progress)


def _asks_for_data(options: NewOptions, template: source.Template) -> bool:
    """Whether the person is asked which data the project is to work on, before the template's own questions."""
    needs = template.manifest and template.manifest.data
    return options.data is None and options.person is not None and bool(needs and needs.kind == "table")


def _render(
    options: NewOptions,
    there: Project | None,
    template: source.Template,
    brought: Found | None,
    folder: Path,
) -> Rendering:
    """Render the template into a folder, and put the owner's file there."""
    wanted = _wanted(options, template, brought, folder.name)
    if there:
        defaults = {**wanted.defaults, **adoption.github_owner(there)}
        wanted = replace(wanted, defaults=defaults, project=there.folder)
    try:
        rendered = rendering.write(wanted, folder)
    except UsageError as error:
        raise settings.blamed(error, wanted.given) from error
    if brought is not None:
        brought.put(folder)
    return rendered


def _wanted(options: NewOptions, template: source.Template, brought: Found | None, name: str) -> Wanted:
    takes_data = template.manifest is not None and template.manifest.data is not None
    given = data_answers.without_typed(options.answers, brought is not None) if takes_data else options.answers
    return Wanted(
        options.template,
        options.ref,
        name,
        given={**given, **(brought.answers if brought else {})},
        defaults=settings.default_answers(ours=template.manifest is not None),
        ask=options.ask,
        asked=int(_asks_for_data(options, template)),
        trust=options.trust,
        answers_file=options.answers_file or "",
    )
