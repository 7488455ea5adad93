"""What Windows and macOS would trip over, looked for on any system.

`make lint` checks the types for Windows, too, which finds what `os` and `signal` lack there.
"""

import ast
import collections
import inspect
import itertools
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.markers import Marker

import needs
import scaffold
from support import spawn

ROOT = Path(__file__).parents[1]
PACKAGE = Path(scaffold.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

IMPORT_ALL = """
import importlib, os, signal, sys

NAMES = sys.argv[1:]
for name in NAMES:  # what others' modules look for when they are imported is there
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] == "scaffold"]:
    del sys.modules[name]

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
for name in ("chown", "fork", "geteuid", "getgid", "getpgid", "getuid", "killpg", "mkfifo", "setsid", "sysconf"):
    delattr(os, name)
for name in ("SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "alarm", "setitimer"):
    delattr(signal, name)
for name in NAMES:
    importlib.import_module(name)
"""


@pytest.mark.thorough
@needs.posix
def test_every_module_can_be_imported_where_posix_is_absent() -> None:
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in MODULES]
    # The judge and the worker run in the environment of an assignment, and `__main__` runs scaffold.
    names = [name.removesuffix(".__init__") for name in names if ".judge." not in name and "__main__" not in name]
    done = spawn(sys.executable, "-c", IMPORT_ALL, *names)
    assert done.code == 0, done.err
    assert "No module named 'resource'" in spawn(sys.executable, "-c", f"{IMPORT_ALL}\nimport resource").err


def test_what_the_system_lacks_skips_the_test_that_uses_it(request: pytest.FixtureRequest) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(os, "mkfifo", raising=False)
        # What pytest wraps is the fixture's own function.
        inspect.unwrap(needs.absent)(patch)
        with pytest.raises(pytest.skip.Exception, match="no named pipes"):
            os.mkfifo("pipe")


def _calls() -> Iterator[tuple[str, set[str], str]]:
    """Every call of a method in the package: its name, the names of its arguments, where it is."""
    for module in MODULES:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr, {word.arg or "" for word in node.keywords}, f"{module.name}:{node.lineno}"


@pytest.mark.thorough
def test_text_is_utf_8_with_the_line_ends_of_unix() -> None:
    needed = {"read_text": {"encoding"}, "write_text": {"encoding", "newline"}}
    calls = [(words, needed[name], where) for name, words, where in _calls() if name in needed]
    assert len(calls) > 10
    assert [where for words, wanted, where in calls if not wanted <= words] == []


SYSTEMS = {
    "Linux": ({"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"}, "manylinux"),
    "macOS": ({"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"}, "macosx"),
    "Windows": ({"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}, "win_amd64"),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_locked_package_has_a_wheel(system: str) -> None:
    """So that `uv sync` builds nothing: a runner has no compilers for what somebody left out."""
    about, tag = SYSTEMS[system]
    packages = {one["name"]: one for one in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]}
    wanted, found = ["portfolio-scaffold"], set[str]()
    while wanted:
        package = packages[name := wanted.pop()]
        found.add(name)
        groups = (*package.get("dev-dependencies", {}).values(), *package.get("optional-dependencies", {}).values())
        for needed in itertools.chain(package.get("dependencies", []), *groups):
            applies = "marker" not in needed or Marker(needed["marker"]).evaluate({**about, "extra": ""})
            if applies and needed["name"] not in found:
                wanted.append(needed["name"])
    assert len(found) > 100
    wheels = {name: [one["url"] for one in packages[name].get("wheels", [])] for name in found - {"portfolio-scaffold"}}
    assert [name for name, urls in wheels.items() if not any(tag in url or "-any." in url for url in urls)] == []


def _files() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-s", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git repository")
    return [line for line in done.stdout.split("\0") if line]


def test_every_system_can_check_the_files_out() -> None:
    files = dict(reversed(line.split("\t", 1)) for line in _files())
    assert len(files) > 300
    assert [path for path, about in files.items() if about.startswith("120000")] == [], "symlinks"
    folders = {str(parent) for path in files for parent in Path(path).parents}
    names = collections.Counter(path.lower() for path in {*files, *folders})
    assert [name for name, times in names.items() if times > 1] == [], "names that differ in case alone"
    reserved = r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?|.*[<>:\"|?*\\]+.*|.*[ .]"
    assert [path for path in files if any(re.fullmatch(reserved, part) for part in Path(path).parts)] == []
    # 260 is the most on Windows, and somebody's folder comes before it.
    assert [path for path in files if len(path) > 180] == []


def test_line_ends_do_not_depend_on_the_machine() -> None:
    done = spawn("git", "ls-files", "--eol", cwd=ROOT)
    stored = {line.split()[0] for line in done.out.splitlines()}
    assert stored <= {"i/lf", "i/none", "i/-text"}, done.out
