"""What the owner of a project changed in the template's files: the release that it is at against HEAD."""

from scaffold.core.project import Project
from scaffold.core.templates.renderer import Renderer
from scaffold.core.update import ownership
from scaffold.core.update.plan import head_of
from scaffold.core.update.sides import as_taken
from scaffold.tools.git.merge import Workbench
from scaffold.tools.git.trees import Commit

TEMPLATE, MINE = "template", "mine"
"""The branches of the workbench that hold the two sides."""


def changed_files(bench: Workbench, project: Project, renderer: Renderer, *, trust: bool = False) -> list[str]:
    """The template's files that differ in HEAD; afterwards, `bench` has both sides as `TEMPLATE` and `MINE`.

    Files that the template never had are the owner's own and left out.

    Raises:
        ScaffoldError: The template or the release is gone, or the project has no commit.
    """
    rendered = renderer.render(as_taken(project, trust=trust))
    _, mine = head_of(project)
    entries = bench.entries(mine)
    template, _ = ownership.align(ownership.without_ignored(rendered.tree, entries), {}, entries, bench.read_many)
    # The answers are the tool's, and what the template writes only where it is absent is the owner's.
    for path in (rendered.answers_file, *rendered.skipped):
        template.pop(path, None)
    bench.write([Commit(TEMPLATE, template), Commit(MINE, {}, start=mine)])
    rows = bench.changes(TEMPLATE, MINE, renames=False)
    return [path for status, path, _ in rows if status != "A"]
