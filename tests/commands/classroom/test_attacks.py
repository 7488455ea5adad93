# ruff: noqa: E501
"""Attacks by students' code during grading: each gains nothing, and the other submissions are graded.

All attacks are graded by one run, beside an honest submission. An attack whose `greet` and `save` are honest still gets
the points for them: the end of one test is not the end of the others.
"""

import importlib.util
import io
import os
import re
import socket
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from grading_support import SOLUTION, class_with_submissions, messages, need_sandbox, points
from support import BIN, Result, spawn

GREET = "\n\ndef greet(name):\n    return 'Hello ' + name\n"
SAVE = "\n\ndef save(path):\n    path.write_text('saved')\n    return path\n"
HONEST = SOLUTION["src/answer.py"] + SAVE
MORE_TESTS = {
    "tests/test_save.py": "from src.answer import save\n\n\ndef test_save(tmp_path):\n    assert save(tmp_path / 'out.txt').read_text() == open('tests/expected.txt').read()\n",
    "tests/expected.txt": "saved",
    "src/test_beside.py": "from src.answer import answer\n\n\ndef test_beside():\n    assert answer([1, 1]) == 2\n",
}
"""A test of a file that the student's code writes, and one that lies beside the code."""
ALL_POINTS = 6


@dataclass(frozen=True)
class Attack:
    """Code in place of the solution, the points that it still gets, and the message of one of its tests."""

    code: str
    points: float = 2
    says: str = ""
    files: tuple[tuple[str, str | bytes | None], ...] = ()
    test: str = "test_answer"


def body(*lines: str) -> str:
    """A module with this body of `answer`, and the rest correct."""
    return "def answer(values):\n" + "".join(f"    {line}\n" for line in lines) + GREET + SAVE


def save(*lines: str, before: str = "") -> str:
    """A module with this body of `save`, and the rest correct."""
    return before + SOLUTION["src/answer.py"] + "\n\ndef save(path):\n" + "".join(f"    {line}\n" for line in lines)


def archive(**files: str) -> bytes:
    """A zip file of modules."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, text in files.items():
            packed.writestr(f"{name}.py", text)
    return stream.getvalue()


def compiled(source: str, path: str) -> bytes:
    """What Python runs in the place of a source, without a look at the source (PEP 552)."""
    code = compile(source, path, "exec")
    return bytes(importlib._bootstrap_external._code_to_hash_pyc(code, bytes(8), False))  # type: ignore[attr-defined]


WRONG = body("return -1")
CHEAT = "import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item):\n    item.obj = lambda **_: None\n"
LIAR = "class Liar(@base@):\n    def __eq__(self, other):\n        return True\n    def __bool__(self):\n        return True\n    __hash__ = None\n\n\n"

ATTACKS = {
    "reads the hidden tests": Attack(
        body(
            "import os, re",
            "for folder, folders, names in os.walk('/'):",
            "    folders[:] = set(folders) - {'usr', 'proc', 'sys', 'lib', 'versions'}",
            "    for name in names:",
            "        if name in ('test_more.py', 'test_answer.py', 'results.json'):",
            "            found = re.search(r'== (\\d+)', open(os.path.join(folder, name)).read())",
            "            return sum(value * value for value in values)",
            "raise RuntimeError('no tests to be seen')",
        ),
        says="no tests to be seen",
    ),
    "reads the hidden tests of the judge": Attack(
        body(
            "import os",
            "for pid in filter(str.isdigit, os.listdir('/proc')):",
            "    if pid != str(os.getpid()) and b'judge.main' in open(f'/proc/{pid}/cmdline', 'rb').read():",
            "        return sum(value * value for value in values)",
            "raise RuntimeError('nobody else is here')",
        ),
        says="nobody else is here",
    ),
    "calls home": Attack(
        body(
            "import socket",
            "socket.create_connection(('127.0.0.1', @port@), timeout=1)",
            "return sum(value * value for value in values)",
        ),
        says="refused",
    ),
    "fork bomb": Attack(
        body("import os", "while True:", "    try:", "        os.fork()", "    except OSError:", "        pass")
    ),
    "thread bomb": Attack(
        body("import threading, time", "while True:", "    threading.Thread(target=time.sleep, args=(60,)).start()")
    ),
    "3 GB": Attack(
        body("return len(bytearray(3 << 30)) - (3 << 30) + sum(value * value for value in values)"), says="Memory"
    ),
    "3 GB by many processes": Attack(
        body(
            "import os, time",
            "for _ in range(20):",
            "    if os.fork() == 0:",
            "        kept = bytearray(150 << 20)",
            "        time.sleep(60)",
            "time.sleep(60)",
        ),
    ),
    "endless loop": Attack(body("while True:", "    pass"), says="it took longer than"),
    "endless import": Attack("while True:\n    pass\n", 0, "it took longer than"),
    "endless generator": Attack(body("import itertools", "return itertools.count()")),
    "writes outside": Attack(
        body(
            "for folder in ('@home@', '@course@', '@course@/hw1', '/usr', '/etc', '/opt', '/opt/scaffold/lib', '/'):",
            "    try:",
            "        open(folder + '/pwned', 'w').write('x')",
            "    except OSError:",
            "        continue",
            "    return sum(value * value for value in values)",
            "raise RuntimeError('nowhere to write')",
        ),
        says="nowhere to write",
    ),
    "fills the disk": Attack(
        body(
            "for number in range(10 ** 9):",
            "    with open(f'/opt/scaffold/work/{number}', 'wb') as file:",
            "        file.write(bytes(7 << 20))",
        ),
    ),
    "deletes the tests": Attack(
        WRONG, files=(("tests/test_answer.py", None), ("tests/test_greet.py", None), ("tests/conftest.py", None))
    ),
    "replaces the tests": Attack(
        WRONG,
        files=(
            ("tests/test_answer.py", "def test_answer():\n    pass\n\n\ndef test_nothing():\n    pass\n"),
            ("tests/hidden/test_more.py", "def test_more():\n    pass\n"),
            ("tests/test_zz.py", "def test_zz():\n    pass\n"),
            ("tests/conftest.py", CHEAT),
            ("conftest.py", CHEAT),
            ("src/conftest.py", CHEAT),
            ("cheat.py", CHEAT),
            ("pytest.ini", "[pytest]\naddopts = -p cheat\n"),
            ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-p cheat"\npythonpath = ["."]\n'),
            ("sitecustomize.py", CHEAT),
            ("pytest.py", CHEAT),
            ("json.py", CHEAT),
        ),
    ),
    "replaces the tests while it runs": Attack(
        body(
            "import os, shutil",
            "for top in ('/work', '/shared', '/opt'):",
            "    for folder, _, _ in os.walk(top):",
            "        shutil.rmtree(folder + '/tests', ignore_errors=True)",
            "        try:",
            "            os.makedirs(folder + '/tests/hidden')",
            "            open(folder + '/tests/test_answer.py', 'w').write('def test_answer():\\n    pass\\n')",
            "            open(folder + '/tests/hidden/test_more.py', 'w').write('def test_more():\\n    pass\\n')",
            "        except OSError:",
            "            pass",
            "return -1",
        )
    ),
    "skips": Attack(body("import pytest", "pytest.skip('not today')"), says="not today"),
    "skips the module": Attack("import pytest\npytest.skip('no', allow_module_level=True)\n", 0, "no"),
    "skips by unittest": Attack(body("import unittest", "raise unittest.SkipTest('no')"), says="no"),
    "expects to fail": Attack(body("import pytest", "pytest.xfail('no')"), says="no"),
    "ends pytest": Attack(body("import pytest", "pytest.exit('done', returncode=0)"), says="done"),
    "exits": Attack(
        body("import os", "os._exit(0)"), says="ended the program in the middle of the test (exit status 0)"
    ),
    "exits politely": Attack(body("import sys", "sys.exit(0)")),
    "exits on import": Attack("import os\nos._exit(0)\n", 0, "exit status 0"),
    "is interrupted": Attack(body("raise KeyboardInterrupt"), says="KeyboardInterrupt"),
    "crashes": Attack(body("import ctypes", "ctypes.string_at(0)"), says="ended the program"),
    "lies about equality": Attack(LIAR.replace("@base@", "object") + body("return Liar()")),
    "lies as a number": Attack(LIAR.replace("@base@", "int") + body("return Liar(-1)")),
    "lies as a list": Attack(LIAR.replace("@base@", "list") + body("return Liar()")),
    "changes the judge": Attack(
        "import builtins, sys\nfor module in list(sys.modules.values()):\n"
        "    for name in list(vars(module)):\n        if name in ('dumps', 'read', 'sum', 'isinstance'):\n"
        "            try:\n                setattr(module, name, lambda *_, **__: True)\n"
        "            except Exception:\n                pass\n" + WRONG,
        0,
    ),
    "writes the results": Attack(
        "import json, os\n\n\ndef frames():\n"
        "    for test in ('test_answer.py::test_answer', 'test_answer.py::test_nothing', 'hidden/test_more.py::test_more'):\n"
        "        text = json.dumps({'id': 'tests/' + test, 'passed': True, 'message': '', 'seconds': 0}).encode()\n"
        "        yield b'T' + text\n"
        "    yield b'E' + b'{\"code\": 0}'\n\n\n"
        + body(
            "for file in range(3, 60):",
            "    for frame in frames():",
            "        try:",
            "            os.write(file, len(frame).to_bytes(4, 'little') + frame)",
            "        except OSError:",
            "            break",
            "for place in ('/work', '/shared', '/tmp'):",
            "    open(place + '/results.json', 'w').write('{}')",
            "    open(place + '/junit.xml', 'w').write('<testsuite tests=\"4\" failures=\"0\"/>')",
            "return -1",
        ),
        0,
    ),
    "answers with the wrong length": Attack(
        body(
            "import os",
            "for file in range(3, 60):",
            "    try:",
            "        os.write(file, b'\\xff' * 8)",
            "    except OSError:",
            "        pass",
            "return -1",
        )
    ),
    "prints without end": Attack(
        body("import sys, os", "while True:", "    print('x' * 10000)", "    os.write(1, b'x' * 10000)")
    ),
    "gives back too much": Attack(body("return 'x' * (20 << 20)"), says="returned more than 8 MB"),
    "gives back a tower": Attack(
        body(
            "import sys",
            "sys.setrecursionlimit(10 ** 6)",
            "tower = []",
            "for _ in range(50000):",
            "    tower = [tower]",
            "return tower",
        )
    ),
    "links out of the repository": Attack(
        body(
            "import os",
            "for link in ('data/passwd', 'data/root', 'data/up'):",
            "    for place in ('/opt/scaffold/work/', '/opt/scaffold/work/../'):",
            "        if os.path.lexists(place + link):",
            "            return sum(value * value for value in values)",
            "raise RuntimeError('no link')",
        ),
        says="no link",
        files=(
            ("data/passwd", "->/etc/passwd"),
            ("data/root", "->/"),
            ("data/up", "->../../../../etc/passwd"),
            ("data/tests", "->../tests/test_answer.py"),
        ),
    ),
    "has a file where the tests are": Attack(
        WRONG,
        files=(
            ("tests", "x"),
            *((path, None) for path in ("tests/conftest.py", "tests/test_answer.py", "tests/test_greet.py")),
        ),
    ),
    "leaves somebody behind": Attack(
        body(
            "import os, time",
            "if os.fork() == 0:",
            "    os.setsid()",
            "    if os.fork() == 0:",
            "        open('/proc/self/comm', 'w').write('left-behind')",
            "        time.sleep(300)",
            "    os._exit(0)",
            "return -1",
        )
    ),
}
SETTINGS = "[pytest]\npythonpath = . cheat.zip src/cheat.zip\naddopts = -p cheat\nrequired_plugins =\n"
PLUGIN = (("entry_points.txt", "[pytest11]\ncheat = cheat\n"), ("METADATA", "Name: cheat\nVersion: 1\n"))
ATTACKS |= {
    "brings settings and an archive with a plugin": Attack(
        WRONG,
        files=(
            ("src/pytest.ini", SETTINGS),
            ("src/cheat.zip", archive(cheat=CHEAT)),
            ("cheat.zip", archive(cheat=CHEAT)),
            ("src/setup.cfg", SETTINGS.replace("[pytest]", "[tool:pytest]")),
            ("src/tox.ini", SETTINGS),
            ("src/pyproject.toml", '[tool.pytest.ini_options]\naddopts = "-p cheat"\npythonpath = ["cheat.zip"]\n'),
            ("src/pytest.toml", '[pytest]\naddopts = ["-p", "cheat"]\n'),
            ("tox.ini", SETTINGS),
            ("setup.cfg", SETTINGS.replace("[pytest]", "[tool:pytest]")),
            (".pytest.ini", SETTINGS),
            ("src/.pytest.ini", SETTINGS),
        ),
    ),
    "is an archive where the code is": Attack(
        WRONG,
        0,
        files=(("src", archive(answer=HONEST, cheat=CHEAT, re=CHEAT, pytest=CHEAT)), ("src/answer.py", None)),
    ),
    "brings plugins of other kinds": Attack(
        WRONG,
        files=(
            ("usercustomize.py", CHEAT),
            ("src/sitecustomize.py", CHEAT),
            ("cheat.pth", "import cheat\n"),
            ("src/cheat.pth", "import cheat\n"),
            ("src/cheat.py", CHEAT),
            ("pyvenv.cfg", "home = /\n"),
            *(
                (f"{place}cheat{kind}/{name}", text)
                for place in ("", "src/")
                for kind in ("-1.dist-info", ".egg-info")
                for name, text in PLUGIN
            ),
        ),
    ),
    "brings a compiled file in the place of its source": Attack(
        WRONG,
        files=(
            (importlib.util.cache_from_source("src/answer.py"), compiled(HONEST, "src/answer.py")),
            ("answer.pyc", compiled(HONEST, "answer.py")),
            (
                importlib.util.cache_from_source("src/test_beside.py").replace(
                    ".pyc", f"-pytest-{pytest.__version__}.pyc"
                ),
                compiled("def test_beside(): pass\n", "src/test_beside.py"),
            ),
        ),
    ),
    "leaves a link to what is expected": Attack(
        save("path.symlink_to('/opt/scaffold/work/tests/expected.txt')", "return path"),
        5,
        "Operation not permitted",
        test="test_save",
    ),
    "leaves a link by another way": Attack(
        save(
            "import subprocess",
            "subprocess.run(['ln', '-s', '/opt/scaffold/work/tests/expected.txt', path], check=True)",
            "return path",
        ),
        5,
        "CalledProcessError",
        test="test_save",
    ),
    "leaves a hard link": Attack(
        save("import os", "os.link('/opt/scaffold/work/src/answer.py', path)", "return path"),
        5,
        "Invalid cross-device link",
        test="test_save",
    ),
    "leaves a pipe": Attack(
        save("import os", "os.mkfifo(path)", "return path"), 5, "Operation not permitted", test="test_save"
    ),
    "leaves a device": Attack(
        save("import os, stat", "os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))", "return path"),
        5,
        "Operation not permitted",
        test="test_save",
    ),
    "leaves a folder that cannot be read": Attack(
        save(
            "path.parent.joinpath('shut/in').mkdir(parents=True)",
            "path.parent.joinpath('shut').chmod(0)",
            "path.parent.chmod(0)",
            "return path",
        ),
        5,
        "Permission denied",
        test="test_save",
    ),
    "names a hidden test as its result": Attack(
        save("return type(path)('/opt/scaffold/work/tests/hidden/test_more.py')"), 5, "No such file", test="test_save"
    ),
    "tells what it was asked": Attack(
        "asked = []\n"
        + body("asked.append(values)", "raise ValueError(f'it took longer than {values} {asked}')").replace(
            "return 'Hello ' + name", "raise KeyError(asked)"
        ),
        1,
    ),
    "tells what it was asked by the name of an error": Attack(
        body("raise type(f'Got{values}Error'.replace('[', '').replace(']', ''), (Exception,), {})(values)")
    ),
    "has a namespace of its own": Attack(
        body(
            "import ctypes, os",
            "libc = ctypes.CDLL(None, use_errno=True)",
            "if libc.unshare(0x10020000) == 0 or libc.syscall(56, 0x10000011, 0, 0, 0, 0) > 0:",
            "    return sum(value * value for value in values)",
            "raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))",
        ),
        says="Operation not permitted",
    ),
    "has a namespace of its own by a program": Attack(
        body(
            "import subprocess",
            "subprocess.run(['unshare', '--user', '--map-root-user', 'mount', '-t', 'tmpfs', 'x', '/tmp'], check=True)",
            "return -1",
        ),
        says="CalledProcessError",
    ),
    "looks into another process": Attack(
        body(
            "import ctypes, os",
            "libc = ctypes.CDLL(None, use_errno=True)",
            "libc.ptrace(16, 1, 0, 0)",
            "raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))",
        ),
        says="Operation not permitted",
    ),
    "keeps memory in a file without a name": Attack(
        body("import os", "os.memfd_create('x')", "return -1"), says="Operation not permitted"
    ),
    "3 GB of shared memory": Attack(
        body(
            "import mmap",
            "shared = mmap.mmap(-1, 3 << 30)",
            "for start in range(0, 3 << 30, 1 << 20):",
            "    shared[start : start + (1 << 20)] = bytes(1 << 20)",
            "return -1",
        ),
    ),
    "fills the temporary folder": Attack(
        body("for number in range(10 ** 6):", "    open(f'/tmp/{number}', 'wb').write(bytes(7 << 20))", "return -1"),
    ),
    "makes files without end": Attack(
        body("for number in range(10 ** 9):", "    open(f'/opt/scaffold/work/{number}', 'w').close()")
    ),
    "nests folders without end": Attack(body("import os", "while True:", "    os.mkdir('d')", "    os.chdir('d')")),
    "opens files without end": Attack(
        body("files = []", "while True:", "    files.append(open('/dev/null'))"), says="Too many open files"
    ),
    "raises its limits": Attack(
        body(
            "import resource",
            "for kind in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):",
            "    resource.setrlimit(kind, (-1, -1))",
        ),
        says="not allowed to raise maximum limit",
    ),
    "sets the clock": Attack(
        body("import time", "time.clock_settime(time.CLOCK_REALTIME, 0)"), says="Operation not permitted"
    ),
    "stops itself": Attack(
        body("import os, signal", "os.kill(os.getpid(), signal.SIGSTOP)"), says="it took longer than 6 s by the clock"
    ),
    "kills everybody": Attack(
        body(
            "import os",
            "for pid in (1, os.getppid(), -1):",
            "    try:",
            "        os.kill(pid, 9)",
            "    except OSError:",
            "        pass",
            "return -1",
        )
    ),
    "says something when it ends": Attack(
        "import atexit, os, sys\n\n\ndef last():\n    for file in range(3, 60):\n        try:\n            os.write(file, b'\\x05\\0\\0\\0V{}')\n        except OSError:\n            pass\n\n\natexit.register(last)\n"
        + body("sys.exit(0)"),
        says="SystemExit",
    ),
    "leaves a thread that goes on": Attack(
        "import os, sys, threading, time\n\n\ndef later():\n    while True:\n        time.sleep(0.01)\n        for module in list(sys.modules.values()):\n            if hasattr(module, 'answer'):\n                module.answer = lambda values: -1\n        print('x' * 1000)\n\n\n"
        + body("threading.Thread(target=later, daemon=True).start()", "return -1")
    ),
    "traces the worker": Attack(
        "import sys\n\n\ndef trace(frame, event, argument):\n    for name in ('answer', 'request', 'value'):\n        if name in frame.f_locals:\n            frame.f_locals[name] = True\n    return trace\n\n\nsys.settrace(trace)\nsys.setprofile(trace)\n"
        + WRONG
    ),
    "walks to the worker's objects": Attack(
        body(
            "import gc, sys",
            "for thing in gc.get_objects():",
            "    if type(thing).__name__ == '_Worker':",
            "        thing.reference = lambda value: ['reference', 0, 'object', ['builtins.int', 'tests.Anything'], [['real', 5]]]",
            "return object()",
        )
    ),
    "lies about its class": Attack(
        "class Liar:\n    __class__ = property(lambda self: int)\n    def __eq__(self, other):\n        return True\n    def __int__(self):\n        return 5\n    __index__ = __int__\n    def __repr__(self):\n        return '5'\n    def __reduce__(self):\n        return eval, ('5',)\n\n\n"
        + body("return Liar()")
    ),
    "sends a program that is unpickled": Attack(
        "import pickle\n\n\nclass Program:\n    def __reduce__(self):\n        return eval, ('5',)\n\n\n"
        + body("return pickle.dumps(Program())")
    ),
    "raises halves of characters": Attack(body("raise ValueError('\\ud800\\0\\x1b[2J')"), says="ValueError"),
    "raises a message of 100 MB": Attack(
        "class Long(Exception):\n    def __str__(self):\n        return 'x' * (100 << 20)\n\n\n" + body("raise Long")
    ),
    "raises an error that cannot be shown": Attack(
        "class Bad(Exception):\n    def __str__(self):\n        raise SystemExit(0)\n    __repr__ = __str__\n\n\n"
        + body("raise Bad")
    ),
    "exits politely on import": Attack("import sys\nsys.exit(0)\n", 0, "it exits"),
    "closes everything": Attack(body("import os", "os.closerange(0, 512)", "return -1")),
    "changes its environment": Attack(
        "import os\n\nos.environ.update(PYTEST_ADDOPTS='-p cheat', PYTHONPATH='/opt/scaffold/work/src', PYTEST_PLUGINS='cheat')\nos.umask(0o777)\n"
        + WRONG,
        files=(("src/cheat.py", CHEAT),),
    ),
    "has a name that is none": Attack(
        WRONG,
        files=((b"src/\xff\xfe\n.txt".decode("utf-8", "surrogateescape"), "x"), ("src/" + "d/" * 300 + "x.txt", "x")),
    ),
}
IDS = {name: f"s{number}" for number, name in enumerate(ATTACKS)}
QUICK = ("reads the hidden tests", "endless loop", "deletes the tests", "replaces the tests")
"""Some that end soon; others keep the machine busy until their limits stop them."""


def filled(code: str, where: dict[str, object]) -> str:
    """The code, with its placeholders filled."""
    for name, value in where.items():
        code = code.replace(f"@{name}@", str(value))
    return code


def odd(done: Result, name: str) -> str:
    """What an attack changed that it must not; empty for nothing."""
    attack, said, got = ATTACKS[name], messages(done, IDS[name]), points(done)[IDS[name]]
    is_stopped = got is not None and got <= attack.points and ("test_more" in said or attack.test != "test_answer")
    as_told = attack.says in said.get(attack.test, "") and (not attack.says or got == attack.points)
    leaks = any("[3]" in message for test, message in said.items() if test != "test_more")
    return "" if is_stopped and as_told and not leaks else f"{name}: {got} points, {said}"


HIDDEN_LINE = re.compile(
    "- passed: a hidden test|- not passed: a hidden test: [A-Za-z ,]+|- a module that a hidden test needs"
)


def tells(feedback: str) -> str:
    """A line of a feedback on a hidden test that has more than a kind of error; empty for none.

    That a visible test found no hidden file, where the student's own code looks for it by name, tells nothing.
    """
    lines = [line for line in feedback.splitlines() if "hidden" in line and "No such file" not in line]
    return next((line for line in lines if not HIDDEN_LINE.fullmatch(line)), "")


@pytest.mark.parametrize(
    "names", [pytest.param(QUICK, id="quick"), pytest.param(tuple(ATTACKS), id="all", marks=pytest.mark.thorough)]
)
def test_no_attack_gains_points_and_other_submissions_are_graded(
    work: Path, home: Path, sealed: Path, names: tuple[str, ...]
) -> None:
    # One test for all attacks, so that not every worker of pytest-xdist builds the class.
    need_sandbox()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        where = {"home": home, "course": work / "ml1", "port": server.getsockname()[1]}
        files = {
            IDS[name]: {"src/answer.py": filled(ATTACKS[name].code, where), **dict(ATTACKS[name].files)}
            for name in names
        }
        honest: dict[str, str | bytes | None] = {"src/answer.py": HONEST}
        submissions = {"honest": honest, **files, "neighbour": honest}
        course = class_with_submissions(work / "ml1", submissions, {**honest, **MORE_TESTS})
        done = spawn(BIN / "scaffold", "class", "grade", "hw1", "-C", course.folder, "--jobs", "4", "--json")
        assert done.code == 0, done
        with pytest.raises(BlockingIOError):
            server.accept()
        assert spawn(BIN / "scaffold", "class", "feedback", "hw1", "-C", course.folder).code == 0
    assert (points(done)["honest"], points(done)["neighbour"]) == (ALL_POINTS, ALL_POINTS)
    assert "\n".join(filter(None, (odd(done, name) for name in names))) == ""
    told = {path.stem: tells(path.read_text()) for path in (course.folder / "results/hw1/feedback").glob("*.md")}
    assert len(told) == len(names) + 2
    assert {student: line for student, line in told.items() if line} == {}
    assert not list(sealed.parent.rglob("pwned"))
    assert not any(Path(folder, "pwned").exists() for folder in ("/", "/usr", "/etc", "/opt"))
    end = time.monotonic() + 10
    while left := [pid for pid in filter(str.isdigit, os.listdir("/proc")) if _name(pid) == "left-behind"]:
        assert time.monotonic() < end, left
    assert not list((sealed / "tmp").iterdir())


def _name(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
