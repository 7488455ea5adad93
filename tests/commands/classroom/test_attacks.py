# ruff: noqa: E501
"""Attacks by students' code during grading: each gains nothing, and the other submissions are graded.

All attacks are graded by one run, beside an honest submission. An attack whose `greet` is honest still gets the point
for that: the end of one test is not the end of the others.
"""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from grading_support import class_with_submissions, messages, need_sandbox, points
from support import BIN, Result, spawn

GREET = "\n\ndef greet(name):\n    return 'Hello ' + name\n"


@dataclass(frozen=True)
class Attack:
    """Code in place of the solution, the points that it still gets, and the message of its test of `answer`."""

    code: str
    points: float = 1
    says: str = ""
    files: tuple[tuple[str, str | None], ...] = ()


def body(*lines: str) -> str:
    """A module with this body of `answer` and a correct `greet`."""
    return "def answer(values):\n" + "".join(f"    {line}\n" for line in lines) + GREET


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
    "endless loop": Attack(body("while True:", "    pass"), says="it took longer than 1 s"),
    "endless import": Attack("while True:\n    pass\n", 0, "it took longer than 6 s to import"),
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
    stopped = got is not None and got <= attack.points and "test_more" in said
    as_told = attack.says in said.get("test_answer", "") and (not attack.says or got == attack.points)
    return "" if stopped and as_told else f"{name}: {got} points, {said}"


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
        course = class_with_submissions(work / "ml1", {"honest": {}, **files, "neighbour": {}})
        done = spawn(BIN / "scaffold", "class", "grade", "hw1", "-C", course.folder, "--jobs", "4", "--json")
        assert done.code == 0, done
        with pytest.raises(BlockingIOError):
            server.accept()
    assert (points(done)["honest"], points(done)["neighbour"]) == (4, 4)
    assert "\n".join(filter(None, (odd(done, name) for name in names))) == ""
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
