"""One student's repository, whatever is in it, is one student's row: everybody else is collected and updated."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import needs
from classroom_support import Course
from conftest import Run
from scaffold.core.classroom.delivery import collect
from scaffold.tools.forges import remote
from support import git, spawn, write

HINT_OF_A_BUG = "scaffold cannot handle this repository"


def hash_object(folder: Path, kind: str, content: str) -> str:
    """Write an object, however wrong it is."""
    args = ("git", "hash-object", "-t", kind, "-w", "--stdin", "--literally")
    return spawn(*args, cwd=folder, stdin=content).out.strip()


def point(folder: Path, commit: str, branch: str = "main") -> None:
    """Let a branch be an object, as a student can who writes into the folder."""
    write(folder / "refs/heads", {branch: commit + "\n"})


def on_top(folder: Path, tree: str, date: str = "1767225600 +0000") -> str:
    """A commit with this tree on top of the branch."""
    head = git(folder, "rev-parse", "main")
    who = f"Mallory <m@example.org> {date}"
    return hash_object(folder, "commit", f"tree {tree}\nparent {head}\nauthor {who}\ncommitter {who}\n\nmine\n")


def dated(date: str) -> Callable[[Path], None]:
    return lambda folder: point(folder, on_top(folder, git(folder, "rev-parse", "main^{tree}"), date))


def is_a_blob(folder: Path) -> None:
    point(folder, hash_object(folder, "blob", "x"))


def is_a_tag(folder: Path) -> None:
    head = git(folder, "rev-parse", "main")
    point(folder, hash_object(folder, "tag", f"object {head}\ntype commit\ntag v1\ntagger M <m@e> 0 +0000\n\nv1\n"))


def is_a_tree_bomb(folder: Path) -> None:
    tree = git(folder, "rev-parse", "main^{tree}")
    for _ in range(9):
        tree = spawn(
            "git", "mktree", cwd=folder, stdin="".join(f"040000 tree {tree}\td{n}\n" for n in range(10))
        ).out.strip()
    point(folder, on_top(folder, tree))


def is_nested(folder: Path) -> None:
    tree = git(folder, "rev-parse", "main^{tree}")
    for _ in range(300):
        tree = spawn("git", "mktree", cwd=folder, stdin=f"040000 tree {tree}\td\n").out.strip()
    point(folder, on_top(folder, tree))


def has_many_branches(folder: Path) -> None:
    head = git(folder, "rev-parse", "main")
    lines = "".join(f"{head} refs/heads/b{number}\n" for number in range(1500))
    write(folder, {"packed-refs": f"# pack-refs with: peeled fully-peeled sorted \n{lines}"})


def has_a_pipe_as_a_branch(folder: Path) -> None:
    os.mkfifo(folder / "refs/heads/pipe")


def has_a_pipe_as_a_pack(folder: Path) -> None:
    (folder / "objects/pack").mkdir(exist_ok=True)
    os.mkfifo(folder / "objects/pack/pack-1.idx")
    dated("1767225601 +0000")(folder)


def has_no_history(folder: Path) -> None:
    point(
        folder,
        hash_object(folder, "commit", f"tree {git(folder, 'rev-parse', 'main^{tree}')}\nparent {'1' * 40}\n\nx\n"),
    )


def has_odd_names(folder: Path) -> None:
    blob = hash_object(folder, "blob", "x").encode()
    listing = b"".join(b"100644 blob %b\t%b\n" % (blob, name) for name in (b"\xff\xfe.py", b"x" * 240))
    done = subprocess.run(["git", "mktree"], cwd=folder, input=listing, capture_output=True, check=True)
    point(folder, on_top(folder, done.stdout.decode().strip()))


COLLECTED: dict[str, Callable[[Path], None]] = {
    "a date of the far future": dated("99999999999999 +0000"),
    "a date that no number holds": dated("99999999999999999999999 +0000"),
    "a date before all time": dated("-5 +0000"),
    "a date that is none": dated("soon"),
    "folders nested in each other": is_nested,
    "odd names": has_odd_names,
}
REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a blob": (is_a_blob, "is no commit but a blob"),
    "a tag": (is_a_tag, "is no commit but a tag"),
    "a tree bomb": (is_a_tree_bomb, "too many files"),
    "many branches": (has_many_branches, "more than 1000 branches"),
    "a pipe as a branch": (has_a_pipe_as_a_branch, "is a pipe or a device"),
    "a pipe as a pack": (has_a_pipe_as_a_pack, "is a pipe or a device"),
    "no history": (has_no_history, ""),
}


def rows(result: object) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["state"], row["detail"]) for row in result.data["students"]}  # type: ignore[attr-defined]


@needs.posix
@pytest.mark.thorough
def test_a_class_of_odd_repositories_is_collected_and_updated(work: Path, run: Run, course: Course) -> None:
    names = {f"c{number}": name for number, name in enumerate(COLLECTED)}
    names |= {f"r{number}": name for number, name in enumerate(REFUSED)}
    students = ["ada", *names, "zoe"]
    write(course.folder, {"roster.csv": "student_id\n" + "".join(f"{student}\n" for student in students)})
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("zoe", {"src/answer.py": "mine\n"})
    for student, name in names.items():
        (COLLECTED[name] if name in COLLECTED else REFUSED[name][0])(course.bare(student))
    done = run("class", "collect", "hw1", "--json")
    assert done.code == 4
    states = rows(done)
    for student in students:
        name = names.get(student, "")
        assert states[student][0] == ("failed" if name in REFUSED else "collected"), (name, states[student])
        assert HINT_OF_A_BUG not in states[student][1]
        if name in REFUSED:
            assert REFUSED[name][1] in states[student][1], (name, states[student])
    course.assign({"README.md": "# First homework\n\nOnce more.\n"})
    for command in ("update", "page", "similarity", "status"):
        args = ["hw1", "--plan"] if command == "update" else ["hw1"]
        assert run("class", command, *args, "--json").code in (0, 4)
    planned = rows(run("class", "update", "hw1", "--plan", "--json"))
    assert (planned["ada"][0], planned["zoe"][0]) == ("clean", "clean")
    assert all(HINT_OF_A_BUG not in detail for _, detail in planned.values())


def test_an_error_that_nobody_foresaw_is_that_students_row(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("class", "handout", "hw1").code == 0
    for student in ("ada", "bob"):
        course.commit_work(student, {"src/answer.py": "mine\n"})
    real = collect.read_history

    def fails(store: object, assignment: str, branch: str, owners: list[str]) -> object:
        if "ada" in owners:
            raise KeyError("\ud800")
        return real(store, assignment, branch, owners)  # type: ignore[arg-type]

    monkeypatch.setattr(collect, "read_history", fails)
    states = rows(run("class", "collect", "hw1", "--json"))
    assert (states["ada"][0], states["bob"][0]) == ("failed", "collected")
    assert states["ada"][1].startswith(f"{HINT_OF_A_BUG} (KeyError: '\\ud800' in test_hostile_repositories.py, line ")


def test_a_repository_that_was_imported_without_a_starter(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    assert run("class", "collect", "hw1").code == 0
    git(course.folder / ".scaffold/store.git", "update-ref", "-d", "refs/students/ada/hw1")
    states = rows(run("class", "collect", "hw1", "--json"))
    assert states["ada"][0] == "not handed out"
    assert states["bob"][0] == "nothing yet"


@needs.posix
def test_a_fetch_that_takes_too_long_is_ended(course: Course, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("class", "handout", "hw1").code == 0
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    course.commit_work("bob", {"src/answer.py": "mine\n"})
    monkeypatch.setattr(remote, "FETCH_SECONDS", 0.5)
    monkeypatch.setattr("scaffold.tools.forges.folder._special_file", lambda _folder: "")
    os.mkfifo(course.bare("ada") / "refs/heads/pipe")
    states = rows(run("class", "collect", "hw1", "--only", "ada", "--json"))
    assert states["ada"] == ("failed", f"{course.bare('ada')} could not be fetched within 0.5 s.")
