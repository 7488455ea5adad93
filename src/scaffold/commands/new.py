"""`scaffold new TEMPLATE [DEST]`: make a repository that runs.

It is made in a folder beside DEST, which one rename turns into DEST: killed at any moment, DEST is absent or complete.
Installing, pushing and running come after, in the finished project.
"""

import contextlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.core import project
from scaffold.core.dataset import answers as data_answers
from scaffold.core.dataset import bring, describe, place, previewing
from scaffold.core.dataset import template as data_template
from scaffold.core.dataset.bring import Brought, Person
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Block, Markdown, Notice, Outcome, Progress, Text, Tree, silent
from scaffold.core.templates import rendering, settings, source
from scaffold.core.templates.rendering import Rendering, Wanted
from scaffold.errors import ExitCode, UsageError
from scaffold.tools import files, git, process, uv


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


@dataclass
class _Made:
    """The project: what has been done, and what had to be left out."""

    path: Path
    template: str
    rendered: Rendering
    files: int = 0
    locked: bool = False
    committed: bool = False
    installed: bool = False
    hooks: bool = False
    pushed: bool = False
    ran: bool = False
    left_out: list[Notice] = field(default_factory=list)
    brought: Brought | None = None

    @property
    def where(self) -> str:
        """The project's path as the user would type it: from the current folder, and quoted for a shell."""
        path = self.path
        with contextlib.suppress(ValueError, OSError):  # outside the current folder, or that no longer exists
            path = path.relative_to(Path.cwd())
        return shlex.quote(str(path))

    def leave_out(self, message: str, hint: str) -> None:
        self.left_out.append(Notice(message, hint))


def preview(options: NewOptions, progress: Progress = silent) -> Outcome:
    """The files that `create` would write, with their sizes, and what it would make of the data; nothing is written."""
    dest = _destination(options)
    template = source.find(options.template)
    undecided = options.data is not None and not options.data.target and options.person is None
    with (
        _brought(replace(options, data=None) if undecided else options, template, progress) as brought,
        files.temporary_folder() as parent,
    ):
        progress.step("Rendering")
        rendered = _render(options, template, brought, parent / dest.name)
        tree = files.sizes(parent / dest.name)
        shown = previewing.preview(template.manifest, template.label, options.data, brought, progress)
    asked = [key for key, question in rendered.questions.items() if _is_asked(question) and key not in options.answers]
    data = {"project": str(dest), "template": template.label, "version": rendered.version, "files": tree, **shown.data}
    total = f"{len(tree)} files, {sum(tree.values()) / 1024:.0f} KB; nothing was written."
    would = ["target", *asked] if undecided else asked
    blocks: list[Block] = [*shown.blocks, Tree(str(dest), tree), Text(total), Text(f"Would ask: {', '.join(would)}")]
    return Outcome({**data, "would_ask": would, "dry_run": True}, blocks, shown.warnings)


def create(options: NewOptions, progress: Progress = silent) -> Outcome:
    """Make the project.

    Raises:
        ScaffoldError: The template or an answer is not valid, or DEST is in use; nothing was written.
    """
    dest = _destination(options)
    template = source.find(options.template)
    with _brought(options, template, progress) as brought, files.staged(dest) as stage:
        progress.step("Rendering")
        made = _Made(dest, template.label, _render(options, template, brought, stage), brought=brought)
        if options.install:
            progress.step("Locking the environment")
            _lock(made, stage)
        made.files = len(files.sizes(stage))
        if options.use_git:
            progress.step("Committing")
            _commit(made, stage, options.remote)
    if options.install:
        progress.step("Installing the environment")
        _install(made)
    if options.push:
        progress.step("Pushing")
        _push(made)
    if options.run:
        progress.release_terminal("Running make all")
        _run(made)
    return _outcome(made, options)


def _destination(options: NewOptions) -> Path:
    git.version()
    if options.push and not options.remote:
        raise UsageError("--push needs to know where to.", "Add --remote URL.")
    if options.remote and not options.use_git:
        raise UsageError("--remote needs a repository, but --no-git makes none.", "Leave out one of the two.")
    git.refuse_secret(options.remote, "remote")
    return project.free_destination(options.dest or Path(source.suggested_name(options.template)))


def _brought(
    options: NewOptions, template: source.Template, progress: Progress
) -> contextlib.AbstractContextManager[Brought | None]:
    """What comes of the owner's file; None for a project that works on the template's example."""
    request, manifest = options.data, template.manifest
    if request is None and options.person and manifest and manifest.data and manifest.data.kind == "table":
        request = bring.own_file(options.person, manifest.summary)
    return data_template.brought(manifest, template.label, request, options.person, progress)


def _render(options: NewOptions, template: source.Template, brought: Brought | None, folder: Path) -> Rendering:
    """Render the template into a folder, and put the owner's file there."""
    rendered = rendering.write(_wanted(options, template, brought, folder.name), folder)
    if brought is not None:
        place.put(brought.copy, folder)
    return rendered


def _is_asked(question: Mapping[str, Any]) -> bool:
    return question.get("ask", True) is not False and question.get("when", True) is not False


def _wanted(options: NewOptions, template: source.Template, brought: Brought | None, name: str) -> Wanted:
    takes_data = template.manifest is not None and template.manifest.data is not None
    given = data_answers.without_typed(options.answers, brought is not None) if takes_data else options.answers
    return Wanted(
        options.template,
        options.ref,
        name,
        given={**given, **(brought.answers if brought else {})},
        defaults=settings.default_answers(ours=template.manifest is not None),
        ask=options.ask,
        trust=options.trust,
    )


def _lock(made: _Made, stage: Path) -> None:
    if not (stage / "pyproject.toml").is_file():
        return
    done = uv.lock(stage)
    made.locked = done.ok
    if not done.ok:
        made.leave_out(
            f"The environment was not locked: {done.last_line}",
            f"Online: cd {made.where} && {uv.command()} lock && git add uv.lock",
        )


def _commit(made: _Made, stage: Path, remote: str) -> None:
    outer = git.toplevel(stage)
    if outer is not None:
        made.leave_out(
            f"No repository was made, because {made.where} lies inside one ({outer}); nothing was committed.",
            f"Commit it there: git add {made.where}",
        )
        return
    git.init(stage)
    if remote:
        git.add_remote(stage, remote)
    if not git.has_identity(stage):
        made.leave_out(
            "git does not know your name, so the author of the first commit is scaffold.",
            git.INTRODUCE,
        )
    try:
        git.commit_all(stage, f"Start from {made.template} {made.rendered.version}".rstrip())
        made.committed = True
    except git.GitError as error:
        made.leave_out(
            f"The first commit was refused: {error.message}", f"cd {made.where} && git add --all && git commit"
        )


def _install(made: _Made) -> None:
    if made.locked:
        done = uv.sync(made.path)
        made.installed = done.ok
        if not done.ok:
            made.leave_out(
                f"The environment was not installed: {done.last_line}", f"Online: cd {made.where} && make setup"
            )
    if made.committed and (made.path / ".pre-commit-config.yaml").is_file():
        # Only in an environment: a hook whose tools are not there would refuse every commit.
        if made.installed:
            made.hooks = uv.install_hooks(made.path).ok
        if not made.hooks:
            made.leave_out("The commit hooks were not installed.", f"Online: cd {made.where} && make setup")


def _push(made: _Made) -> None:
    if not made.committed:
        made.leave_out("Nothing was pushed, because nothing was committed.", f"cd {made.where}")
        return
    try:
        git.push(made.path)
        made.pushed = True
    except git.GitError as error:
        made.leave_out(f"The push was refused: {error.message}", f"cd {made.where} && git push -u origin main")


def _run(made: _Made) -> None:
    make = process.find_program("make")
    if make is None:
        made.leave_out("There is no make on this machine, so nothing was run.", "Run: scaffold doctor")
        return
    made.ran = process.run([make, "all"], cwd=made.path, env=uv.variables(), live=True).ok
    if not made.ran:
        made.leave_out("`make all` failed in the new project; its output is above.", f"cd {made.where} && make all")


def _outcome(made: _Made, options: NewOptions) -> Outcome:
    failed = (options.push and not made.pushed) or (options.run and not made.ran)
    data = {
        "project": str(made.path),
        "template": made.template,
        "version": made.rendered.version,
        "answers": dict(made.rendered.answers),
        "files": made.files,
        **{name: getattr(made, name) for name in ("locked", "committed", "installed", "hooks", "pushed", "ran")},
    }
    blocks: list[Block] = [Text(f"Made {made.where} from {made.template} {made.rendered.version}".rstrip() + ".")]
    notices = made.left_out
    if made.brought is not None:
        blocks += describe.proposal_blocks(made.brought.proposal)
        notices = describe.notices(made.brought.proposal) + notices
    table = project.results_table(made.path) if made.ran else ""
    if table:
        blocks.append(Markdown(table))
    blocks.append(Text(_next_step(made)))
    exit_code = ExitCode.PARTLY_DONE if failed else ExitCode.DONE
    return Outcome(data, blocks, tuple(notices), exit_code)


def _next_step(made: _Made) -> str:
    if made.ran:
        return f"Next: cd {made.where} && make help"
    if not (made.path / "Makefile").is_file():
        return f"Next: cd {made.where}"
    return f"Next: cd {made.where} && make {'all' if made.installed else 'setup all'}"
