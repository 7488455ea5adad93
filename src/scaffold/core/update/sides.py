"""What an update merges: the template as the project last took it, the template as it will be, and its migrations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scaffold.core.project import Project
from scaffold.core.templates import source
from scaffold.core.templates.renderer import Renderer
from scaffold.core.templates.rendering import Rendering, Wanted
from scaffold.core.update import migrations
from scaffold.core.update.plan import Migrating, head_of
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench


@dataclass(frozen=True)
class Target:
    """Where an update leads.

    Attributes:
        to: The release; None for the newest.
        given: Answers given now.
        ask: Whether to prompt for new questions.
        trust: Whether the template may run code.
        same_release: Whether to keep the release and change only answers (`scaffold set`).
    """

    to: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False
    same_release: bool = False


def as_taken(project: Project, *, trust: bool = False) -> Wanted:
    """The template as the project last took it."""
    return Wanted(
        project.address,
        project.version,
        project.folder.name,
        project.answers,
        trust=trust,
        operation="update",
        project=project.folder,
        past=True,
        answers_file=project.other_answers_file,
    )


def render_both(
    bench: Workbench, project: Project, target: Target, renderer: Renderer
) -> tuple[Rendering, Rendering, Migrating | None]:
    """Render base and new, each once, and run the migrations that come before the second.

    Raises:
        ScaffoldError: A release is gone or older than the project's, the template runs code that is not trusted, or an
            answer does not fit.
    """
    release = project.version if target.same_release else target.to or renderer.newest_release(project.address)
    template = renderer.read(project.address, release, also=project.version)
    _require_forward(project, template.version, target)
    old = as_taken(project, trust=target.trust)
    new = replace(old, ref=release, given=target.given, ask=target.ask, past=False)
    found = migrations.find(template, new, project.version)
    base = renderer.render(old)
    if found is None:
        return base, renderer.render(new), None
    head, mine = head_of(project)
    start, answers = found.before(bench, mine)
    return base, renderer.render(replace(new, remembered=answers)), Migrating(head, mine, start, found)


def _require_forward(project: Project, to: str, target: Target) -> None:
    """Refuse a release before the project's own."""
    if not source.is_newer(project.version, to):
        return
    name = project.folder.name
    if target.to is None:
        raise ScaffoldError(
            f"{name} is from release {project.version}, newer than any that is here ({to}).",
            "Update scaffold: pip install --upgrade portfolio-scaffold"
            if source.find(project.address).is_built_in
            else "There is nothing to do until the template's authors tag a newer one.",
            code="no-such-release",
        )
    # The last commit that changed the release, not the one that brought the file.
    update = git.run(
        project.folder, "log", "-1", "--format=%h", "--diff-filter=M", "-G^_commit:", "--", project.answers_file
    )
    raise ScaffoldError(
        f"{name} is at {project.version}, and {to} is older: an update only goes forward.",
        f"Undo the last update: git -C {project.folder} revert {update}"
        if update
        else f"Make another project from it: scaffold new {project.address} {name}-{to} --ref {to}",
        code="no-such-release",
    )
