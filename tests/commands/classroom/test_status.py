"""`scaffold class status`."""

from classroom_support import STUDENTS, Course
from conftest import Run
from support import git, write


def test_states_from_hand_out_to_work(course: Course, run: Run) -> None:
    def states() -> dict[str, str]:
        return {row["id"]: row["state"] for row in run("class", "status", "hw1", "--json").data["students"]}

    assert states() == dict.fromkeys(STUDENTS, "not handed out")
    assert not (course.folder / ".scaffold/store.git").exists()
    run("class", "handout", "hw1", "--only", "ada,bob")
    course.commit_work("ada", {"x": "1\n"})
    assert states() == {"ada": "at work", "bob": "not started", "eve": "not handed out"}
    git(course.bare("bob"), "branch", "-m", "main", "trunk")
    assert states()["bob"] == "failed"
    overview = run("class", "status", "--json").data
    assert overview["assignments"] == [{"name": "hw1", "starter": 1, "handed_out": 2}]


def test_the_overview_tells_of_a_mistake_in_an_assignments_file(course: Course, run: Run) -> None:
    write(course.folder, {"hw1/assignment.toml": "[late]\nper_day = 10\nhidden = ['tests/hidden']\n"})
    done = run("class", "status")
    assert (done.code, "hw1/assignment.toml [late] has an unknown key `hidden`." in done.err) == (0, True)
    assert "Move it to the top, above the first [table]" in done.err
    for args in (["collect"], ["grade"], ["handout"], ["page"], ["rehearse"], ["similarity"], ["update"], ["feedback"]):
        assert "has an unknown key `hidden`" in run("class", *args, "hw1").err
