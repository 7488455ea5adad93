"""`scaffold adopt PATH TEMPLATE`: link a repository without a template to the release that it is nearest to.

Then `scaffold update` has a base to merge from. Only the answers file is written, or with `--complete` the template's
files that are missing, too; nothing is committed.
"""

import contextlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, silent
from scaffold.core.project import Project, open_project
from scaffold.core.templates import source
from scaffold.core.templates.rendering import Wanted
from scaffold.core.update import adoption, apply, pending, provenance, recovery, start, summary
from scaffold.core.update.adoption import Fit, Yardstick
from scaffold.errors import ExitCode, ScaffoldError
from scaffold.tools import files, git
from scaffold.tools.git.merge import Workbench, workbench


@dataclass(frozen=True)
class AdoptOptions:
    """The options of `scaffold adopt`.

    Attributes:
        template: A name, CATALOG/NAME, path or git URL.
        to: The release; None for the nearest.
        given: Answers that the user knows.
        dry_run: Whether to write nothing and only show what differs.
        trust: Whether the template may run code.
        complete: Whether to bring the template's files that are missing.
        answers_file: The name of the answers file; None for the usual one, or the template's own choice.
    """

    template: str
    to: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    dry_run: bool = False
    trust: bool = False
    complete: bool = False
    answers_file: str | None = None


def adopt(folder: Path, options: AdoptOptions, progress: Progress = silent) -> Outcome:
    """Find the nearest release, write the answers file, and show what differs.

    Raises:
        ScaffoldError: It is linked already, or has next to nothing of the template; nothing was written.
    """
    project = open_project(folder, options.answers_file, damaged=True)
    linked = bool(project.address and project.version)
    if linked and options.complete and source.find(options.template).address == project.address:
        options = replace(options, to=project.version, given={**project.answers, **options.given})
    elif linked:
        raise ScaffoldError(
            f"{project.folder} is linked already: {source.suggested_name(project.address)} {project.version}.",
            f"Bring it up to date: scaffold update {project.folder}; or give a second template an answers file of its "
            "own: --answers-file .copier-answers.NAME.yml",
            code="already-linked",
        )
    with _ready(project, options), workbench(project.repository) as bench:
        fit, tried = _nearest(Yardstick(bench, project), project, options, progress)
        answers_file = fit.rendering.answers_file
        answers = fit.rendering.tree.get(answers_file)
        if answers is None:
            raise ScaffoldError(
                f"The template {options.template} writes no {answers_file}, so its projects cannot be updated.",
                "Its authors can add one: https://copier.readthedocs.io/en/stable/configuring/#the-copier-answersyml-file",
            )
        if not (fit.resembles or options.to or options.complete):
            raise _unlike(project, options, fit)
        if options.complete:
            return _completed(bench, project, options, fit, tried)
    if not options.dry_run:
        files.write_atomically(project.folder / answers_file, answers.content)
        git.run(project.folder, "add", "--force", "--", answers_file)
    return _outcome(project, options, fit, tried)


@contextlib.contextmanager
def _ready(project: Project, options: AdoptOptions) -> Iterator[None]:
    """Keep other scaffolds out of a project that gets files, and see that no work in it would be lost."""
    if not options.complete:
        yield
    elif options.dry_run:
        apply.require_finished(project)
        yield
    else:
        with pending.exclusive(project):
            recovery.recover(project)
            apply.require_finished(project)
            start.require_committed(project)
            yield


def _unlike(project: Project, options: AdoptOptions, fit: Fit) -> ScaffoldError:
    link = f"scaffold adopt {_typed(project, options)}"
    return ScaffoldError(
        f"{project.folder} has next to nothing of {options.template}: {fit.same} of its {fit.total} files are here.",
        f"Bring what is missing: {link} --complete; or link it as it is: {link} --to {fit.rendering.version}",
    )


def _typed(project: Project, options: AdoptOptions) -> str:
    return f"{shlex.quote(str(project.folder))} {shlex.quote(options.template)}"


def _completed(
    bench: Workbench, project: Project, options: AdoptOptions, fit: Fit, tried: Mapping[str, int]
) -> Outcome:
    """Bring the files that are missing, and leave everything staged."""
    version = fit.rendering.version
    name = source.suggested_name(options.template)
    plan = start.completion(bench, project, fit.rendering)
    if not options.dry_run:
        apply.apply(bench, plan, provenance.message(f"Link to {name} {version}", fit.rendering.commit), commit=False)
    state = "planned" if options.dry_run else "staged"
    word = "would be linked" if options.dry_run else "linked"
    line = f"{project.folder.name}: {word} to {name} {version}; {summary.counts(plan)}."
    after = "Next: git commit; or undo it: scaffold update --abort" if not options.dry_run else "Nothing was written."
    odd = [Notice(f"{row.path}: {row.reason}.") for row in plan.changes if row.odd]
    data = {
        **_data(project, options, fit, tried),
        "brought": summary.data(plan, state)["changes"],
    }
    exit_code = ExitCode.PARTLY_DONE if plan.conflicts else ExitCode.DONE
    return Outcome(data, [summary.table(plan), Text(line), Text(after)], odd, exit_code)


def _nearest(
    yardstick: Yardstick, project: Project, options: AdoptOptions, progress: Progress
) -> tuple[Fit, Mapping[str, int]]:
    """The nearest release and answers: first over the releases, then over the answers, then over the releases again."""
    versions = [options.to] if options.to else source.releases(options.template)
    known = {**adoption.guesses(project), **project.answers}
    wanted = Wanted(
        options.template,
        None,
        project.folder.name,
        known,
        options.given,
        trust=options.trust,
        answers_file=options.answers_file or "",
    )
    best, tried = _best_release(yardstick, wanted, versions, progress)
    if not best.resembles:  # then no distance says anything, and the newest is as good as any
        return (best if options.to else yardstick.measure(replace(wanted, ref=versions[-1]))), tried
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


def _data(project: Project, options: AdoptOptions, fit: Fit, tried: Mapping[str, int]) -> dict[str, Any]:
    return {
        "project": str(project.folder),
        "template": options.template,
        "version": fit.rendering.version,
        "answers": dict(fit.rendering.answers),
        "releases": dict(tried),
        "same": fit.same,
        "changed": fit.changed,
        "missing": fit.missing,
        "written": not options.dry_run,
    }


def _outcome(project: Project, options: AdoptOptions, fit: Fit, tried: Mapping[str, int]) -> Outcome:
    version, total = fit.rendering.version, fit.total
    data = _data(project, options, fit, tried)
    rows = [(path, "differs") for path in fit.changed] + [(path, "is not here") for path in fit.missing]
    name = source.suggested_name(options.template)
    word = "would be linked" if options.dry_run else "linked"
    blocks: list[Block] = [Table(("the template's file", "and yours"), sorted(rows))] if rows else []
    line = f"{project.folder.name}: {word} to {name} {version}; {data['same']} of its {total} files are the same here."
    blocks.append(Text(line))
    if not options.dry_run:
        blocks.append(
            Text(f'{fit.rendering.answers_file} is staged. Next: git commit --message "Link to {name} {version}"')
        )
    many = len(fit.missing)
    what = f"{many} of the template's files are not here" if many > 1 else "One of the template's files is not here"
    bring = f"If you want them: git commit, then scaffold adopt {_typed(project, options)} --complete"
    notices = [Notice(f"{what}; updates treat them as deleted by you.", bring)] if many else []
    return Outcome(data, blocks, notices)
