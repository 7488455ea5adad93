"""System calls that a process gives up before it runs a student's code."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

import needs
import scaffold
from scaffold.judge import syscalls

PROGRAM = """
import ctypes, os, subprocess, sys, threading
sys.path.insert(0, sys.argv[1])
from scaffold.judge import syscalls
syscalls.give_up(links=sys.argv[2] == "links")
libc = ctypes.CDLL(None, use_errno=True)


def failed(call):
    try:
        return int(call()) < 0
    except OSError:
        return True


tried = {
    "namespace": lambda: libc.unshare(0x10000000),
    "memory": lambda: os.memfd_create("x"),
    "segment": lambda: libc.shmget(0, 4096, 0o600),
    "ring": lambda: libc.syscall(425, 1, 0),
    "link": lambda: os.symlink("/", "link") or 0,
    "pipe": lambda: os.mkfifo("pipe") or 0,
    "file": lambda: open("file", "w").write("x"),
    "program": lambda: subprocess.run(["true"]).returncode,
}
thread = threading.Thread(target=lambda: None)
thread.start()
thread.join()
print(*[name for name, call in tried.items() if failed(call)])
"""


@needs.linux
@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="the filter knows other machines' numbers")
@pytest.mark.parametrize(
    ("links", "failed"),
    [
        ("links", ["namespace", "memory", "segment", "ring", "link", "pipe"]),
        ("", ["namespace", "memory", "segment", "ring"]),
    ],
)
def test_what_is_given_up_fails_and_the_rest_works(work: Path, links: str, failed: list[str]) -> None:
    args = [sys.executable, "-I", "-c", PROGRAM, str(Path(scaffold.__file__).parents[1]), links]
    done = subprocess.run(args, cwd=work, capture_output=True, text=True, check=True)
    assert done.stdout.split() == failed


def test_the_numbers_of_each_machine_differ() -> None:
    for column in (0, 1):
        numbers = [pair[column] for pair in (*syscalls._FORBIDDEN.values(), *syscalls._LINKS.values())]
        known = [number for number in numbers if number is not None]
        assert len(set(known)) == len(known)
