"""Killed with -9 at any moment, a project is as it was or updated, and the next command says which.

Nothing waits or guesses here: a `git` first on PATH kills scaffold's process group before or after the N-th command,
and a smudge filter kills it while git is writing the N-th file.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from conftest import Run
from core.update.conftest import Forked, Shim
from support import git, stand_in, write
from update_support import LINES, Condition, changed, commit, committed, write_and_commit

MINE = {"src/a.txt": changed(LINES, l2="mine")}


def dirty(project: Path) -> None:
    """Uncommitted work, staged and not, next to what the update changes."""
    write(project, {"README.md": "unstaged\n", "LICENSE": "staged\n"})
    git(project, "add", "LICENSE")


def mutating(log: list[str]) -> int:
    """The number of the first git command that changes the project."""
    return next(number for number, line in enumerate(log, start=1) if re.search(r"stash create|read-tree", line))


def outcome(project: Path, run: Run) -> tuple[Condition, str, str]:
    """The project after the next command, the release that it names, and what it says."""
    row = run("status", project, "--json").data["projects"][0]
    return Condition.of(project), row["version"], row["state"]


@pytest.mark.thorough
@pytest.mark.parametrize("autostash", [False, True], ids=["clean", "autostash"])
def test_killed_between_any_two_git_commands(
    autostash: bool, project: Path, work: Path, run: Run, forked: Forked, shim: Shim
) -> None:
    flags = ["--autostash"] if autostash else []
    write_and_commit(project, MINE)
    if autostash:
        dirty(project)
    write(project, {".env": "KEY=1\n"})
    before = Condition.of(project)
    keep = work / "keep"
    project.rename(keep)

    def fresh() -> Path:
        shutil.rmtree(project, ignore_errors=True)
        return Path(shutil.copytree(keep, project, symlinks=True))

    shim.arm()
    assert forked("update", fresh(), "-y", *flags, path=shim.folder) == 0
    after, log = Condition.of(project), shim.log
    assert after.files["new.txt"].content == b"new\n"
    ends = set()
    first = mutating(log)
    for number in [1, *range(first, len(log) + 1)]:
        # What Python does between two commands lies after the first and before the second; once is enough for a stash.
        for when in ("before", "after") if not autostash or number == len(log) else ("before",):
            shim.arm((number, when))
            killed = forked("update", fresh(), "-y", *flags, path=shim.folder)
            assert killed == -9, (number, when, log[number - 1])

            found, version, said = outcome(project, run)

            where = f"{when} {log[number - 1]}: {said}"
            if version == "0.1.0":
                assert found == before, where
                assert said == "ok" or "is as it was before" in said, where
            else:
                assert same_update(found, after), where
                assert said == "ok" or "had finished" in said, where
            ends.add((version, said))
            assert not (project / ".git/scaffold/update.json").exists()
            assert not (project / ".git/index.lock").exists()
    assert {version for version, _ in ends} == {"0.1.0", "0.2.0"}
    assert run("update", project, "-y", *flags).code == 0
    assert same_update(Condition.of(project), after)


def same_update(found: Condition, after: Condition) -> bool:
    """Equal but for the commit's own id, which holds the time."""
    status = found.status.replace(found.head, after.head)
    return (found.files, found.index, found.stash, status) == (after.files, after.index, after.stash, after.status)


def smudging(project: Path, work: Path, number: int) -> None:
    """Have git killed, and scaffold with it, while it writes the N-th file into the work tree."""
    count = work / "smudged"
    count.write_text("")
    strike = f"echo x >> {count}\n[ $(wc -l < {count}) -eq {number} ] && kill -9 0\ncat"
    script = stand_in(work / "smudge", strike)
    git(project, "config", "--global", "filter.kill.smudge", str(script))
    git(project, "config", "--global", "filter.kill.clean", "cat")


@pytest.mark.thorough
@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("autostash", [False, True], ids=["clean", "autostash"])
def test_killed_while_git_writes_files(
    autostash: bool, number: int, project: Path, work: Path, run: Run, forked: Forked
) -> None:
    (project / ".git/info/attributes").write_text("* filter=kill\n")
    write_and_commit(project, MINE)
    if autostash:
        dirty(project)
    before = Condition.of(project)
    smudging(project, work, number)

    assert forked("update", project, "-y", *(["--autostash"] if autostash else [])) == -9
    found, version, said = outcome(project, run)

    assert version == "0.1.0"
    assert "is as it was before" in said
    assert found == before


@pytest.mark.thorough
def test_what_was_edited_after_the_kill_is_kept(project: Path, run: Run, forked: Forked, shim: Shim) -> None:
    write_and_commit(project, MINE)
    shim.arm()
    number = _number_of("read-tree", project, forked, shim)
    git(project, "reset", "--quiet", "--hard", "HEAD^")
    shim.arm((number, "after"))
    assert forked("update", project, "-y", path=shim.folder) == -9
    (project / "src/a.txt").write_text("written after the crash\n")
    (project / "new.txt").write_text("my own notes, after the crash\n")

    _, version, said = outcome(project, run)

    assert version == "0.1.0"
    assert "what you changed since then is in git's stash" in said
    assert committed(project, "stash@{0}")["src/a.txt"].content == b"written after the crash\n"
    assert committed(project, "stash@{0}")["new.txt"].content == b"my own notes, after the crash\n"
    assert not (project / "new.txt").exists()
    assert (project / "src/a.txt").read_text() == MINE["src/a.txt"]


def _number_of(verb: str, project: Path, forked: Forked, shim: Shim, *flags: str) -> int:
    """Update once, and say which of its git commands is `git VERB`."""
    assert forked("update", project, "-y", *flags, path=shim.folder) == 0
    return next(number for number, line in enumerate(shim.log, start=1) if verb in line.split())


@pytest.mark.thorough
def test_killed_with_conflicts_on_their_way(project: Path, run: Run, forked: Forked, shim: Shim, work: Path) -> None:
    write_and_commit(project, {"src/a.txt": changed(LINES, l18="mine")})
    before = Condition.of(project)
    assert forked("update", project, "-y", path=shim.folder) == 4
    total = len(shim.log)
    first = mutating(shim.log)
    assert run("update", project, "--abort").code == 0
    assert Condition.of(project) == before
    for number, when in [*((number, "before") for number in range(first + 1, total + 1)), (total, "after")]:
        shim.arm((number, when))
        assert forked("update", project, "-y", path=shim.folder) == -9
        assert "interrupted" in outcome(project, run)[2]
        assert Condition.of(project) == before


@pytest.mark.thorough
def test_the_next_update_goes_on_by_itself(project: Path, run: Run, forked: Forked, shim: Shim) -> None:
    git(project, "tag", "start")
    number = _number_of("commit", project, forked, shim)
    git(project, "reset", "--quiet", "--hard", "start")
    shim.arm((number, "before"))
    assert forked("update", project, "-y", path=shim.folder) == -9

    done = run("update", project, "-y", "--json")

    assert (done.code, done.data["state"]) == (0, "updated")
    assert done.json["warnings"][0]["message"].startswith("An update to 0.2.0 was interrupted")
    assert git(project, "rev-list", "--count", "start..HEAD") == "1"


@pytest.mark.thorough
def test_a_dry_run_after_a_kill_repairs_nothing(project: Path, run: Run, forked: Forked, shim: Shim) -> None:
    number = _number_of("read-tree", project, forked, shim)
    git(project, "reset", "--quiet", "--hard", "HEAD^")
    shim.arm((number, "after"))
    forked("update", project, "-y", path=shim.folder)
    found = Condition.of(project)

    done = run("update", project, "-y", "--dry-run", "--json")

    assert (done.code, "scaffold status" in done.json["error"]["hint"]) == (1, True)
    assert Condition.of(project) == found


@pytest.mark.thorough
def test_abort_repairs_what_was_killed(project: Path, run: Run, forked: Forked, shim: Shim) -> None:
    number = _number_of("read-tree", project, forked, shim)
    git(project, "reset", "--quiet", "--hard", "HEAD^")
    before = Condition.of(project)
    shim.arm((number, "after"))
    forked("update", project, "-y", path=shim.folder)

    assert run("update", project, "--abort").code == 0

    assert Condition.of(project) == before


@pytest.mark.thorough
@pytest.mark.parametrize("verb", ["read-tree", "commit"])
def test_ctrl_c_puts_it_back_at_once(verb: str, project: Path, run: Run, forked: Forked, shim: Shim) -> None:
    git(project, "tag", "start")
    dirty(project)
    before = Condition.of(project)
    number = _number_of(verb, project, forked, shim, "--autostash")
    git(project, "stash", "--quiet")
    git(project, "reset", "--quiet", "--hard", "start")
    git(project, "stash", "pop", "--quiet", "--index")
    shim.arm((number, "before"), end="kill -2 0")

    assert forked("update", project, "-y", "--autostash", path=shim.folder) == 130

    assert Condition.of(project) == before
    assert not (project / ".git/scaffold/update.json").exists()


@pytest.mark.thorough
@pytest.mark.parametrize("verb", ["read-tree", "commit"])
def test_scaffold_dies_and_its_git_lives_on(
    verb: str, project: Path, run: Run, forked: Forked, shim: Shim, work: Path
) -> None:
    git(project, "tag", "start")
    number = _number_of(verb, project, forked, shim)
    after = Condition.of(project)
    git(project, "reset", "--quiet", "--hard", "start")
    before = Condition.of(project)
    alive = work / "alive"
    os.mkfifo(alive)
    shim.arm((number, "before"), end="kill -9 $PPID", first=f"exec 9> {alive}")
    with os.fdopen(os.open(alive, os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        assert forked("update", project, "-y", path=shim.folder) == -9
        os.set_blocking(pipe.fileno(), True)
        pipe.read()  # ends when the last git has

    found, version, said = outcome(project, run)

    if verb == "commit":
        assert (same_update(found, after), version, "had finished" in said) == (True, "0.2.0", True)
    else:
        assert (found, version, "as it was before" in said) == (before, "0.1.0", True)


@pytest.mark.thorough
def test_two_updates_at_once(project: Path, run: Run) -> None:
    (project / ".git/scaffold").mkdir(exist_ok=True)
    before = Condition.of(project)
    with FileLock(project / ".git/scaffold/lock"):
        done = run("update", project, "-y", "--json")
        assert (done.code, "Another scaffold is updating" in done.json["error"]["message"]) == (1, True)
        assert done.json["error"]["hint"]
        assert run("update", project, "--check").code == 1
        assert run("update", project, "-y", "--dry-run").code == 0
        assert Condition.of(project) == before
    assert run("update", project, "-y").code == 0


def test_a_damaged_journal_stops_nothing(project: Path, run: Run) -> None:
    write(project, {".git/scaffold/update.json": "{"})
    assert run("update", project, "-y").code == 0


def test_a_journal_whose_objects_are_gone(project: Path, run: Run) -> None:
    """As after `git gc --prune=now`: nothing says what was ours, so everything that differs is kept in the stash."""
    head = git(project, "rev-parse", "HEAD")
    journal = {"phase": "applying", "head": head, "tree": "1" * 40, "version": "0.2.0", "stash": ""}
    write(project, {".git/scaffold/update.json": json.dumps(journal), "src/a.txt": "half\n"})

    _, version, said = outcome(project, run)

    assert (version, "interrupted" in said, "git's stash" in said) == ("0.1.0", True, True)
    assert (project / "src/a.txt").read_text() == LINES
    assert committed(project, "stash@{0}")["src/a.txt"].content == b"half\n"


def test_git_that_refuses_leaves_the_project_as_it_was(project: Path, run: Run, work: Path) -> None:
    """A smudge filter that fails for one of the files: read-tree stops in the middle."""
    (project / ".git/info/attributes").write_text("new.txt filter=broken\n")
    git(project, "config", "filter.broken.smudge", "false")
    git(project, "config", "filter.broken.required", "true")
    before = Condition.of(project)

    done = run("update", project, "-y", "--json")

    assert (done.code, "external filter" in done.json["error"]["message"]) == (1, True)
    assert Condition.of(project) == before
    commit(project)
