"""`scaffold class status`."""

from classroom_support import STUDENTS, Course
from conftest import Run
from support import git


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
