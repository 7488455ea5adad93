"""Whole or not at all."""

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import needs
from conftest import Run
from scaffold.errors import ScaffoldError
from scaffold.tools import files, folders
from support import spawn, write


def test_write_atomically(work: Path) -> None:
    files.write_atomically(work / "a/b.txt", "é\n")
    assert (work / "a/b.txt").read_bytes() == "é\n".encode()
    files.write_atomically(work / "a/b.txt", b"\x00")
    assert (work / "a/b.txt").read_bytes() == b"\x00"
    assert os.listdir(work / "a") == ["b.txt"]
    assert needs.WINDOWS or stat.S_IMODE((work / "a/b.txt").stat().st_mode) == 0o644


def test_what_cannot_be_written_leaves_the_old(work: Path) -> None:
    write(work, {"folder/x": "old"})
    with pytest.raises((ScaffoldError, OSError)):
        files.write_atomically(work / "folder", "new")
    assert (work / "folder/x").read_text() == "old"
    assert os.listdir(work) == ["folder"]


def test_a_file_above_is_said(work: Path) -> None:
    write(work, {"a": ""})
    with pytest.raises(ScaffoldError, match="something else is in its way"):
        files.write_atomically(work / "a/b", "x")


def test_staged_becomes_the_folder(work: Path) -> None:
    with files.staged(work / "x/dest") as stage:
        assert stage.name == "dest"
        assert stage.parent.parent == work / "x"
        write(stage, {"a": "a"})
        assert not (work / "x/dest").exists()
    assert os.listdir(work / "x") == ["dest"]
    assert os.listdir(work / "x/dest") == ["a"]


def test_staged_takes_the_place_of_an_empty_folder(work: Path) -> None:
    (work / "dest").mkdir()
    with files.staged(work / "dest") as stage:
        write(stage, {"a": "a"})
    assert os.listdir(work) == ["dest"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_staged_vanishes_when_its_block_fails(work: Path, error: type[BaseException]) -> None:
    def fill() -> None:
        with files.staged(work / "new/parents/dest") as stage:
            write(stage, {"a": "a"})
            raise error

    with pytest.raises(error):
        fill()
    assert os.listdir(work) == []


def test_staged_keeps_parents_that_were_there(work: Path) -> None:
    (work / "there").mkdir()
    with pytest.raises(ValueError, match="no"), files.staged(work / "there/new/dest"):
        raise ValueError("no")
    assert os.listdir(work / "there") == []


def test_staged_never_overwrites_what_came_meanwhile(work: Path) -> None:
    with pytest.raises(ScaffoldError, match="dest"), files.staged(work / "dest"):
        write(work, {"dest/a": "theirs"})
    assert (work / "dest/a").read_text() == "theirs"
    assert os.listdir(work) == ["dest"]


def test_staged_never_overwrites_a_file_that_came_meanwhile(work: Path) -> None:
    with pytest.raises(ScaffoldError, match="dest"), files.staged(work / "dest"):
        write(work, {"dest": "theirs"})
    assert (work / "dest").read_text() == "theirs"
    assert os.listdir(work) == ["dest"]


@pytest.mark.parametrize("name", ["a" * 255, "é" * 127, "中" * 85])
def test_staged_takes_every_name_that_the_file_system_takes(work: Path, name: str) -> None:
    with files.staged(work / name) as stage:
        write(stage, {"a": ""})
    assert os.listdir(work) == [name]


def test_a_name_that_is_too_long_is_said(work: Path) -> None:
    with pytest.raises(ScaffoldError, match="too long for this file system"), files.staged(work / ("a" * 256)):
        pass
    assert os.listdir(work) == []


def test_the_folder_gets_the_user_s_own_permissions(work: Path) -> None:
    with files.staged(work / "dest"):
        pass
    (work / "plain").mkdir()
    assert (work / "dest").stat().st_mode == (work / "plain").stat().st_mode


def test_a_temporary_folder_is_gone_with_its_read_only_files() -> None:
    with files.temporary_folder() as folder:
        write(folder, {"a/b": ""})
        (folder / "a/b").chmod(0o444)
    assert not folder.exists()


def test_remove_tree_of_a_folder_that_is_gone(work: Path) -> None:
    files.remove_tree(work / "gone")
    assert os.listdir(work) == []


def leave_a_mess(outside: Path, depth: int) -> None:
    """Fill the folder `stage` with links out of it, folders that cannot be read or written, and a very deep one."""
    for name in ("shut", "fixed"):
        Path("stage", name, "deeper").mkdir(parents=True)
        Path("stage", name, "link").symlink_to(outside)
        Path("stage", name, "deeper/link").symlink_to(outside / "mine.txt")
    for path, mode in (("shut/deeper", 0), ("fixed/deeper", 0o555), ("shut", 0), ("fixed", 0o555)):
        Path("stage", path).chmod(mode)
    os.chdir("stage")
    for _ in range(depth):
        Path("d").mkdir()
        os.chdir("d")
    Path().chmod(0)


def in_another_process(folder: Path, *steps: Callable[[], None]) -> None:
    """Call functions in a folder, as another user where we are root: root needs no permissions."""
    for step in steps:
        if (pid := os.fork()) == 0:
            code = 1
            try:
                os.chdir(folder)
                if os.geteuid() == 0:
                    os.setgroups([])
                    os.setgid(1234)
                    os.setuid(1234)
                step()
                code = 0
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0


# Python nests no more than 1,000 calls, and most processes have 1,024 descriptors.
@pytest.mark.parametrize("depth", [3, pytest.param(1200, marks=pytest.mark.thorough)])
def test_remove_tree_follows_no_link_and_changes_nothing_outside(work: Path, depth: int) -> None:
    write(work, {"home/mine.txt": "mine", "stage/file": ""})
    for path in (work, work / "stage", work / "home", work / "home/mine.txt"):
        if os.geteuid() == 0:
            os.chown(path, 1234, 1234)
    modes = {name: (work / name).stat().st_mode for name in ("home", "home/mine.txt")}
    outside = work / "home"
    in_another_process(work, lambda: leave_a_mess(outside, depth), lambda: files.remove_tree(Path("stage")))
    assert os.listdir(work) == ["home"]
    assert {name: (work / name).stat().st_mode for name in modes} == modes
    assert (work / "home/mine.txt").read_text() == "mine"


@needs.posix
def test_a_folder_that_is_measured(work: Path) -> None:
    write(work, {"a/b": "123", "a/c": "45"})
    (work / "a/out").symlink_to("/")
    assert not folders.exceeds(work, 10_000_000, 10)
    assert folders.exceeds(work, 10_000_000, 3)
    assert folders.exceeds(work, 4, 10)
    assert not folders.exceeds(work / "gone", 4, 10)
    (work / "/".join("d" * 80)).mkdir(parents=True)
    assert folders.exceeds(work, 10_000_000, 1000)


def test_sizes(work: Path) -> None:
    write(work, {"a/b.txt": "123", "c": ""})
    (work / "link").symlink_to("c")
    assert files.sizes(work) == {"a/b.txt": 3, "c": 0}


def test_move(work: Path) -> None:
    write(work, {"a/x": "1"})
    files.move(work / "a", work / "deep/b")
    assert (work / "deep/b/x").read_text() == "1"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),
        (errno.EACCES, "cannot be written"),
        (errno.EROFS, "cannot be written"),
        (errno.ENOTDIR, "something else is in its way"),
        (errno.ENAMETOOLONG, "too long"),
    ],
)
def test_the_system_s_refusals_in_words(work: Path, number: int, words: str) -> None:
    with pytest.raises(ScaffoldError, match=words) as said, files.friendly_os_errors(work / "x"):
        raise OSError(number, os.strerror(number), str(work / "x/y"))
    assert said.value.hint


def test_other_errors_pass(work: Path) -> None:
    with pytest.raises(BlockingIOError), files.friendly_os_errors(work):
        raise BlockingIOError(errno.EAGAIN, "again")


LIMITED = """
import resource, signal, sys
from pathlib import Path
from scaffold.errors import ScaffoldError
from scaffold.tools import files, folders
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    files.write_atomically(Path(sys.argv[1]), b"x" * 100)
except (ScaffoldError, OSError) as error:
    print(type(error).__name__)
"""


def test_a_write_that_breaks_off_leaves_the_old_file(work: Path) -> None:
    import sys

    write(work, {"a": "old"})
    assert spawn(sys.executable, "-c", LIMITED, work / "a").out.strip() in {"ScaffoldError", "OSError"}
    assert (work / "a").read_text() == "old"
    assert os.listdir(work) == ["a"]


# -- folders of killed runs --------------------------------------------------------------------------------------------

GONE = 2**22 + 7
"""The id of no process: Linux counts to 2**22."""


def left_behind(name: str, hours: float = 30) -> Path:
    """A folder as a run that was killed so many hours ago left it."""
    folder = write(Path(name), {"deep/file": "x"})
    (folder / "deep/file").chmod(0o444)
    then = time.time() - hours * 3600
    os.utime(folder, (then, then))
    return folder


@needs.shell
def test_the_folders_of_killed_runs_are_removed(work: Path) -> None:
    left = [left_behind(f"scaffold-{GONE}-abcd_123"), left_behind(f".my project.scaffold-{GONE}-abcdefgh")]
    kept = [
        left_behind(f"scaffold-{GONE}-abcd1234", hours=20),
        left_behind(f"scaffold-{os.getpid()}-abcd1234"),
        left_behind("scaffold-abcd1234"),
        left_behind(f"my-scaffold-{GONE}-abcd1234"),
        left_behind(f"scaffold-{GONE}-abcd1234-notes"),
    ]
    with files.staged(work / "dest"):
        pass
    assert not any(folder.exists() for folder in left)
    assert all((folder / "deep/file").exists() for folder in kept)


def test_on_windows_they_are_removed_after_a_week(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    young = left_behind(f"scaffold-{os.getpid()}-abcd1234", hours=6 * 24)
    old = left_behind(f"scaffold-{os.getpid()}-abcdefgh", hours=8 * 24)
    monkeypatch.setattr("scaffold.tools.files.sys.platform", "win32")
    files.sweep(work)
    assert (young.exists(), old.exists()) == (True, False)


@needs.shell
def test_a_link_of_such_a_name_is_left_alone(work: Path, tmp_path: Path) -> None:
    target = left_behind(str(tmp_path / "precious"))
    Path(f"scaffold-{GONE}-abcd1234").symlink_to(target)
    inside = left_behind(f"scaffold-{GONE}-abcdefgh")
    (inside / "link").symlink_to(target)
    os.utime(inside, (0, 0))
    files.sweep(work)
    assert (target / "deep/file").exists()
    assert os.listdir(work) == [f"scaffold-{GONE}-abcd1234"]


@needs.shell
def test_the_next_start_sweeps_the_folder_of_temporary_files(
    sealed: Path, run: Run, acme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_swept", set())  # as in a new process
    left = left_behind(str(sealed / f"tmp/scaffold-{GONE}-abcd1234"))
    assert run("show", "acme/hello").code == 0
    assert not left.exists()


def test_a_full_disk_of_temporary_files_is_said(monkeypatch: pytest.MonkeyPatch, run: Run, acme: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    failed = run("new", "acme/hello", "x", "-y", "--json")
    assert (failed.code, failed.json["error"]["code"]) == (1, "disk-full")


def test_a_temporary_folder_is_in_memory_where_there_is_room_and_the_user_named_no_other(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = work / "memory"
    memory.mkdir()
    monkeypatch.setattr(files, "_MEMORY", memory)
    with files.temporary_folder(1) as folder:
        assert folder.parent != memory  # TMPDIR is set
    monkeypatch.delenv("TMPDIR")
    with files.temporary_folder(1) as folder:
        assert folder.parent == memory
    for room in (0, 1 << 60):
        with files.temporary_folder(room) as folder:
            assert folder.parent != memory
    assert list(memory.iterdir()) == []
