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
    installed: bool = False
    hooks: bool = False
    pushed: bool = False
    ran: bool = False
    left_out: list[Notice] = field(default_factory=list)

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
