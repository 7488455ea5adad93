"""What is left out of a run is what an earlier commit released and has run, and no more."""

import shutil
from pathlib import Path

import pytest

from changed import A_DAY, Base, find_base, told
from scaffold.commands import template as template_command
from support import git, make_templates, set_version, write

BUNDLES = "src/scaffold/releases"


def commit(folder: Path, day: int = 0) -> str:
    """Commit everything, so many days after the first."""
    date = f"{1_700_000_000 + day * A_DAY} +0000"
    git(folder, "add", "--all")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_COMMITTER_DATE", date)
        git(folder, "commit", "--quiet", "--allow-empty", "--message", f"day {day}")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(work: Path) -> Path:
    """A repository like this one, whose two templates are released."""
    folder = work / "repository"
    sources = make_templates(folder / "templates")
    template_command.release_templates(sources, [], folder / BUNDLES)
    write(folder, {"tests/generated/test_run.py": "def test_it() -> None: ...\n"})
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder)
    return folder


def released(folder: Path, commit: str) -> list[str]:
    """The templates that are what a commit released."""
    base = Base(folder, commit)
    return [name for name in ("hello", "hello-world") if base.released(name)]


def test_a_template_that_changed_is_not_what_was_released(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    assert released(repository, first) == ["hello", "hello-world"]
    write(repository, {"templates/hello/project/src/hello.py": "print('changed')\n"})
    assert released(repository, first) == ["hello-world"]


def test_so_is_one_whose_layer_changed(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    write(repository, {"templates/_layers/base/project/Dockerfile": "FROM other\n"})
    assert released(repository, first) == ["hello-world"]


def test_a_change_that_is_released_and_committed_is_still_one(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    write(repository, {"templates/hello/project/src/hello.py": "print('changed')\n"})
    set_version(repository / "templates/hello", "0.2.0")
    template_command.release_templates(repository / "templates", ["hello"], repository / BUNDLES)
    second = commit(repository)
    assert released(repository, first) == ["hello-world"]
    assert released(repository, second) == ["hello", "hello-world"]


def test_a_template_that_the_commit_did_not_have_is_new(repository: Path) -> None:
    (repository / BUNDLES / "hello.bundle").unlink()
    assert released(repository, commit(repository)) == ["hello-world"]


def test_a_test_that_changed_or_is_new_is_run(repository: Path) -> None:
    path = repository / "tests/generated/test_run.py"
    base = Base(repository, git(repository, "rev-parse", "HEAD"))
    assert base.holds(path)
    write(repository, {"tests/generated/test_run.py": "def test_more() -> None: ...\n", "tests/generated/new.py": ""})
    assert not base.holds(path)
    assert not base.holds(repository / "tests/generated/new.py")


def test_a_branch_is_compared_with_where_it_left_main(repository: Path) -> None:
    left = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "--quiet", "-b", "mine")
    commit(repository, 1)
    commit(repository, 2)
    git(repository, "checkout", "--quiet", "main")
    commit(repository, 3)
    git(repository, "checkout", "--quiet", "mine")
    assert find_base(repository) == left


def test_main_is_compared_with_its_remote_where_that_is_behind(repository: Path) -> None:
    pushed = git(repository, "rev-parse", "HEAD")
    git(repository, "update-ref", "refs/remotes/origin/main", pushed)
    commit(repository, 0)
    commit(repository, 0)
    assert find_base(repository) == pushed


def test_main_itself_is_compared_with_the_day_before(repository: Path) -> None:
    """However many commits arrived since."""
    commit(repository, 2)
    day = commit(repository, 3)
    for _ in range(3):
        commit(repository, 4)
    assert find_base(repository) == day


def test_without_history_everything_is_run(repository: Path, work: Path) -> None:
    assert find_base(repository) == ""
    assert find_base(work) == ""
    shutil.rmtree(repository / ".git")
    assert find_base(repository) == ""


def test_a_commit_can_be_named(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    commit(repository, 9)
    assert find_base(repository, "HEAD~1") == first
    assert find_base(repository, "none") == ""
    with pytest.raises(ValueError, match="TEST_BASE=nowhere is no commit here"):
        find_base(repository, "nowhere")


def test_everything_that_is_left_out_is_named(repository: Path) -> None:
    base = Base(repository, "0123456789abcdef")
    assert told(base, [("hello", "test_b"), ("hello", "test_a"), ("world", "test_a")]) == [
        "3 tests of templates that are what commit 0123456789 released:",
        "  hello (2): test_a, test_b",
        "  world (1): test_a",
        "`make test-all` runs them too.",
    ]
