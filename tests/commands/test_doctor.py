"""`scaffold doctor` on machines that have, lack or half have what scaffold works with."""

import http.server
import shutil
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import needs
from conftest import Run
from scaffold.core.machine.packages import MANAGERS, install_command
from scaffold.tools import process
from support import spawn, stand_in, write

pytestmark = needs.shell
KEYS = {"name", "required", "ok", "found", "needed_for", "fix"}
Machine = Callable[..., Path]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with these programs of this one on its PATH, and these scripts, and nothing else."""

    def make(*programs: str, **scripts: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in programs:
            found = shutil.which(name)
            assert found, f"this machine has no {name}"
            (folder / name).symlink_to(found)
        for name, script in scripts.items():
            stand_in(folder / name.replace("_", "-"), script)
        monkeypatch.setenv("PATH", str(folder))
        return folder

    return make


def checks(run: Run) -> dict[str, dict[str, Any]]:
    """What doctor found, by the name of the check."""
    data = run("doctor", "--json").data
    return {one["name"]: one for one in data["checks"]}


def test_a_machine_with_what_is_required(run: Run, machine: Machine) -> None:
    machine("git")
    done = run("doctor", "--json")
    assert (done.code, done.data["ready"], done.json["warnings"]) == (0, True, [])
    found = {one["name"]: one for one in done.data["checks"]}
    assert all(set(one) == KEYS and one["found"] and one["needed_for"] for one in found.values())
    assert {name for name, one in found.items() if one["required"]} == {
        "git", "Python", "scaffold's uv", "disk space",
    }  # fmt: skip
    assert {name for name, one in found.items() if not one["ok"]} == {
        "uv on PATH", "make", "container engine", "bubblewrap", "package index",
    }  # fmt: skip
    assert f"{sys.version_info.major}.{sys.version_info.minor}." in found["Python"]["found"]


def test_a_machine_without_git(run: Run, machine: Machine) -> None:
    machine()
    done = run("doctor", "--json")
    assert (done.code, done.json["ok"], done.json["exit_code"], done.data["ready"]) == (1, False, 1, False)
    assert done.json["error"] is None
    [notice] = done.json["warnings"]
    assert notice == {
        "message": "git: git is not installed, or not on PATH.",
        "hint": "Install git with this system's package manager.",
    }
    assert {one["name"]: one["ok"] for one in done.data["checks"]}["git identity"] is False


def test_what_a_person_reads(run: Run, machine: Machine) -> None:
    machine(apt_get="")
    done = run("doctor")
    assert done.code == 1
    assert done.out.endswith("scaffold cannot work here yet.\n")
    sudo = "" if process.is_root() else "sudo "
    assert f"To add make:\n    {sudo}apt-get install make\n" in done.out
    assert f"hint: {sudo}apt-get install git\n" in done.err
    assert run("doctor", "-q").out == ""


@pytest.mark.parametrize("known", ["", "git"])
def test_what_lacks_has_a_fix_and_nothing_else_has(run: Run, machine: Machine, known: str) -> None:
    machine(*([known] if known else []))
    assert [one for one in checks(run).values() if bool(one["fix"]) == one["ok"]] == []


@pytest.mark.parametrize("manager", MANAGERS, ids=lambda one: one.program)
def test_every_package_manager_is_spoken_to_in_its_own_words(
    run: Run, machine: Machine, manager: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(**{manager.program.replace("-", "_"): ""})
    monkeypatch.setattr("scaffold.tools.process.is_root", lambda: False)
    expected = f"sudo {manager.install} " if manager.as_root else f"{manager.install} "
    for program in ("git", "make", "docker"):
        assert install_command(program).startswith(expected)
    monkeypatch.setattr("scaffold.tools.process.is_root", lambda: True)
    assert checks(run)["make"]["fix"].startswith(f"{manager.install} ")


def test_the_systems_own_package_manager_comes_before_brew(machine: Machine) -> None:
    machine(brew="", apt_get="")
    assert "apt-get install" in install_command("git")
    assert "apt-get install" in install_command("bubblewrap")


def test_bubblewrap_is_not_asked_of_a_package_manager_that_lacks_it(machine: Machine) -> None:
    machine(brew="", winget="")
    assert install_command("bubblewrap") == "Install bubblewrap with this system's package manager."


def test_the_command_that_introduces_a_person_works_when_typed(
    run: Run, machine: Machine, gitconfig: Callable[[str], None]
) -> None:
    machine("git", "sh")
    gitconfig("")
    identity = checks(run)["git identity"]
    assert identity["ok"] is False
    assert spawn("sh", "-c", identity["fix"]).code == 0
    assert checks(run)["git identity"]["found"] == "Your Name <you@example.org>"


@pytest.mark.parametrize(
    ("script", "found", "fix"),
    [
        ("echo 29.0.1", "docker 29.0.1", ""),
        ("echo Cannot connect to the daemon >&2; exit 1", "does not answer: Cannot connect", "start"),
    ],
)
def test_a_container_engine_has_to_answer(run: Run, machine: Machine, script: str, found: str, fix: str) -> None:
    machine("git", docker=script)
    engine = checks(run)["container engine"]
    assert engine["ok"] is (fix == "")
    assert found in engine["found"]
    assert fix in engine["fix"]


@needs.linux
def test_a_container_engine_that_this_user_may_not_use(run: Run, machine: Machine) -> None:
    machine("git", docker="echo 'permission denied while trying to connect' >&2; exit 1")
    assert "usermod -aG docker" in checks(run)["container engine"]["fix"]


def test_podman_answers_where_docker_does_not(run: Run, machine: Machine) -> None:
    machine("git", docker="exit 1", podman="echo 5.4.0")
    assert checks(run)["container engine"]["found"] == "podman 5.4.0"


@needs.linux
def test_a_bubblewrap_that_the_kernel_forbids(run: Run, machine: Machine) -> None:
    machine("git", bwrap="exit 1")
    sandbox = checks(run)["bubblewrap"]
    assert sandbox["ok"] is False
    assert "not on PATH" not in sandbox["found"]
    assert "install" not in sandbox["fix"]


def test_a_full_disk(run: Run, machine: Machine, built_in: Path) -> None:
    machine("git")
    about = built_in / "hello.toml"
    about.write_text(about.read_text().replace("disk_mb = 20", "disk_mb = 1000000000000"))
    done = run("doctor", "--json")
    assert (done.code, done.data["ready"]) == (1, False)
    assert [notice["message"].partition(":")[0] for notice in done.json["warnings"]] == ["disk space"]
    assert done.json["warnings"][0]["hint"].endswith("-m uv cache prune")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """A package index on this machine that has pip, with a password in its address."""
    root = tmp_path / "index"
    wheel = "pip-1.0-py3-none-any.whl"
    write(root, {"simple/pip/index.html": f'<a href="{wheel}">{wheel}</a>'})
    with zipfile.ZipFile(root / "simple/pip" / wheel, "w") as archive:
        archive.writestr("pip-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pip\nVersion: 1.0\n")
        archive.writestr("pip-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("pip-1.0.dist-info/RECORD", "")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://ada:secret@127.0.0.1:{server.server_port}/simple"
        server.shutdown()
        thread.join()


@pytest.mark.thorough
def test_the_index_is_asked_as_uv_is_configured(
    run: Run, machine: Machine, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("git")
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index)
    done = run("doctor", "--json")
    [found] = [one for one in done.data["checks"] if one["name"] == "package index"]
    assert (found["ok"], found["found"]) == (True, index.replace("ada:secret@", ""))
    assert "secret" not in done.out
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://ada:secret@127.0.0.1:9/simple")
    done = run("doctor", "--json")
    [found] = [one for one in done.data["checks"] if one["name"] == "package index"]
    assert (done.code, found["ok"]) == (0, False)
    assert "UV_DEFAULT_INDEX" in found["fix"]
    assert "secret" not in done.out


def test_nothing_is_asked_of_the_network_when_uv_is_told_so(run: Run, machine: Machine) -> None:
    machine("git")
    found = checks(run)["package index"]
    assert (found["ok"], found["found"]) == (False, "not asked, because UV_OFFLINE is set")
