"""A sealed home for every test, mini templates, and the program.

No test sees the developer's configuration, and none reaches the network.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import scaffold
from forking import Fork
from needs import absent  # noqa: F401 - a fixture of every test
from scaffold.cli.main import main
from scaffold.commands import catalogs, template
from scaffold.core.templates import catalog
from support import BIN, PACKAGED, Gate, Result, make_templates, set_version, spawn, write

# A slow machine is no failure, and a check that fails today fails tomorrow.
settings.register_profile("scaffold", deadline=None, derandomize=True)
settings.load_profile("scaffold")

Run = Callable[..., Result]

SYSTEM = """\
[core]
\tfsync = none
[gc]
\tauto = 0
[maintenance]
\tauto = false
[init]
\ttemplateDir = {template}
"""
"""git's system configuration: no repository of a test outlives it, so none is flushed to disk, tidied up, or filled
with examples of hooks."""

# With PYTHONDONTWRITEBYTECODE, as many images of containers set it, every process would compile all that it imports.
sys.dont_write_bytecode = False
OUTSIDE = (
    "NO_COLOR", "FORCE_COLOR", "COLUMNS", "EMAIL", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUTF8",
    "TERMINAL_WIDTH",
)  # fmt: skip
"""Variables of the developer's that would change what programs do."""


RAM_DISK = Path("/dev/shm")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the files of these tests in memory, where there is room: on a disk, half of their time goes into it.

    Generated projects with their environments are too large for that.
    """
    if config.getoption("markexpr").startswith("not slow") and _has_room(RAM_DISK):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM_DISK))


def _has_room(folder: Path) -> bool:
    """Whether programs can be run there, and 4 GB are free."""
    if not hasattr(os, "statvfs") or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > 4 << 30 and not found.f_flag & os.ST_NOEXEC


def seal(patch: pytest.MonkeyPatch, root: Path) -> None:
    """Move home, configuration, caches and temporary files below `root`; forget what the outside set."""
    home, temporary = root / "home", root / "tmp"
    home.mkdir(parents=True)
    temporary.mkdir()
    for name in ("hooks", "info"):
        (root / "template" / name).mkdir(parents=True)
    (root / "gitconfig").write_text(SYSTEM.format(template=root / "template"))
    for name in list(os.environ):
        if name.startswith(("GIT_", "UV_", "COPIER_", "SCAFFOLD_", "_TYPER", "TYPER_")):
            patch.delenv(name)
    for name in OUTSIDE:
        patch.delenv(name, raising=False)
    values = {
        "HOME": home,
        "USERPROFILE": home,
        "TMPDIR": temporary,
        "SCAFFOLD_CONFIG_DIR": root / "config",
        "GIT_CONFIG_GLOBAL": home / ".gitconfig",
        "GIT_CONFIG_SYSTEM": root / "gitconfig",
        "UV_CACHE_DIR": root / "uv-cache",
        "UV_OFFLINE": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "LC_ALL": "C.UTF-8",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PATH": os.pathsep.join([str(BIN), *filter(_is_quick, os.environ["PATH"].split(os.pathsep))]),
        **{f"XDG_{name}_HOME": root / "xdg" / name.lower() for name in ("CONFIG", "CACHE", "DATA", "STATE")},
    }
    for name, value in values.items():
        patch.setenv(name, str(value))
    patch.setattr("tempfile.tempdir", None)


def _is_quick(folder: str) -> bool:
    """Whether a folder of PATH holds programs, and not pyenv's scripts that look for one: uv asks every Python."""
    return not folder.rstrip("/").endswith(".pyenv/shims")


@pytest.fixture(autouse=True)
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where everything of this test lives; it runs in an empty `work` folder there, as a person known to git."""
    root = tmp_path / "sealed"
    seal(monkeypatch, root)
    (root / "home/.gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    # A script that runs us in the background has SIGINT ignored, and every process that we start would inherit that.
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield root
    signal.signal(signal.SIGINT, outside)


@pytest.fixture
def work(sealed: Path) -> Path:
    """The folder that the test runs in."""
    return Path.cwd()


@pytest.fixture
def home(sealed: Path) -> Path:
    return sealed / "home"


@pytest.fixture
def gitconfig(home: Path) -> Callable[[str], None]:
    """Write the user's `~/.gitconfig` anew."""

    def write_it(text: str) -> None:
        (home / ".gitconfig").write_text(text)

    return write_it


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """Mini templates as an author has them: `_layers/base`, `hello`, `hello-world`."""
    return make_templates(tmp_path / "templates")


@pytest.fixture(scope="session")
def _released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("released")
    with pytest.MonkeyPatch.context() as patch:
        seal(patch, root / "sealed")
        sources = make_templates(root / "templates")
        template.release_templates(sources, [], root / "acme/releases")
        (sources / "hello/project/src/hello.py").write_text('print("hello again")\n')
        set_version(sources / "hello", "0.2.0")
        template.release_templates(sources, ["hello"], root / "acme/releases")
        set_version(sources / "hello", "0.3.0rc1")
        (sources / "hello/project/src/hello.py").write_text('print("hello soon")\n')
        template.release_templates(sources, ["hello"], root / "acme/releases")
    return root / "acme"


@pytest.fixture
def released(_released: Path, tmp_path: Path) -> Path:
    """A catalog folder with `releases/`: hello 0.1.0, 0.2.0 and 0.3.0rc1, hello-world 1.0."""
    return Path(shutil.copytree(_released, tmp_path / "acme"))


@pytest.fixture
def acme(released: Path) -> str:
    """`released`, registered as the catalog `acme`."""
    catalogs.add("acme", str(released))
    return "acme"


@pytest.fixture
def built_in(released: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The released mini templates in the place of the package's own, for this process."""
    monkeypatch.setattr(catalog, "BUILT_IN", released / "releases")
    return released / "releases"


@pytest.fixture
def installed(_released: Path, tmp_path: Path, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of scaffold whose built-in templates are the mini ones; every process started now uses it."""
    place = tmp_path / "installed/scaffold"
    shutil.copytree(Path(scaffold.__file__).parent, place, ignore=shutil.ignore_patterns("releases", "*.new"))
    shutil.copytree(_released / "releases", place / "releases")
    monkeypatch.setenv("PYTHONPATH", str(place.parent))
    return place


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """A template with a pyproject.toml, a Makefile and a results table."""
    return write(tmp_path / "packaged", PACKAGED)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line in this process."""

    def run_it(*args: str | Path) -> Result:
        capfd.readouterr()
        code = main([str(arg) for arg in args])
        return Result(code, *capfd.readouterr())

    return run_it


@pytest.fixture
def cli(sealed: Path) -> Run:
    """Run one command line as the shell does: the console script in a process of its own."""

    def run_it(*args: str | Path, **options: object) -> Result:
        return spawn(BIN / "scaffold", *args, **options)  # type: ignore[arg-type]

    return run_it


@pytest.fixture
def start(sealed: Path) -> Iterator[Callable[..., Fork]]:
    """Start one command line as the leader of a process group, and go on; it is killed when the test ends."""
    running: list[Fork] = []

    def start_it(*args: str | Path) -> Fork:
        running.append(Fork(args))
        return running[-1]

    yield start_it
    for process in running:
        process.kill()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)
