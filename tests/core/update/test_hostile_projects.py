"""Hostile projects, in one table: whatever a stranger's folder holds, to look at it and to update many is safe.

No program that it names is run, nothing outside it is written, each command says in one sentence what is wrong, and the
project beside it is updated.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import needs
from conftest import Run
from core.update.test_hostile_templates import World
from support import git, write
from update_support import LINES, changed, commit, committed, put, write_and_commit

pytestmark = [needs.shell, pytest.mark.thorough]

MARK = "touch ran; touch ../ran; touch ../../ran; cat"
KEYS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand", "filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.external",
    "diff.x.textconv", "diff.x.command", "merge.x.driver", "mergetool.x.cmd", "gpg.program", "alias.status",
    "alias.rev-parse", "alias.update", "credential.helper", "remote.origin.uploadpack", "uploadpack.packObjectsHook",
    "sequence.editor", "interactive.diffFilter", "pager.diff", "submodule.x.update", "trailer.x.command",
    "init.templateDir", "browser.x.cmd", "man.x.cmd", "sendemail.smtpServer", "include.path",
)  # fmt: skip
HOOKS = ("pre-commit", "post-checkout", "post-commit", "post-index-change", "reference-transaction", "pre-auto-gc")
Spoil = Callable[[Path], None]


def configured(*lines: str) -> Spoil:
    """Lines in the project's own configuration."""

    def spoil(project: Path) -> None:
        with (project / ".git/config").open("a") as config:
            config.write("\n".join(lines) + "\n")

    return spoil


def programs(project: Path) -> None:
    write_and_commit(project, {".gitattributes": "* filter=x diff=x merge=x\n"})
    for key in KEYS:
        git(project, "config", key, MARK)
    for name in HOOKS:
        write(project, {f".git/hooks/{name}": f"#!/bin/sh\n{MARK} </dev/null\n"})
        (project / ".git/hooks" / name).chmod(0o755)


def answers(text: str) -> Spoil:
    """Lines in its answers file."""

    def spoil(project: Path) -> None:
        here = (project / ".copier-answers.yml").read_text()
        write_and_commit(project, {".copier-answers.yml": here.replace("name: it", text)})

    return spoil


def alone(text: str | bytes) -> Spoil:
    """An answers file of its own."""
    return lambda project: void(write_and_commit(project, {".copier-answers.yml": text}))


def void(_: object) -> None:
    """Nothing."""


def fifo(path: str) -> Spoil:
    def spoil(project: Path) -> None:
        (project / path).unlink(missing_ok=True)
        os.mkfifo(project / path)

    return spoil


def linked(path: str, to: str) -> Spoil:
    def spoil(project: Path) -> None:
        (project / path).unlink(missing_ok=True)
        (project / path).symlink_to(to)
        commit(project)

    return spoil


def folder_linked_outside(project: Path) -> None:
    """`src`, in which the update changes a file, leads out of the project."""
    shutil.copytree(project / "src", project.parent.parent / "elsewhere")
    shutil.rmtree(project / "src")
    (project / "src").symlink_to("../../elsewhere")
    git(project, "update-index", "--assume-unchanged", "src/a.txt", "src/b.txt")


def folder_linked_and_committed(project: Path) -> None:
    write(project.parent.parent / "elsewhere", {"a.txt": LINES, "b.txt": LINES + "b\n"})
    shutil.rmtree(project / "src")
    (project / "src").symlink_to("../../elsewhere")
    commit(project)


def submodule(url: str) -> Spoil:
    def spoil(project: Path) -> None:
        write(project, {".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = {url}\n\tupdate = !{MARK}\n'})
        git(project, "update-index", "--add", "--cacheinfo", f"160000,{git(project, 'rev-parse', 'HEAD')},x")
        (project / "x").mkdir()
        git(project, "add", ".gitmodules")
        git(project, "commit", "-qm", "x")

    return spoil


def elsewhere(project: Path) -> None:
    """Its work tree is another folder, with the owner's own files."""
    write(project.parent.parent / "home-of-another", {"README.md": "theirs\n"})
    git(project, "config", "core.worktree", "../../../home-of-another")


def git_file(project: Path) -> None:
    """`.git` is a file that names a repository of somebody else's."""
    (project / ".git").rename(project.parent / "another.git")
    (project / ".git").write_text("gitdir: ../another.git\n")


def alternates(project: Path) -> None:
    write(project, {".git/objects/info/alternates": "/nowhere\n../../../../../\n\x1b]0;pwned\x07\n"})


def broken(path: str, content: str = "") -> Spoil:
    return lambda project: void(write(project, {path: content}))


def many_names(project: Path) -> None:
    long = "n" * 255
    write_and_commit(project, {long: "x\n", "d" * 100 + "/" + "é" * 127: "x\n", "\x1b]0;pwned\x07\u202e.txt": "x\n"})


def conflicting_name(project: Path) -> None:
    put("new.txt", "")(project)
    (project / "new.txt").unlink()
    write_and_commit(project, {"new.txt/inside": "x\n"})


def removed(project: Path) -> None:
    shutil.rmtree(project / "src")


def without_objects(project: Path) -> None:
    shutil.rmtree(project / ".git/objects")
    (project / ".git/objects").mkdir()


def locked(project: Path) -> None:
    write(project, {".git/index.lock": ""})


def record(project: Path) -> None:
    """A record of an update that names a tree of the attacker's."""
    tree = git(project, "rev-parse", "HEAD^{tree}")
    text = f'{{"phase": "applying", "head": "{tree}", "tree": "{tree}", "version": "\\u001b]0;pwned\\u0007"}}'
    write(project, {".git/scaffold/update.json": text})


def record_with_options(project: Path) -> None:
    """A record that git would take for options."""
    text = '{"phase": "applying", "head": "--x", "tree": "--output=ran", "version": "1", "stash": "--x"}'
    write(project, {".git/scaffold/update.json": text})


def record_that_is_linked(project: Path) -> None:
    (project / ".git/scaffold").mkdir(exist_ok=True)
    (project / ".git/scaffold/lock").unlink(missing_ok=True)
    (project / ".git/scaffold/lock").symlink_to("../../../../victim-lock")
    (project / ".git/scaffold/update.json").symlink_to("/etc/passwd")


HOSTILE: dict[str, Spoil] = {
    "programs": programs,
    "another work tree": elsewhere,
    "a work tree above": configured("[core]", "worktree = ../../.."),
    "a .git file": git_file,
    "alternates": alternates,
    "an include": configured("[include]", "path = ../../nowhere"),
    "an includeIf": configured('[includeIf "gitdir:/"]', "path = evil", "[core]", f"fsmonitor = {MARK}"),
    "a broken configuration": configured("[core", "x"),
    "a configuration with escapes": configured("[core]", "x\x1b]0;pwned\x07 = 1"),
    "a format of the future": configured("[core]", "repositoryformatversion = 99"),
    "an extension of the future": configured("[core]", "repositoryformatversion = 1", "[extensions]", "evil = true"),
    "a bare repository": configured("[core]", "bare = true"),
    "a partial clone": configured("[extensions]", "partialClone = origin", '[remote "origin"]', f"url = ext::{MARK}"),
    "a HEAD of nonsense": broken(".git/HEAD", "ref: refs/heads/../../../victim\n"),
    "no HEAD": broken(".git/HEAD"),
    "a broken index": broken(".git/index", "DIRC nonsense"),
    "attributes": broken(".git/info/attributes", "* filter=x diff=x merge=x eol=crlf working-tree-encoding=UTF-16\n"),
    "no objects": without_objects,
    "a lock": locked,
    "an update's record": record,
    "an update's record with options": record_with_options,
    "an update's record that is a link": record_that_is_linked,
    "a submodule by ext": submodule(f"ext::sh -c '{MARK}'"),
    "a submodule with an option": submodule("--upload-pack=touch ran"),
    "a cycle in the answers": answers("name: &x [*x]"),
    "a bomb in the answers": answers("a: &a [x]\nb: [" + "*a, " * 200 + "]"),
    "depth in the answers": answers("name: " + "[" * 3000),
    "a date in the answers": answers("name: 2020-01-01"),
    "a date in the answers that is none": answers("name: 2020-99-99"),
    "bytes in the answers": answers("name: !!binary aGk="),
    "a set in the answers": answers("name: !!set {a, b}"),
    "Python in the answers": answers(f"name: !!python/object/apply:os.system ['{MARK}']"),
    "a megabyte in the answers": answers("name: " + "x" * 1_000_000),
    "a number in the answers": answers("name: " + "9" * 5000),
    "a template in the answers": answers("name: \"{{ ''.__class__ }}{% include '/etc/passwd' %}\""),
    "a surrogate in the answers": answers('name: "\\uD800"'),
    "a NUL in the answers": answers('name: "a\\0b"'),
    "escapes in the answers": answers('name: "\\x1b]0;pwned\\x07\\u202e"'),
    "an unknown kind in the answers": answers("docker: {a: [b]}"),
    "keys that are no names": answers("1: x\nnull: y\n[a]: z\n2020-01-01: w"),
    "no answers": alone(""),
    "answers that are no UTF-8": alone(b"\xff\xfe\x00"),
    "answers that are NULs": alone("\0" * 100),
    "a release with an option": alone("_commit: --upload-pack=touch ran\n_src_path: /x\n"),
    "an address with an option": alone("_commit: 0.1.0\n_src_path: --upload-pack=touch ran\n"),
    "an address by ext": alone(f"_commit: 0.1.0\n_src_path: git+ext::sh -c '{MARK}'\n"),
    "an address of the machine": alone("_commit: 0.1.0\n_src_path: /etc\n"),
    "an address of itself": alone("_commit: 0.1.0\n_src_path: .\n"),
    "an address with escapes": alone('_commit: "1\\x1b]0;pwned\\x07"\n_src_path: "\\x1b]0;pwned\\x07\\u202e"\n'),
    "an address of 5000 bytes": alone(f"_commit: 0.1.0\n_src_path: /{'x' * 5000}\n"),
    "an address with a token": alone("_commit: 0.1.0\n_src_path: https://me:s3cret@127.0.0.1:1/x.git\n"),
    "an address that is a list": alone("_commit: [0.1.0]\n_src_path: {a: b}\n"),
    "an address that is a number": alone("_commit: 1.0\n_src_path: 7\n"),
    "a pipe for answers": fifo(".copier-answers.yml"),
    "a pipe for a file": fifo("src/a.txt"),
    "a pipe for a new file": fifo("new.txt"),
    "answers that are a link": linked(".copier-answers.yml", "/dev/zero"),
    "a file that is a link to a device": linked("src/a.txt", "/dev/zero"),
    "a file that is a link to itself": linked("src/a.txt", "a.txt"),
    "a new file that is a link outside": linked("new.txt", "../../victim"),
    "attributes that are a link": linked(".gitattributes", "/dev/zero"),
    "a folder that is a link": folder_linked_outside,
    "a folder that is a committed link": folder_linked_and_committed,
    "names of 255 bytes": many_names,
    "a folder for a file": conflicting_name,
    "files removed": removed,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_project_beside_a_good_one(name: str, project: Path, tmp_path: Path, run: Run, work: Path) -> None:
    good, bad = work / "all/good", work / "all/bad"
    shutil.copytree(project, good, symlinks=True)
    project.rename(bad)
    write_and_commit(good, {"src/a.txt": changed(LINES, l2="mine")})
    HOSTILE[name](bad)
    for mark in tmp_path.rglob("ran"):
        mark.unlink()
    world = World(write(tmp_path, {"victim": "unharmed\n"}), run)

    world("status", bad, inside="all/bad")  # it restores an interrupted update
    for command in (["diff"], ["update", "--check"], ["update", "--dry-run", "-v", "-y"]):
        world(*command, bad, inside="all/bad/.git/scaffold")
    world("set", "license=Apache-2.0", "--dry-run", "-C", bad, inside="all/bad/.git/scaffold")
    world("adopt", bad, "none", "--dry-run", inside="all/bad/.git/scaffold")
    world("update", "--all", work / "all", "-y", inside="all")
    if name not in ("programs", "an includeIf"):  # in their own project, an owner's programs run
        world("update", bad, "-y", inside="all/bad")

    assert committed(good)["src/a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
