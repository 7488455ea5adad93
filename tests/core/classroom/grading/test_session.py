# ruff: noqa: E501
"""Tests in one sandbox and a student's code in another: what ordinary tests do works."""

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grading_support import OUTSIDE, files_of, interpreter, need_sandbox
from scaffold.core.classroom.assignment_file import Limits
from scaffold.core.classroom.grading import environment, session
from scaffold.core.classroom.grading.runner import Runner
from scaffold.core.classroom.grading.submission import read_layout, split_files
from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult
from scaffold.core.outcome import silent
from scaffold.tools.sandbox import Bubblewrap, Container, Sandbox, Unsandboxed

CODE = """\
import contextlib
import dataclasses
import enum
import multiprocessing
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

LIMIT = 3


class OwnError(ValueError):
    pass


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

    def moved(self, by, /, target=1, operation=2):
        return Point(self.x + by * target, self.y + operation)

    @property
    def far(self):
        return abs(self.x) > LIMIT


class Pair(NamedTuple):
    first: int
    second: str


class Colour(enum.Enum):
    RED = 1


def fail(kind):
    raise {"own": OwnError, "key": KeyError, "os": OSError}[kind]("no " + kind)


def count(n):
    yield from range(n)


@contextlib.contextmanager
def opened(n):
    yield n


def say(what):
    print("said", what)


def save(path, text):
    Path(path).write_text(text)


def first(points):
    return points[0]


def around():
    return Path.cwd().name, os.environ.get("REGION"), Path("here.txt").read_text()


def lock():
    with multiprocessing.Lock():
        return True
"""
TESTS = """\
import pytest

import pack.code
from pack import code
from pack.code import LIMIT, Colour, OwnError, Pair, Point, around, count, fail, first, lock, opened, save, say


def test_values():
    assert LIMIT == code.LIMIT == pack.code.LIMIT == 3
    assert code.__file__.endswith("src/pack/code.py")


def test_objects():
    point = Point(2, y=5)
    assert (point.x, point.far, point) == (2, False, Point(2, 5))
    assert point != Point(2, 6)
    assert point.moved(3, target=2, operation=1) == Point(8, 6)
    point.x = 40
    assert point.far is True
    assert isinstance(point, Point) and not isinstance(point, Pair)
    assert type(point).__name__ == "Point"
    assert first([point, 1]).x == 40
    assert [Point(1), Point(2)] == [Point(1), Point(2)]


def test_named_tuples_and_members():
    assert Pair(1, "a") == Pair(1, "a") and Pair(1, "a").second == "a"
    assert Colour.RED == code.Colour.RED and Colour.RED.value == 1


@pytest.mark.parametrize(("kind", "error"), [("own", OwnError), ("own", ValueError), ("key", KeyError), ("os", OSError)])
def test_errors(kind, error):
    with pytest.raises(error, match=f"no {kind}"):
        fail(kind)


def test_an_unexpected_exception_is_a_student_error():
    with pytest.raises(pytest.fail.Exception):
        with pytest.raises(TypeError):
            with pytest.raises(KeyError):
                fail("own") if False else None
    with pytest.raises(ImportError):
        import pack.nowhere
    with pytest.raises(AttributeError):
        code.nowhere
    assert not hasattr(code, "nowhere")


def test_generators_and_contexts():
    assert list(count(4)) == [0, 1, 2, 3]
    assert next(count(1)) == 0
    with opened(7) as n:
        assert n == 7


def test_printed_output(capsys):
    say("x")
    assert capsys.readouterr().out == "said x\\n"


def test_files(tmp_path):
    save(tmp_path / "f", "text")
    assert (tmp_path / "f").read_text() == "text"


def test_settings():
    code.LIMIT = 1
    assert Point(2).far
    code.LIMIT = 3


def test_patches(monkeypatch):
    point = Point(1)
    with monkeypatch.context() as outer:
        outer.setattr(code, "LIMIT", 0)
        outer.setattr(point, "x", 9)
        outer.setattr(code, "ADDED", 1, raising=False)
        with monkeypatch.context() as inner:
            inner.setattr(code, "LIMIT", 100)
            assert not point.far
        assert point.far and code.LIMIT == 0 and code.ADDED == 1
    assert (code.LIMIT, point.x, point.far, hasattr(code, "ADDED")) == (3, 1, False, False)
    with monkeypatch.context() as patch:
        patch.delattr(code, "count")
        assert not hasattr(code, "count")
    assert list(code.count(1)) == [0]


def either(point: Point | None = None, other: int | Point | None = None) -> Pair | str:
    return point


def test_classes_in_annotations():
    assert isinstance(Point(1), Point | int) and isinstance(None, Point | None) and isinstance(3, str | int | Point)
    assert not isinstance(Point(1), Pair | None)


def test_directory_and_environment(tmp_path, monkeypatch):
    (tmp_path / "here.txt").write_text("text")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REGION", "north")
    assert around() == (tmp_path.name, "north", "text")


def test_they_are_the_old_ones_again():
    with pytest.raises(OSError):
        around()
    assert code.os.environ.get("REGION") is None


def test_the_name_of_the_test_stays_hidden():
    assert "PYTEST_CURRENT_TEST" not in list(code.os.environ)


def test_semaphores():
    assert lock()
"""
LATE = "from pack.code import first\n\n\ndef test_late():\n    first(['sent'])\n    import pack.late\n"
TEACHER = {"src/pack/__init__.py": "", "src/pack/code.py": CODE, "tests/test_code.py": TESTS}
LIMITS = Limits(seconds=5, import_seconds=20, memory_mb=400, output_mb=8)


def run_session(
    sandbox: Sandbox, work: Path, change: Mapping[str, str | None] | None = None, more: Mapping[str, str] | None = None
) -> SessionResult:
    teacher = files_of({**TEACHER, **(more or {})})
    student = files_of({**TEACHER, **(more or {}), **(change or {})})
    layout = read_layout(teacher, ["assignment.toml", "tests/hidden"])
    env = environment.find_or_build(work, {}, str(interpreter(work)), silent)
    return session.run_tests(Runner(sandbox, env, layout, LIMITS), split_files(student, teacher, layout, {}))


@pytest.fixture(params=["bubblewrap", "none"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "none":
        return Unsandboxed()
    need_sandbox()
    return Bubblewrap()


@pytest.mark.thorough
def test_ordinary_tests_pass(sandbox: Sandbox, work: Path) -> None:
    result = run_session(sandbox, work)
    assert result.stopped == ""
    assert {verdict.test: verdict.message for verdict in result.verdicts if not verdict.passed} == {}
    assert len(result.verdicts) == 18


def test_a_module_that_cannot_be_imported_fails_only_its_own_tests(work: Path) -> None:
    need_sandbox()
    more = {
        "src/pack/other.py": "x = 1\n",
        "tests/test_other.py": "from pack.other import x\n\n\ndef test_other():\n    assert x == 1\n",
        "src/pack/late.py": "\n",
        "tests/hidden/test_late.py": LATE,
    }
    change = {"src/pack/other.py": "x = nowhere\n", "src/pack/late.py": "import pack.code\nraise ImportError('sent')\n"}
    result = run_session(Bubblewrap(), work, change, more)
    # What an import says after the call of a hidden test may be what that test sent.
    assert result.imports == (
        ImportFailure("src/pack/other.py", 1, "NameError: name 'nowhere' is not defined"),
        ImportFailure("src/pack/late.py", 2, "ImportError: sent", hidden=True),
    )
    failed = {verdict.test: verdict.message for verdict in result.verdicts if not verdict.passed}
    assert list(failed) == ["tests/test_other.py", "tests/hidden/test_late.py::test_late"]
    assert "NameError: name 'nowhere' is not defined" in failed["tests/test_other.py"]
    assert len(result.verdicts) == 20


def test_a_value_that_cannot_be_sent_to_the_students_code(work: Path) -> None:
    need_sandbox()
    more = {"tests/test_call.py": "from pack.code import first\n\n\ndef test_call():\n    first(lambda: 1)\n"}
    result = run_session(Bubblewrap(), work, None, more)
    failed = {verdict.test: verdict.message for verdict in result.verdicts if not verdict.passed}
    assert "the test's value cannot be sent to the student's code" in failed["tests/test_call.py::test_call"]


@pytest.mark.thorough
def test_in_a_container(work: Path) -> None:
    container = Container("docker")
    if problem := container.problem():
        must = OUTSIDE.get("REQUIRE_DOCKER") == "1"
        (pytest.fail if must else pytest.skip)(
            f"docker does not work here, or does not see this machine's files: {problem}"
        )
    result = run_session(container, work)
    assert {verdict.test: verdict.message for verdict in result.verdicts if not verdict.passed} == {}
    assert result.stopped == ""
    loops = run_session(
        container, work, {"src/pack/code.py": CODE + "\n\ndef lock():\n    while True:\n        pass\n"}
    )
    assert {verdict.test for verdict in loops.verdicts if not verdict.passed} == {"tests/test_code.py::test_semaphores"}


LOOKS = """\
import os
import zipfile

KEPT = []


def look(value=None):
    KEPT.append(value)
    found = [name for _, _, names in os.walk("/opt/scaffold") for name in names if name.startswith("test_")]
    raise ValueError(f"{sorted(found)} {KEPT}")
"""
LOOK = "import os\n\nfrom pack.look import look\n\n\ndef test_look():\n    assert not os.path.exists('tests/hidden')\n    look()\n"
HIDDEN_LOOK = "from pack.look import look\n\n\ndef test_hidden():\n    look(4711)\n"


@pytest.mark.parametrize(
    "together", [(), pytest.param(("tests/test_look.py", "tests/hidden/test_look_too.py"), marks=pytest.mark.thorough)]
)
def test_no_visible_test_runs_beside_a_hidden_one(work: Path, together: tuple[str, ...]) -> None:
    need_sandbox()
    files = {"src/pack/look.py": LOOKS, "tests/test_look.py": LOOK, "tests/hidden/test_look_too.py": HIDDEN_LOOK}
    tree = files_of({**files, "src/pack/__init__.py": ""})
    layout = read_layout(tree, ["tests/hidden"])
    env = environment.find_or_build(work, {}, str(interpreter(work)), silent)
    old = os.umask(0o077)
    try:
        result = session.run_tests(
            Runner(Bubblewrap(), env, layout, LIMITS, together), split_files(tree, tree, layout, {})
        )
    finally:
        os.umask(old)
    seen = ["test_look.py"] if together else []
    seen_last = ["test_look.py", "test_look_too.py"] if together else []
    before = [4711] if together else [None, 4711]
    told = [(verdict.test.rpartition("::")[2], verdict.message.partition("\n")[0]) for verdict in result.verdicts]
    assert told == [
        ("test_look", f"ValueError: {seen} [None]"),
        ("test_hidden", f"ValueError: {seen_last} {before}"),
    ]


BESIDE = "from answer import answer\n\n\ndef test_beside():\n    assert answer(1) == 1\n"
PLUGIN = (
    "import pytest\n\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item):\n    item.obj = lambda: None\n"
)


def test_settings_of_pytest_beside_a_test_are_not_the_students(work: Path) -> None:
    """All tests lie beside the code, where pytest would look for its settings first."""
    need_sandbox()
    with zipfile.ZipFile(work / "plugin.zip", "w") as packed:
        packed.writestr("plugin.py", PLUGIN)
    teacher = files_of({"src/answer.py": "def answer(x):\n    return x\n", "src/test_beside.py": BESIDE})
    brought = {
        "src/answer.py": "def answer(x):\n    return 0\n",
        "src/pytest.ini": "[pytest]\npythonpath = plugin.zip ../plugin.zip\naddopts = -p plugin\nusefixtures = x\n",
        "src/plugin.zip": (work / "plugin.zip").read_bytes(),
        "plugin.zip": (work / "plugin.zip").read_bytes(),
    }
    layout = read_layout(teacher, [])
    env = environment.find_or_build(work, {}, str(interpreter(work)), silent)
    files = split_files({**teacher, **files_of(brought)}, teacher, layout, {})
    result = session.run_tests(Runner(Bubblewrap(), env, layout, LIMITS), files)
    assert [(verdict.passed, verdict.message) for verdict in result.verdicts] == [
        (False, "assert 0 == 1\n +  where 0 = answer(1)")
    ]
