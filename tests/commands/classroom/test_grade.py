# ruff: noqa: E501
"""`scaffold class grade`."""

import csv
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import Run
from forking import Fork
from grading_support import (
    ASSIGNMENT,
    SOLUTION,
    TESTS,
    class_with_submissions,
    interpreter,
    messages,
    need_sandbox,
    points,
    submit,
)
from scaffold.core.classroom.grading.runner import Runner
from scaffold.core.classroom.grading.submission import SandboxFiles
from scaffold.tools.watchdog import process_tree
from support import git, write

HALF = {
    "src/answer.py": "def answer(values):\n    return 5 if values else 0\n\n\ndef greet(name):\n    return 'Hello ' + name\n"
}
EXERCISES = """
[[exercises]]
id = "sum"
title = "The sum"
points = 6
tests = ["tests/test_answer.py"]
hidden_tests = ["tests/hidden/test_more.py::test_more"]

[[exercises]]
id = "greeting"
points = 2
tests = ["tests/test_greet.py::test_greet"]
"""


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    need_sandbox()


@pytest.mark.thorough
def test_points_and_result_files(work: Path, run: Run) -> None:
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": HALF, "eve": {"src/answer.py": "def answer(:\n"}})
    write(course.folder, {"roster.csv": "student_id,name\nada,Ada\nbob,Bob\neve,Eve\nzoe,Zoë\n"})
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert (done.code, done.err) == (0, "")
    assert set(done.data) == {"assignment", "sandbox", "results", "students", "changed"}
    assert points(done) == {"ada": 4, "bob": 3, "eve": 0, "zoe": 0}
    assert [row["state"] for row in done.data["students"]] == ["graded", "graded", "graded", "nothing collected"]
    assert messages(done, "bob") == {"test_more": "assert 5 == 9\n +  where 5 = answer([3])"}
    assert "SyntaxError" in messages(done, "eve")["test_greet"]
    place = course.folder / "results/hw1"
    rows = list(csv.DictReader((place / "results.csv").read_text().splitlines()))
    assert [(row["student_id"], row["points"], row["most"]) for row in rows][1] == ("bob", "3.0", "4.0")
    assert json.loads((place / "results.json").read_text())["hidden"] == ["tests/hidden/test_more.py"]
    report = json.loads((place / "gradescope/bob.json").read_text())
    assert report["score"] == 3
    assert {test["name"]: (test["score"], test["output"]) for test in report["tests"]}["Tests: test_more"] == (0, "")
    assert git(course.folder, "status", "--porcelain") == ""
    assert not list((work.parent / "sealed/tmp").iterdir())


@pytest.mark.thorough
def test_exercises_have_points_and_only_their_tests_run(work: Path, run: Run) -> None:
    broken = {"tests/test_broken.py": "import nowhere\n"}
    course = class_with_submissions(
        work / "ml1", {"ada": {}, "bob": HALF}, {"assignment.toml": ASSIGNMENT + EXERCISES, **broken}
    )
    write(
        course.folder / "hw1", {"assignment.toml": (ASSIGNMENT + EXERCISES).replace("PYTHON", str(interpreter(work)))}
    )
    git(course.folder, "commit", "--quiet", "--all", "-m", "exercises")
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 8, "bob": 6}
    assert [part["points"] for part in done.data["students"][1]["score"]["parts"]] == [4, 2]


@pytest.mark.thorough
def test_the_late_policy(work: Path, run: Run) -> None:
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": HALF, "eve": {}}, received="2026-03-02T130000Z")
    submit(course, {"bob": {}, "eve": {}}, "2026-03-20T110000Z")
    submit(course, {"eve": HALF}, "2026-03-01T120000Z")
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    # Two days late: 20 %. After three days there are no points, so the earlier submission counts.
    assert points(done) == {"ada": 3.2, "bob": 2.4, "eve": 3.2}
    in_time = run("class", "grade", "hw1", "-C", course.folder, "--at", "due", "--json")
    assert points(in_time) == {"ada": 0, "bob": 0, "eve": 3}


@pytest.mark.thorough
def test_without_a_late_policy_late_work_gets_no_points_and_is_told(work: Path, run: Run) -> None:
    course = class_with_submissions(work / "ml1", {"ada": HALF, "bob": {}})
    submit(course, {"ada": {}}, "2026-03-05T120000Z")
    submit(course, {"bob": HALF}, "2026-03-01T113000Z")
    write(course.folder, {"roster.csv": "student_id\nada\nbob\neve\n"})
    submit(course, {"eve": {}}, "2026-03-05T120000Z")
    rules = ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("late = {per_day = 10, days = 3}\n", "")
    course.assign({"assignment.toml": rules})
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 3, "bob": 3, "eve": 0}
    why = {row["id"]: row["why"] for row in done.data["students"]}
    assert why["ada"].endswith("in time; a later one does not count: 2026-03-05 12:00, late by 4 d 0 h")
    assert why["bob"].endswith("11:30, in time")
    assert why["eve"].endswith("late by 4 d 0 h: late work gets no points")
    told = " ".join(notice["message"] for notice in done.json["warnings"])
    assert "Late work that gets no points: ada, eve." in told


@pytest.mark.thorough
def test_what_timed_out_or_died_is_tried_again_alone(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first try of each session is cut short, as by a busy machine; the second one is as fast as ever."""
    from scaffold.core.classroom.grading import session
    from scaffold.core.classroom.grading.verdict import SessionResult

    real, calls = session.run_tests, list[tuple[str, ...]]()

    def busy(runner: Runner, files: SandboxFiles, slot: int = 0) -> SessionResult:
        calls.append(runner.only)
        result = real(runner, files, slot)
        if "result = 0" not in files.worker["src/answer.py"].content.decode() or runner.only:
            return result
        cut = [
            replace(verdict, passed=False, message="it took longer than 1 s", interrupted=True)
            if verdict.test.endswith("test_greet")
            else verdict
            for verdict in result.verdicts
        ]
        return replace(result, verdicts=tuple(cut))

    slow = {"src/answer.py": SOLUTION["src/answer.py"] + "\n\nresult = 0\n"}
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": slow})
    monkeypatch.setattr(session, "run_tests", busy)
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 4, "bob": 4}
    assert [only for only in calls if only] == [("tests/test_greet.py::test_greet",)]
    tests = done.data["students"][1]["score"]["parts"][0]["tests"]
    assert {test["test"].rpartition("::")[2]: test["tries"] for test in tests}["test_greet"] == 2
    assert [notice["message"] for notice in done.json["warnings"]] == [
        "1 test timed out or died once, and not again alone."
    ]


@pytest.mark.thorough
def test_what_timed_out_once_is_not_exported(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from scaffold.commands.classroom import grade as command

    loop = SOLUTION["src/answer.py"].partition("def greet")[0] + "def greet(name):\n    while True:\n        pass\n"
    course = class_with_submissions(work / "ml1", {"ada": {"src/answer.py": loop}})
    moodle = "Identifier,ID number,Grade\nP1,ada,\n"
    write(course.folder, {"grades.csv": moodle})
    with monkeypatch.context() as patch:
        patch.setattr(command, "try_again", _interrupt)
        assert run("class", "grade", "hw1", "-C", course.folder).code == 130
    monkeypatch.chdir(course.folder)
    failed = run("class", "export", "moodle", "grades.csv", "hw1")
    assert (failed.code, "A test of ada timed out or died" in failed.err) == (1, True)
    assert "hint: Grade again: scaffold class grade hw1 --only ada" in failed.err
    done = run("class", "grade", "hw1", "--json")
    assert points(done) == {"ada": 3}
    assert "Timed out or died twice, the second time alone: ada: test_greet." in done.json["warnings"][0]["message"]
    assert run("class", "export", "moodle", "grades.csv", "hw1").code == 0


def _interrupt(*_args: object) -> None:
    raise KeyboardInterrupt


IMPORTS = {
    "syntax": ("def answer(values):\n    return [\n", "src/answer.py:2: SyntaxError: '[' was never closed"),
    "package": ("import numpy_of_ours\n", "src/answer.py:1: ModuleNotFoundError: No module named 'numpy_of_ours'"),
    "renamed": (None, "ModuleNotFoundError: No module named 'src.answer'"),
    "raises": ("\n\nx = 1 / 0\n", "src/answer.py:3: ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize(
    "where",
    [
        "isolated",
        pytest.param("conftest", marks=pytest.mark.thorough),
        pytest.param("together", marks=pytest.mark.thorough),
    ],
)
def test_a_submission_that_cannot_be_imported_is_listed_apart(work: Path, run: Run, where: str) -> None:
    text = ASSIGNMENT
    if where == "together":
        text = text.replace("[grading]\n", '[grading]\ntogether = ["tests/test_answer.py", "tests/test_greet.py"]\n')
    change = {"tests/conftest.py": "import src.answer\n" + TESTS["tests/conftest.py"]} if where == "conftest" else {}
    submissions = {name: {"src/answer.py": code, "src/answers_old.py": ""} for name, (code, _) in IMPORTS.items()}
    course = class_with_submissions(work / "ml1", {**submissions, "ada": {}}, change)
    course.assign({"assignment.toml": text.replace("PYTHON", str(interpreter(work)))})
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {**dict.fromkeys(IMPORTS, 0), "ada": 4}
    for row in done.data["students"]:
        wanted = IMPORTS[row["id"]][1] if row["id"] in IMPORTS else ""
        found = [
            f"{one['file']}:{one['line']}: {one['message']}" if one["file"] else one["message"]
            for one in row["score"]["imports"]
        ]
        assert found == ([wanted] if wanted else [])
        assert not any(message == "it did not run" for message in messages(done, row["id"]).values())
    shown = run("class", "grade", "hw1", "-C", course.folder, "--only", "syntax").out
    assert "1 submission cannot be imported:" in shown
    assert run("class", "feedback", "hw1", "-C", course.folder).code == 0
    feedback = (course.folder / "results/hw1/feedback/syntax.md").read_text()
    assert "src/answer.py, line 2: SyntaxError: '[' was never closed" in feedback


def test_dependencies_without_a_lock_file_are_told(work: Path, run: Run) -> None:
    project = '[project]\nname = "x"\nversion = "1"\ndependencies = ["numpy"]\n' + TESTS["pyproject.toml"]
    course = class_with_submissions(work / "ml1", {"ada": {}}, {"pyproject.toml": project})
    course.assign({"assignment.toml": ASSIGNMENT.replace('python = "PYTHON"', 'python = ""')})
    for command in ("grade", "rehearse"):
        failed = run("class", command, "hw1", "-C", course.folder)
        assert failed.code == 1
        assert "hw1/pyproject.toml names dependencies, and there is no uv.lock or requirements.txt." in failed.err
        assert f"uv lock --project {course.folder / 'hw1'}" in failed.err


@pytest.mark.thorough
def test_from_hand_out_to_points_with_personal_values(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    course = make_course(work / "ml1")
    monkeypatch.chdir(course.folder)
    own = '[personal]\nfile = "personal.json"\nvalues = {seed = {from = 1, to = 999999}}\n'
    seed = "import json\nfrom pathlib import Path\n\nfrom src.answer import greet\n\n\ndef test_seed():\n    assert greet('x') == f\"{json.loads(Path('personal.json').read_text())['seed']}\"\n"
    greet = "import json\n\n\ndef greet(name):\n    return str(json.load(open('personal.json'))['seed'])\n"
    write(course.folder / "hw1", {**SOLUTION, **TESTS})
    files = {
        "assignment.toml": ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("due =", "# due =") + own,
        "tests/test_greet.py": seed,
    }
    files["src/answer.py"] = (
        SOLUTION["src/answer.py"].partition("def greet")[0].replace('"""The answer."""', "") + greet
    )
    course.assign(files)
    assert run("class", "handout", "hw1").code == 0
    right = course.read("ada", "personal.json")
    for student, change in {"ada": {}, "bob": {"personal.json": right}, "eve": {"src/answer.py": "x = 1\n"}}.items():
        course.commit_work(student, {"src/answer.py": files["src/answer.py"].replace("### ", "## "), **change})
    # Configuration in a student's repository has no effect and runs nothing.
    for name in ("pre-receive", "post-checkout", "post-index-change"):
        write(course.bare("bob"), {f"hooks/{name}": f"#!/bin/sh\ntouch {work}/pwned\n"})
        (course.bare("bob") / "hooks" / name).chmod(0o755)
    poison = f'[core]\n\tbare = true\n\tfsmonitor = "touch {work}/pwned"\n[filter "x"]\n\tsmudge = "touch {work}/pwned"\n[uploadpack]\n\tpackObjectsHook = "touch {work}/pwned; exec"\n'
    write(course.bare("bob"), {"config": poison})
    assert run("class", "collect", "hw1").code == 0
    done = run("class", "grade", "hw1", "--json")
    assert points(done) == {"ada": 4, "bob": 4, "eve": 0}
    seeds = {json.loads(course.read(student, "personal.json"))["seed"] for student in ("ada", "eve")}
    assert len(seeds) == 2
    assert not (work / "pwned").exists()


@pytest.mark.thorough
def test_a_submission_with_attributes_filters_and_a_submodule(work: Path, run: Run) -> None:
    course = class_with_submissions(
        work / "ml1",
        {
            "ada": {
                ".gitattributes": "* filter=x ident\n",
                ".gitmodules": '[submodule "m"]\n\tpath = m\n\turl = ext::touch pwned\n\tupdate = !touch pwned\n',
                ".lfsconfig": "[lfs]\n",
            }
        },
    )
    store = course.folder / ".scaffold/store.git"
    ref = "refs/submissions/ada/hw1/2026-03-01T110000Z"
    tree = git(store, "ls-tree", ref)
    linked = work / "tree"
    linked.write_text(f"{tree}\n160000 commit {git(store, 'rev-parse', ref)}\tm\n")
    made = _mktree(store, linked.read_text())
    git(store, "-c", "user.name=x", "-c", "user.email=x@x", "update-ref", ref, _commit(store, made))
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 4}
    assert not list(work.rglob("pwned"))


def _mktree(store: Path, listing: str) -> str:
    import subprocess

    return (
        subprocess.run(
            ["git", "mktree", "--missing"], cwd=store, input=listing.encode(), capture_output=True, check=True
        )
        .stdout.decode()
        .strip()
    )


def _commit(store: Path, tree: str) -> str:
    return git(store, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-m", "x")


@pytest.mark.thorough
def test_a_test_file_in_one_process_with_the_students_code(work: Path, run: Run) -> None:
    patched = "from src import answer\n\n\ndef test_inside(monkeypatch):\n    monkeypatch.setattr(answer, 'sum', lambda _: 7, raising=False)\n    assert answer.answer([1]) == 7\n"
    together = ASSIGNMENT.replace("[grading]\n", '[grading]\ntogether = ["tests/test_inside.py"]\n')
    leaves = "import os\nfrom src.answer import greet as hello\n\n\ndef answer(values):\n    os._exit(0)\n\n\ndef greet(name):\n    return 'Hello ' + name\n"
    submissions = {"ada": {}, "bob": {"src/answer.py": leaves.replace("from src.answer import greet as hello\n", "")}}
    course = class_with_submissions(
        work / "ml1", submissions, {"tests/test_inside.py": patched, "assignment.toml": together}
    )
    write(course.folder / "hw1", {"assignment.toml": together.replace("PYTHON", str(interpreter(work)))})
    git(course.folder, "commit", "--quiet", "--all", "-m", "together")
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 5, "bob": 1}
    assert "the tests ended in the middle (exit status 0)" in messages(done, "bob")["test_inside"]


@pytest.mark.thorough
def test_a_failing_solution_is_an_error(work: Path, run: Run) -> None:
    course = class_with_submissions(
        work / "ml1", {"ada": {}}, {"tests/test_wrong.py": "def test_wrong():\n    assert 1 == 2\n"}
    )
    failed = run("class", "grade", "hw1", "-C", course.folder)
    assert failed.code == 1
    assert failed.err.startswith(
        "error: Your own solution does not pass: tests/test_wrong.py::test_wrong: assert 1 == 2"
    )


def test_nothing_was_collected(course: Course, run: Run) -> None:
    failed = run("class", "grade", "hw1")
    assert (failed.code, "hint: Collect it: scaffold class collect hw1" in failed.err) == (1, True)


@pytest.mark.thorough
def test_no_sandbox_only_on_request(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": HALF})
    tools = work / "bin"
    tools.mkdir()
    (tools / "git").symlink_to(Path("/usr/bin/git"))
    monkeypatch.setenv("PATH", str(tools))
    failed = run("class", "grade", "hw1", "-C", course.folder)
    assert failed.code == 1
    assert "none works here" in failed.err
    done = run("class", "grade", "hw1", "-C", course.folder, "--no-sandbox", "--json")
    assert (done.code, done.data["sandbox"]) == (0, "none")
    assert points(done) == {"ada": 4, "bob": 3}
    assert "without a sandbox" in done.json["warnings"][0]["message"]


@pytest.mark.thorough
def test_the_environment_is_built_once_per_lock_file(work: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from scaffold.core.classroom.course import read_course
    from scaffold.core.classroom.grading import environment
    from scaffold.core.outcome import Progress, silent
    from scaffold.errors import ScaffoldError
    from scaffold.tools.git.trees import File

    class Steps(Progress):
        def step(self, name: str) -> None:
            steps.append(name)

    course = read_course(class_with_submissions(work / "ml1", {"ada": {}}).folder)
    steps: list[str] = []
    with pytest.raises(ScaffoldError, match="environment for grading cannot be built"):
        environment.find_or_build(
            course.data_folder, {"requirements.txt": File(b"no-such-package-of-ours==1\n")}, "", Steps()
        )
    assert steps == ["Building the environment"]
    assert not list((course.data_folder / "environments").glob("*/complete"))
    assert environment.find_or_build(course.data_folder, {}, str(interpreter(work)), silent).folders


@pytest.mark.thorough
def test_points_from_the_reports_of_another_test_runner(work: Path, run: Run) -> None:
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": {}, "eve": {}, "zoe": {}})
    case = '<testcase classname="tests.{}" name="{}" time="0.1">{}</testcase>'
    good = [
        ("test_answer", "test_answer"),
        ("test_answer", "test_nothing"),
        ("test_greet", "test_greet"),
        ("hidden.test_more", "test_more"),
    ]
    ada = "".join(case.format(*names, "") for names in good) + case.format("test_mine", "test_mine", "")
    bob = "".join(
        case.format(
            *names,
            '<failure message="assert 1 == 2"/>' if "more" in names[0] else "<skipped/>" if "greet" in names[0] else "",
        )
        for names in good
    )
    suite = '<testsuites><testsuite name="pytest">{}</testsuite></testsuites>'
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuites>&a;</testsuites>'
    write(work / "reports", {"ada.xml": suite.format(ada), "bob.xml": suite.format(bob), "eve.xml": bomb})
    done = run("class", "grade", "hw1", "-C", course.folder, "--junit", work / "reports", "--json")
    assert (done.code, points(done)) == (4, {"ada": 4, "bob": 2, "eve": None, "zoe": None})
    assert messages(done, "bob") == {"test_greet": "", "test_more": "assert 1 == 2"}
    details = {row["id"]: row["detail"] for row in done.data["students"]}
    assert "declares entities" in details["eve"]
    assert "cannot be read" in details["zoe"]


@pytest.mark.thorough
def test_an_interrupt_ends_all_processes(work: Path, sealed: Path, start: Callable[..., Fork]) -> None:
    loop = {
        "src/answer.py": "import time\n\n\ndef answer(values):\n    time.sleep(1000)\n\n\ndef greet(name):\n    return ''\n"
    }
    course = class_with_submissions(work / "ml1", dict.fromkeys(("ada", "bob", "eve"), loop))
    rules = ASSIGNMENT.replace("PYTHON", str(interpreter(work))).replace("seconds = 1,", "seconds = 500,")
    course.assign({"assignment.toml": rules})
    process = start("class", "grade", "hw1", "-C", course.folder, "--jobs", "2")
    # The solution was run, and two submissions are being graded: each has a judge and a worker.
    until((course.folder / ".scaffold/grading/hw1.json").is_file, process)
    until(lambda: len([pid for pid in process_tree(process.pid) if b"judge" in cmdline(pid)]) >= 4, process)
    sandboxed = [pid for pid in process_tree(process.pid) if pid != process.pid]
    os.kill(process.pid, signal.SIGINT)
    assert process.wait() == 130
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in sandboxed))
    assert not (course.folder / "results").exists()
    assert not list((sealed / "tmp").iterdir())


def until(condition: Callable[[], bool], process: Fork | None = None) -> None:
    """Look again and again, with a moment between in which others can work, until something holds or a process ended."""
    moment = threading.Event()
    while not condition():
        assert process is None or process.poll() is None
        moment.wait(0.02)


def cmdline(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.thorough
def test_the_best_submission_counts_and_the_table_for_the_teacher_is_made(work: Path, run: Run) -> None:
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": HALF})
    submit(course, {"ada": HALF, "bob": {"src/answer.py": "def answer(:\n"}}, "2026-03-01T113000Z")
    submit(course, {"ada": {}}, "2026-03-09T110000Z")
    rules = (course.folder / "hw1/assignment.toml").read_text()
    rules += 'counts = "best"\n\n[[manual]]\nid = "report"\npoints = 4\n'
    rules += '\n[extensions]\nbob = {until = 2026-03-02, why = "ill"}\n'
    course.assign({"assignment.toml": rules})
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert done.code == 0, done
    assert points(done) == {"ada": 4, "bob": 3}
    whys = {row["id"]: row["why"] for row in done.data["students"]}
    assert whys["ada"].endswith("in time: the best of 2")
    assert [notice["message"] for notice in done.json["warnings"]][-1] == "2 wait for your points: ada, bob."
    table = course.folder / "results/hw1/manual.csv"
    assert table.read_text() == "student_id,name,report,report comment,comment\nada,Ada,,,\nbob,Bob,,,\n"
    table.write_text(table.read_text().replace("ada,Ada,,,", "ada,Ada,3,fine,"))
    assert run("class", "grade", "hw1", "-C", course.folder).code == 0
    rows = list(csv.DictReader((course.folder / "results/hw1/results.csv").read_text().splitlines()))
    assert [(row["student_id"], row["points"], row["most"]) for row in rows] == [
        ("ada", "7.0", "8.0"),
        ("bob", "3.0", "8.0"),
    ]


@pytest.mark.thorough
def test_a_test_that_was_fixed_is_run_on_old_submissions_and_the_changes_are_shown(work: Path, run: Run) -> None:
    """Ada's answer was right all the time: the teacher's test and solution were wrong."""
    wrong = {
        "src/answer.py": SOLUTION["src/answer.py"].replace("Hello {name}", "Bye {name}"),
        "tests/test_greet.py": TESTS["tests/test_greet.py"].replace("Hello", "Bye"),
    }
    course = class_with_submissions(work / "ml1", {"ada": {}, "bob": {"src/answer.py": wrong["src/answer.py"]}}, wrong)
    first = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert (points(first), first.data["changed"]) == ({"ada": 3, "bob": 4}, [])
    course.assign({**SOLUTION, **TESTS})
    done = run("class", "grade", "hw1", "-C", course.folder, "--json")
    assert points(done) == {"ada": 4, "bob": 3}
    changed = {row["id"]: (row["before"], row["after"], row["passes"], row["fails"]) for row in done.data["changed"]}
    test = "tests/test_greet.py::test_greet"
    assert changed == {"ada": (3, 4, [test], []), "bob": (4, 3, [], [test])}
    assert "3 → 4" not in run("class", "grade", "hw1", "-C", course.folder).out
