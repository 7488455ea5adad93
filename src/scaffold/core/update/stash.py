"""The owner's uncommitted work, put aside while an update is applied and brought back afterwards: git's own stash."""

from scaffold.core.project import Project
from scaffold.core.update import journal
from scaffold.core.update.journal import APPLYING, Journal
from scaffold.core.update.plan import Plan
from scaffold.tools import git

_MESSAGE = "scaffold update --autostash"


def put(plan: Plan) -> str:
    """Put uncommitted work aside. Returns the commit that holds it; empty when there was none."""
    project = plan.project
    # git-stash(1) fails where files were touched and nothing was changed.
    git.attempt(project.root, "update-index", "-q", "--refresh")
    held = git.run(project.root, "stash", "create", _MESSAGE)
    if held:
        journal.write(project, Journal(APPLYING, plan.head, f"{plan.head}^{{tree}}", plan.version, held))
        store(project, held, _MESSAGE)
        git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    return held


def store(project: Project, commit: str, message: str) -> None:
    """Add a commit to the list of git's stash."""
    git.run(project.root, "stash", "store", "--message", message, commit)


def is_stored(project: Project, held: str) -> bool:
    """Whether git's stash still lists it."""
    return held in _listed(project)


def bring_back(project: Project, held: str) -> bool:
    """Bring the work that was put aside back.

    Returns:
        Whether it went without conflict; if not, the work tree is left alone and git keeps the stash.
    """
    if not held:
        return True
    for flags in (["--index"], []):
        if git.attempt(project.root, "stash", "apply", "--quiet", *flags, held).ok:
            drop(project, held)
            return True
        git.run(project.root, "reset", "--quiet", "--hard", "HEAD")
    return False


def drop(project: Project, held: str) -> None:
    """Take a commit off the list of git's stash."""
    stashes = _listed(project)
    if held in stashes:
        git.run(project.root, "stash", "drop", "--quiet", f"stash@{{{stashes.index(held)}}}")


def _listed(project: Project) -> list[str]:
    return git.run(project.root, "stash", "list", "--format=%H").splitlines()
