"""Where a project's release came from: the commit that it was, and the age of the catalog that offers it.

The commit stands in the trailer of the commit that brought the release, and not in the answers file: Copier writes that
file anew at each of its own updates, without keys that it does not know.
"""

import shlex
import time
from pathlib import Path

from scaffold.core.outcome import Notice
from scaffold.core.project import Project
from scaffold.core.templates import catalog, source
from scaffold.core.templates.rendering import Rendering
from scaffold.tools import git

TRAILER = "Template-Commit"
_DAY = 24 * 60 * 60
_FRESH = 7
"""For how many days nothing is said of a catalog's age."""


def message(text: str, commit: str) -> str:
    """A commit message that names the commit of the release; `text` alone for a release that never moves."""
    return f"{text}\n\n{TRAILER}: {commit}" if commit else text


def notices(project: Project, base: Rendering) -> list[Notice]:
    """What is odd about the release that a project is at, and about its catalog.

    Args:
        project: The project.
        base: That release, as its template has it now.
    """
    return [*_moved(project, base), *old_catalog(project.address)]


def unlinked(template: source.Template, version: str) -> list[Notice]:
    """Why a new project of a plain template of a catalog cannot be updated, or not by others."""
    if template.manifest or catalog.of(template.label) is None:
        return []
    if not version:
        return [
            Notice(
                f"This project cannot be updated: {template.label} has no git repository of its own.",
                "Its authors can make it one, with copier.yml at the top, and tag releases: git tag 0.1.0",
            )
        ]
    if not Path(template.address).is_absolute():
        return []
    where = shlex.quote(template.address)
    return [
        Notice(
            f"Only this machine can update this project: it records {template.label} as the folder {template.address}.",
            f"Others can once it has a remote and no uncommitted changes: git -C {where} remote add origin URL",
        )
    ]


def old_catalog(address: str) -> list[Notice]:
    """The age of the clone of a catalog that a template comes from, when it is older than some days."""
    item = catalog.of(address)
    days = int((time.time() - item.fetched) / _DAY) if item and item.is_clone and item.fetched else 0
    if item is None or days < _FRESH:
        return []
    fetch = f"To look for newer releases: scaffold catalog update {item.name}"
    return [Notice(f"The catalog {item.name} was fetched {days} days ago.", fetch)]


def recorded_commit(project: Project) -> str:
    """The commit that the project's release was when the project took it; empty where that is not known."""
    form = f"--format=%(trailers:key={TRAILER},valueonly)"
    return git.attempt(project.folder, "log", "-1", form, "--", project.answers_file).stdout.strip()


def _moved(project: Project, base: Rendering) -> list[Notice]:
    if not base.commit:
        return []
    recorded = recorded_commit(project)
    if recorded in ("", base.commit):
        return []
    return [
        Notice(
            f"The release {project.version} of {source.suggested_name(project.address)} was moved: it was the commit "
            f"{recorded[:10]} when this project took it, and is {base.commit[:10]} now. What its authors changed in it "
            "does not come by an update.",
            f"See what differs: scaffold diff {project.folder}",
        )
    ]
