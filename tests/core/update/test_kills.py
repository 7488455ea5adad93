"""Killed with -9 at random moments, a command loses nothing of the owner's; run again, it ends as if undisturbed.

A moment is one of the operations that change files or start programs, and up to a few milliseconds after it, so that
git is killed in the middle, too. The seed is fixed: KILLS=100 SEED=7 in the environment tries a hundred others.
"""

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from forking import Fork
from scaffold.cli.main import main
from support import PACKAGED, git, git_repository, write
from update_support import LINES, Condition, Template, changed, write_and_commit

pytestmark = pytest.mark.thorough

KILLS, SEED = int(os.environ.get("KILLS", "12")), int(os.environ.get("SEED", "1"))
PRECIOUS = {".env": "KEY=mine\n", "notes.txt": "untracked\n"}
"""Work of the owner's that no commit holds and no command may touch."""
STARTS = ("subprocess.Popen", "os.posix_spawn")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Scenario:
    """A command line, and the folder that it works in.

    Attributes:
        folder: What is copied afresh before each kill; it need not exist.
        args: The command line.
        code: Its exit code when nothing disturbs it.
        again: Its exit codes where the killed one had come to its end.
        projects: The repositories in which it works, from the folder; empty for the folder itself.
    """

    folder: Path
    args: tuple[str | Path, ...]
    code: int = 0
    again: frozenset[int] = frozenset({0})
    projects: tuple[str, ...] = ("",)

    def fresh(self) -> None:
        """The folder as it was before the command."""
        keep = self.folder.with_name("keep")
        shutil.rmtree(self.folder, ignore_errors=True)
        if keep.exists():
            shutil.copytree(keep, self.folder, symlinks=True)

    def end(self) -> list[Condition | None]:
        """All that a person could notice of the projects, but for the times in commits."""
        return [_state(self.folder / name) for name in self.projects]


def _state(project: Path) -> Condition | None:
    if not project.exists():
        return None
    found = Condition.of(project)
    # An environment is installed once the project is whole; `make setup` does it again.
    files = {path: file for path, file in found.files.items() if not path.startswith(".venv/")}
    # A commit's own id has the time in it.
    status = found.status.replace(found.head, git(project, "log", "--format=%s"))
    return replace(found, files=files, status="\n".join(line for line in status.splitlines() if line != "! .venv/"))


class Strike:
    """Runs a command line and counts its operations; before one of them, or soon after, its group is killed."""

    def __init__(self, at: int = 0, after: float = 0, told: Path | None = None) -> None:
        """Say when.

        Args:
            at: The number of the operation; 0 for never.
            after: How many seconds later.
            told: A file for the number of operations, at the end.
        """
        self.at, self.after, self.told, self.count = at, after, told, 0

    def __call__(self, args: list[str]) -> int:
        """The program, in a process of its own."""
        sys.addaudithook(self._hook)
        code = main(args)
        count = self.count
        if self.told:
            self.told.write_text(str(count))
        return code

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event in STARTS or event in CHANGES or (event == "open" and args[2] & WRITING):
            self.count += 1
            if self.count == self.at:
                self._kill()

    def _kill(self) -> None:
        if self.after and os.fork():
            return
        time.sleep(self.after)
        os.killpg(0, signal.SIGKILL)


def moments(total: int, label: str) -> list[tuple[int, float]]:
    """Operations to strike at; every third is struck itself, the others up to 6 ms later."""
    chance = random.Random(f"{SEED} {label}")
    return [(chance.randint(1, total), chance.choice([0, chance.random() * 0.006, 0.001])) for _ in range(KILLS)]


@pytest.fixture
def made(project: Path, work: Path) -> Path:
    """A project with work of its owner's, committed, ignored and untracked."""
    write_and_commit(project, {"src/a.txt": changed(LINES, l2="mine"), "own.txt": "own\n"})
    write(project, PRECIOUS)
    return project.rename(work / "keep")


def update(keep: Path) -> Scenario:
    place = keep.with_name("project")
    return Scenario(place, ("update", place, "-y"))


def conflicting(keep: Path) -> Scenario:
    write(keep, {"src/a.txt": changed(LINES, l2="mine", l18="mine")})
    git(keep, "commit", "--all", "--quiet", "--message", "clashes")
    return replace(update(keep), code=4, again=frozenset({1}))


def autostash(keep: Path) -> Scenario:
    write(keep, {"README.md": "unstaged\n", "LICENSE": "staged\n"})
    git(keep, "add", "LICENSE")
    found = update(keep)
    return replace(found, args=(*found.args, "--autostash"))


def setting(keep: Path) -> Scenario:
    place = keep.with_name("project")
    return Scenario(place, ("set", "docker=false", "name=other", "-C", place))


def aborting(keep: Path) -> Scenario:
    found = conflicting(keep)
    assert main([*map(str, found.args[:1]), str(keep), "-y", "-q"]) == 4
    return Scenario(found.folder, ("update", found.folder, "--abort"), again=frozenset({1}))


def many(keep: Path) -> Scenario:
    place, names = keep.with_name("projects"), ("clean", "clashes", "dirty")
    one = keep.rename(keep.with_name("one"))
    for name in names:
        shutil.copytree(one, keep / name, symlinks=True)
    write(keep / "clashes", {"src/a.txt": changed(LINES, l18="mine")})
    git(keep / "clashes", "commit", "--all", "--quiet", "--message", "clashes")
    write(keep / "dirty", {"README.md": "dirty\n"})
    return Scenario(place, ("update", "--all", place, "-y"), code=4, again=frozenset({4}), projects=names)


SCENARIOS: dict[str, Callable[[Path], Scenario]] = {
    "update": update,
    "update that conflicts": conflicting,
    "update with uncommitted work": autostash,
    "update --all": many,
    "update --abort": aborting,
    "set": setting,
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_owner_s_project(name: str, made: Path, run: Run, work: Path) -> None:
    strike_at(SCENARIOS[name](made), run, work, name)


def test_an_update_with_migrations(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("1.0", {"a.txt": LINES, "b.txt": "b\n", ".gitignore": ".env\n"})
    assert run("new", made.folder, work / "project", "-y", "--no-install").code == 0
    write_and_commit(work / "project", {"a.txt": changed(LINES, l2="mine")})
    write(work / "project", PRECIOUS)
    keep = (work / "project").rename(work / "keep")
    stages = '{version: "2.0", before: ["git mv b.txt c.txt"], after: ["echo $STAGE > migrated.txt"]}'
    newer = {"a.txt": changed(LINES, l18="theirs"), "b.txt": None, "c.txt": "b\n"}
    made.release("2.0", newer, f"name: it\n_migrations: [{stages}]\n")
    found = update(keep)
    strike_at(replace(found, args=(*found.args, "--trust")), run, work, "migrations")


def test_a_new_project(run: Run, work: Path) -> None:
    write(work / "packaged", PACKAGED)
    args = ("new", work / "packaged", "project", "-y")
    strike_at(Scenario(work / "project", args, again=frozenset({1})), run, work, "new")


def test_a_new_project_in_a_repository(template: Path, run: Run, work: Path) -> None:
    git_repository(write(work / "keep", {"README.md": "# mine\n", "own.txt": "own\n"}))
    write(work / "keep", {"notes.txt": "untracked\n"})
    args = ("new", template, "project", "-y", "--no-install")
    strike_at(Scenario(work / "project", args, again=frozenset({1})), run, work, "new in a repository")


def test_adoption(template: Path, run: Run, work: Path) -> None:
    git_repository(write(work / "keep", {"README.md": "# mine\n", "own.txt": "own\n"}))
    write(work / "keep", {"notes.txt": "untracked\n"})
    args = ("adopt", "project", template, "--complete")
    strike_at(Scenario(work / "project", args, again=frozenset({1})), run, work, "adopt")


def strike_at(scenario: Scenario, run: Run, work: Path, label: str) -> None:
    """Run a command undisturbed, then kill it at random moments, each time from the start."""
    scenario.fresh()
    assert run(*scenario.args, "-q").code == scenario.code  # so that a fork has loaded everything
    wanted = scenario.end()
    scenario.fresh()
    owned = _owned(scenario)
    assert Fork(scenario.args, program=Strike(told=work / "count")).wait() == scenario.code
    assert scenario.end() == wanted
    for at, after in moments(int((work / "count").read_text()), label):
        where = f"SEED={SEED}, {label}: operation {at}, {after * 1000:.1f} ms later"
        scenario.fresh()
        code = Fork(scenario.args, program=Strike(at, after)).wait()
        assert code in {-9, scenario.code}, where
        assert _owned(scenario) == owned, where
        for name in filter(lambda name: (scenario.folder / name / ".git").exists(), scenario.projects):
            assert git(scenario.folder / name, "fsck", "--strict", "--no-dangling", "--no-progress") == "", where
        done = run(*scenario.args, "--json")
        assert done.code in {scenario.code, *scenario.again}, (where, done)
        assert scenario.end() == wanted, (where, done)
        assert _owned(scenario) == owned, where


def _owned(scenario: Scenario) -> dict[str, bytes]:
    """The files that no commit holds."""
    places = [scenario.folder / name / path for name in scenario.projects for path in PRECIOUS]
    return {str(place): place.read_bytes() for place in places if place.exists()}
