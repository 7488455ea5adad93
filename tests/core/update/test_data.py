"""Killed with -9 at any moment, `new --data` and `set --data` leave nothing half made.

A `git` first on PATH kills scaffold's process group before or after the N-th command, as in test_safety.py; what Python
does between two commands is ended inside the copy itself.
"""

import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from core.update.conftest import Forked, Shim
from data_support import TABLE_TEMPLATE, write_houses
from scaffold.core.dataset import place
from support import git, snapshot, write

SET = ("set", "--data", "h.csv", "--target", "price", "-C", "mine")
FILE = "data/raw/h.csv"


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    """A template that takes a table."""
    return write(tmp_path / "numbers", TABLE_TEMPLATE)


@pytest.fixture
def example(run: Run, numbers: Path, work: Path) -> Callable[[], Path]:
    """Copies of a project that works on the template's example, beside the owner's file."""
    write_houses(work / "h.csv")
    assert run("new", numbers, work / "keep", "-y", "--no-install").code == 0

    def fresh() -> Path:
        shutil.rmtree(work / "mine", ignore_errors=True)
        return Path(shutil.copytree(work / "keep", work / "mine", symlinks=True))

    return fresh


@pytest.fixture(params=[True, False], ids=["in git", "too large for git"])
def in_git(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the owner's file is small enough for git."""
    monkeypatch.setattr(place, "LARGEST_IN_GIT", 5_000_000 if request.param else 100)
    return bool(request.param)


def points(log: list[str]) -> list[tuple[int, str]]:
    """Before and after each git command, from the first that writes."""
    writes = re.compile(r"(^|.* )(init|read-tree|commit)")
    first = next(number for number, line in enumerate(log, start=1) if writes.match(line))
    return [(number, when) for number in range(first, len(log) + 1) for when in ("before", "after")]


@pytest.mark.thorough
@pytest.mark.usefixtures("in_git")
def test_a_new_project_is_absent_or_complete(numbers: Path, work: Path, forked: Forked, shim: Shim) -> None:
    content = write_houses(work / "h.csv").read_bytes()
    new = ("new", numbers, "mine", "--data", "h.csv", "--target", "price", "-y", "--no-install")
    assert forked(*new, path=shim.folder) == 0
    complete = snapshot(work / "mine")
    ends = set()
    for at in points(shim.log):
        shutil.rmtree(work / "mine", ignore_errors=True)
        shim.arm(at)
        assert forked(*new, path=shim.folder) == -9, at
        there = (work / "mine").exists()
        assert not there or snapshot(work / "mine") == complete, at
        assert (work / "h.csv").read_bytes() == content
        ends.add(there)
    shutil.rmtree(work / "mine", ignore_errors=True)
    assert forked(*new) == 0  # what the killed ones left is in nobody's way
    assert snapshot(work / "mine") == complete
    assert False in ends


@pytest.mark.thorough
def test_a_project_is_as_it_was_or_works_on_the_new_data(
    in_git: bool, example: Callable[[], Path], run: Run, forked: Forked, shim: Shim
) -> None:
    project = example()
    before = snapshot(project)
    assert forked(*SET, path=shim.folder) == 0
    after, ends = snapshot(project), set()
    unplaced = {path: content for path, content in after.items() if path != FILE}
    for at in points(shim.log):
        example()
        shim.arm(at)
        assert forked(*SET, path=shim.folder) == -9, at
        run("status", project)
        updated = git(project, "log", "-1", "--format=%s").startswith("Set data")
        allowed = [after] if updated else [before]
        if updated and not in_git:  # written last: until then the project is as a fresh clone of it
            allowed.append(unplaced)
        assert snapshot(project) in allowed, at
        ends.add(updated)
    assert ends == {True, False}
    assert forked(*SET) == 0
    assert snapshot(project) == after


@pytest.mark.thorough
def test_killed_in_the_middle_of_the_copy(
    example: Callable[[], Path], run: Run, forked: Forked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "LARGEST_IN_GIT", 100)
    project, whole = example(), (Path.cwd() / "h.csv").read_bytes()

    def half(_source: Path, dest: Path) -> None:
        dest.write_bytes(whole[: len(whole) // 2])
        os.killpg(0, signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", half)
        assert forked(*SET) == -9
    assert not (project / FILE).exists()
    assert git(project, "status", "--porcelain") == ""
    assert run(*SET).code == 0
    assert (project / FILE).read_bytes() == whole
    assert sorted(os.listdir(project / "data/raw")) == ["SHA256SUMS", "h.csv"]


@pytest.mark.thorough
def test_a_large_file_is_not_replaced_by_an_update_that_is_not_finished(
    example: Callable[[], Path], run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "LARGEST_IN_GIT", 100)
    project, first = example(), (work / "h.csv").read_bytes()
    assert run(*SET).code == 0
    write(project, {"names.py": "NAMES = []  # mine\n"})
    git(project, "commit", "--all", "--quiet", "--message", "mine")
    write_houses(work / "h.csv", rows=150)
    (work / "h.csv").write_text((work / "h.csv").read_text().replace("rooms", "beds"))
    done = run(*SET)
    assert (done.code, "is written when the update is committed" in done.err) == (4, True)
    assert (project / FILE).read_bytes() == first
    write(project, {"names.py": "NAMES = ['beds']  # mine\n"})
    git(project, "commit", "--all", "--quiet", "--message", "both")
    assert run(*SET).code == 0
    assert (project / FILE).read_bytes() == (work / "h.csv").read_bytes()
