"""`scaffold class forget`."""

from classroom_support import Course
from conftest import Run
from support import git, snapshot


def test_forget(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    before = snapshot(course.folder)
    refused = run("class", "forget")
    assert (refused.code, snapshot(course.folder)) == (2, before)
    assert "This removes roster.csv, .scaffold for good." in refused.err
    looked = run("class", "forget", "--dry-run")
    assert (looked.code, snapshot(course.folder)) == (0, before)
    done = run("class", "forget", "--yes", "--json")
    assert done.code == 0
    assert not (course.folder / ".scaffold").exists()
    assert not (course.folder / "roster.csv").exists()
    assert (course.folder / "hw1/src/answer.py").is_file()
    assert len(course.files("ada")) == 4
    assert any("Students' repositories stay" in notice["message"] for notice in done.json["warnings"])


def test_forget_removes_repositories_and_warns_about_history(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    git(course.folder, "add", "--force", "roster.csv")
    git(course.folder, "commit", "--quiet", "-m", "roster")
    done = run("class", "forget", "--yes", "--repositories")
    assert done.code == 0
    assert not course.repositories.exists()
    assert "roster.csv is in the git history" in done.err
