"""The matrix: what the template did, what the owner did, and the exact tree that comes out.

Every case is also given to `git merge` itself; where no rule of the house has a say, the two must agree to the bit, in
files, modes, markers and index stages.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from scaffold.core.update import recovery
from support import git
from update_support import (
    LINES,
    Condition,
    Edit,
    File,
    Files,
    at_base,
    both,
    changed,
    committed,
    gits_own,
    in_work_tree,
    merge_in,
    move,
    opened,
    plan_of,
    put,
    remove,
    stages,
    to_the_bit,
    tree,
)

NAME = "dép ôt/mes données.txt"


@dataclass(frozen=True)
class Case:
    """One situation.

    Attributes:
        base: the template as the project took it.
        new: what the template changed: path → content, None for deleted.
        edit: what the owner changed.
        then: the work tree afterwards.
        stages: path → the index stages of its conflict.
        plan: path → action.
        house: a rule of the house makes it differ from git's own merge.
    """

    base: Files
    new: dict[str, object]
    edit: Edit
    then: Files
    stages: dict[str, set[int]] = field(default_factory=dict)
    plan: dict[str, str] = field(default_factory=dict)
    house: bool = False

    @property
    def theirs(self) -> Files:
        whole = {**self.base, **self.new}
        return {path: content for path, content in whole.items() if content is not None}


def conflict(mine: str, theirs: str) -> str:
    return f"<<<<<<< yours\n{mine}=======\n{theirs}>>>>>>> new\n"


FAR = changed(LINES, l2="mine", l18="theirs")
NUL = bytes(range(256))
CASES = {
    "far-apart": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l18="theirs")},
        put("a.txt", changed(LINES, l2="mine")),
        {"a.txt": FAR},
        plan={"a.txt": "change"},
    ),
    "adjacent-lines": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l6="theirs")},
        put("a.txt", changed(LINES, l5="mine")),
        {"a.txt": LINES.replace("line 5\nline 6\n", conflict("mine\nline 6\n", "line 5\ntheirs\n"))},
        stages={"a.txt": {1, 2, 3}},
        plan={"a.txt": "conflict"},
    ),
    "one-line-between": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l7="theirs")},
        put("a.txt", changed(LINES, l5="mine")),
        {"a.txt": changed(LINES, l5="mine", l7="theirs")},
        plan={"a.txt": "change"},
    ),
    "same-line-the-same-way": Case(
        {"a.txt": LINES, "b.txt": "b\n"},
        {"a.txt": changed(LINES, l5="better"), "b.txt": "new\n"},
        put("a.txt", changed(LINES, l5="better")),
        {"a.txt": changed(LINES, l5="better"), "b.txt": "new\n"},
        plan={"b.txt": "change"},
    ),
    "same-line-otherwise": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l5="theirs")},
        put("a.txt", changed(LINES, l5="mine")),
        {"a.txt": LINES.replace("line 5\n", conflict("mine\n", "theirs\n"))},
        stages={"a.txt": {1, 2, 3}},
        plan={"a.txt": "conflict"},
    ),
    "template-renamed-edited": Case(
        {"old.txt": LINES},
        {"old.txt": None, "new.txt": changed(LINES, l18="theirs")},
        put("old.txt", changed(LINES, l2="mine")),
        {"new.txt": FAR},
        plan={"new.txt": "rename"},
    ),
    "template-renamed-edited-in-conflict": Case(
        {"old.txt": LINES},
        {"old.txt": None, "new.txt": changed(LINES, l5="theirs")},
        put("old.txt", changed(LINES, l5="mine")),
        {"new.txt": LINES.replace("line 5\n", "<<<<<<< yours:old.txt\nmine\n=======\ntheirs\n>>>>>>> new:new.txt\n")},
        stages={"new.txt": {1, 2, 3}},
        plan={"new.txt": "conflict"},
    ),
    "template-moved-folder": Case(
        {"src/a.txt": LINES, "src/b.txt": LINES + "b\n", "src/deep/c.txt": LINES + "c\n"},
        {
            "src/a.txt": None,
            "src/b.txt": None,
            "src/deep/c.txt": None,
            "lib/a.txt": LINES,
            "lib/b.txt": LINES + "b\n",
            "lib/deep/c.txt": LINES + "c\n",
        },
        both(put("src/a.txt", changed(LINES, l2="mine")), put("src/own.txt", "my own\n")),
        {
            "lib/a.txt": changed(LINES, l2="mine"),
            "lib/b.txt": LINES + "b\n",
            "lib/deep/c.txt": LINES + "c\n",
            "lib/own.txt": "my own\n",
        },
        plan={"lib/a.txt": "rename", "lib/b.txt": "rename", "lib/deep/c.txt": "rename", "lib/own.txt": "rename"},
    ),
    "owner-renamed": Case(
        {"old.txt": LINES},
        {"old.txt": changed(LINES, l18="theirs")},
        both(move("old.txt", "mine/here.txt"), put("mine/here.txt", changed(LINES, l2="mine"))),
        {"mine/here.txt": FAR},
        plan={"mine/here.txt": "change"},
    ),
    "owner-moved-folder-template-adds-to-it": Case(
        {"src/a.txt": LINES, "src/b.txt": LINES + "b\n"},
        {"src/a.txt": changed(LINES, l18="theirs"), "src/c.txt": "c\n"},
        both(move("src/a.txt", "lib/a.txt"), move("src/b.txt", "lib/b.txt")),
        {"lib/a.txt": changed(LINES, l18="theirs"), "lib/b.txt": LINES + "b\n", "lib/c.txt": "c\n"},
        plan={"lib/a.txt": "change", "lib/c.txt": "add"},
    ),
    "both-renamed-differently": Case(
        {"old.txt": LINES, "z": "z\n"},
        {"old.txt": None, "theirs.txt": LINES},
        move("old.txt", "mine.txt"),
        {"mine.txt": LINES, "theirs.txt": LINES, "z": "z\n"},
        stages={"old.txt": {1}, "mine.txt": {2}, "theirs.txt": {3}},
        plan={"mine.txt": "conflict"},
    ),
    "owner-deleted-template-changed": Case(
        {"a.txt": LINES, "b.txt": "b\n"},
        {"a.txt": changed(LINES, l5="theirs"), "b.txt": "new\n"},
        remove("a.txt"),
        {"b.txt": "new\n"},
        plan={"a.txt": "keep", "b.txt": "change"},
        house=True,
    ),
    "owner-deleted-template-renamed-and-changed": Case(
        {"a.txt": LINES, "b.txt": "b\n"},
        {"a.txt": None, "c.txt": changed(LINES, l5="theirs"), "b.txt": "new\n"},
        remove("a.txt"),
        {"b.txt": "new\n"},
        plan={"c.txt": "keep", "b.txt": "change"},
        house=True,
    ),
    "owner-deleted-template-same": Case(
        {"a.txt": LINES, "b.txt": "b\n"},
        {"b.txt": "new\n"},
        remove("a.txt"),
        {"b.txt": "new\n"},
        plan={"b.txt": "change"},
    ),
    "template-deleted-owner-edited": Case(
        {"a.txt": LINES, "z": "z\n"},
        {"a.txt": None},
        put("a.txt", changed(LINES, l5="mine")),
        {"a.txt": changed(LINES, l5="mine"), "z": "z\n"},
        stages={"a.txt": {1, 2}},
        plan={"a.txt": "conflict"},
    ),
    "template-deleted-owner-untouched": Case(
        {"a.txt": LINES, "deep/er/b.txt": "b\n"},
        {"deep/er/b.txt": None},
        put("own.txt", "own\n"),
        {"a.txt": LINES, "own.txt": "own\n"},
        plan={"deep/er/b.txt": "delete"},
    ),
    "both-deleted": Case(
        {"a.txt": LINES, "b.txt": "b\n"},
        {"a.txt": None, "b.txt": "c\n"},
        remove("a.txt"),
        {"b.txt": "c\n"},
        plan={"b.txt": "change"},
    ),
    "both-added-the-same": Case(
        {"a.txt": LINES},
        {"b.txt": "b\n", "c.txt": "c\n"},
        put("b.txt", "b\n"),
        {"a.txt": LINES, "b.txt": "b\n", "c.txt": "c\n"},
        plan={"c.txt": "add"},
    ),
    "both-added-different": Case(
        {"a.txt": LINES},
        {"b.txt": "same\ntheirs\n"},
        put("b.txt", "same\nmine\n"),
        {"a.txt": LINES, "b.txt": "same\n" + conflict("mine\n", "theirs\n")},
        stages={"b.txt": {2, 3}},
        plan={"b.txt": "conflict"},
    ),
    "template-adds": Case(
        {"a.txt": LINES},
        {"x/y/z.txt": "z\n"},
        put("own.txt", "own\n"),
        {"a.txt": LINES, "x/y/z.txt": "z\n", "own.txt": "own\n"},
        plan={"x/y/z.txt": "add"},
    ),
    "binary-template-changed": Case(
        {"a.bin": NUL, "z": "z\n"},
        {"a.bin": NUL + b"\1"},
        put("z", "y\n"),
        {"a.bin": NUL + b"\1", "z": "y\n"},
        plan={"a.bin": "change"},
    ),
    "binary-owner-changed": Case(
        {"a.bin": NUL, "z": "z\n"},
        {"z": "y\n"},
        put("a.bin", NUL + b"\2"),
        {"a.bin": NUL + b"\2", "z": "y\n"},
        plan={"z": "change"},
    ),
    "binary-both-changed": Case(
        {"a.bin": NUL},
        {"a.bin": NUL + b"\1"},
        put("a.bin", NUL + b"\2"),
        {"a.bin": NUL + b"\2"},
        stages={"a.bin": {1, 2, 3}},
        plan={"a.bin": "conflict"},
    ),
    "binary-by-attributes": Case(
        {"a.dat": LINES, ".gitattributes": "*.dat binary\n"},
        {"a.dat": changed(LINES, l18="theirs")},
        put("a.dat", changed(LINES, l2="mine")),
        {"a.dat": changed(LINES, l2="mine"), ".gitattributes": "*.dat binary\n"},
        stages={"a.dat": {1, 2, 3}},
        plan={"a.dat": "conflict"},
    ),
    "exec-bit-template": Case(
        {"run.sh": LINES},
        {"run.sh": File(LINES.encode(), executable=True)},
        put("run.sh", changed(LINES, l2="mine")),
        {"run.sh": File(changed(LINES, l2="mine").encode(), executable=True)},
        plan={"run.sh": "change"},
    ),
    "exec-bit-owner": Case(
        {"run.sh": LINES},
        {"run.sh": changed(LINES, l18="theirs")},
        put("run.sh", File(LINES.encode(), executable=True)),
        {"run.sh": File(changed(LINES, l18="theirs").encode(), executable=True)},
        plan={"run.sh": "change"},
    ),
    "symlink-template-moved-target": Case(
        {"link": File(b"a", symlink=True), "z": "z\n"},
        {"link": File(b"b", symlink=True)},
        put("z", "y\n"),
        {"link": File(b"b", symlink=True), "z": "y\n"},
        plan={"link": "change"},
    ),
    "symlink-both-moved-target": Case(
        {"link": File(b"a", symlink=True)},
        {"link": File(b"b", symlink=True)},
        put("link", File(b"c", symlink=True)),
        {"link": File(b"c", symlink=True)},
        stages={"link": {1, 2, 3}},
        plan={"link": "conflict"},
    ),
    "template-makes-a-file-a-symlink": Case(
        {"a": LINES, "z": "z\n"},
        {"a": File(b"z", symlink=True)},
        put("z", "y\n"),
        {"a": File(b"z", symlink=True), "z": "y\n"},
        plan={"a": "change"},
    ),
    "crlf-on-both": Case(
        {"a.bat": LINES.replace("\n", "\r\n")},
        {"a.bat": changed(LINES, l18="theirs").replace("\n", "\r\n")},
        put("a.bat", changed(LINES, l2="mine").replace("\n", "\r\n")),
        {"a.bat": FAR.replace("\n", "\r\n")},
        plan={"a.bat": "change"},
    ),
    "owner-turned-to-crlf": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l18="theirs")},
        put("a.txt", changed(LINES, l2="mine").replace("\n", "\r\n")),
        {"a.txt": FAR.replace("\n", "\r\n")},
        plan={"a.txt": "change"},
        house=True,
    ),
    "owner-turned-to-lf": Case(
        {"a.txt": LINES.replace("\n", "\r\n")},
        {"a.txt": changed(LINES, l18="theirs").replace("\n", "\r\n")},
        put("a.txt", LINES),
        {"a.txt": changed(LINES, l18="theirs")},
        plan={"a.txt": "change"},
        house=True,
    ),
    "template-turned-to-crlf": Case(
        {"a.txt": LINES, "b.txt": LINES},
        {"a.txt": LINES.replace("\n", "\r\n"), "b.txt": LINES.replace("\n", "\r\n")},
        put("a.txt", changed(LINES, l2="mine")),
        {"a.txt": changed(LINES, l2="mine"), "b.txt": LINES.replace("\n", "\r\n")},
        plan={"b.txt": "change"},
        house=True,
    ),
    "no-final-newline-template": Case(
        {"a.txt": LINES.rstrip("\n")},
        {"a.txt": LINES.rstrip("\n") + " theirs"},
        put("a.txt", changed(LINES, l2="mine").rstrip("\n")),
        {"a.txt": changed(LINES, l2="mine").rstrip("\n") + " theirs"},
        plan={"a.txt": "change"},
    ),
    "no-final-newline-owner-added-it": Case(
        {"a.txt": LINES.rstrip("\n")},
        {"a.txt": changed(LINES, l2="theirs").rstrip("\n")},
        put("a.txt", LINES),
        {"a.txt": changed(LINES, l2="theirs")},
        plan={"a.txt": "change"},
    ),
    "whitespace-only": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l18="line 18  ")},
        put("a.txt", changed(LINES, l2="\tline 2")),
        {"a.txt": changed(LINES, l2="\tline 2", l18="line 18  ")},
        plan={"a.txt": "change"},
    ),
    "whitespace-against-text": Case(
        {"a.txt": LINES},
        {"a.txt": changed(LINES, l5="line 5  ")},
        put("a.txt", changed(LINES, l5="mine")),
        {"a.txt": LINES.replace("line 5\n", conflict("mine\n", "line 5  \n"))},
        stages={"a.txt": {1, 2, 3}},
        plan={"a.txt": "conflict"},
    ),
    "spaces-and-accents": Case(
        {NAME: LINES, 'quo"te\\.txt': "q\n"},
        {NAME: changed(LINES, l18="theirs"), "ajouté à.txt": "é\n", 'quo"te\\.txt': "r\n"},
        put(NAME, changed(LINES, l2="mine")),
        {NAME: FAR, "ajouté à.txt": "é\n", 'quo"te\\.txt': "r\n"},
        plan={NAME: "change", "ajouté à.txt": "add", 'quo"te\\.txt': "change"},
    ),
    "spaces-and-accents-in-conflict": Case(
        {NAME: LINES},
        {NAME: changed(LINES, l5="theirs")},
        put(NAME, changed(LINES, l5="mine")),
        {NAME: LINES.replace("line 5\n", conflict("mine\n", "theirs\n"))},
        stages={NAME: {1, 2, 3}},
        plan={NAME: "conflict"},
    ),
    "marker-text-in-files": Case(
        {"a.txt": conflict("x\n", "y\n") + LINES},
        {"a.txt": conflict("x\n", "y\n") + changed(LINES, l18="theirs")},
        put("a.txt", conflict("x\n", "y\n") + changed(LINES, l2="mine")),
        {"a.txt": conflict("x\n", "y\n") + FAR},
        plan={"a.txt": "change"},
    ),
    "owner-put-a-folder-where-the-template-adds-a-file": Case(
        {"z": "z\n"},
        {"data": "theirs\n"},
        put("data/mine.csv", "mine\n"),
        {"z": "z\n", "data/mine.csv": "mine\n", "data~new": "theirs\n"},
        stages={"data~new": {3}},
        plan={"data~new": "conflict"},
    ),
    "owner-put-a-file-where-the-template-adds-a-folder": Case(
        {"z": "z\n"},
        {"data/a.csv": "theirs\n"},
        put("data", "mine\n"),
        {"z": "z\n", "data~yours": "mine\n", "data/a.csv": "theirs\n"},
        stages={"data~yours": {2}},
        plan={"data/a.csv": "add", "data~yours": "conflict"},
    ),
    "template-file-became-a-folder": Case(
        {"a": LINES, "z": "z\n"},
        {"a": None, "a/b.txt": "b\n"},
        put("z", "y\n"),
        {"a/b.txt": "b\n", "z": "y\n"},
        plan={"a": "delete", "a/b.txt": "add"},
    ),
    "template-folder-became-a-file": Case(
        {"a/b.txt": LINES, "z": "z\n"},
        {"a/b.txt": None, "a": "a\n"},
        put("z", "y\n"),
        {"a": "a\n", "z": "y\n"},
        plan={"a": "add", "a/b.txt": "delete"},
    ),
    "exec-bit-and-content-in-conflict": Case(
        {"run.sh": LINES},
        {"run.sh": File(changed(LINES, l5="theirs").encode(), executable=True)},
        put("run.sh", changed(LINES, l5="mine")),
        {"run.sh": File(LINES.replace("line 5\n", conflict("mine\n", "theirs\n")).encode(), executable=True)},
        stages={"run.sh": {1, 2, 3}},
        plan={"run.sh": "conflict"},
    ),
    "files-the-owner-added": Case(
        {"a.txt": LINES, ".gitignore": "*.log\n"},
        {"a.txt": changed(LINES, l18="theirs"), ".gitignore": "*.log\n*.tmp\n"},
        both(put("own/x.txt", "x\n"), put(".gitignore", "*.log\nsecret\n")),
        {
            "a.txt": changed(LINES, l18="theirs"),
            ".gitignore": "*.log\n" + conflict("secret\n", "*.tmp\n"),
            "own/x.txt": "x\n",
        },
        stages={".gitignore": {1, 2, 3}},
        plan={".gitignore": "conflict", "a.txt": "change"},
    ),
}


def as_yours(found: dict[str, File]) -> dict[str, File]:
    """What git made, with our name for the owner's side in the place of `HEAD`."""
    return {
        path.replace("~HEAD", "~yours"): replace(file, content=file.content.replace(b"<<<<<<< HEAD", b"<<<<<<< yours"))
        for path, file in found.items()
    }


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_situation(case: Case, work: Path) -> None:
    project = at_base(work / "project", case.base, case.edit)
    head = git(project, "rev-parse", "HEAD")

    plan = merge_in(project, case.base, case.theirs)

    assert in_work_tree(project) == tree(case.then)
    assert {path: set(found) for path, found in stages(project).items()} == case.stages
    assert {row.path: row.action for row in plan.changes} == case.plan
    assert all(row.reason for row in plan.changes)
    if case.stages:
        assert git(project, "rev-parse", "HEAD") == head
        unstaged = git(project, "-c", "core.quotePath=false", "diff", "--name-only").splitlines()
        assert set(unstaged) == case.stages.keys()
    else:
        assert committed(project) == tree(case.then)
        assert git(project, "rev-parse", "HEAD^") == head
        assert git(project, "status", "--porcelain") == ""
    if not case.house:
        theirs = gits_own(project, case.base, case.theirs, work / "clone")
        if not case.stages:
            assert committed(project) == committed(theirs)
        assert stages(project) == {path.replace("~HEAD", "~yours"): has for path, has in stages(theirs).items()}
        assert in_work_tree(project) == as_yours(in_work_tree(theirs))


@pytest.mark.parametrize("name", list(CASES)[::4])
def test_planning_touches_nothing(name: str, work: Path) -> None:
    case = CASES[name]
    project = at_base(work / "project", case.base, case.edit)
    before = to_the_bit(project)

    plan_of(project, case.base, case.theirs)

    assert to_the_bit(project) == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.stages])
def test_conflict_is_taken_back_to_the_bit(name: str, work: Path) -> None:
    case = CASES[name]
    project = at_base(work / "project", case.base, case.edit)
    before = Condition.of(project)
    merge_in(project, case.base, case.theirs)
    assert Condition.of(project) != before

    recovery.abort(opened(project))

    assert Condition.of(project) == before
    assert not (project / ".git/MERGE_MSG").exists()


@pytest.mark.thorough
def test_300_files_changed_on_both_sides(work: Path) -> None:
    names = [f"part {number % 7}/file{number}.txt" for number in range(300)]
    base = {name: f"{name}\n{LINES}" for name in names}
    new = {name: f"{name}\n{changed(LINES, l18='theirs')}" for name in names}

    def edit(folder: Path) -> None:
        for name in names:
            (folder / name).write_text(f"{name}\n{changed(LINES, l2='mine')}")

    project = at_base(work / "project", base, edit)

    plan = merge_in(project, base, new)

    assert in_work_tree(project) == tree({name: f"{name}\n{FAR}" for name in names})
    assert len(plan.changes) == 300
    assert git(project, "status", "--porcelain") == ""


def test_nothing_new_changes_nothing(work: Path) -> None:
    project = at_base(work / "project", {"a.txt": LINES}, put("a.txt", "mine\n"))
    before = to_the_bit(project)

    plan = merge_in(project, {"a.txt": LINES}, {"a.txt": LINES})

    assert not plan.changes_anything
    assert to_the_bit(project) == before
