# ruff: noqa: E501
"""`scaffold class update`: a fixed starter is forecast and sent, never by force."""

import shutil
from pathlib import Path

import pytest

from classroom_support import ASSIGNMENT, STUDENTS, Course
from conftest import Run
from core.update.test_old_git import pretend
from support import git, snapshot, write

FIXED = {"README.md": ASSIGNMENT["README.md"].replace("Three.", "Three, fixed.")}


def states(result: object) -> dict[str, str]:
    return {row["id"]: row["state"] for row in result.data["students"]}  # type: ignore[attr-defined]


def everything(course: Course) -> dict[str, bytes]:
    """Every file of the students' repositories."""
    return {
        path.relative_to(course.repositories).as_posix(): path.read_bytes()
        for path in course.repositories.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def handed_out(course: Course, run: Run) -> Course:
    assert run("class", "handout", "hw1").code == 0
    return course


@pytest.mark.thorough
def test_a_plan_shows_every_state(handed_out: Course, run: Run, work: Path) -> None:
    course = handed_out
    (course.folder / "roster.csv").write_text(
        "id\n" + "".join(f"{name}\n" for name in ("ada", "bob", "eve", "new", "gone", "fine", "late"))
    )
    run("class", "handout", "hw1", "--only", "gone,fine,late")
    course.commit_work("ada", {"README.md": ASSIGNMENT["README.md"].replace("One.", "One, by me.")})
    course.commit_work("bob", {"README.md": ASSIGNMENT["README.md"].replace("Three.", "Three, by me.")})
    course.commit_work("fine", {"README.md": FIXED["README.md"], "more.txt": "x\n"})
    course.commit_work("late", {"README.md": None})
    shutil.rmtree(course.bare("gone"))
    course.assign(FIXED)
    before, refs = everything(course), course.store_refs()

    done = run("class", "update", "hw1", "--plan", "--json")

    rows = {row["id"]: (row["state"], row["detail"]) for row in done.data["students"]}
    assert rows.pop("gone")[0] == "failed"
    assert rows == {
        "ada": ("clean", "1 file"),
        "bob": ("conflict", "README.md:7"),
        "eve": ("not started", "1 file"),
        "new": ("not handed out", ""),
        "fine": ("has it", ""),
        "late": ("has it", ""),  # they deleted the file: it stays deleted
    }
    assert {row["id"]: row["conflicts"] for row in done.data["students"] if row["conflicts"]} == {
        "bob": [{"path": "README.md", "line": 7}]
    }
    assert (done.data["version"], done.data["branch"]) == (2, "starter-2")
    assert everything(course) == before
    assert course.store_refs() == refs


def test_a_plan_before_anything_was_handed_out(course: Course, run: Run) -> None:
    assert states(run("class", "update", "hw1", "--plan", "--json")) == dict.fromkeys(STUDENTS, "not handed out")
    assert states(run("class", "update", "hw1", "--json")) == dict.fromkeys(STUDENTS, "not handed out")


@pytest.mark.thorough
def test_everybody_gets_a_branch_and_sending_again_changes_nothing(handed_out: Course, run: Run) -> None:
    course = handed_out
    mine = course.commit_work("ada", {"src/answer.py": "mine\n", "new.txt": "x\n"})
    theirs = course.commit_work("bob", {"README.md": ASSIGNMENT["README.md"].replace("Three.", "Three, by me.")})
    started = course.heads("eve")["main"]
    course.assign(FIXED)

    done = run("class", "update", "hw1", "-m", "Three was wrong.\nStarter: 99\nSource: x", "--json")

    assert (done.code, states(done)) == (0, dict.fromkeys(STUDENTS, "branch sent"))
    details = {row["id"]: row["detail"] for row in done.data["students"]}
    assert details["bob"] == "conflicts for the student in README.md:7"
    assert {student: course.heads(student)["main"] for student in STUDENTS} == {
        "ada": mine,
        "bob": theirs,
        "eve": started,
    }
    # Clean: the branch holds the finished merge on top of the student's work, which can be fast-forwarded.
    assert course.read("ada", "README.md", "starter-2") == FIXED["README.md"].strip()
    assert course.read("ada", "src/answer.py", "starter-2") == "mine"
    git(course.bare("ada"), "merge-base", "--is-ancestor", mine, "starter-2")
    text = git(course.bare("eve"), "log", "-1", "--format=%B", "starter-2")
    assert text.startswith(
        "First homework: your teacher fixed the starter\n\nThree was wrong.\nStarter: 99\nSource: x\n\nYour own work does not change"
    )
    assert "git merge origin/starter-2" in text

    before = everything(course)
    again = run("class", "update", "hw1", "--json")
    assert states(again) == dict.fromkeys(STUDENTS, "sent")
    assert everything(course) == before


@pytest.mark.thorough
def test_a_student_merges_the_update(handed_out: Course, run: Run, work: Path) -> None:
    course = handed_out
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("bob", {"README.md": ASSIGNMENT["README.md"].replace("Three.", "Three, by me.")})
    course.assign(FIXED)
    run("class", "update", "hw1")
    for student in ("ada", "bob"):
        clone = work / f"clone-hw1-{student}"
        git(clone, "fetch", "--quiet")
        git(clone, "merge", "--quiet", "origin/starter-2", check=student == "ada")
        write(clone, {"README.md": "# solved\n"} if student == "bob" else {})
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--allow-empty", "-m", "taken")
        git(clone, "push", "--quiet")
    assert states(run("class", "update", "hw1", "--plan", "--json")) == {
        "ada": "has it",
        "bob": "has it",
        "eve": "sent",
    }
    # The next update is merged with what they have now.
    course.assign({"run.sh": "#!/bin/sh\npytest -q\n"})
    assert states(run("class", "update", "hw1", "--json")) == dict.fromkeys(STUDENTS, "branch sent")
    assert course.read("bob", "README.md", "starter-3") == "# solved"
    assert course.read("ada", "run.sh", "starter-3").endswith("pytest -q")
    assert course.read("eve", "README.md", "starter-3") == FIXED["README.md"].strip()


@pytest.mark.thorough
def test_a_student_who_skipped_an_update_gets_all_of_the_next(handed_out: Course, run: Run) -> None:
    course = handed_out
    course.commit_work("ada", {"mine.txt": "x\n"})
    course.assign(FIXED)
    run("class", "update", "hw1")
    course.assign({"run.sh": "#!/bin/sh\npytest -q\n"})
    run("class", "update", "hw1")
    assert course.read("ada", "README.md", "starter-3") == FIXED["README.md"].strip()
    assert course.read("ada", "mine.txt", "starter-3") == "x"
    assert set(course.heads("ada")) == {"main", "starter-2", "starter-3"}


@pytest.mark.thorough
def test_fast_forward_for_those_who_have_not_started(handed_out: Course, run: Run) -> None:
    course = handed_out
    mine = course.commit_work("ada", {"new.txt": "x\n"})
    course.assign(FIXED)
    done = run("class", "update", "hw1", "--fast-forward", "--json")
    assert states(done) == {"ada": "branch sent", "bob": "fast-forwarded", "eve": "fast-forwarded"}
    assert course.heads("ada")["main"] == mine
    assert set(course.heads("bob")) == {"main"}
    assert course.read("bob", "README.md") == FIXED["README.md"].strip()
    assert states(run("class", "update", "hw1", "--fast-forward", "--json")) == {
        "ada": "sent",
        "bob": "has it",
        "eve": "has it",
    }
    assert states(run("class", "status", "hw1", "--json")) == {
        "ada": "at work",
        "bob": "not started",
        "eve": "not started",
    }


@pytest.mark.thorough
def test_fast_forward_after_a_branch_was_sent(handed_out: Course, run: Run) -> None:
    handed_out.assign(FIXED)
    run("class", "update", "hw1", "--only", "bob")
    done = run("class", "update", "hw1", "--only", "bob", "--fast-forward", "--json")
    assert states(done) == {"bob": "fast-forwarded"}


@pytest.mark.thorough
def test_a_student_who_pushes_during_the_update_loses_nothing(
    handed_out: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A student pushes between the plan and the push."""
    from scaffold.commands.classroom import update

    course = handed_out
    course.assign(FIXED)
    real = update.start_update

    def slow(*args: object) -> object:
        course.commit_work("bob", {"new.txt": "x\n"})
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(update, "start_update", slow)
        done = run("class", "update", "hw1", "--fast-forward", "--only", "bob", "--json")
    assert (done.code, states(done)) == (4, {"bob": "failed"})
    assert course.files("bob")[1] == "new.txt"
    assert run("class", "resume").code == 0
    assert course.read("bob", "new.txt", "starter-2") == "x"


@pytest.mark.thorough
def test_a_rewritten_history(handed_out: Course, run: Run, work: Path) -> None:
    course = handed_out
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    clone = work / "clone-hw1-ada"
    git(clone, "checkout", "--quiet", "--orphan", "anew")
    git(clone, "commit", "--quiet", "-m", "all at once")
    git(clone, "push", "--quiet", "--force", "origin", "anew:main")
    course.assign(FIXED)
    assert states(run("class", "update", "hw1", "--plan", "--json"))["ada"] == "clean"
    assert run("class", "update", "hw1").code == 0
    assert course.read("ada", "src/answer.py", "starter-2") == "mine"
    assert course.read("ada", "README.md", "starter-2") == FIXED["README.md"].strip()


@pytest.mark.thorough
def test_no_main_branch(handed_out: Course, run: Run) -> None:
    git(handed_out.bare("ada"), "branch", "-m", "main", "trunk")
    handed_out.assign(FIXED)
    done = run("class", "update", "hw1", "--json")
    assert (done.code, states(done)["ada"]) == (4, "failed")
    assert "has no branch main" in done.data["students"][0]["detail"]


@pytest.mark.thorough
def test_the_rules_of_scaffold_update_apply(handed_out: Course, run: Run, work: Path) -> None:
    """Windows line endings, results of own runs, a notebook that would break: the rules of `scaffold update`."""
    course = handed_out
    block = "<!-- results:start -->\n{}\n<!-- results:end -->\n"
    book = '{{"cells": [\n{}\n], "nbformat": 4}}\n'
    course.assign(
        {
            "R.md": "# R\n" + block.format("nothing yet"),
            "n.ipynb": book.format('{"source": "a"}'),
            "w.txt": "1\n2\n3\n",
        },
        message="2",
    )
    run("class", "update", "hw1", "--fast-forward")
    for student in ("ada", "bob"):
        git(work, "clone", "--quiet", str(course.bare(student)), f"clone-hw1-{student}")
    course.commit_work("ada", {"R.md": "# R\n" + block.format("my 0.9"), "w.txt": b"1\r\n2\r\n3\r\n"})
    course.commit_work("bob", {"n.ipynb": book.format('{"source": "a"},\n{"source": "mine"}')})
    course.assign(
        {
            "R.md": "# R, fixed\n" + block.format("other"),
            "n.ipynb": book.format('{"source": "a"},\n{"source": "theirs"}'),
            "w.txt": "1\n2\n3, fixed\n",
        }
    )
    rows = {
        row["id"]: (row["state"], row["detail"])
        for row in run("class", "update", "hw1", "--plan", "--json").data["students"]
    }
    assert rows["ada"] == ("clean", "3 files")
    assert rows["bob"] == ("conflict", "n.ipynb")
    run("class", "update", "hw1")
    assert course.read("ada", "R.md", "starter-3") == "# R, fixed\n" + block.format("my 0.9").strip()
    assert git(course.bare("ada"), "cat-file", "-s", "starter-3:w.txt") == str(len(b"1\r\n2\r\n3, fixed\r\n"))


@pytest.mark.thorough
def test_personal_files_follow(course: Course, run: Run) -> None:
    personal = 'title = "x"\n[personal]\nfile = "mine.json"\nvalues = {seed = {from = 1, to = 100000}}\n'
    course.assign({"assignment.toml": personal, "tests/hidden/test_more.py": "pass\n"})
    (course.folder / "hw1/tests/hidden/test_more.py").unlink()
    course.assign({})
    assert run("class", "handout", "hw1", "--all-tests-visible").code == 0
    seeds = {student: course.read(student, "mine.json") for student in STUDENTS}
    course.commit_work("ada", {"a.txt": "x\n"})
    course.assign(FIXED)
    assert states(run("class", "update", "hw1", "--json")) == dict.fromkeys(STUDENTS, "branch sent")
    assert {student: course.read(student, "mine.json", "starter-2") for student in STUDENTS} == seeds
    assert len(set(seeds.values())) == 3


def test_a_leak_in_the_fixed_starter_stops_the_update(handed_out: Course, run: Run) -> None:
    before, refs = everything(handed_out), handed_out.store_refs()
    handed_out.assign({"notes.txt": "### END SOLUTION\n"})
    failed = run("class", "update", "hw1")
    assert (failed.code, "notes.txt:1 would show students the marker" in failed.err) == (1, True)
    assert everything(handed_out) == before
    assert handed_out.store_refs() == refs


@pytest.mark.thorough
@pytest.mark.parametrize("version", ["2.38.1", "2.30.2"])
def test_an_older_git_has_the_same_result(
    handed_out: Course, run: Run, work: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    course = handed_out
    course.commit_work("ada", {"README.md": ASSIGNMENT["README.md"].replace("One.", "One, by me.")})
    course.commit_work("bob", {"README.md": ASSIGNMENT["README.md"].replace("Three.", "Three, by me.")})
    course.assign(FIXED)
    new = run("class", "update", "hw1", "--plan", "--json").data["students"]
    if version == "2.30.2":
        pretend(work, version, monkeypatch)
    else:
        monkeypatch.setattr("scaffold.tools.git.version", lambda: (2, 38, 1))
    old = run("class", "update", "hw1", "--plan", "--json")
    assert old.code == 0, old.out
    assert old.data["students"] == new


@pytest.mark.thorough
def test_a_student_runs_scaffold_update_too(run: Run, work: Path, template_course: Course) -> None:
    """`scaffold update` in a student's repository, after an update by the teacher."""
    course = template_course
    assert run("class", "handout", "hw1").code == 0
    git(work, "clone", "--quiet", str(course.bare("ada")), "clone")
    assert "edition: starter" in (work / "clone/.copier-answers.yml").read_text()
    assert "HINT" in (work / "clone/answer.py").read_text()
    assert "42" not in (work / "clone/answer.py").read_text()
    assert (work / "clone/EXERCISES.md").is_file()
    assert "by the teacher" in (work / "clone/README.md").read_text()
    before = snapshot(work / "clone")
    done = run("update", work / "clone", "-y", "--json")
    assert (done.code, done.data["state"]) == (0, "updated")
    changed = {path for path, content in snapshot(work / "clone").items() if before.get(path) != content}
    assert changed == {"news.txt", ".copier-answers.yml"}


def test_the_teachers_version_wins_over_the_starter_editions(template_course: Course, run: Run) -> None:
    template_course.assign(
        {
            "EXERCISES.md": "# My exercises\n",
            "answer.py": "def answer():\n    ### BEGIN SOLUTION\n    return 43 - 1\n    ### END SOLUTION\n    # mine\n",
        }
    )
    done = run("class", "handout", "hw1", "--json")
    assert done.code == 0
    assert [notice["message"].split(":")[0] for notice in done.json["warnings"]] == ["EXERCISES.md", "answer.py"]
    assert template_course.read("ada", "EXERCISES.md") == "# My exercises"
    assert "43" not in template_course.read("ada", "answer.py")
    assert template_course.read("ada", "answer.py").endswith("raise NotImplementedError()\n    # mine")


@pytest.fixture
def template_course(course: Course, run: Run, work: Path) -> Course:
    """A class whose assignment is the teacher edition of a template that has editions, changed by the teacher."""
    from update_support import Template

    answer = (
        "def answer():\n{% if edition == 'starter' %}    raise NotImplementedError('HINT')\n"
        "{% elif edition == 'teacher' %}    ### BEGIN SOLUTION\n    return 42\n    ### END SOLUTION\n{% else %}    return 42\n{% endif %}"
    )
    questions = (
        "_exclude: [\"{% if edition != 'starter' %}EXERCISES.md{% endif %}\", \"{% if edition != 'teacher' %}assignment.toml{% endif %}\"]\n"
        "edition: {type: str, choices: [complete, starter, teacher], default: complete}\n"
    )
    files = {
        "answer.py.jinja": answer,
        "EXERCISES.md": "# Exercises\n",
        "README.md": "# R\n\n1\n",
        "assignment.toml": "",
    }
    template = Template(work / "tpl").release("0.1.0", files, questions)
    shutil.rmtree(course.folder / "hw1")
    assert (
        run("new", template.folder, course.folder / "hw1", "-d", "edition=teacher", "-y", "--no-install", "-q").code
        == 0
    )
    changed = (course.folder / "hw1/answer.py").read_text().replace("return 42", "return 6 * 7  # 42")
    course.assign({"README.md": "# R\n\n1\n\nby the teacher\n", "answer.py": changed})
    template.release("0.2.0", {"news.txt": "new\n"})
    return course


@pytest.mark.thorough
def test_a_branch_of_that_name_is_not_the_update(handed_out: Course, run: Run, work: Path) -> None:
    course = handed_out
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    git(work / "clone-hw1-ada", "push", "--quiet", "origin", "HEAD:starter-2")
    before = course.heads("ada")["starter-2"]
    course.assign(FIXED)
    done = run("class", "update", "hw1", "--only", "ada", "--json")
    assert states(done) == {"ada": "branch sent"}
    assert course.heads("ada")["starter-2"] == before
    assert course.read("ada", "README.md", "starter-2-2") == FIXED["README.md"].strip()
    assert states(run("class", "update", "hw1", "--only", "ada", "--json")) == {"ada": "sent"}
    status = run("class", "status", "hw1", "--only", "ada", "--json")
    assert status.data["students"][0]["detail"] == "starter 2, starter-2-2 is there"
