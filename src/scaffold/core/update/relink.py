"""`scaffold update --source`: a project whose template moved to another address."""

import shlex
from dataclasses import replace

from scaffold.core.project import Project
from scaffold.core.templates import source
from scaffold.core.update import provenance
from scaffold.core.update.adoption import Yardstick
from scaffold.core.update.sides import as_taken
from scaffold.errors import ScaffoldError
from scaffold.tools.git.merge import Workbench


def relinked(bench: Workbench, project: Project, word: str, *, trust: bool = False) -> Project:
    """The project, linked to its template at another address; the merge that follows records it.

    Args:
        bench: A workbench beside the project's repository.
        project: The project.
        word: The address, or the template's name, path or CATALOG/NAME.
        trust: Whether the template may run code.

    Raises:
        ScaffoldError: There is no template, it has not the release that the project is from, or it is another one.
    """
    try:
        found = source.read(word, project.version)
    except ScaffoldError as error:
        if error.code != "no-such-release":
            raise
        raise ScaffoldError(
            f"{word} has no release {project.version}, which {project.folder.name} is from: it is another template, or "
            "its tags did not move with it.",
            f"Its releases: {', '.join(source.releases(word)) or 'none'}.",
            code="no-such-release",
        ) from error
    there = replace(project, address=found.template.address)
    if found.commit and found.commit == provenance.recorded_commit(project):
        return there
    fit = Yardstick(bench, project).measure(as_taken(there, trust=trust))
    if fit.resembles:
        return there
    raise ScaffoldError(
        f"{word} is another template: {fit.same} of the {fit.total} files of its release {project.version} are in "
        f"{project.folder.name}.",
        f"Nothing was changed. See which template it is from: scaffold status {shlex.quote(str(project.folder))}",
        code="no-such-template",
    )
