"""`scaffold update` and `scaffold set KEY=VALUE…`: merge in the template's newer release, or other answers.

Both render the template twice (as the project last took it, and as it will be) and let git merge the difference into
HEAD. Nothing in the work tree changes before everything is decided.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scaffold.core.dataset import replacing
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Block, Markdown, Notice, Outcome, Patch, Progress, Table, Text, silent
from scaffold.core.project import ANSWERS_FILE, Project, answers_files, open_project, remembered_text, templates_of
from scaffold.core.templates import changelog, source
from scaffold.core.templates.builds import what_it_builds
from scaffold.core.templates.renderer import Renderer
from scaffold.core.templates.rendering import Rendering
from scaffold.core.update import apply, pending, provenance, recovery, relink, summary, uv_lock
from scaffold.core.update.plan import Plan, make_plan, with_file
from scaffold.core.update.sides import Target, render_both
from scaffold.errors import ExitCode, InterruptedByUserError, ScaffoldError
from scaffold.tools import git, uv
from scaffold.tools.git.merge import Workbench, workbench


@dataclass(frozen=True)
class UpdateOptions(Target):
    """The options of `scaffold update` and `scaffold set`.

    Attributes:
        dry_run: Whether to change nothing and only show the plan.
        diff: Whether to show the patch, too.
        autostash: Whether to stash uncommitted work and restore it afterwards.
        commit: Whether to commit a clean result; otherwise it stays staged.
        data: A file that replaces the data that the project works on.
        source: Where the template is now, when it moved; None for the recorded address.
        answers_file: The answers file, in a project of several templates; None for the usual one, or the only one.
    """

    dry_run: bool = False
    diff: bool = False
    autostash: bool = False
    commit: bool = True
    data: Request | None = None
    source: str | None = None
    answers_file: str | None = None


def abort(folder: Path) -> Outcome:
    """Undo an unfinished update.

    Raises:
        ScaffoldError: There is none.
    """
    project = open_project(folder, damaged=True)
    with pending.exclusive(project):
        text = recovery.recover(project) or recovery.abort(project)
    return Outcome({"project": str(project.folder), "aborted": True}, [Text(text)])


def update(
    folder: Path, options: UpdateOptions, progress: Progress = silent, renderer: Renderer | None = None
) -> Outcome:
    """Update one project.

    Args:
        folder: The project's folder.
        options: The options.
        progress: Shows what is being done.
        renderer: Shared between projects, so that each distinct rendering is made once; None for an own one.

    Raises:
        ScaffoldError: It cannot be updated, and nothing was changed.
    """
    renderer = renderer or Renderer()
    name = options.answers_file
    if options.dry_run:
        with git.deaf():
            apply.require_finished(open_project(folder, name, damaged=True))
            return _decided(open_project(folder, name), options, progress, renderer)
    project = open_project(folder, name, damaged=True)
    with pending.exclusive(project):
        notices = [Notice(text) for text in [recovery.recover(project)] if text]
        apply.require_finished(project)
        if notices or not (project.version and project.address):
            project = open_project(folder, options.answers_file)
        if not options.autostash:
            apply.require_clean(project)
        try:
            outcome = _decided(project, options, progress, renderer)
        except KeyboardInterrupt as error:
            said = recovery.recover(project)
            if said:
                raise InterruptedByUserError(f"Interrupted. {said}") from error
            raise
    return replace(outcome, warnings=[*notices, *outcome.warnings])


def _decided(project: Project, options: UpdateOptions, progress: Progress, renderer: Renderer) -> Outcome:
    apply.require_known_answers(project)
    with replacing.replaced(project, options.data, progress) as data, workbench(project.repository) as bench:
        progress.step("Rendering")
        if options.source:
            project = relink.relinked(bench, project, options.source, trust=options.trust)
        target = replace(options, given=data.answers(options.given))
        base, new, migrating = render_both(bench, project, target, renderer)
        base, new = data.added_to(base, new)
        notices = provenance.notices(project, base)  # before a commit of this update is the last one
        progress.step("Merging")
        label = f"{source.suggested_name(project.address)}-{new.version}"
        plan = make_plan(bench, project, base, new, label, migrating)
        outcome = _carried_out(bench, plan, options, new)
        if not options.dry_run:
            outcome = data.placed(outcome, pending.home(project))
        outcome = data.described(outcome)
    notices += [*_unlinked(base, new), *_others(project, options)]
    return replace(outcome, warnings=[*notices, *outcome.warnings, *summary.dropped(new, asked=options.ask)])


def _unlinked(base: Rendering, new: Rendering) -> list[Notice]:
    """That the new release no longer records where the project comes from."""
    if base.answers_file not in base.tree or new.answers_file in new.tree:
        return []
    lost = f"Release {new.version} writes no {new.answers_file}, so this project cannot be updated any more."
    return [Notice(lost, "Stay with the release that you have, and tell the template's authors.")]


def _others(project: Project, options: UpdateOptions) -> list[Notice]:
    """The other templates of the project, when the person named none."""
    names = [name for name in answers_files(project.folder) if name != project.answers_file]
    if options.answers_file or not names or not (project.folder / project.answers_file).exists():
        return []
    command = f"scaffold {'set' if options.same_release else 'update'} --answers-file {names[0]}"
    return [Notice(f"This was the template of {project.answers_file}; there is also {', '.join(names)}.", command)]


def _carried_out(bench: Workbench, plan: Plan, options: UpdateOptions, new: Rendering) -> Outcome:
    if options.dry_run:
        return _planned(bench, plan, options, new)
    if not plan.changes_anything:
        text = f"{summary.title(plan.project)} {plan.version} is current: nothing to do."
        return Outcome(summary.data(replace(plan, changes=()), "current"), [Text(text)])
    return _applied(bench, plan, options, new)


def _planned(bench: Workbench, plan: Plan, options: UpdateOptions, new: Rendering) -> Outcome:
    project = plan.project
    blocks: list[Block] = [Text(f"{summary.title(project)} {project.version} → {plan.version}; nothing was changed.")]
    news = changelog.between(new.changelog, project.version, plan.version)
    blocks += [Markdown(news)] if news else []
    blocks.append(summary.table(plan))
    diff = bench.diff(plan.head, plan.tree) if options.diff else ""
    blocks += [Patch(diff.rstrip("\n"))] if diff else []
    data = {**summary.data(plan, "planned"), "changelog": news, "diff": diff}
    return Outcome(data, blocks, summary.notices(plan))


def _applied(bench: Workbench, plan: Plan, options: UpdateOptions, new: Rendering) -> Outcome:
    project = plan.project
    notices = [*summary.notices(plan), *(Notice(f"{row.path}: {row.reason}.") for row in plan.changes if row.odd)]
    if options.commit and not plan.conflicts and not git.has_identity(project.root):
        notices.append(Notice("git does not know your name, so the author of the commit is scaffold.", git.INTRODUCE))
    stale = False
    if plan.relock:
        plan, stale = _locked_again(bench, plan, notices, _what_locking_runs(project, options, new))
    try:
        message = provenance.message(_message(project, plan, options), new.commit)
        held = apply.apply(bench, plan, message, commit=options.commit, autostash=options.autostash, hooks=not stale)
    except git.GitError as error:
        left = pending.read(project)
        if left is None:
            raise
        finish = f"Fix the cause and git commit, or undo the update: scaffold update --abort {project.folder}"
        refused = Notice(f"The commit was refused: {error.message}", finish)
        return summary.left(plan, "staged", [*notices, refused, *summary.in_stash(left.stash)])
    if plan.conflicts:
        finish = "Resolve each, git add it, then git commit; or undo the update: scaffold update --abort"
        many = sum(row.action == "conflict" for row in plan.changes)
        conflicts = Notice(f"{many} conflict{'s' if many > 1 else ''} to resolve.", finish)
        return summary.left(plan, "conflicts", [*notices, conflicts, *summary.in_stash(held)])
    if not options.commit:
        undo = "git commit finishes it; scaffold update --abort undoes it."
        return summary.done(plan, "staged", undo, [*notices, *summary.in_stash(held)])
    if not apply.finish(plan, held):
        clash = Notice("Your uncommitted work conflicts with what is there now and is in git's stash.", "git stash pop")
        return summary.left(plan, "updated", [*notices, clash])
    return summary.done(plan, "updated", "git revert HEAD undoes it.", notices)


def _what_locking_runs(project: Project, options: UpdateOptions, new: Rendering) -> list[str]:
    """What of the template `uv lock` would run or fetch; nothing where its authors are trusted."""
    if options.trust or source.find(project.address).is_built_in:
        return []
    return what_it_builds({path: file.content for path, file in new.tree.items() if "/" not in path})


def _locked_again(bench: Workbench, plan: Plan, notices: list[Notice], runs: Sequence[str]) -> tuple[Plan, bool]:
    """The plan with a new uv.lock; or as it was, and True: hooks that need the environment would refuse the commit."""
    hint = f"cd {plan.project.folder} && {uv.command()} lock && git add uv.lock"
    if runs:
        why = f"Dependencies changed; uv.lock was left as it is, because locking would run or fetch {'; '.join(runs)}."
        notices.append(Notice(f"{why} {_NO_HOOKS}", f"Read it first; if you trust its authors: {hint}"))
        return plan, True
    pyproject, lock = (
        bench.read(f"{plan.tree}:{plan.project.path_of(name)}") for name in (uv_lock.PYPROJECT, uv_lock.LOCK_FILE)
    )
    fresh, reason = uv_lock.lock_again(pyproject, lock)
    if fresh is None:
        why = f"Dependencies changed, and uv.lock could not be updated: {reason.rstrip('.')}."
        notices.append(Notice(f"{why} {_NO_HOOKS}", f"Online: {hint}"))
        return plan, True
    return with_file(bench, plan, uv_lock.LOCK_FILE, fresh, "dependencies changed: locked again"), False


_NO_HOOKS = "No commit hook was run, since hooks may need it."


def _message(project: Project, plan: Plan, options: UpdateOptions) -> str:
    name = source.suggested_name(project.address)
    if options.same_release:
        names = [*options.given, *(["data"] if options.data else [])]
        return f"Set {', '.join(names)} ({name} {plan.version})"
    if options.source and project.version == plan.version:
        return f"Take {name} from {project.address}"
    return f"Update from {name} {project.version} to {plan.version}"


def update_all(
    folders: Sequence[Path], options: UpdateOptions, progress: Progress = silent, *, found: bool = False
) -> Outcome:
    """Update many projects, and each template of one that has several; one that fails does not stop the others.

    Args:
        folders: The projects.
        options: The options.
        progress: Shows what is being done.
        found: Whether they were found below a folder and not named: some may be strangers', so no program that one of
            them names is run.
    """
    renderer = Renderer()
    named = [options.answers_file] if options.answers_file else None
    asked = [(folder, name) for folder in dict.fromkeys(folders) for name in named or templates_of(folder)]
    rows: dict[tuple[Path, str | None], dict[str, Any]] = {}
    # Projects with the same answers follow one another, so that each distinct rendering is made once.
    for number, (folder, name) in enumerate(sorted(asked, key=lambda one: remembered_text(*one)), start=1):
        progress.count(f"Updating {folder.name}", number, len(asked))
        row = _row(folder, replace(options, answers_file=name), renderer, found=found)
        rows[folder, name] = {**row, "answers_file": name or ANSWERS_FILE}
    shown = [rows[one] for one in asked]
    table = Table(
        ("project", "from", "to", "state", ""),
        [
            (summary.place(row), row["from"], row["to"], row["state"], row["error"] or f"{len(row['changes'])} files")
            for row in shown
        ],
    )
    unfinished = [row for row in shown if row["exit_code"]]
    projects = len(set(folders))
    many = f"{projects} project{'' if projects == 1 else 's'}"
    many += f" of {len(shown)} templates" if len(shown) > projects else ""
    text = Text(f"{many}, {len(shown) - len(unfinished)} done, {len(unfinished)} left to you.")
    return Outcome({"projects": shown}, [table, text], exit_code=ExitCode.PARTLY_DONE if unfinished else ExitCode.DONE)


def _row(folder: Path, options: UpdateOptions, renderer: Renderer, *, found: bool) -> dict[str, Any]:
    nothing = {"project": str(folder), "from": "", "to": "", "state": "failed", "changes": [], "warnings": []}
    try:
        with git.deaf() if found else contextlib.nullcontext():
            if found and not options.dry_run:
                pending.require_own_programs_unused(open_project(folder, options.answers_file, damaged=True))
            outcome = update(folder, options, renderer=renderer)
    except ScaffoldError as error:
        return {**nothing, "error": error.message, "hint": error.hint, "exit_code": error.exit_code}
    except Exception as error:  # a bug, too, must not stop the others
        reason = str(error) if isinstance(error, OSError) else f"scaffold has a bug: {type(error).__name__}"
        code = ExitCode.FAILED if isinstance(error, OSError) else ExitCode.BUG
        return {**nothing, "error": reason, "hint": f"See: scaffold update {folder}", "exit_code": code}
    warnings = [notice.message for notice in outcome.warnings]
    return {**outcome.data, "warnings": warnings, "error": "", "hint": "", "exit_code": outcome.exit_code}
