"""Extensions and late days: which submission counts for whom, and what it costs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from classroom_support import make_course
from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course
from scaffold.core.classroom.owner_rules import owner_rules, unknown_extensions
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Rules, explain_choice, read_rules
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import Submission, open_store
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import Commit, File
from support import write

DUE = datetime(2027, 3, 1, 12, tzinfo=UTC)
EXTENSIONS = """\
title = "x"
due = 2027-03-01T12:00:00Z

[late]
per_day = 50

[extensions]
Ada = {until = 2027-03-05T12:00:00Z, why = "ill"}
bob = {until = 2027-02-01, why = "before the due time: no effect"}
eva = {until = 2027-03-05}
"""


def rules_of(folder: Path, name: str = "hw1") -> tuple[dict[str, Rules], list[Owner]]:
    course = find_course(folder)
    assignment = find_assignment(course, name)
    owners = all_owners(course, assignment)
    return owner_rules(course, open_store(course), assignment, read_rules(assignment), owners), owners


def at(days: float) -> Submission:
    return Submission("c" * 40, DUE + timedelta(days=days))


def test_an_extension_is_of_one_student(work: Path) -> None:
    folder = make_course(work / "ml1").folder
    write(folder, {"hw1/assignment.toml": EXTENSIONS})
    rules, _ = rules_of(folder)
    assert {owner: own.due for owner, own in rules.items()} == {"ada": DUE + timedelta(days=4), "bob": DUE, "eve": DUE}
    choice = explain_choice([at(-1), at(3)], rules["ada"])
    assert choice.submission == at(3)
    assert "in time, due 2027-03-05 " in choice.why
    assert choice.why.endswith("by an extension")
    assert explain_choice([at(-1), at(3)], rules["bob"]).submission == at(-1)
    course = find_course(folder)
    assignment = find_assignment(course, "hw1")
    (notice,) = unknown_extensions(course, assignment, read_rules(assignment))
    assert notice.message == "hw1/assignment.toml [extensions] names `eva`, who is not in the roster."
    assert notice.hint == "Did you mean `eve`?"


def test_a_team_has_the_extension_of_its_members(work: Path) -> None:
    folder = make_course(work / "ml1").folder
    write(folder, {"hw1/assignment.toml": "teams = true\n" + EXTENSIONS})
    rules, _ = rules_of(folder)
    assert {owner: own.is_extended for owner, own in rules.items()} == {"red": True, "eve": False}


def test_late_days_are_used_up_in_the_order_of_due_times(work: Path) -> None:
    folder = make_course(work / "ml1").folder
    text = 'title = "x"\ndue = 2027-03-0{day}T12:00:00Z\n'
    write(folder, {f"hw{day}/assignment.toml": text.format(day=day) for day in (1, 2, 3)})
    (folder / "class.toml").write_text("late_days = 3\n" + (folder / "class.toml").read_text())
    store = open_store(find_course(folder))
    late = {"hw1": {"ada": "2027-03-03T110000Z", "bob": "2027-03-09T110000Z"}, "hw2": {"ada": "2027-03-04T110000Z"}}
    store.write(
        Commit("", {"a": File(b"x")}, ref=f"refs/submissions/{owner}/{name}/{time}")
        for name, of_name in late.items()
        for owner, time in of_name.items()
    )
    left = {
        name: {owner: own.late.free_days for owner, own in rules_of(folder, name)[0].items()}
        for name in ("hw1", "hw2", "hw3")
    }
    assert left == {
        "hw1": {"ada": 3, "bob": 3, "eve": 3},
        "hw2": {"ada": 1, "bob": 0, "eve": 3},
        "hw3": {"ada": 0, "bob": 0, "eve": 3},
    }
    rules, _ = rules_of(folder, "hw1")
    choice = explain_choice([at(1.5)], rules["ada"])
    assert choice.why.endswith("late by 1 d 12 h, 2 late days used")
    assert rules["ada"].late.factor(2) == 1
    assert rules["ada"].late.factor(4) == 0
    assert not choice.drops_late


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[extensions]\nada = 3\n", "assignment.toml [extensions]: `ada` must be a table"),
        ("[extensions]\nada = {why = 'x'}\n", "lacks `until`"),
        ("[extensions]\nada = {until = 2027-03-01, because = 'x'}\n", "unknown key `because`"),
        ("[[manual]]\nid = 'x'\n", "an entry has an `id`"),
        ("[[manual]]\nid = 'comment'\npoints = 1\n", "other than student_id, name and comment"),
        (
            "[[manual]]\nid = 'a'\npoints = 1\n[[exercises]]\nid = 'A'\ntests = ['t.py']\n",
            "two exercises have the id `a`",
        ),
        ("[grading]\ncounts = 'oldest'\n", "`counts` must be one of newest, best"),
    ],
)
def test_errors_in_the_file(work: Path, text: str, words: str) -> None:
    folder = make_course(work / "ml1").folder
    write(folder, {"hw1/assignment.toml": text})
    with pytest.raises(ScaffoldError) as caught:
        rules_of(folder)
    assert words in caught.value.message
