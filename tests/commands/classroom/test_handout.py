# ruff: noqa: E501
"""`scaffold class handout`: everybody gets a starter without solutions, and running it again changes nothing."""

import gzip
import hashlib
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import needs
from classroom_support import STUDENTS, TOKEN, Course, git_server, make_course
from conftest import Run
from support import git, git_repository, snapshot, write

HIDDEN = 'hidden = ["tests/hidden"]\n'
MARKER_WORDS = ("SOLUTION", "HIDDEN")


def states(result: object) -> dict[str, str]:
    return {row["id"]: row["state"] for row in result.data["students"]}  # type: ignore[attr-defined]


def test_everybody_gets_the_starter(course: Course, run: Run) -> None:
    done = run("class", "handout", "hw1", "--json")
    assert (done.code, states(done)) == (0, dict.fromkeys(STUDENTS, "handed out"))
    for student in STUDENTS:
        assert course.files(student) == ["README.md", "run.sh", "src/answer.py", "tests/test_answer.py"]
        answer = course.read(student, "src/answer.py")
        assert "raise NotImplementedError()" in answer
        assert "squares" not in answer.split('"""')[-1]
    assert needs.WINDOWS or git(course.bare("ada"), "ls-tree", "main", "run.sh").startswith("100755")


def test_no_pushed_object_contains_a_solution(course: Course, run: Run) -> None:
    assert run("class", "handout", "hw1").code == 0
    for student in STUDENTS:
        bare = course.bare(student)
        oids = git(bare, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").splitlines()
        assert oids
        for line in oids:
            oid, kind = line.split()
            content = git(bare, "cat-file", "-p", oid)
            assert not any(word in content for word in MARKER_WORDS), (kind, content)
            assert "sum(squares)" not in content


def test_a_clone_is_an_ordinary_repository(course: Course, run: Run, work: Path) -> None:
    run("class", "handout", "hw1")
    git(work, "clone", "--quiet", str(course.bare("ada")), "clone")
    assert git(work / "clone", "branch", "--show-current") == "main"
    assert git(work / "clone", "status", "--porcelain") == ""
    assert git(work / "clone", "log", "--format=%cn", "-1") == "Tea Cher"
    assert git(course.bare("ada"), "fsck", "--strict") == ""


def test_handing_out_again_changes_nothing_and_adds_new_students(course: Course, run: Run) -> None:
    run("class", "handout", "hw1", "--only", "ada", "--only", "bob")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    before = {student: course.heads(student) for student in ("ada", "bob")}
    done = run("class", "handout", "hw1", "--json")
    assert states(done) == {"ada": "there already", "bob": "there already", "eve": "handed out"}
    assert {student: course.heads(student) for student in ("ada", "bob")} == before


def test_only_selects_students(course: Course, run: Run) -> None:
    assert states(run("class", "handout", "hw1", "--only", "ADA-L", "--dry-run", "--json")) == {
        "ada": "would be handed out"
    }
    assert set(states(run("class", "handout", "hw1", "--section", "A", "--dry-run", "--json"))) == {"ada", "bob"}
    failed = run("class", "handout", "hw1", "--only", "adda")
    assert (failed.code, failed.err) == (
        1,
        "error: The roster has no student or team `adda`.\n\nhint: Did you mean `ada`?\n",
    )
    assert "None of those students is in section `Z`" in run("class", "handout", "hw1", "--section", "Z").err


def test_a_name_of_two_students_selects_neither(course: Course, run: Run) -> None:
    (course.folder / "roster.csv").write_text("student_id,username\nada,bob\nbob,robert\n")
    failed = run("class", "handout", "hw1", "--only", "bob", "--dry-run")
    assert (failed.code, "`bob` may be ada or bob" in failed.err) == (1, True)
    assert states(run("class", "handout", "hw1", "--only", "robert", "--dry-run", "--json")) == {
        "bob": "would be handed out"
    }


@pytest.mark.thorough
def test_tests_that_would_all_reach_the_students_are_asked_about(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scaffold import console

    question = "Students would receive all 2 test files of hw1: none is hidden."
    course.assign({"assignment.toml": 'title = "x"\n'})
    failed = run("class", "handout", "hw1")
    assert (failed.code, question in failed.err, "--all-tests-visible" in failed.err) == (1, True, True)
    assert not any(course.repositories.iterdir())
    assert question in run("class", "handout", "hw1", "--dry-run").err
    asked: list[str] = []
    monkeypatch.setattr(console, "can_ask", lambda: True)
    monkeypatch.setattr(console, "confirm", lambda text: bool(asked.append(text)))
    assert run("class", "handout", "hw1").code == 1
    assert asked == [f"{question} Send them?"]
    monkeypatch.setattr(console, "can_ask", lambda: False)
    assert run("class", "handout", "hw1", "--only", "ada", "--all-tests-visible").code == 0
    # They have them now: nothing is asked again, also not by an update.
    assert run("class", "handout", "hw1").code == 0
    course.assign({"README.md": "# Fixed\n"})
    assert run("class", "update", "hw1").code == 0


@pytest.mark.thorough
def test_an_assignment_without_markers_is_asked_about(course: Course, run: Run) -> None:
    question = "Nothing in hw1 is marked as a solution: students would receive every file as it is."
    solved = (course.folder / "hw1/src/answer.py").read_text()
    course.assign({"src/answer.py": re.sub(" *### .*\n", "", solved)})
    failed = run("class", "handout", "hw1")
    assert (failed.code, question in failed.err, "--without-markers" in failed.err) == (1, True, True)
    assert question in run("class", "handout", "hw1", "--dry-run").err
    assert not any(course.repositories.iterdir())
    assert run("class", "handout", "hw1", "--without-markers").code == 0
    # It was handed out: neither late students nor an update raise the question again.
    assert run("class", "handout", "hw1").code == 0
    course.assign({"README.md": "# Fixed\n"})
    assert run("class", "update", "hw1").code == 0


def test_hidden_solutions_need_no_markers(course: Course, run: Run) -> None:
    course.assign({"src/answer.py": "def answer(values):\n    pass\n", "solutions/answer.py": "print('a solution')\n"})
    course.assign({"assignment.toml": 'title = "x"\nhidden = ["solutions", "tests/hidden"]\n'})
    assert run("class", "handout", "hw1").code == 0


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("", "Late work gets no points."),
        ("late = {}", "Late work loses no points."),
        (
            "late = {per_day = 10, days = 3}",
            "Late work loses 10 % of its points for each day that has begun, and gets none after 3 days.",
        ),
    ],
)
def test_students_read_when_it_is_due(course: Course, run: Run, policy: str, sentence: str) -> None:
    about = f'title = "x"\nhidden = ["tests/hidden"]\ndue = 2027-01-31T23:59:00+01:00\n{policy}\n'
    course.assign({"assignment.toml": about, "EXERCISES.md": "# Exercises\n\nSolve them.\n"})
    assert run("class", "handout", "hw1").code == 0
    due = f"**Due: 2027-01-31 23:59 (UTC+01:00). {sentence}**"
    assert course.read("ada", "EXERCISES.md") == f"# Exercises\n\n{due}\n\nSolve them.\n".rstrip("\n")


def test_marks_that_scaffold_does_not_know_are_named(course: Course, run: Run) -> None:
    course.assign({"src/more.py": "x = 1\n# BEGIN STUDENT CODE\ny = 2\n"})
    done = run("class", "handout", "hw1")
    assert (done.code, "src/more.py:2: `BEGIN STUDENT CODE`" in done.err) == (0, True)


@pytest.mark.thorough
def test_an_update_that_shows_the_hidden_tests_is_asked_about(course: Course, run: Run) -> None:
    assert run("class", "handout", "hw1").code == 0
    course.assign({"assignment.toml": 'title = "x"\n'})
    planned = run("class", "update", "hw1", "--plan")
    assert (planned.code, "none is hidden" in planned.err) == (0, True)
    failed = run("class", "update", "hw1")
    assert (failed.code, "none is hidden" in failed.err) == (1, True)
    assert all(list(course.heads(student)) == ["main"] for student in STUDENTS)


def test_hidden_tests_inside_a_test_file_are_hidden(course: Course, run: Run) -> None:
    inside = "from src.answer import answer\n\n\n### BEGIN HIDDEN TESTS\ndef test_answer():\n    assert answer([1, 2]) == 5\n### END HIDDEN TESTS\n"
    course.assign({"assignment.toml": 'title = "x"\n', "tests/test_answer.py": inside})
    assert run("class", "handout", "hw1").code == 0


def test_a_dry_run_writes_nothing(course: Course, run: Run) -> None:
    before = snapshot(course.folder)
    done = run("class", "handout", "hw1", "--dry-run", "--json")
    assert set(states(done).values()) == {"would be handed out"}
    assert done.data["files"] == ["README.md", "run.sh", "src/answer.py", "tests/test_answer.py"]
    assert snapshot(course.folder) == before
    assert not course.repositories.exists()
    run("class", "handout", "hw1")
    assert set(states(run("class", "handout", "hw1", "--dry-run", "--json")).values()) == {"has starter 1"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"hw1/src/answer.py": "### BEGIN SOLUTION\nx\n"}, "src/answer.py:1: `BEGIN SOLUTION` has no `END SOLUTION`."),
        ({"hw1/more.txt": "a\n# BEGIN SOLUTION\n"}, "more.txt:2 would show students the marker `BEGIN SOLUTION`."),
        (
            {"hw1/old.py.bak": "    squares = [value * value for value in values]\n    return sum(squares)\n"},
            "old.py.bak:1 would show students the solution of src/answer.py:7.",
        ),
        (
            {"hw1/copy.py": "from src.answer import answer\n\n\ndef test_more():\n    assert answer([3]) == 9\n"},
            "copy.py:1 would show students the hidden file tests/hidden/test_more.py.",
        ),
        (
            {"hw1/assignment.toml": 'hidden = ["tests/hiden"]\n'},
            "hw1/assignment.toml hides `tests/hiden`, but there is no",
        ),
        ({"hw1/assignment.toml": 'hiden = ["x"]\n'}, "hw1/assignment.toml has an unknown key `hiden`."),
        ({"hw1/assignment.toml": 'hidden = ["../x"]\n'}, "hw1/assignment.toml: `../x` is not a path below hw1/."),
        ({"hw1/assignment.toml": "hidden = 3\n"}, "hw1/assignment.toml: `hidden` must be a list of strings."),
        ({"hw1/assignment.toml": 'due = "soon"\n'}, "`due` must be a date or time."),
        ({"hw1/assignment.toml": "x = [\n"}, "is not valid TOML"),
        ({"roster.csv": "student_id\nada\n../x\n;rm\n"}, "roster.csv:3: student_id `../x` may contain only"),
        ({"roster.csv": "student_id\n"}, "roster.csv has no students yet."),
        ({"class.toml": 'forge = "x"\n'}, "class.toml: `forge` must be a table."),
        (
            {"class.toml": '[forge]\nkind = "svn"\n'},
            "class.toml [forge]: `kind` must be one of folder, git, github, gitlab, gitea.",
        ),
        ({"class.toml": '[forge]\nkind = "git"\n'}, "class.toml [forge]: `url` must contain {repository}."),
        (
            {"class.toml": '[forge]\nkind = "git"\nurl = "https://t0k@h/{repository}"\n'},
            "The forge's URL holds a password or token",
        ),
        ({"class.toml": '[repositories]\nname = "{assignment}"\n'}, "`name` must contain {assignment} and {owner}"),
        ({"class.toml": '[repositories]\nname = "../{assignment}-{owner}"\n'}, "`name` may otherwise contain letters"),
        ({"class.toml": '[repositories]\nbranch = "a..b"\n'}, "`a..b` is not a valid branch name."),
        ({"class.toml": "rooster = 1\n"}, "class.toml has an unknown key `rooster`."),
    ],
)
def test_an_error_stops_the_hand_out_before_anything_is_created(
    course: Course, run: Run, files: dict[str, str], message: str
) -> None:
    write(course.folder, files)
    course.assign({})
    for mode in ([], ["--dry-run"]):
        failed = run("class", "handout", "hw1", *mode)
        assert failed.code == 1
        assert message in failed.err
        assert "hint: " in failed.err
        assert not course.repositories.exists() or not any(course.repositories.iterdir())
        assert course.store_refs() == {} if (course.folder / ".scaffold/store.git").exists() else True


def test_the_last_commit_is_handed_out(course: Course, run: Run) -> None:
    write(course.folder, {"hw1/README.md": "changed\n", "hw1/untracked.txt": "x\n"})
    failed = run("class", "handout", "hw1")
    assert failed.code == 1
    assert "uncommitted changes: hw1/README.md" in failed.err
    git(course.folder, "checkout", "--", "hw1/README.md")
    assert run("class", "handout", "hw1").code == 0
    assert "untracked.txt" not in course.files("ada")


def test_an_assignment_without_repository_or_commit(course: Course, run: Run, work: Path) -> None:
    course.assign({})
    (course.folder / ".git").rename(work / "away")
    failed = run("class", "handout", "hw1")
    assert failed.code == 1
    assert "is not in a git repository" in failed.err
    (work / "away").rename(course.folder / ".git")
    write(course.folder, {"hw3/assignment.toml": ""})
    assert "is not in any commit yet" in run("class", "handout", "hw3").err


def test_an_assignment_may_be_a_repository_of_its_own(course: Course, run: Run) -> None:
    git_repository(write(course.folder / "hw2", {"assignment.toml": "", "a.py": "x = 1 # SOLUTION\n"}))
    assert run("class", "handout", "hw2").code == 0
    assert course.files("eve", name="hw2") == ["a.py"]
    assert course.read("eve", "a.py", name="hw2") == "x = ..."


@pytest.mark.parametrize("name", ["nope", "../ml1", "a b", ".git", "-x"])
def test_an_assignment_that_does_not_exist(course: Course, run: Run, name: str) -> None:
    failed = run("class", "handout", "--", name)
    assert failed.code == 1
    assert failed.err.startswith(f"error: There is no assignment `{name}`")
    assert "There are: hw1." in failed.err


def test_files_that_cannot_be_handed_out(course: Course, run: Run) -> None:
    (course.folder / "hw1/out").symlink_to("../../secret")
    course.assign({})
    assert "hw1/out is a link that points out of it." in run("class", "handout", "hw1").err
    (course.folder / "hw1/out").unlink()
    (course.folder / "hw1/in").symlink_to("src/answer.py")
    course.assign({})
    assert run("class", "handout", "hw1").code == 0
    assert git(course.bare("ada"), "ls-tree", "main", "in").startswith("120000")


def test_a_submodule_cannot_be_handed_out(course: Course, run: Run, work: Path) -> None:
    git_repository(write(work / "other", {"f": "x"}))
    git(
        course.folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(work / "other"), "hw1/sub"
    )
    course.assign({})
    assert "hw1/sub is a submodule, which cannot be handed out." in run("class", "handout", "hw1").err


PERSONAL = """\
hidden = ["tests/hidden"]

[personal]
file = "personal.toml"

[personal.values]
seed = {from = 1, to = 1000000}
region = ["north", "south", "east", "wêst"]

[[personal.slices]]
path = "data/rows.csv"
keep = 0.5
"""


def test_personal_values_and_rows(course: Course, run: Run, work: Path) -> None:
    import tomllib

    rows = [f"{number},{number * number}\n" for number in range(200)]
    course.assign(
        {"assignment.toml": PERSONAL, "data/rows.csv": "a,b\n" + "".join(rows), "personal.toml": "seed = 1\n"}
    )
    assert run("class", "handout", "hw1").code == 0
    found = {student: tomllib.loads(course.read(student, "personal.toml")) for student in STUDENTS}
    assert len({values["seed"] for values in found.values()}) == 3
    assert all(1 <= values["seed"] <= 10**6 and values["region"] in PERSONAL for values in found.values())
    slices = {student: course.read(student, "data/rows.csv").splitlines() for student in STUDENTS}
    for kept in slices.values():
        assert kept[0] == "a,b"
        assert 60 < len(kept) - 1 < 140
        assert {f"{line}\n" for line in kept[1:]} <= set(rows)
    assert len({tuple(kept) for kept in slices.values()}) == 3
    # All other objects are shared, and everything is derived from the secret.
    trees = {git(course.bare(student), "rev-parse", "main:src") for student in STUDENTS}
    assert len(trees) == 1
    again = make_course(work / "again")
    again.assign({"assignment.toml": PERSONAL, "data/rows.csv": "a,b\n" + "".join(rows), "personal.toml": "seed = 1\n"})
    os.chdir(again.folder)
    run("class", "handout", "hw1")
    assert again.read("ada", "personal.toml") == course.read("ada", "personal.toml")
    assert again.read("ada", "data/rows.csv") == course.read("ada", "data/rows.csv")


def test_rows_of_a_compressed_file_and_their_checksum(course: Course, run: Run) -> None:
    """The data of the built-in templates is compressed and has checksums."""
    rows = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (number, number) for number in range(200)), mtime=0)
    other = "0" * 64
    sums = f"{hashlib.sha256(rows).hexdigest()}  rows.csv.gz\n{other}  other.csv.gz\n"
    course.assign(
        {
            "assignment.toml": 'hidden = ["tests/hidden"]\n[[personal.slices]]\npath = "data/rows.csv.gz"\nkeep = 0.5\n',
            "data/rows.csv.gz": rows,
            "data/SHA256SUMS": sums,
        }
    )
    assert run("class", "handout", "hw1").code == 0
    for student in STUDENTS:
        packed = subprocess.run(
            ["git", "show", "main:data/rows.csv.gz"], cwd=course.bare(student), capture_output=True, check=True
        ).stdout
        assert 60 < gzip.decompress(packed).count(b"\n") < 140
        mine = f"{hashlib.sha256(packed).hexdigest()}  rows.csv.gz\n{other}  other.csv.gz"
        assert course.read(student, "data/SHA256SUMS") == mine


def test_the_objects_to_be_pushed_are_searched_for_leaks(course: Course, run: Run) -> None:
    """A leak in the personal files of some students is found, and again in every run."""
    course.assign({"assignment.toml": HIDDEN + '[personal]\nfile = "p.toml"\nvalues = {x = ["# BEGIN SOLUTION"]}\n'})
    for _ in range(2):
        failed = run("class", "handout", "hw1")
        assert (failed.code, "p.toml:1 would show students the marker" in failed.err) == (1, True)
        assert not any(course.repositories.iterdir())
    assert run("class", "resume").code == 1
    assert not any(course.repositories.iterdir())


@pytest.mark.parametrize("suffix", ["json", "yml"])
def test_personal_values_in_other_formats(course: Course, run: Run, suffix: str) -> None:
    import yaml

    course.assign(
        {
            "assignment.toml": f'{HIDDEN}[personal]\nfile = "mine.{suffix}"\nvalues = {{seed = {{from = 5, to = 5}}, x = ["é"]}}\n'
        }
    )
    run("class", "handout", "hw1")
    assert yaml.safe_load(course.read("ada", f"mine.{suffix}")) == {"seed": 5, "x": "é"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[personal]\nfile = "a.toml"\n', "needs both a `file` and `values`"),
        ('[personal]\nfile = "a.txt"\nvalues = {x = ["a"]}\n', "must end in .toml"),
        ('[personal]\nfile = "a.toml"\nvalues = {x = 3}\n', "`x` must be a list of strings or a range"),
        (
            '[personal]\nfile = "a.toml"\nvalues = {x = {from = 3, to = 1}}\n',
            "`x` must be a list of strings or a range",
        ),
        ('[[personal.slices]]\npath = "a.csv"\nkeep = 2\n', "`keep` between 0 and 1"),
        ('[[personal.slices]]\npath = "none.csv"\nkeep = 0.5\n', "the starter has no file none.csv"),
        ('[[personal.slices]]\npath = "q.csv"\nkeep = 0.5\n', "q.csv cannot be split into rows"),
        ('[[personal.slices]]\npath = "q.csv.gz"\nkeep = 0.5\n', "q.csv.gz cannot be split into rows"),
        ('[personal]\nslices = "x"\n', "`slices` must be a list of tables"),
    ],
)
def test_invalid_personal_values(course: Course, run: Run, text: str, message: str) -> None:
    course.assign({"assignment.toml": text, "q.csv": 'a\n"two\nlines"\n', "q.csv.gz": "a,b\n"})
    failed = run("class", "handout", "hw1")
    assert failed.code == 1
    assert message in failed.err


def test_a_team_shares_a_repository(course: Course, run: Run) -> None:
    course.assign({"assignment.toml": HIDDEN + "teams = true\n"})
    done = run("class", "handout", "hw1", "--json")
    assert states(done) == {"red": "handed out", "eve": "handed out"}
    assert states(run("class", "handout", "hw1", "--only", "bob", "--json")) == {"red": "there already"}


def test_pseudonyms(course: Course, run: Run) -> None:
    write(course.folder, {"class.toml": '[repositories]\npseudonyms = true\nname = "{assignment}-{section}-{owner}"\n'})
    assert run("class", "handout", "hw1").code == 0
    names = sorted(path.name for path in course.repositories.iterdir())
    assert len(names) == 3
    assert [name[:6] for name in names] == ["hw1-a-", "hw1-a-", "hw1-b-"]
    for student in STUDENTS:
        assert not any(student in name for name in names)
    assert run("class", "handout", "hw1", "--json").code == 0


def test_repositories_with_the_same_name(course: Course, run: Run) -> None:
    write(course.folder, {"class.toml": '[repositories]\nname = "{assignment}-{owner}-x"\n'})
    (course.folder / "roster.csv").write_text("id\n" + "a" * 63 + "\n")
    course.assign({}, message="x")
    (course.folder / ("h" * 40)).mkdir()
    assert run("class", "handout", "hw1", "--dry-run").code == 0
    course.assign({"assignment.toml": ""}, name="h" * 40)
    assert "cannot name a repository" in run("class", "handout", "h" * 40).err


@pytest.mark.thorough
def test_a_repository_with_other_commits_is_not_changed(course: Course, run: Run, work: Path) -> None:
    git_repository(write(work / "other", {"f": "x"}))
    course.repositories.mkdir()
    git(work, "clone", "--quiet", "--bare", str(work / "other"), str(course.bare("bob")))
    before = course.heads("bob")
    done = run("class", "handout", "hw1", "--json")
    assert (done.code, states(done)) == (4, {"ada": "handed out", "bob": "failed", "eve": "handed out"})
    assert "has commits that were not handed out" in done.data["students"][1]["detail"]
    assert course.heads("bob") == before
    for_people = run("class", "resume")
    assert for_people.code == 4
    assert for_people.err.startswith("warning: 1 of 3 failed.\n\nhint: When that is fixed: scaffold class resume")
    git(course.folder, "init", "--quiet")
    course.bare("bob").rename(work / "away.git")
    assert run("class", "resume").code == 0
    assert run("class", "resume").out.startswith("Nothing was left unfinished.")
    assert len(course.files("bob")) == 4


def test_a_missing_repository_is_handed_out_again(course: Course, run: Run, work: Path) -> None:
    run("class", "handout", "hw1")
    course.bare("bob").rename(work / "away.git")
    assert states(run("class", "status", "hw1", "--json"))["bob"] == "gone"
    assert states(run("class", "handout", "hw1", "--only", "bob", "--json")) == {"bob": "again"}
    assert len(course.files("bob")) == 4


def test_students_who_join_late_get_the_changed_assignment(course: Course, run: Run) -> None:
    run("class", "handout", "hw1", "--only", "ada")
    course.assign({"README.md": "# Changed\n"})
    done = run("class", "handout", "hw1", "--json")
    assert done.data["version"] == 2
    assert course.read("ada", "README.md").startswith("# First")
    assert course.read("eve", "README.md") == "# Changed"
    course.assign({"tests/hidden/test_more.py": "changed, and students do not see it\n"})
    assert run("class", "handout", "hw1", "--json").data["version"] == 2


def test_the_forge_disappears_during_the_hand_out(course: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (course.folder / "roster.csv").write_text("id\n" + "".join(f"s{number}\n" for number in range(12)))
    (course.folder / "blocked").write_text("a file\n")
    write(course.folder, {"class.toml": '[forge]\nplace = "blocked/repositories"\n'})
    failed = run("class", "handout", "hw1")
    assert failed.code == 1
    assert "something else is in its way" in failed.err


def test_the_batch_stops_after_equal_failures(course: Course, run: Run, work: Path) -> None:
    (course.folder / "roster.csv").write_text("id\n" + "".join(f"s{number}\n" for number in range(12)))
    with git_server(work / "forge") as server:
        write(course.folder, {"class.toml": f'[forge]\nkind = "git"\nurl = "{server.url}/{{repository}}.git"\n'})
        done = run("class", "handout", "hw1", "--json")
        assert done.code == 4
        details = [row["detail"] for row in done.data["students"]]
        assert details.count("not tried") >= 4
        assert "denied access" in details[0]
        asked = {path.split("/")[1] for _, path, _ in server.request_log}
        assert len(asked) < 12


@pytest.mark.thorough
def test_over_http_with_a_token(course: Course, run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAFFOLD_GIT_TOKEN", TOKEN)
    with git_server(course.repositories) as server:
        write(course.folder, {"class.toml": f'[forge]\nkind = "git"\nurl = "{server.url}/{{repository}}.git"\n'})
        done = run("class", "handout", "hw1", "--json")
        assert (done.code, states(done)) == (0, dict.fromkeys(STUDENTS, "handed out"))
        assert states(run("class", "handout", "hw1", "--json")) == dict.fromkeys(STUDENTS, "there already")
        course.commit_work("ada", {"mine.txt": "x\n"})
        course.assign({"README.md": "# Fixed\n"})
        sent = run("class", "update", "hw1", "--json")
        assert states(sent) == dict.fromkeys(STUDENTS, "branch sent")
    assert course.read("ada", "README.md", "starter-2") == "# Fixed"
    assert course.read("ada", "mine.txt", "starter-2") == "x"
    everything = b"".join(path.read_bytes() for path in course.folder.rglob("*") if path.is_file())
    assert TOKEN.encode() not in everything + done.out.encode() + sent.out.encode()


def test_the_journal_of_a_hand_out(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    lines = [json.loads(line) for line in (course.folder / ".scaffold/journal.jsonl").read_text().splitlines()]
    assert (lines[0]["event"], lines[-1]["event"]) == ("begin", "end")
    steps = {(line["owner"], line["event"]) for line in lines if "owner" in line}
    assert steps == {(student, step) for student in STUDENTS for step in ("created", "pushed")}


def test_two_hand_outs_at_the_same_time(course: Course, run: Run) -> None:
    from filelock import FileLock

    (course.folder / ".scaffold").mkdir(exist_ok=True)
    with FileLock(course.folder / ".scaffold/lock"):
        failed = run("class", "handout", "hw1")
    assert failed.code == 1
    assert "Another scaffold is at work in the class" in failed.err


@needs.permissions
def test_the_secret_is_readable_by_the_owner_only(course: Course, run: Run) -> None:
    (course.folder / ".scaffold/secret").unlink()
    course.assign({"assignment.toml": PERSONAL.partition("[[")[0]})
    run("class", "handout", "hw1")
    secret = course.folder / ".scaffold/secret"
    assert secret.stat().st_mode & 0o077 == 0
    assert len(secret.read_text().strip()) == 64


def test_columns_are_shown_before_anything_is_made(course: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from scaffold import console

    (course.folder / "roster.csv").write_text("Matrikelnummer,Name,Vorname,Note\ns1,L,Ada,1\n")
    read = "student_id from `Matrikelnummer`, first_name from `Vorname`, last_name from `Name`; not used: Note"
    assert f"roster.csv: {read}." in run("class", "handout", "hw1", "--dry-run").out
    asked: list[str] = []
    monkeypatch.setattr(console, "can_ask", lambda: True)
    monkeypatch.setattr(console, "confirm", lambda text: bool(asked.append(text)))
    failed = run("class", "handout", "hw1")
    assert (failed.code, "nothing was handed out" in failed.err) == (1, True)
    assert asked == [f"roster.csv: {read}. Is that right?"]
    assert not course.repositories.exists() or not any(course.repositories.iterdir())
    monkeypatch.setattr(console, "confirm", lambda text: not asked.append(text))
    assert run("class", "handout", "hw1").code == 0
    assert run("class", "handout", "hw1").code == 0
    assert len(asked) == 2


@pytest.mark.thorough
def test_a_name_that_changes_makes_no_second_repository(course: Course, run: Run) -> None:
    """A section that moved, and a pattern or a secret that changed: the repository stays the student's."""
    settings = course.folder / "class.toml"
    names = '\n[repositories]\nname = "{assignment}-{section}-{owner}"\n'
    settings.write_text(settings.read_text() + names)
    run("class", "handout", "hw1")
    before = sorted(path.name for path in course.repositories.iterdir())
    roster = course.folder / "roster.csv"
    roster.write_text(roster.read_text().replace("ada-l,A,", "ada-l,B,"))
    settings.write_text(settings.read_text() + "pseudonyms = true\n")
    done = run("class", "handout", "hw1", "--json")
    assert {row["state"] for row in done.data["students"]} == {"there already"}
    assert sorted(path.name for path in course.repositories.iterdir()) == before
    # Renamed by the teacher, there as well: the new name is taken over.
    settings.write_text(settings.read_text().replace("pseudonyms = true\n", ""))
    (course.repositories / "hw1-a-ada.git").rename(course.repositories / "hw1-b-ada.git")
    done = run("class", "handout", "hw1", "--json")
    assert {row["state"] for row in done.data["students"]} == {"there already"}
    assert sorted(path.name for path in course.repositories.iterdir())[0] == "hw1-a-bob.git"
    assert run("class", "status", "hw1", "--json").data["students"][0]["state"] == "not started"


def test_a_lost_secret_stops_before_anything_is_made(course: Course, run: Run) -> None:
    run("class", "handout", "hw1")
    (course.folder / ".scaffold/secret").unlink()
    settings = course.folder / "class.toml"
    settings.write_text(settings.read_text() + "\n[repositories]\npseudonyms = true\n")
    failed = run("class", "handout", "hw1")
    assert (failed.code, "is missing" in failed.err) == (1, True)
    assert not (course.folder / ".scaffold/secret").exists()
    (course.folder / ".scaffold/secret").touch()
    assert run("class", "handout", "hw1").code == 0
