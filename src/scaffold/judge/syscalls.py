"""System calls that a sandboxed process gives up before it runs a student's code, irrevocably: seccomp(2) of Linux."""

import ctypes
import errno
import os
import struct
import sys

_FORBIDDEN = {
    # A user namespace of one's own has file systems in memory that no limit of the sandbox covers.
    "unshare": (272, 97), "setns": (308, 268),
    # Memory that no process shows: the watchdog would not see it.
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    # It executes other system calls, which this filter would not see.
    "io_uring_setup": (425, 425),
    # Large parts of the kernel that no program of a student needs.
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "bpf": (321, 280), "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
}  # fmt: skip
"""The numbers on x86_64 and on aarch64; None for none."""
_LINKS = {"symlink": (88, None), "symlinkat": (266, 36), "mknod": (133, None), "mknodat": (259, 33)}
"""A test would follow a link that the student's code leaves in a folder that both can write."""
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column of the numbers, and the architecture as seccomp(2) names it (linux/audit.h)."""
_CLONE, _CLONE3 = (56, 220), 435
_NEW_NAMESPACES = 0x7E020000
"""The flags of clone(2) for namespaces (linux/sched.h)."""
_X32 = 0x40000000
"""On x86_64, numbers from this one on are those of another interface."""
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2


class _Program(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def give_up(*, links: bool) -> None:
    """Let the forbidden system calls fail in this process and in all that it starts. Only on x86_64 and aarch64.

    Args:
        links: Give up making symbolic links and named pipes, too.

    Raises:
        OSError: The kernel refuses.
    """
    if sys.platform != "linux" or os.uname().machine not in _MACHINES or sys.maxsize < 1 << 32:
        return
    instructions = _filter(*_MACHINES[os.uname().machine], links=links)
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(instructions) // 8, instructions)
    for call in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program), 0, 0),
    ):
        if libc.prctl(*map(ctypes.c_ulong, call)):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def _filter(column: int, architecture: int, *, links: bool) -> bytes:
    """The filter as a program of the Berkeley Packet Filter."""
    forbidden = [numbers[column] for numbers in (*_FORBIDDEN.values(), *(_LINKS.values() if links else ()))]
    refuse = _instruction(_RETURN, _FAIL | errno.EPERM)
    program = [
        _instruction(_LOAD, 4), _instruction(_EQUAL, architecture, 1, 0), refuse,
        _instruction(_LOAD, 0), _instruction(_AT_LEAST, _X32, 0, 1), refuse,
        # The C library uses clone(2) instead, whose flags can be read.
        _instruction(_EQUAL, _CLONE3, 0, 1), _instruction(_RETURN, _FAIL | errno.ENOSYS),
    ]  # fmt: skip
    for number in forbidden:
        if number is not None:
            program += [_instruction(_EQUAL, number, 0, 1), refuse]
    program += [
        _instruction(_EQUAL, _CLONE[column], 0, 3), _instruction(_LOAD, 16),
        _instruction(_ANY_BIT, _NEW_NAMESPACES, 0, 1), refuse, _instruction(_RETURN, _ALLOW),
    ]  # fmt: skip
    return b"".join(program)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
