"""Other data for a project that stands: the file becomes a part of what its template gives, and git merges it in."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scaffold.core.dataset import answers as data_answers
from scaffold.core.dataset import folders, place, template
from scaffold.core.dataset.bring import Brought
from scaffold.core.dataset.model import Answers
from scaffold.core.dataset.request import Request
from scaffold.core.dataset.template import Found
from scaffold.core.outcome import Notice, Outcome, Progress
from scaffold.core.project import Project
from scaffold.core.templates import source
from scaffold.core.templates.manifest import FILE_NAME, Manifest, parse_manifest
from scaffold.core.templates.rendering import Rendering
from scaffold.errors import UsageError
from scaffold.tools import git
from scaffold.tools.git.trees import File, Tree, read_files, read_folder


@dataclass(frozen=True)
class Replacement:
    """What comes of a new file in a project, or of the project's own file looked at anew.

    Attributes:
        project: The project.
        request: What its owner asked for.
        found: What comes of the file; None where the data stay as they are.
    """

    project: Project
    request: Request | None = None
    found: Found | None = None

    def answers(self, given: Mapping[str, Any]) -> Answers:
        """Given answers and those of the file together.

        Raises:
            UsageError: An answer that only a file gives was typed.
        """
        known = self.project.answers
        if self.found is None or self.request is None:
            return data_answers.without_typed(given) if "dataset" in known else dict(given)
        kept: Answers = {}
        if self.request.file is None and isinstance(self.found, Brought):
            earlier = known.get("dropped_columns") or []
            kept = {"dropped_columns": [*earlier, *self.found.proposal.dropped]}
            kept["dataset_source"] = known.get("dataset_source", self.found.copy.name)
        return {**data_answers.without_typed(given), **self.found.answers, **kept}

    def added_to(self, base: Rendering, new: Rendering) -> tuple[Rendering, Rendering]:
        """Both renderings with their data files in them: the one that the project has, and the new one."""
        if self.found is None:
            return base, new
        earlier = _earlier(self.project, self.found) if self.project.answers.get("dataset") else {}
        base = replace(base, tree={**base.tree, **earlier})
        return base, replace(new, tree={**new.tree, **self.found.tree})

    def placed(self, outcome: Outcome, workshop: Path) -> Outcome:
        """Copy what is too large for the repository to where the project looks for it, after its update.

        No git command could undo this, so an update that is not committed yet leaves the earlier file in place.

        Args:
            outcome: The outcome of the update.
            workshop: A folder in which the copy may be half made.

        Returns:
            The outcome, which says what is left to do.
        """
        found = self.found
        if found is None or found.in_git:
            return outcome
        if outcome.data["state"] in ("updated", "current"):
            if isinstance(found, Brought):
                place.put(found.copy, self.project.folder, workshop)
            else:
                found.put(self.project.folder)
                folders.remove_others(self.project.folder / found.folder, found.names)
            return outcome
        path = place.FOLDER / found.copy.name if isinstance(found, Brought) else found.folder
        left = Notice(
            f"{path.as_posix()} is too large for git, and is written when the update is committed.",
            "Commit it, then run this command again.",
        )
        return replace(outcome, warnings=[*outcome.warnings, left])

    def described(self, outcome: Outcome) -> Outcome:
        """An outcome that says what comes of the file, too."""
        if self.found is None:
            return outcome
        blocks = [*self.found.blocks, *outcome.blocks]
        return replace(outcome, blocks=blocks, warnings=[*self.found.notices, *outcome.warnings])


@contextlib.contextmanager
def replaced(project: Project, request: Request | None, progress: Progress) -> Iterator[Replacement]:
    """Measure the new file, or the project's own one again; without a request nothing is replaced.

    Raises:
        ScaffoldError: The template's release takes no such data, or the file cannot be used.
    """
    if request is None:
        yield Replacement(project)
        return
    label = f"{source.suggested_name(project.address)} {project.version}"
    manifest = _manifest(project)
    with template.brought(manifest, label, _completed(project, request), None, progress) as found:
        yield Replacement(project, request, found)


def _earlier(project: Project, found: Found) -> Tree:
    """The data files that the project has."""
    if not isinstance(found, Brought):
        in_git = project.answers.get("dataset_in_git", True)
        files = read_folder(project.folder / found.folder) if in_git else {}
        below = {f"{found.folder.as_posix()}/{name}": file for name, file in files.items()}
        return {**below, **read_files(project.folder, [folders.CHECKSUMS.as_posix()])}
    path = f"{place.FOLDER.as_posix()}/{project.answers['dataset']}"
    blob = git.attempt(project.folder, "cat-file", "blob", f"HEAD:./{path}")
    return {path: File(blob.out)} if blob.ok else {}


def _manifest(project: Project) -> Manifest | None:
    """The template's description as of the project's release: an earlier one may take no data."""
    opened = source.read(project.address, project.version)
    file = opened.tree.get(FILE_NAME)
    return parse_manifest(file.content.decode(), FILE_NAME) if file else opened.template.manifest


def _completed(project: Project, request: Request) -> Request:
    """The request with what the project remembers: its target, and for its own file its columns too."""
    known = project.answers
    request = replace(request, target=request.target or str(known.get("target") or ""))
    if request.file is not None:
        return request
    if not known.get("dataset"):
        raise UsageError(f"{project.folder.name} works on its template's example.", "Bring a file: --data FILE")
    return replace(
        request,
        file=project.folder / place.FOLDER / str(known["dataset"]),
        time=request.time or str(known.get("time_column") or "none"),
        group=request.group or str(known.get("group_column") or ""),
    )
