"""Putting a plan into a project, so that it can be stopped at any moment and taken back afterwards."""

from dataclasses import replace

from scaffold.core.project import ANSWERS_FILE, Project, remembered_text
from scaffold.core.update import journal, stash
from scaffold.core.update.journal import APPLYING, CONFLICTS, STAGED, Journal
from scaffold.core.update.plan import Plan, head_of
from scaffold.core.update.recovery import put_in_order
from scaffold.errors import ScaffoldError
from scaffold.tools import git
from scaffold.tools.git.merge import Workbench


def require_finished(project: Project) -> None:
    """Refuse a project in which an update waits for its owner. Raises ScaffoldError."""
    left = journal.read(project)
    if left is None or journal.moved_on(project, left):
        return
    if left.phase == APPLYING:
        raise ScaffoldError(
            f"An update of {project.folder} to {left.version} is under way, or was interrupted.",
            f"Put it in order first: scaffold status {project.folder}",
            code="update-unfinished",
        )
    what = "has conflicts to solve" if left.phase == CONFLICTS else "is staged but not committed"
    raise ScaffoldError(
        f"The update of {project.folder} to {left.version} {what}.",
        f"Finish it with git add and git commit, or take it back: scaffold update --abort {project.folder}",
        code="update-unfinished",
    )


def require_clean(project: Project) -> None:
    """Refuse a project whose owner has uncommitted work: here, or anywhere else in the same repository.

    Raises:
        ScaffoldError: it has.
    """
    dirty = uncommitted(project)
    if dirty:
        names = ", ".join(line[3:] for line in dirty[:3]) + (", …" if len(dirty) > 3 else "")
        raise ScaffoldError(
            f"{project.root} has changes that are not committed: {names}.",
            "Commit them first, or add --autostash to put them aside and back again.",
            code="uncommitted-changes",
        )


def require_known_answers(project: Project) -> None:
    """Refuse answers that no commit has: a merge into HEAD needs those that HEAD was made with.

    Raises:
        ScaffoldError: the answers file was edited by hand.
    """
    head_of(project)
    # No git command that compares: it would take the chance to refresh its index, and a dry run is to change nothing.
    known = git.attempt(project.folder, "cat-file", "blob", f"HEAD:./{ANSWERS_FILE}")
    here = remembered_text(project.folder)
    if not known.ok or known.out.replace(b"\r\n", b"\n") != here.replace(b"\r\n", b"\n"):
        raise ScaffoldError(
            f"{project.folder / ANSWERS_FILE} has changes that are not committed.",
            f"Put it back with git checkout HEAD -- {ANSWERS_FILE}; scaffold set KEY=VALUE changes an answer.",
            code="uncommitted-changes",
        )


def uncommitted(project: Project) -> list[str]:
    """What the owner changed in tracked files and did not commit, as `git status --porcelain` says it."""
    flags = ("--porcelain", "--untracked-files=no", "--ignore-submodules=dirty")
    return git.run(project.root, "-c", "core.quotePath=false", "status", *flags).splitlines()


def apply(bench: Workbench, plan: Plan, message: str, *, commit: bool, autostash: bool = False) -> str:
    """Bring the plan into the work tree, the index and, when it is clean and wanted, a commit.

    A plan with conflicts, or one that is not to be committed, leaves a journal that says so. After one that is
    committed, `finish` is to follow.

    Returns:
        The commit that holds the owner's uncommitted work; empty for none.

    Raises:
        ScaffoldError: git refused, and the project is as it was; or a hook refused the commit, and all is staged.
    """
    project = plan.project
    bench.hand_over(project.repository.objects)
    held = stash.put(plan) if autostash else ""
    entry = Journal(APPLYING, plan.head, plan.tree, plan.version, held)
    journal.write(project, entry)
    try:
        git.run(project.root, "read-tree", "-m", "-u", "HEAD", plan.tree)
        if plan.conflicts:
            git.run(project.root, "update-index", "-z", "--index-info", stdin=_index_info(plan))
    except ScaffoldError:
        put_in_order(project, entry)
        raise
    # What `git commit` will offer as its message when the conflicts are solved, or a hook refused it now.
    (project.repository.git_dir / "MERGE_MSG").write_text(message + "\n", encoding="utf-8")
    if plan.conflicts or not commit:
        journal.write(project, replace(entry, phase=CONFLICTS if plan.conflicts else STAGED))
        return held
    try:
        git.commit_staged(project.root, message)
    except git.GitError:
        journal.write(project, replace(entry, phase=STAGED))
        raise
    return held


def finish(plan: Plan, held: str) -> bool:
    """End an update that was committed. Returns whether the owner's uncommitted work came back without conflict."""
    back = stash.bring_back(plan.project, held)
    journal.clear(plan.project)
    return back


def _index_info(plan: Plan) -> bytes:
    lines = []
    for path, stages in plan.conflicts.items():
        name = path.encode("utf-8", "surrogateescape")
        lines.append(b"0 " + b"0" * 40 + b" 0\t" + name)
        lines += [f"{mode} {oid} {stage}\t".encode() + name for stage, (mode, oid) in sorted(stages.items())]
    return b"".join(line + b"\0" for line in lines)
