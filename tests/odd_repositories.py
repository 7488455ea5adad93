"""Repositories of students that are odd or hostile, written as a student can who has access to the folder."""

import os
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from grading_support import Files, files_of
from scaffold.tools.git.bare import BareRepository
from scaffold.tools.git.trees import Commit
from support import git, spawn, write


def push(folder: Path, files: Files, when: str) -> str:
    """Push a commit with changed files (None deletes) at a time in UTC. Returns the commit."""
    seconds = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp())
    head = git(folder, "rev-parse", "main")
    removed = [path for path, content in files.items() if content is None]
    commit = Commit(
        "main",
        files_of(files),
        start=git(folder, "rev-parse", "main^{tree}"),
        parent=head,
        removed=removed,
        message="my work\n",
        stamp=f"Student <s@example.org> {seconds} +0000",
    )
    BareRepository(folder).write([commit])
    log = folder / "logs/refs/heads/main"
    *earlier, last = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*earlier, re.sub(r"> \d+ ", f"> {seconds} ", last)]))
    received(folder, seconds)
    return git(folder, "rev-parse", "main")


def received(folder: Path, seconds: int) -> None:
    """Set the time at which the server received the branch."""
    os.utime(folder / "refs/heads/main", (seconds, seconds))


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


def has_a_branch_of_two_lines(folder: Path) -> None:
    git(folder, "update-ref", "refs/heads/two\u2028lines\u0085", "main")
    dated("1767225601 +0000")(folder)


def has_a_pipe_as_its_head(folder: Path) -> None:
    (folder / "HEAD").unlink()
    os.mkfifo(folder / "HEAD")


COLLECTED: dict[str, Callable[[Path], None]] = {
    "a date of the far future": dated("99999999999999 +0000"),
    "a date that no number holds": dated("99999999999999999999999 +0000"),
    "a date before all time": dated("-5 +0000"),
    "a date that is none": dated("soon"),
    "folders nested in each other": is_nested,
    "odd names": has_odd_names,
    "a branch of two lines": has_a_branch_of_two_lines,
}
REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a blob": (is_a_blob, "is no commit but a blob"),
    "a tag": (is_a_tag, "is no commit but a tag"),
    "a tree bomb": (is_a_tree_bomb, "too many files"),
    "many branches": (has_many_branches, "more than 1000 branches"),
    "a pipe as a branch": (has_a_pipe_as_a_branch, "is a pipe or a device"),
    "a pipe as its head": (has_a_pipe_as_its_head, "is a pipe or a device"),
    "a pipe as a pack": (has_a_pipe_as_a_pack, "is a pipe or a device"),
    "no history": (has_no_history, ""),
}
