"""`scaffold class import`: a class of another tool gets updates, and no repository changes by the import."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom_support import Course, make_course
from conftest import Run
from support import git, git_repository, stand_in, write

STARTER = {
    "README.md": "# Homework\n\nOne.\n\nTwo.\n\nThree.\n",
    "src/answer.py": "def answer(values):\n    raise NotImplementedError\n",
    "tests/test_answer.py": "from src.answer import answer\n\n\ndef test_answer():\n    assert answer([1]) == 1\n",
}
USERS = ("Ada-L", "bob", "eve")
FORGE = '[forge]\nkind = "folder"\nplace = "repositories"\n\n[repositories]\nname = "{pattern}"\n'
NAMES = {
    "github-classroom": "{assignment}-{username}",
    "repobee": "{username}-{assignment}",
    "classroom50": "{assignment}-{username}",
    "pawtograder": "{assignment}-{username}",
}


@dataclass
class ImportedClass:
    """A class that was started with another tool.

    Attributes:
        course: the new one, without students.
        clones: what that tool cloned.
        template: the repository that it copied from.
        kind: which tool.
    """

    course: Course
    clones: Path
    template: Path
    kind: str

    def bare(self, user: str) -> Path:
        name = NAMES[self.kind].format(assignment="old-hw", username=user)
        return self.course.repositories / f"{name}.git"

    def commit_work(self, user: str, files: dict[str, str | bytes]) -> str:
        clone = self.clones / self.bare(user).stem
        git(clone, "add", "--all")
        write(clone, files)
        git(clone, "add", "--all")
        git(clone, "commit", "--quiet", "--message", "my work")
        git(clone, "push", "--quiet", "origin", "HEAD:main")
        return git(clone, "rev-parse", "HEAD")


@pytest.fixture(params=["github-classroom", "repobee"])
def old(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> ImportedClass:
    """Three students whose first commits differ but have the starter's tree, as those tools create them."""
    header = "student_id,name,email,username,section,team\n"
    course = make_course(work / "ml1", header, FORGE.format(pattern=NAMES[request.param]))
    template = write(work / "template", STARTER)
    git_repository(template)
    made = ImportedClass(course, work / "old-hw-submissions", template, request.param)
    for user in USERS:
        git(work, "clone", "--quiet", "--bare", str(template), str(made.bare(user)))
        clone = made.clones / made.bare(user).stem
        git(work, "clone", "--quiet", str(made.bare(user)), str(clone))
        git(clone, "commit", "--quiet", "--amend", "--message", f"Initial commit for {user}", "--date", "2026-01-01")
        git(clone, "push", "--quiet", "--force", "origin", "HEAD:main")
    monkeypatch.chdir(course.folder)
    return made


def states(result: object) -> dict[str, str]:
    return {row["id"]: row["state"] for row in result.data["students"]}  # type: ignore[attr-defined]


def bring_in(old: ImportedClass, run: Run, *more: str) -> object:
    return run("class", "import", old.kind, str(old.clones), "old-hw", *more, "--json")


@pytest.mark.thorough
@pytest.mark.parametrize("old", NAMES, indirect=True)
def test_an_update_shares_history_with_imported_work(old: ImportedClass, run: Run, work: Path) -> None:
    mine = old.commit_work("bob", {"src/answer.py": "def answer(values):\n    return sum(values)\n"})
    before = {user: git(old.bare(user), "for-each-ref") for user in USERS}
    done = bring_in(old, run)
    assert (done.code, states(done)) == (0, {"Ada-L": "imported", "bob": "imported", "eve": "imported"})
    assert set(done.data) == {"assignment", "roster_written", "students", "unknown"}
    assert {user: git(old.bare(user), "for-each-ref") for user in USERS} == before

    folder = old.course.folder / "old-hw"
    assert (folder / "src/answer.py").read_text() == STARTER["src/answer.py"]
    old.course.assign({"README.md": STARTER["README.md"].replace("Two.", "Two, fixed.")}, name="old-hw")
    plan = run("class", "update", "old-hw", "--plan", "--json")
    assert states(plan) == {"Ada-L": "not started", "bob": "clean", "eve": "not started"}
    assert set(states(run("class", "update", "old-hw", "--json")).values()) == {"branch sent"}

    clone = old.clones / old.bare("bob").stem
    git(clone, "fetch", "--quiet")
    git(clone, "merge", "--quiet", "--no-edit", "origin/starter-2")
    assert "Two, fixed." in (clone / "README.md").read_text()
    assert "sum(values)" in (clone / "src/answer.py").read_text()
    assert git(clone, "merge-base", "--is-ancestor", mine, "HEAD") == ""


@pytest.mark.thorough
def test_a_conflicting_update_can_be_merged_by_git_alone(old: ImportedClass, run: Run) -> None:
    old.commit_work("eve", {"README.md": STARTER["README.md"].replace("Two.", "My two.")})
    bring_in(old, run)
    old.course.assign({"README.md": STARTER["README.md"].replace("Two.", "Two, fixed.")}, name="old-hw")
    done = run("class", "update", "old-hw", "--plan", "--json")
    assert states(done)["eve"] == "conflict"
    run("class", "update", "old-hw")
    clone = old.clones / old.bare("eve").stem
    git(clone, "fetch", "--quiet")
    said = git(clone, "merge", "--no-edit", "origin/starter-2", check=False)
    assert "unrelated" not in said
    assert "<<<<<<<" in (clone / "README.md").read_text()


@pytest.mark.thorough
def test_importing_again_changes_nothing_and_adds_new_clones(old: ImportedClass, run: Run, work: Path) -> None:
    late = old.clones / old.bare("eve").stem
    late.rename(work / "late")
    first = bring_in(old, run)
    assert set(states(first)) == {"Ada-L", "bob"}
    refs = old.course.store_refs()
    again = bring_in(old, run)
    assert (again.code, set(states(again).values())) == (0, {"there already"})
    assert old.course.store_refs() == refs
    (work / "late").rename(late)
    third = bring_in(old, run)
    assert third.data["unknown"] == ["eve"]
    assert any("eve" in notice["message"] for notice in third.json["warnings"])
    with (old.course.folder / "roster.csv").open("a") as roster:
        roster.write("eve,eve\n")
    assert states(bring_in(old, run)) == {"Ada-L": "there already", "bob": "there already", "eve": "imported"}


@pytest.mark.thorough
def test_a_roster_with_students_is_kept(old: ImportedClass, run: Run) -> None:
    rows = "student_id,name,username\n7,Ada,ADA-L\n8,Bob,bob\n9,Eve,eve\n10,Zoë,zoe\n"
    (old.course.folder / "roster.csv").write_text(rows)
    done = bring_in(old, run)
    assert states(done) == {"7": "imported", "8": "imported", "9": "imported", "10": "no clone"}
    assert (old.course.folder / "roster.csv").read_text() == rows
    old.course.assign({}, name="old-hw")
    # Repository names contain the username as the roster has it.
    assert states(run("class", "handout", "old-hw", "--only", "8", "--json")) == {"8": "there already"}


@pytest.mark.thorough
def test_students_who_began_with_different_starters(old: ImportedClass, run: Run) -> None:
    """The teacher fixed the starter in between: with --starter, all of its commits are recognised."""
    write(old.template, {"README.md": "# Homework, fixed\n"})
    git(old.template, "commit", "--quiet", "--all", "--message", "fixed")
    clone = old.clones / old.bare("eve").stem
    write(clone, {"README.md": "# Homework, fixed\n"})
    git(clone, "commit", "--quiet", "--all", "--amend", "--no-edit")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD:main")
    alone = bring_in(old, run)
    assert (alone.code, states(alone)["eve"]) == (4, "no starter found")
    assert states(bring_in(old, run, "--starter", str(old.template)))["eve"] == "imported"


def test_clones_that_do_not_match_are_an_error(old: ImportedClass, run: Run, work: Path) -> None:
    empty = work / "empty"
    empty.mkdir()
    assert "contains no clones" in run("class", "import", old.kind, str(empty), "old-hw").err
    other = run("class", "import", old.kind, str(old.clones), "hw9")
    assert (other.code, "No repository is called" in other.err) == (1, True)
    assert "It can from" in run("class", "import", "canvas", str(old.clones), "old-hw").err
    (old.course.folder / "class.toml").write_text('title = "x"\n')
    wrong = run("class", "import", old.kind, str(old.clones), "old-hw")
    assert (wrong.code, NAMES[old.kind] in wrong.err) == (1, True)
    assert not (old.course.folder / "old-hw").exists()


@pytest.mark.thorough
def test_a_students_git_configuration_runs_nothing(old: ImportedClass, run: Run, work: Path) -> None:
    proof = work / "proof"
    evil = stand_in(work / "evil.sh", f"touch {proof}\nexit 0")
    config = old.clones / old.bare("bob").stem / ".git/config"
    with config.open("a") as file:
        file.write(f"[core]\n\tfsmonitor = {evil}\n\talternateRefsCommand = {evil}\n")
        file.write(f"[uploadpack]\n\tpackObjectsHook = {evil}\n")
    assert bring_in(old, run).code == 0
    assert not proof.exists()
