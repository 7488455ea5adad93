"""`scaffold class collect`: submissions with the server's time; nothing that was collected is lost."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classroom_support import Course, git_server, make_course
from conftest import Run
from support import git

DUE = "due = 2026-03-01T12:00:00Z\n[late]\ngrace_minutes = 10\nper_day = 10\ndays = 2\n"


def states(result: object) -> dict[str, str]:
    return {row["id"]: row["state"] for row in result.data["students"]}  # type: ignore[attr-defined]


def details(result: object) -> dict[str, str]:
    return {row["id"]: row["detail"] for row in result.data["students"]}  # type: ignore[attr-defined]


def received(course: Course, student: str, when: str) -> None:
    """Set the time (UTC) at which the server received a student's branch."""
    moment = datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()
    os.utime(course.bare(student) / "refs/heads/main", (moment, moment))


def submissions(course: Course) -> dict[str, str]:
    return {
        ref.removeprefix("refs/submissions/"): commit
        for ref, commit in course.store_refs().items()
        if ref.startswith("refs/submissions/")
    }


@pytest.fixture
def due(course: Course, run: Run) -> Course:
    """A class with an assignment that has a due time and was handed out."""
    course.assign({"assignment.toml": f'title = "x"\nhidden = ["tests/hidden"]\n{DUE}'})
    assert run("class", "handout", "hw1").code == 0
    return course


@pytest.mark.thorough
def test_submissions_are_stored_under_the_servers_push_time(due: Course, run: Run) -> None:
    commit = due.commit_work("ada", {"src/answer.py": "mine\n"})
    received(due, "ada", "2026-03-01T11:00:00")
    late = due.commit_work("bob", {"src/answer.py": "mine too\n"})
    received(due, "bob", "2026-03-02T13:30:00")
    done = run("class", "collect", "hw1", "--json")
    assert (done.code, done.err) == (0, "")
    assert states(done) == {"ada": "collected", "bob": "collected", "eve": "nothing yet"}
    assert details(done)["ada"].endswith(", in time")
    assert details(done)["bob"].endswith(", late by 1 d 1 h")
    assert submissions(due) == {
        "ada/hw1/2026-03-01T110000Z": commit,
        "bob/hw1/2026-03-02T133000Z": late,
    }


def overwrite_by_force(course: Course) -> str:
    """Replace Ada's last commit by another, and push it. Returns its id."""
    clone = course.folder.parent / "clone-hw1-ada"
    git(clone, "reset", "--quiet", "--hard", "HEAD~1")
    (clone / "other.py").write_text("x = 1\n")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "anew")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD")
    return git(clone, "rev-parse", "HEAD")


@pytest.mark.thorough
def test_collecting_again_changes_nothing_and_a_forced_push_loses_nothing(due: Course, run: Run) -> None:
    first = due.commit_work("ada", {"src/answer.py": "one\n"})
    received(due, "ada", "2026-03-01T11:00:00")
    assert states(run("class", "collect", "hw1", "--json"))["ada"] == "collected"
    before = due.store_refs()
    assert states(run("class", "collect", "hw1", "--json"))["ada"] == "has it"
    assert due.store_refs() == before
    second = overwrite_by_force(due)
    received(due, "ada", "2026-03-01T11:00:00")  # the same second
    assert states(run("class", "collect", "hw1", "--json"))["ada"] == "collected"
    assert submissions(due) == {"ada/hw1/2026-03-01T110000Z": first, "ada/hw1/2026-03-01T110000Z.1": second}
    assert states(run("class", "collect", "hw1", "--json"))["ada"] == "has it"


@pytest.mark.thorough
def test_submissions_after_the_given_time_do_not_count(due: Course, run: Run) -> None:
    due.commit_work("ada", {"src/answer.py": "one\n"})
    received(due, "ada", "2026-03-01T11:00:00")
    run("class", "collect", "hw1")
    due.commit_work("ada", {"src/answer.py": "two\n"})
    due.commit_work("bob", {"src/answer.py": "two\n"})
    for student in ("ada", "bob"):
        received(due, student, "2026-03-01T12:30:00")
    done = run("class", "collect", "hw1", "--at", "due", "--json")
    assert states(done) == {"ada": "has it", "bob": "too late", "eve": "nothing yet"}
    assert done.data["at"] == "2026-03-01T12:00:00+00:00"
    assert len(submissions(due)) == 3
    assert states(run("class", "collect", "hw1", "--at", "2026-03-02", "--json"))["bob"] == "has it"


@pytest.mark.thorough
def test_a_late_push_does_not_replace_what_was_in_time(due: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Collected once, after the late push: the server's reflog says what was pushed when."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-28T10:00:00Z")
    due.commit_work("ada", {"src/answer.py": "early\n"})
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-01T11:30:00Z")
    in_time = due.commit_work("ada", {"src/answer.py": "in time\n"})
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    late = due.commit_work("ada", {"src/answer.py": "late\n"})
    received(due, "ada", "2026-03-05T12:30:00")
    done = run("class", "collect", "hw1", "--only", "ada", "--json")
    assert submissions(due) == {"ada/hw1/2026-03-01T113000Z": in_time, "ada/hw1/2026-03-05T123000Z": late}
    assert states(done) == {"ada": "collected"}
    assert ", in time; a later one does not count: 2026-03-05" in details(done)["ada"]
    before = due.store_refs()
    assert states(run("class", "collect", "hw1", "--json"))["ada"] == "has it"
    assert due.store_refs() == before


@pytest.mark.thorough
def test_without_the_servers_memory_the_dates_of_commits_decide(
    due: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-01T11:30:00Z")
    in_time = due.commit_work("ada", {"src/answer.py": "in time\n"})
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    due.commit_work("ada", {"src/answer.py": "late\n"})
    due.commit_work("bob", {"src/answer.py": "late, too\n"})
    for student in ("ada", "bob"):
        received(due, student, "2026-03-05T12:30:00")
        (due.bare(student) / "logs/refs/heads/main").unlink()
    done = run("class", "collect", "hw1", "--json")
    assert submissions(due)["ada/hw1/2026-03-01T113000Z.own"] == in_time
    assert "(assumed: the server does not say when), in time; a later one does not count" in details(done)["ada"]
    assert "late by 4 d 0 h: no points after 2 days" in details(done)["bob"]


@pytest.mark.thorough
def test_a_starter_that_was_not_touched_in_time_is_no_submission(
    due: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    due.commit_work("ada", {"src/answer.py": "late\n"})
    log = due.bare("ada") / "logs/refs/heads/main"
    first, *rest = log.read_text().splitlines(keepends=True)
    log.write_text("".join([re.sub(r"> \d+ ", "> 1772000000 ", first), *rest]))  # handed out in February
    received(due, "ada", "2026-03-05T12:30:00")
    run("class", "collect", "hw1")
    assert [ref for ref in submissions(due) if ref.startswith("ada")] == ["ada/hw1/2026-03-05T123000Z"]


@pytest.mark.thorough
def test_a_push_in_time_that_was_overwritten_by_force_is_told(
    due: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-28T10:00:00Z")
    first = due.commit_work("ada", {"src/answer.py": "early\n"})
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-01T11:30:00Z")
    gone = due.commit_work("ada", {"src/answer.py": "in time\n"})
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    overwrite_by_force(due)
    received(due, "ada", "2026-03-05T12:30:00")
    done = run("class", "collect", "hw1", "--json")
    assert f"a push that was in time, {gone[:10]}, was overwritten by force" in details(done)["ada"]
    assert submissions(due)["ada/hw1/2026-02-28T100000Z"] == first


def test_selected_students_and_an_invalid_time(due: Course, run: Run) -> None:
    due.commit_work("ada", {"src/answer.py": "one\n"})
    assert list(states(run("class", "collect", "hw1", "--only", "bob", "--json"))) == ["bob"]
    assert submissions(due) == {}
    failed = run("class", "collect", "hw1", "--at", "noon")
    assert (failed.code, "`noon` is not a time" in failed.err) == (2, True)


@pytest.mark.thorough
def test_a_server_that_reports_no_push_time(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with git_server(work / "forge", token="") as server:
        course = make_course(work / "ml1", forge=f'[forge]\nkind = "git"\nurl = "{server.url}/{{repository}}.git"\n')
        monkeypatch.chdir(course.folder)
        assert run("class", "handout", "hw1").code == 0
        course = Course(course.folder, server.folder)
        course.commit_work("ada", {"src/answer.py": "one\n"})
        done = run("class", "collect", "hw1", "--json")
    assert states(done)["ada"] == "collected"
    assert details(done)["ada"].endswith("(assumed: the server does not say when)")


@pytest.mark.thorough
def test_a_missing_repository_is_reported_and_the_others_are_collected(due: Course, run: Run) -> None:
    due.commit_work("ada", {"src/answer.py": "one\n"})
    due.bare("bob").rename(due.repositories / "elsewhere")
    done = run("class", "collect", "hw1", "--json")
    assert done.code == 4
    assert (states(done)["ada"], states(done)["bob"]) == ("collected", "failed")


@pytest.mark.thorough
def test_work_on_another_branch_is_seen(course: Course, run: Run) -> None:
    assert run("class", "handout", "hw1").code == 0
    clone = course.folder.parent / "clone-hw1-bob"
    course.commit_work("bob", {"a.txt": "on main\n"})
    git(clone, "checkout", "--quiet", "-b", "dev")
    course.commit_work("bob", {"b.txt": "on dev\n"})
    git(clone, "push", "--quiet", "origin", "main:same")
    course.commit_work("ada", {"a.txt": "on main\n"})
    done = run("class", "collect", "hw1", "--json")
    assert done.data["other_branches"] == {"bob": ["dev"]}
    assert "Work on another branch than main: bob: dev." in [notice["message"] for notice in done.json["warnings"]]
    states = {row["id"]: row["detail"] for row in run("class", "status", "hw1", "--json").data["students"]}
    assert states["bob"] == "starter 1, also on dev"
    # A branch that is no commit is nobody's work, and hides nobody else's.
    blob = git(course.bare("ada"), "rev-parse", "main:README.md").strip()
    (course.bare("ada") / "refs/heads/odd").write_text(f"{blob}\n")
    assert run("class", "collect", "hw1", "--json").data["other_branches"] == {"bob": ["dev"]}
    git(clone, "push", "--quiet", "origin", "dev:main")
    assert run("class", "collect", "hw1", "--json").data["other_branches"] == {}


@pytest.mark.parametrize(
    "how",
    [
        "fast-forward",
        pytest.param("merge", marks=pytest.mark.thorough),
        pytest.param("squash", marks=pytest.mark.thorough),
    ],
)
def test_merging_an_update_is_no_later_submission(
    due: Course, run: Run, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-01T11:30:00Z")
    due.commit_work("ada", {"src/answer.py": "mine\n"})
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    due.assign({"README.md": "# Fixed\n"})
    assert run("class", "update", "hw1", "--only", "ada").code == 0
    clone = due.folder.parent / "clone-hw1-ada"
    git(clone, "fetch", "--quiet")
    flags = {"fast-forward": ("--ff-only",), "merge": ("--no-ff", "--no-edit"), "squash": ("--squash",)}[how]
    git(clone, "merge", "--quiet", *flags, "origin/starter-2")
    if how == "squash":
        git(clone, "commit", "--quiet", "-m", "the update")
    git(clone, "push", "--quiet", "origin", "HEAD")
    done = run("class", "collect", "hw1", "--only", "ada", "--json")
    assert details(done)["ada"].endswith(", in time")
    assert submissions(due) == {"ada/hw1/2026-03-01T113000Z": git(clone, "rev-parse", "HEAD")}


@pytest.mark.thorough
def test_an_update_that_was_pushed_for_the_student_is_no_submission(due: Course, run: Run) -> None:
    for text in ("# Fixed\n", "# Fixed again\n", "# And again\n"):
        due.assign({"README.md": text})
        run("class", "update", "hw1", "--fast-forward", "--only", "ada" if text == "# Fixed\n" else "ada,bob")
    due.assign({"README.md": "# The last\n"})
    run("class", "update", "hw1", "--only", "ada,bob")  # a branch: their own branches stay behind
    assert states(run("class", "collect", "hw1", "--json")) == dict.fromkeys(("ada", "bob", "eve"), "nothing yet")
    assert submissions(due) == {}
