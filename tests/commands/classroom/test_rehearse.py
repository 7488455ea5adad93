# ruff: noqa: E501
"""`scaffold class rehearse`."""

from pathlib import Path

from conftest import Run
from grading_support import SOLUTION, class_with_submissions, need_sandbox


def test_an_assignment_that_is_ready(work: Path, run: Run) -> None:
    need_sandbox()
    course = class_with_submissions(work / "ml1", {"ada": {}})
    text = run("class", "handout", "hw1", "-C", course.folder, "--dry-run").out
    assert "Not rehearsed yet" in text
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "2", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.data) == {"assignment", "sandbox", "ready", "solution", "starter", "floor", "tests"}
    assert (done.data["ready"], done.data["solution"], done.data["starter"]) == (True, [1, 1], 0)
    assert {line["passed"] for line in done.data["tests"]} == {2}
    assert "Not rehearsed yet" not in run("class", "handout", "hw1", "-C", course.folder, "--dry-run").out


def test_an_assignment_that_is_not_ready(work: Path, run: Run) -> None:
    need_sandbox()
    luck = {
        "tests/test_luck.py": "from src.answer import luck\n\n\ndef test_luck():\n    assert luck() > 0.8\n",
        "tests/test_easy.py": "import src.answer\n\n\ndef test_easy():\n    assert src.answer.__name__\n",
        "src/answer.py": SOLUTION["src/answer.py"]
        + "\n\ndef luck():\n    ### BEGIN SOLUTION\n    import random\n    return random.random()\n    ### END SOLUTION\n",
    }
    course = class_with_submissions(work / "ml1", {"ada": {}}, luck)
    done = run("class", "rehearse", "hw1", "-C", course.folder, "--json")
    assert (done.code, done.data["ready"]) == (1, False)
    by_test = {line["test"].rpartition("::")[2]: line for line in done.data["tests"]}
    # random() after seed(0), seed(1), seed(2): 0.84, 0.13, 0.96
    assert (by_test["test_luck"]["passed"], by_test["test_answer"]["passed"]) == (2, 3)
    assert by_test["test_luck"]["message"].startswith("assert 0.134")
    assert (by_test["test_easy"]["starter"], by_test["test_answer"]["starter"]) == (True, False)
    shown = run("class", "rehearse", "hw1", "-C", course.folder, "--seeds", "2").out
    assert "It should not be handed out like this." in shown
    assert "[grading] starter_percent" in shown
