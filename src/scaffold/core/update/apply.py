"""Applying a plan to a project, so that it can be interrupted at any moment and undone afterwards."""

import re
import shlex
from dataclasses import replace

from scaffold.core.outcome import first_few
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
    if unfinished is None or not pending.is_left(project, unfinished):
        return
    if unfinished.phase == APPLYING:
        raise ScaffoldError(
            f"An update of {project.folder} to {unfinished.version} is under way, or was interrupted.",
            f"Restore the project first: scaffold status {project.folder}",
            code="update-unfinished",
        )
    what = "has conflicts to resolve" if git.unmerged(project.root) else "is staged but not committed"
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
        names = first_few([line[3:] for line in dirty])
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
    # Without a lock: killed before there is a record, nobody could tell whose it is.
    options = ("--no-optional-locks", "-c", "core.quotePath=false")
    flags = ("--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return git.run(project.root, *options, "status", *flags).splitlines()


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
    _require_free(project)
    _require_visible(bench, plan, all_of_it=autostash and bool(uncommitted(project)))
    bench.hand_over(project.repository.objects)
    entry = PendingUpdate(APPLYING, plan.head, plan.tree, plan.version)
    try:
        stashed = stash.push(plan) if autostash else ""
        entry = replace(entry, stash=stashed)
        pending.write(project, entry)
        stash.refresh(project)
        # From the commit that was merged: git keeps what the owner committed since then, or refuses.
        git.run(project.root, "read-tree", "-m", "-u", plan.head or EMPTY_TREE, plan.tree)
        if plan.conflicts:
            git.run(project.root, "update-index", "-z", "--index-info", stdin=_index_info(plan))
        # `git commit` offers this message when the conflicts are resolved, or when a hook refuses the commit below.
        (project.repository.git_dir / "MERGE_MSG").write_text(message + "\n", encoding="utf-8", newline="\n")
    except (ScaffoldError, OSError) as error:
        raise _not_written(project, pending.read(project) or entry, error) from error
    if plan.conflicts or not commit:
        head = git.run(project.root, "rev-parse", "HEAD")
        pending.write(project, replace(entry, phase=CONFLICTS if plan.conflicts else STAGED, head=head))
        return stashed
    try:
        git.commit_staged(project.root, message, for_hooks)
    except git.GitError:
        pending.write(project, replace(entry, phase=STAGED))
        raise
    return stashed


def _require_free(project: Project) -> None:
    """Refuse while another git command is at work: its lock is not ours to remove, nor its commit ours to make."""
    pending.require_unlocked(project)
    for name, verb in _UNDER_WAY.items():
        if (project.repository.git_dir / name).exists():
            raise ScaffoldError(
                f"A git {verb} is not finished in {project.root}, and the update's commit would end it.",
                f"Finish it with git commit, or undo it: git -C {project.root} {verb} --abort",
                code="uncommitted-changes",
            )


_UNDER_WAY = {"MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick", "REVERT_HEAD": "revert"}
"""What git's next commit would belong to: file in the git directory → command."""


def _require_visible(bench: Workbench, plan: Plan, *, all_of_it: bool) -> None:
    """Refuse to change files whose edits the owner has hidden from git (git-update-index(1)).

    Args:
        bench: The workbench that has the plan's objects.
        plan: The plan.
        all_of_it: Whether the whole work tree is at stake, and not only what the plan changes.
    """
    root = plan.project.root
    listing = git.run_bytes(root, "ls-files", "-v", "-z").decode("utf-8", "surrogateescape").split("\0")
    hidden = {line[2:]: _HIDDEN[line[0].upper()] for line in listing if line[:1].islower() or line[:1] == "S"}
    if hidden and not all_of_it:
        changed = {path for _, path, _ in bench.changes(plan.head, plan.tree, renames=False)}
        hidden = {path: flag for path, flag in hidden.items() if path in changed}
    entries = bench.entries(plan.head) if hidden else {}
    for path, flag in hidden.items():
        here = git.run(root, "hash-object", "--", path) if (root / path).is_file() and path in entries else ""
        if here and here != entries[path].oid:
            raise ScaffoldError(
                f"{path} has changes that you hid from git ({flag}): nothing was updated.",
                f"git update-index --no-{flag} {shlex.quote(path)}, commit it, then try again.",
                code="uncommitted-changes",
            )


_HIDDEN = {"S": "skip-worktree", "H": "assume-unchanged"}
"""The flags of git-update-index(1), by the letters of `git ls-files -v`."""


def _not_written(project: Project, entry: PendingUpdate, error: Exception) -> Exception:
    """Restore the project. Returns what to raise: the reason, and where the owner's work is."""
    try:
        notes = restore(project, entry)
    except ScaffoldError:  # what stopped the update stops this, too; the record stays for the next command
        return ScaffoldError(
            f"The update could not be written, and {project.folder} is not restored yet: {error}".rstrip(".") + ".",
            f"Fix the cause, then: scaffold status {project.folder}",
            code="git-failed",
        )
    reason = error.message if isinstance(error, ScaffoldError) else str(error)
    reason = re.sub(r"^git [a-z-]+ failed: ", "", reason).rstrip(".")
    edited = re.search(
        r"Entry '(.+)' (?:not up-?to-?date|would be overwritten)|ntracked working tree file '(.+)'", reason
    )
    if edited:
        said = f"{edited[1] or edited[2]} was changed while the update was at work: nothing was updated"
        hint = "Commit it, then try again."
    elif isinstance(error, OSError) and not notes:
        return error
    else:
        said, hint = f"The update could not be written, and {project.folder} is as it was: {reason}", ""
    return ScaffoldError("; ".join([said, *notes]) + ".", "git stash pop" if notes else hint, code="git-failed")


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
