"""In the starter exactly the exercises' tests fail; in the teacher's edition all pass, hidden ones included."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bare_machine import blocks
from generated_support import ANALYSIS, Run, Stage, generate, need
from scaffold.tools.sandbox import Bubblewrap

pytestmark = pytest.mark.changed_only


def outcomes(run: Run, project: Path, *args: str, fails: bool = False) -> dict[str, set[str]]:
    """Run the tests without coverage: outcome → names of tests."""
    run("uv", "run", "pytest", "--junitxml=out.xml", "-q", *args, cwd=project, fails=fails)
    found: dict[str, set[str]] = {"passed": set(), "failure": set(), "error": set(), "skipped": set()}
    for case in ElementTree.parse(project / "out.xml").getroot().iter("testcase"):
        outcome = next((child.tag for child in case if child.tag in found), "passed")
        found[outcome].add(f"{case.get('classname')}::{case.get('name')}")
    return found


def test_the_starter_fails_exactly_its_exercises(stage: Stage, run: Run, tmp_path: Path) -> None:
    starter = generate(run, stage, tmp_path / "homework", "edition=starter", *stage.starter)
    everything = outcomes(run, starter, fails=True)
    exercises = outcomes(run, starter, "-m", "exercise", fails=True)
    assert everything["error"] == set()
    assert len(everything["failure"]) >= 4
    assert everything["failure"] == exercises["failure"]
    assert exercises["passed"] == exercises["skipped"] == set()
    run("uv", "run", "ruff", "check", cwd=starter)
    run("uv", "run", "mypy", cwd=starter)
    if stage == ANALYSIS:
        for command in blocks(starter / "docs/first-hour.md")[:-1]:  # the last one runs the tests
            run("bash", "-ec", command, cwd=starter)
    if broken := re.search(r"git switch (\S+)\nuv run pytest \S+::(\S+)\n", (starter / "EXERCISES.md").read_text()):
        run("git", "switch", "--quiet", broken[1], cwd=starter)
        there = outcomes(run, starter, fails=True)
        assert {name.rpartition("::")[2] for name in there["failure"] - everything["failure"]} == {broken[2]}
        assert there["error"] == set()
        run("uv", "run", "ruff", "check", cwd=starter)
        run("uv", "run", "mypy", cwd=starter)


def test_the_teacher_passes_all(stage: Stage, run: Run, tmp_path: Path) -> None:
    """Those tests that can tell it from the complete edition, which `ran` has run all of."""
    teacher = generate(run, stage, tmp_path / "homework", "edition=teacher")
    hidden = outcomes(run, teacher, "tests/hidden")
    exercises = outcomes(run, teacher, "-m", "exercise")
    assert len(hidden["passed"]) >= 4
    assert len(exercises["passed"]) >= 4
    assert all(not found[bad] for found in (hidden, exercises) for bad in ("failure", "error", "skipped"))
    run("make", "check", cwd=teacher)


def test_the_teacher_edition_is_ready_for_a_class(stage: Stage, run: Run, tmp_path: Path) -> None:
    """On the real grader, the solution gets all points and the starter none, and no test is near its time limit."""
    need(Bubblewrap().works(), "bubblewrap does not work here")
    course = tmp_path / "course"
    run("scaffold", "class", "init", course, cwd=tmp_path)
    (course / "roster.csv").write_text("student_id\nada\n")
    generate(run, stage, course / "homework", "edition=teacher")
    run("git", "add", "--all", cwd=course)
    run("git", "commit", "--quiet", "-m", "homework", cwd=course)
    done = run("scaffold", "class", "rehearse", "homework", "--seeds", "2", "--json", cwd=course)
    data = json.loads(done.stdout)["data"]
    assert (data["ready"], data["solution"], data["starter"]) == (True, [1, 1], 0)
    assert len(data["tests"]) >= 8
    assert {test["test"]: test["seconds"] for test in data["tests"] if test["seconds"] > test["limit"] / 2} == {}
