"""Applying a plan to a project, so that it can be interrupted at any moment and undone afterwards."""

from dataclasses import replace

from scaffold.core.project import Project, remembered_text
from scaffold.core.update import pending, stash
from scaffold.core.update.pending import APPLYING, CONFLICTS, STAGED, PendingUpdate
from scaffold.core.update.plan import Plan, head_of
from scaffold.core.update.recovery import restore
from scaffold.errors import ScaffoldError
from scaffold.tools import git, uv
from scaffold.tools.git.merge import Workbench
from scaffold.tools.git.trees import EMPTY_TREE


def require_finished(project: Project) -> None:
    """Refuse a project with an unfinished update. Raises ScaffoldError."""
    unfinished = pending.read(project)
    if unfinished is None or pending.moved_on(project, unfinished):
        return
    if unfinished.phase == APPLYING:
        raise ScaffoldError(
            f"An update of {project.folder} to {unfinished.version} is under way, or was interrupted.",
            f"Restore the project first: scaffold status {project.folder}",
            code="update-unfinished",
        )
    what = "has conflicts to resolve" if unfinished.phase == CONFLICTS else "is staged but not committed"
    raise ScaffoldError(
        f"The update of {project.folder} to {unfinished.version} {what}.",
        f"Finish it with git add and git commit, or undo it: scaffold update --abort {project.folder}",
        code="update-unfinished",
    )


def require_clean(project: Project) -> None:
    """Refuse a project with uncommitted changes, in it or anywhere else in its repository.

    Raises:
        ScaffoldError: There are some.
    """
    dirty = uncommitted(project)
    if dirty:
        names = ", ".join(line[3:] for line in dirty[:3]) + (", …" if len(dirty) > 3 else "")
        raise ScaffoldError(
            f"{project.root} has changes that are not committed: {names}.",
            "Commit them first, or add --autostash to stash them and restore them afterwards.",
            code="uncommitted-changes",
        )


def require_known_answers(project: Project) -> None:
    """Refuse answers that are not committed: a merge into HEAD needs those that HEAD was made with.

    Raises:
        ScaffoldError: The answers file was edited by hand.
    """
    head_of(project)
    # No git command that compares: it would refresh its index, too, and a dry run must change nothing.
    known = git.attempt(project.folder, "cat-file", "blob", f"HEAD:./{project.answers_file}")
    here = remembered_text(project.folder, project.answers_file)
    if not known.ok or known.out.replace(b"\r\n", b"\n") != here.replace(b"\r\n", b"\n"):
        raise ScaffoldError(
            f"{project.folder / project.answers_file} has changes that are not committed.",
            f"Restore it with git checkout HEAD -- {project.answers_file}; scaffold set KEY=VALUE changes an answer.",
            code="uncommitted-changes",
        )


def uncommitted(project: Project) -> list[str]:
    """The lines of `git status --porcelain` for tracked files that changed."""
    flags = ("--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return git.run(project.root, "-c", "core.quotePath=false", "status", *flags).splitlines()


def apply(
    bench: Workbench, plan: Plan, message: str, *, commit: bool, autostash: bool = False, hooks: bool = True
) -> str:
    """Write a plan to the work tree, to the index and, when it is clean, to a commit.

    A plan with conflicts, or one that shall not be committed, leaves a pending update. After one that was committed,
    call `finish`.

    Args:
        bench: The workbench that has the plan's objects.
        plan: The plan.
        message: The commit message.
        commit: Whether to commit a clean result; otherwise it stays staged.
        autostash: Whether to stash uncommitted work first.
        hooks: Whether the commit runs the repository's hooks.

    Returns:
        The commit that holds the stashed work; empty for none.

    Raises:
        ScaffoldError: git refused, and the project is as it was; or a hook refused the commit, and all is staged.
    """
    project = plan.project
    for_hooks = uv.variables() if hooks else None
    bench.hand_over(project.repository.objects)
    stashed = stash.push(plan) if autostash else ""
    entry = PendingUpdate(APPLYING, plan.head, plan.tree, plan.version, stashed)
    pending.write(project, entry)
    try:
        git.run(project.root, "read-tree", "-m", "-u", plan.head or EMPTY_TREE, plan.tree)
        if plan.conflicts:
            git.run(project.root, "update-index", "-z", "--index-info", stdin=_index_info(plan))
    except ScaffoldError:
        restore(project, entry)
        raise
    # `git commit` offers this message when the conflicts are resolved, or when a hook refuses the commit below.
    (project.repository.git_dir / "MERGE_MSG").write_text(message + "\n", encoding="utf-8", newline="\n")
    if plan.conflicts or not commit:
        pending.write(project, replace(entry, phase=CONFLICTS if plan.conflicts else STAGED))
        return stashed
    try:
        git.commit_staged(project.root, message, for_hooks)
    except git.GitError:
        pending.write(project, replace(entry, phase=STAGED))
        raise
    return stashed


def finish(plan: Plan, stashed: str) -> bool:
    """Finish an update that was committed. Returns whether the stashed work could be restored without conflict."""
    restored = stash.pop(plan.project, stashed)
    pending.clear(plan.project)
    return restored


def _index_info(plan: Plan) -> bytes:
    lines = []
    for path, stages in plan.conflicts.items():
        name = path.encode("utf-8", "surrogateescape")
        lines.append(b"0 " + b"0" * 40 + b" 0\t" + name)
        lines += [f"{mode} {oid} {stage}\t".encode() + name for stage, (mode, oid) in sorted(stages.items())]
    return b"".join(line + b"\0" for line in lines)
