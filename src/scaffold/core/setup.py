"""Setting up a new project: lock, commit, install, push, run. What fails is noted, and stops nothing."""

import contextlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.core.outcome import Notice, first_few
from scaffold.core.templates import builds
from scaffold.core.templates.rendering import Rendering
from scaffold.core.update import provenance
from scaffold.tools import git, process, uv
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import Commit

BROKEN = "broken-on-purpose"
"""The branch of a starter edition on which something is broken, to be found (docs/templates.md)."""


@dataclass
class Made:
    """A project that is being made: what has been done, and what had to be left out.

    Attributes:
        path: Where it will be.
        template: The template's name.
        rendered: What the template gave.
        trusted: Whether the template's code may run.
        files: How many files it has.
        locked: Whether its environment is locked.
        committed: Whether its first commit is made.
        broken: Its branch to debug; empty where it has none.
        installed: Whether its environment is installed.
        hooks: Whether its commit hooks are.
        pushed: Whether it was pushed.
        ran: Whether `make all` ran to its end.
        left_out: What could not be done, and the command that does it later.
    """

    path: Path
    template: str
    rendered: Rendering
    trusted: bool
    files: int = 0
    locked: bool = False
    committed: bool = False
    broken: str = ""
    installed: bool = False
    hooks: bool = False
    pushed: bool = False
    ran: bool = False
    left_out: list[Notice] = field(default_factory=list)

    @property
    def done(self) -> dict[str, bool | str]:
        """What was done and what was not, for scripts."""
        names = ("locked", "committed", "broken", "installed", "hooks", "pushed", "ran")
        return {name: getattr(self, name) for name in names}

    @property
    def where(self) -> str:
        """The project's path as the user would type it: from the current folder, and quoted for a shell."""
        path = self.path
        with contextlib.suppress(ValueError, OSError):  # outside the current folder, or that no longer exists
            path = path.relative_to(Path.cwd())
        return shlex.quote(str(path))

    def inside(self, command: str) -> str:
        """A command line that runs a command in the project's folder, for a hint."""
        return command if self.where == "." else f"cd {self.where} && {command}"

    def leave_out(self, message: str, hint: str) -> None:
        """Note something that was not done, and the command that does it."""
        self.left_out.append(Notice(message, hint))


def lock(made: Made, stage: Path) -> None:
    """Write `uv.lock`, unless that would run code of a template that is not trusted."""
    if not (stage / builds.PYPROJECT).is_file():
        return
    runs = [] if made.trusted else builds.what_it_builds(_top_files(stage))
    if runs:
        made.leave_out(
            f"The environment was not installed, because that would run or fetch {'; '.join(runs)}.",
            f"Read it first; if you trust its authors: {made.inside(f'{uv.command()} sync')}",
        )
        return
    done = uv.lock(stage)
    made.locked = done.ok
    if not done.ok:
        made.leave_out(
            f"The environment was not locked: {done.last_line}",
            f"Online: {made.inside(f'{uv.command()} lock && git add uv.lock')}",
        )


def _top_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def commit(made: Made, stage: Path, remote: str) -> None:
    """Make a repository with one commit, unless the project lies inside another one."""
    outer = git.toplevel(stage)
    if outer is not None:
        made.leave_out(
            f"No repository was made, because {made.where} lies inside one ({outer}); nothing was committed.",
            f"Commit it there: git add {made.where}",
        )
        return
    git.init(stage)
    if remote:
        git.add_remote(stage, remote)
    identity = introduce(made, stage)
    try:
        git.commit_all(stage, first_message(made), identity=identity)
        made.committed = True
        tell_ignored(made, git.ignored_by_user(stage))
    except git.GitError as error:
        made.leave_out(f"The first commit was refused: {error.message}", made.inside("git add --all && git commit"))
        return
    break_on_purpose(made, stage)


def break_on_purpose(made: Made, repository: Path) -> None:
    """Make the branch to debug on top of the project's first commit, where its template has a mistake for it.

    Branches that are there already are never touched: the new one gets a number.
    """
    if not made.rendered.broken:
        return
    try:
        inside = git.run(repository, "rev-parse", "--absolute-git-dir")
        listing = git.run(repository, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads/")
        taken = {name.partition("/")[0] for name in listing.split()}
        names = (BROKEN, *(f"{BROKEN}-{number}" for number in range(2, len(taken) + 3)))
        branch = next(name for name in names if name not in taken)
        form = "--format=%H%x00%T%x00%cn <%ce> %ct +0000"
        commit, tree, stamp = git.run(repository, "log", "-1", "--no-show-signature", form).split("\0")
        message = "Break something on purpose\n\nEXERCISES.md says how to find it.\n"
        change = Commit(branch, made.rendered.broken, start=tree, parent=commit, message=message, stamp=stamp)
        BareRepository(Path(inside)).write([change])
    except git.GitError as error:
        made.leave_out(f"The branch `{BROKEN}` was not made: {error.message}", "EXERCISES.md: leave that exercise out.")
        return
    made.broken = branch
    if branch != BROKEN:
        made.leave_out(
            f"You have a branch `{BROKEN}`, so the one that EXERCISES.md speaks of is called `{branch}`.",
            made.inside(f"git switch {branch}"),
        )


def first_message(made: Made) -> str:
    """The message of a project's first commit."""
    text = f"Start from {made.template} {made.rendered.version}".rstrip()
    return provenance.message(text, made.rendered.commit)


def introduce(made: Made, repository: Path) -> bool:
    """Whether git knows who commits in a repository; noted where it does not."""
    is_known = git.has_identity(repository)
    if not is_known:
        made.leave_out(
            "git does not know your name, so the author of the first commit is scaffold.",
            git.INTRODUCE,
        )
    return is_known


def tell_ignored(made: Made, paths: Sequence[str]) -> None:
    """Say what the user's own gitignore kept out of the first commit."""
    if not paths:
        return
    add = "." if len(paths) > 3 else shlex.join(paths)
    made.leave_out(
        f"Your own gitignore (core.excludesFile) kept {len(paths)} of the project's files out of the commit: "
        f"{first_few(paths)}.",
        f"Commit them, too: {made.inside(f'git add --force {add} && git commit --amend --no-edit')}",
    )


def install(made: Made) -> None:
    """Install the locked environment, and the commit hooks that need it."""
    if made.locked:
        done = uv.sync(made.path)
        made.installed = done.ok
        if not done.ok:
            made.leave_out(f"The environment was not installed: {done.last_line}", _set_up_later(made))
    if made.committed and (made.path / ".pre-commit-config.yaml").is_file():
        # Only in an environment: a hook whose tools are not there would refuse every commit.
        if made.installed:
            made.hooks = uv.install_hooks(made.path).ok
        if not made.hooks:
            made.leave_out("The commit hooks were not installed.", _set_up_later(made, "run pre-commit install"))


def _set_up_later(made: Made, otherwise: str = "sync") -> str:
    command = "make setup" if "setup" in make_verbs(made.path) else f"{uv.command()} {otherwise}"
    return f"Online: {made.inside(command)}"


def push(made: Made) -> None:
    """Push the first commit to `origin`."""
    if not made.committed:
        made.leave_out("Nothing was pushed, because nothing was committed.", f"cd {made.where}")
        return
    try:
        git.push(made.path)
        made.pushed = True
    except git.GitError as error:
        made.leave_out(f"The push was refused: {error.message}", _push_later(made, error.message))


def _push_later(made: Made, reason: str) -> str:
    command = "git push -u origin HEAD"
    if "failed to push some refs" in reason:  # the remote has commits that this repository does not have
        return f"Join the two histories: {made.inside(f'git pull --rebase origin HEAD && {command}')}"
    return f"See that the repository is there and that you may push: {made.inside(command)}"


def make_verbs(folder: Path) -> set[str]:
    """The targets that a project's Makefile defines; empty when it has none."""
    try:
        text = (folder / "Makefile").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    rules = re.findall(r"^([\w.-]+(?:[ \t]+[\w.-]+)*)[ \t]*:(?![=:])", text, re.MULTILINE)
    return {target for targets in rules for target in targets.split()}


def run(made: Made) -> None:
    """Run `make all`."""
    make = process.find_program("make")
    if make is None:
        made.leave_out("There is no make on this machine, so nothing was run.", "Run: scaffold doctor")
        return
    made.ran = process.run([make, "all"], cwd=made.path, env=uv.variables(), live=True).ok
    if not made.ran:
        made.leave_out("`make all` failed in the new project; its output is above.", made.inside("make all"))
