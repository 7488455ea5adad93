"""The owner's uncommitted work, kept in git's stash while an update is applied."""

from dataclasses import replace

from scaffold.core.project import Project
from scaffold.core.update import pending
from scaffold.core.update.pending import APPLYING, PendingUpdate
from scaffold.core.update.plan import Plan
from scaffold.tools import git

_MESSAGE = "scaffold update --autostash"


def refresh(project: Project) -> None:
    """Have git compare contents where a file has a new time, as in a copied project: it takes them for changed."""
    git.attempt(project.root, "update-index", "-q", "--refresh")


def push(plan: Plan) -> str:
    """Stash uncommitted work. Returns the commit that holds it; empty when there was none."""
    project = plan.project
    record = PendingUpdate(APPLYING, plan.head, f"{plan.head}^{{tree}}", plan.version)
    pending.write(project, record)
    refresh(project)
    commit = git.run(project.root, "stash", "create", _MESSAGE)
    if commit:
        pending.write(project, replace(record, stash=commit))
        store(project, commit, _MESSAGE)
        git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    return commit


def store(project: Project, commit: str, message: str) -> None:
    """Add a commit to git's list of stashes."""
    git.run(project.root, "stash", "store", "--message", message, commit)


def is_stored(project: Project, commit: str) -> bool:
    """Whether a commit is still in git's list of stashes."""
    return commit in _listed(project)


def pop(project: Project, commit: str) -> bool:
    """Restore stashed work.

    Args:
        project: The project.
        commit: The commit that holds the work; empty for none.

    Returns:
        Whether it applied without conflict; if not, the work tree is left alone and git keeps the stash.
    """
    if not commit:
        return True
    # What was saved in an editor since then must not be overwritten, nor reset below.
    refresh(project)
    if not git.attempt(project.root, "diff-index", "--quiet", "HEAD").ok:
        return False
    for flags in (["--index"], []):
        if git.attempt(project.root, "stash", "apply", "--quiet", *flags, commit).ok:
            drop(project, commit)
            return True
        git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    return False


def drop(project: Project, commit: str) -> None:
    """Remove a commit from git's list of stashes."""
    stashes = _listed(project)
    if commit in stashes:
        git.run(project.root, "stash", "drop", "--quiet", f"stash@{{{stashes.index(commit)}}}")


def _listed(project: Project) -> list[str]:
    return git.run(project.root, "stash", "list", "--format=%H").splitlines()
