"""`scaffold adopt PATH TEMPLATE`: link a repository without a template to the release that it is nearest to.

Then `scaffold update` has a base to merge from. Only the answers file is written, and nothing is committed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.core.project import ANSWERS_FILE, Project, open_project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Wanted
from scaffold.core.update import adoption
from scaffold.core.update.adoption import Fit, Yardstick
from scaffold.errors import ScaffoldError
from scaffold.tools import files, git
from scaffold.tools.git.merge import workbench


@dataclass(frozen=True)
class AdoptOptions:
    """The options of `scaffold adopt`.

    Attributes:
        template: A name, CATALOG/NAME, path or git URL.
        to: The release; None for the nearest.
        given: Answers that the user knows.
        dry_run: Whether to write nothing and only show what differs.
        trust: Whether the template may run code.
    """

    template: str
    to: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    trust: bool = False


def adopt(folder: Path, options: AdoptOptions, progress: Progress = silent) -> Outcome:
    """Find the nearest release, write the answers file, and show what differs.

    Raises:
        ScaffoldError: It is linked already, or has no file of the template; nothing was written.
    """
    project = open_project(folder, damaged=True)
    if project.address and project.version:
        raise ScaffoldError(
            f"{project.folder} is linked already: {source.suggested_name(project.address)} {project.version}.",
            f"Bring it up to date: scaffold update {project.folder}",
            code="already-linked",
        )
    with workbench(project.repository) as bench:
        fit, tried = _nearest(Yardstick(bench, project), project, options, progress)
        answers = fit.rendering.tree.get(ANSWERS_FILE)
        if answers is None:
            raise ScaffoldError(
                f"The template {options.template} writes no {ANSWERS_FILE}, so its projects cannot be updated.",
                "Its authors can add one: https://copier.readthedocs.io/en/stable/configuring/#the-copier-answersyml-file",
            )
        if not fit.alike and not options.to:
            raise ScaffoldError(
                f"{project.folder} has no file of {options.template}.",
                f"To link it nevertheless, name the release: --to {fit.rendering.version}",
            )
    if not options.dry_run:
        files.write_atomically(project.folder / ANSWERS_FILE, answers.content)
        git.run(project.folder, "add", "--force", "--", ANSWERS_FILE)
    return _outcome(project, options, fit, tried)


def _nearest(
    yardstick: Yardstick, project: Project, options: AdoptOptions, progress: Progress
) -> tuple[Fit, Mapping[str, int]]:
    """The nearest release and answers: first over the releases, then over the answers, then over the releases again."""
    versions = [options.to] if options.to else source.releases(options.template)
    known = {**adoption.guesses(project), **project.answers}
    wanted = Wanted(options.template, None, project.folder.name, known, options.given, trust=options.trust)
    best, tried = _best_release(yardstick, wanted, versions, progress)
    progress.step("Comparing answers")
    better = yardstick.with_better_answers(best)
    if better.distance < best.distance and len(versions) > 1:
        return _best_release(yardstick, better.wanted, versions, progress)
    return better, {**tried, better.rendering.version: better.distance}


def _best_release(
    yardstick: Yardstick, wanted: Wanted, versions: list[str], progress: Progress
) -> tuple[Fit, dict[str, int]]:
    fits: list[Fit] = []
    failed: ScaffoldError | None = None
    for version in versions:
        progress.step(f"Comparing with {version}")
        try:
            fits.append(yardstick.measure(replace(wanted, ref=version)))
        except ScaffoldError as error:
            failed = error
    if not fits and failed:
        raise failed
    # The newest of equals: an update then has the least to merge.
    best = min(reversed(fits), key=lambda fit: fit.distance)
    return best, {fit.rendering.version: fit.distance for fit in fits}


def _outcome(project: Project, options: AdoptOptions, fit: Fit, tried: Mapping[str, int]) -> Outcome:
    version, total = fit.rendering.version, fit.total
    data = {
        "project": str(project.folder),
        "template": options.template,
        "version": version,
        "answers": dict(fit.rendering.answers),
        "releases": dict(tried),
        "same": total - len(fit.changed) - len(fit.missing),
        "changed": fit.changed,
        "missing": fit.missing,
        "written": not options.dry_run,
    }
    rows = [(path, "differs") for path in fit.changed] + [(path, "is not here") for path in fit.missing]
    name = source.suggested_name(options.template)
    word = "would be linked" if options.dry_run else "linked"
    blocks: list[Block] = [Table(("the template's file", "and yours"), sorted(rows))] if rows else []
    line = f"{project.folder.name}: {word} to {name} {version}; {data['same']} of its {total} files are the same here."
    blocks.append(Text(line))
    if not options.dry_run:
        blocks.append(Text(f'{ANSWERS_FILE} is staged. Next: git commit --message "Link to {name} {version}"'))
    many = len(fit.missing)
    what = f"{many} of the template's files are not here" if many > 1 else "One of the template's files is not here"
    notices = [Notice(f"{what}; updates treat them as deleted by you.", "scaffold diff shows them")] if many else []
    return Outcome(data, blocks, notices)
