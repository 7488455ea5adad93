"""`scaffold class page`: one file with the progress of a class, in which no text of a roster is run."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classroom_support import ROSTER, Course, make_course
from conftest import Run
from grading_support import ASSIGNMENT, SOLUTION, TESTS, interpreter, need_sandbox
from support import git, write

WAITING = {"id": "eve", "why": "has not started"}
"""She has not started, and most others have."""
HOSTILE = '<script>alert("x")</script>'


class Tags(HTMLParser):
    """The tags of a page; all of them must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "line", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag


def graded(course: Course, shares: dict[str, tuple[float, ...]], nothing: Sequence[str] = ()) -> None:
    """Results as `grade` writes them."""
    shares = shares | dict.fromkeys(nothing, (0.0, 0.0))
    titles = ("Sum", f"Mean {HOSTILE}")
    students = []
    for owner, mine in shares.items():
        parts = [
            {
                "id": title,
                "title": title,
                "points": 5 * share,
                "most": 5,
                "tests": [{"passed": n < 4 * share} for n in range(4)],
            }
            for title, share in zip(titles, mine, strict=True)
        ]
        students.append(
            {
                "id": owner,
                "state": "nothing collected" if owner in nothing else "graded",
                "score": {"points": 5 * sum(mine), "most": 10, "parts": parts},
            }
        )
    text = json.dumps({"assignment": "hw1", "title": "x", "hidden": [], "students": students})
    write(course.folder, {"results/hw1/results.json": text})


def page(course: Course) -> str:
    text = (course.folder / "results/hw1/page.html").read_text()
    assert Tags(text).open == []
    return text


def test_before_anything_was_handed_out(course: Course, run: Run) -> None:
    failed = run("class", "page", "hw1")
    assert (failed.code, "scaffold class handout hw1" in failed.err) == (1, True)


@pytest.mark.thorough
def test_before_anything_was_graded(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    run("class", "collect", "hw1")
    done = run("class", "page", "hw1", "--json")
    assert done.code == 0
    assert (done.data["started"], done.data["students"], done.data["stuck"]) == (1, 3, [])
    text = page(course)
    assert "<b>1 of 3</b> have started" in text
    assert "What passes" not in text
    assert "When students committed" in text
    assert git(course.folder, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_the_page_shows_who_started_what_passes_and_who_is_stuck(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("class", "handout", "hw1")
    long_ago = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    monkeypatch.setenv("GIT_AUTHOR_DATE", long_ago)
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    monkeypatch.delenv("GIT_AUTHOR_DATE")
    course.commit_work("bob", {"src/answer.py": "a\n"})
    run("class", "collect", "hw1")
    graded(course, {"ada": (1.0, 0.25), "bob": (1.0, 1.0)})
    done = run("class", "page", "hw1", "--json")
    assert done.data["stuck"] == [{"id": "ada", "why": "nothing for 5 days"}, WAITING]
    text = page(course)
    assert "<b>1</b> pass every test" in text
    assert "<b>81 %</b> of the points on average, of 2 graded" in text
    assert "Ada L, Sum: 100 %" in text
    assert ": 25 %" in text
    assert text.count("not graded") == 2  # eve's two exercises
    assert text.count(": 1</title>") == 2  # two days on which one of them committed


@pytest.mark.thorough
def test_after_the_due_time_those_without_points_need_help_and_the_others_do_not(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody works on after the due time, so nobody is idle."""
    course.assign({"assignment.toml": 'title = "x"\nhidden = ["tests/hidden"]\ndue = 2026-03-01T12:00:00Z\n'})
    run("class", "handout", "hw1")
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, "2026-02-28T10:00:00Z")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("bob", {"src/answer.py": "mine, too\n"})
    for student in ("ada", "bob"):
        os.utime(course.bare(student) / "refs/heads/main", (1772359200, 1772359200))
    run("class", "collect", "hw1")
    graded(course, {"ada": (0.5, 0.5), "bob": (0.0, 0.0)}, nothing=["eve"])
    done = run("class", "page", "hw1", "--json")
    assert done.data["stuck"] == [{"id": "bob", "why": "0 of 10 points"}, {"id": "eve", "why": "has not started"}]
    text = page(course)
    assert "<b>25 %</b> of the points on average, of 2 graded (1 submitted nothing)" in text
    assert text.count("2026-03-01 10:00") == 2


@pytest.mark.thorough
def test_no_progress_over_three_submissions(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("bob", {"src/answer.py": "mine\n"})
    run("class", "collect", "hw1")
    graded(course, {"ada": (0.5, 0.5), "bob": (0.5, 0.5)})
    times = [f"2026-03-0{day}T12:00:00+00:00" for day in (1, 2, 3)]
    rows = [{"id": "ada", "received": when, "passed": 4, "tests": 8} for when in times]
    rows += [{"id": "bob", "received": when, "passed": 2 + at, "tests": 8} for at, when in enumerate(times)]
    write(course.folder, {"results/hw1/history.jsonl": "".join(f"{json.dumps(row)}\n" for row in rows)})
    done = run("class", "page", "hw1", "--json")
    assert done.data["stuck"] == [{"id": "ada", "why": "4 of 8 tests, as two submissions ago"}, WAITING]
    text = page(course)
    assert text.count("<polyline") == 2
    assert text.count('class="line stuck"') == 1


@pytest.mark.thorough
def test_the_history_of_grading_is_drawn(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student without a submission has no history, and a commit that is graded twice is in it once."""
    need_sandbox()
    course = make_course(work / "ml1")
    about = ASSIGNMENT.replace("PYTHON", interpreter(work).as_posix())
    course.assign({"assignment.toml": about, **TESTS, **SOLUTION})
    monkeypatch.chdir(course.folder)
    run("class", "handout", "hw1")
    course.commit_work("ada", SOLUTION)
    run("class", "collect", "hw1")
    for _ in range(2):
        assert run("class", "grade", "hw1").code == 0
    lines = (course.folder / "results/hw1/history.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["ada"]
    assert run("class", "page", "hw1").code == 0
    assert "Eve Ž, Tests: 0 %" in page(course)


@pytest.mark.thorough
def test_a_hostile_roster_is_escaped(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(work / "ml1", ROSTER.replace("Ada L", "Ada & Eve's 'L'"))
    monkeypatch.chdir(course.folder)
    run("class", "handout", "hw1")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    run("class", "collect", "hw1")
    graded(course, {"ada": (0.5, 0.5)})
    run("class", "page", "hw1")
    text = page(course)
    assert "Ada &amp; Eve&#39;s" in text
    assert HOSTILE not in text
    assert not {"script", "img", "iframe", "link", "a"} & set(Tags(text).seen)
    assert "default-src 'none'" in text
