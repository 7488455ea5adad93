"""`scaffold class backup` and `restore`: a class continues on another machine."""

import zipfile
from pathlib import Path

import pytest

from classroom_support import Course
from conftest import Run
from support import git, write


@pytest.fixture
def other(course: Course, work: Path) -> Path:
    """The course's own repository, cloned on another machine that reaches the same repositories."""
    git(work, "clone", "--quiet", str(course.folder), "other")
    text = (work / "other/class.toml").read_text()
    place = course.repositories.as_posix()
    (work / "other/class.toml").write_text(text.replace('place = "repositories"', f'place = "{place}"'))
    return work / "other"


@pytest.mark.thorough
def test_a_class_continues_on_another_machine(course: Course, run: Run, work: Path, other: Path) -> None:
    run("class", "handout", "hw1")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    run("class", "collect", "hw1")
    write(course.folder, {"results/hw1/results.csv": "student_id\nada\n"})
    done = run("class", "backup", work / "ml1.zip", "--json")
    assert done.code == 0
    assert (work / "ml1.zip").stat().st_mode & 0o777 == 0o600
    restored = run("class", "restore", work / "ml1.zip", "-C", other, "--json")
    assert restored.code == 0
    assert set(restored.data["restored"]) == set(done.data["files"]) - {"backup.json"}
    refs = ["for-each-ref", "--format=%(refname) %(objectname)"]
    assert git(other / ".scaffold/store.git", *refs) == git(course.folder / ".scaffold/store.git", *refs)
    for path in (".scaffold/secret", ".scaffold/journal.jsonl", "roster.csv", "results/hw1/results.csv"):
        assert (other / path).read_bytes() == (course.folder / path).read_bytes()
    states = {row["id"]: row["state"] for row in run("class", "collect", "hw1", "-C", other, "--json").data["students"]}
    assert states == {"ada": "has it", "bob": "nothing yet", "eve": "nothing yet"}
    again = run("class", "handout", "hw1", "-C", other, "--json")
    assert {row["state"] for row in again.data["students"]} == {"there already"}


def test_nothing_is_replaced(course: Course, run: Run, work: Path, other: Path) -> None:
    assert "nothing was handed out" in run("class", "backup", work / "ml1.zip").err
    run("class", "handout", "hw1")
    run("class", "backup", work / "ml1.zip")
    assert "exists already" in run("class", "backup", work / "ml1.zip").err
    failed = run("class", "restore", work / "ml1.zip")
    assert (failed.code, "has a class store already" in failed.err) == (1, True)
    write(other, {"roster.csv": "student_id\nada\nzoe\n"})
    done = run("class", "restore", work / "ml1.zip", "-C", other, "--json")
    assert done.data["kept"] == ["roster/roster.csv"]
    assert "zoe" in (other / "roster.csv").read_text()


def test_a_file_that_is_no_backup(course: Course, run: Run, work: Path, other: Path) -> None:
    (work / "x.zip").write_text("no")
    assert "is not a backup" in run("class", "restore", work / "x.zip", "-C", other).err
    assert "There is no file" in run("class", "restore", work / "y.zip", "-C", other).err
    with zipfile.ZipFile(work / "evil.zip", "w") as archive:
        archive.writestr("backup.json", '{"format": 1}')
        for name in ("results/../../evil", "/evil", "../evil", "class.toml", "results/.git/config"):
            archive.writestr(name, "evil")
    before = (other / "class.toml").read_text()
    assert run("class", "restore", work / "evil.zip", "-C", other, "--json").data["restored"] == []
    assert not list(work.rglob("evil"))
    assert (other / "class.toml").read_text() == before
