"""A template's `_migrations`: code that its authors want run at an update that crosses a release.

As in Copier, those of the stage `before` run on the project as it is, and may change its answers; those of the stage
`after` run on what the merge gave. Both run in a throw-away checkout, and what they change there becomes a part of the
plan: nothing is in the project before everything is decided, and files that no commit holds are not there.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from packaging.version import Version

from scaffold.core.project import ANSWERS_FILE, open_project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Wanted, request
from scaffold.core.templates.source import Source
from scaffold.errors import ScaffoldError
from scaffold.tools import copier
from scaffold.tools.git.merge import Workbench


@dataclass(frozen=True)
class Migrations:
    """The migrations of one update.

    Attributes:
        template: The release that brings them.
        wanted: That release as it is asked for.
        since: The release that the project is updated from, as the project records it.
        version: The same as a version.
    """

    template: Source
    wanted: Wanted
    since: str
    version: Version

    def before(self, bench: Workbench, tree: str) -> tuple[str, Mapping[str, Any]]:
        """Run those that come first on the project's tree. Returns the tree and the answers that they leave.

        Raises:
            ScaffoldError: One of them failed, or left answers that cannot be read.
        """
        with self._run(bench, tree, "before", self.wanted) as folder:
            return bench.taken(folder), _answers(folder, self.wanted.answers_file)

    def after(self, bench: Workbench, tree: str, answers: Mapping[str, Any]) -> str:
        """Run those that come last on the merged tree, with the new answers. Returns the tree that they leave.

        Raises:
            ScaffoldError: One of them failed.
        """
        with self._run(bench, tree, "after", replace(self.wanted, remembered=answers, given={})) as folder:
            return bench.taken(folder)

    @contextlib.contextmanager
    def _run(self, bench: Workbench, tree: str, stage: Literal["before", "after"], wanted: Wanted) -> Iterator[Path]:
        """A checkout in which those of a stage have run."""
        known = replace(wanted, remembered={**wanted.remembered, "_commit": self.since})
        with bench.checkout(tree, wanted.folder_name) as folder:
            with request(self.template, known) as asked:
                copier.migrate(asked, folder, stage, self.version)
            yield folder


def _answers(folder: Path, answers_file: str) -> Mapping[str, Any]:
    try:
        return open_project(folder, answers_file or None).answers
    except ScaffoldError as error:
        raise ScaffoldError(
            f"A migration of the template left no answers that can be read in {answers_file or ANSWERS_FILE}.",
            "Nothing was changed. Tell the template's authors.",
            code="template-invalid",
        ) from error


def find(template: Source, wanted: Wanted, since: str) -> Migrations | None:
    """The migrations that an update to a release runs; None for none.

    Args:
        template: The release.
        wanted: The same, as it is asked for.
        since: The release that the project is updated from.

    Raises:
        ScaffoldError: There are some, and the template is not trusted.
    """
    from scaffold.core.templates import copier_yml

    old, new = source.as_version(since), source.as_version(template.version)
    if old is None or new is None or old >= new:
        return None
    lines = copier_yml.what_migrates(copier_yml.raw_config(template.tree).settings, old, new)
    if lines and not wanted.trust:
        raise ScaffoldError(
            f"The update to {template.version} runs code of the template's own: {'; '.join(lines)}.",
            "Read it first; if you trust its authors, add --trust.",
            code="template-runs-code",
        )
    return Migrations(template, wanted, since, old) if lines else None
