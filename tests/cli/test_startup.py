"""What a quick command may load, and completion."""

import sys
from pathlib import Path

import pytest

from conftest import Run
from scaffold.cli.common import template_names
from support import BIN, Result, spawn, write

HEAVY = {"copier", "git", "plumbum", "jinja2", "prompt_toolkit", "duckdb", "openpyxl", "charset_normalizer"}
PROBE = """
import sys
from scaffold.cli.main import main
code = main(sys.argv[1:])
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(code)
"""


def loaded(result: Result) -> set[str]:
    return set(result.err.splitlines()[-1].split())


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["--version"],
        ["list"],
        ["list", "--json"],
        ["new", "--help"],
        ["catalog", "list"],
        ["doctor"],
        ["nope"],
        ["show", "nope"],
    ],
)
def test_a_quick_command_loads_nothing_heavy(acme: str, args: list[str]) -> None:
    done = spawn(sys.executable, "-c", PROBE, *args)
    assert "scaffold.cli.main" in loaded(done)
    assert HEAVY & loaded(done) == set()


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["list"], ["show", "acme/hello"], ["doctor"]])
def test_what_is_without_mistakes_does_not_load_pydantic(acme: str, args: list[str]) -> None:
    # typer would take it to read the arguments, and core/config.py for the templates' descriptions.
    assert "pydantic" not in loaded(spawn(sys.executable, "-c", PROBE, *args))


@pytest.mark.thorough
def test_what_renders_an_ordinary_template_loads_jinja_and_no_copier(acme: str) -> None:
    assert HEAVY & loaded(spawn(sys.executable, "-c", PROBE, "show", "acme/hello")) == {"jinja2"}


@pytest.mark.thorough
def test_what_only_copier_renders_loads_it(work: Path) -> None:
    # The probe must be able to see it.
    template = write(work / "t", {"copier.yml": "_preserve_symlinks: true\n"})
    assert "copier" in loaded(spawn(sys.executable, "-c", PROBE, "show", template))


@pytest.mark.thorough
def test_rendering_does_not_load_gitpython(acme: str) -> None:
    assert "git" not in loaded(spawn(sys.executable, "-c", PROBE, "new", "acme/hello", "mine", "-y"))


def complete(words: str) -> Result:
    position = str(len(words.split()) - (0 if words.endswith(" ") else 1))
    env = {"_SCAFFOLD_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": position}
    return spawn(BIN / "scaffold", env=env)


@pytest.mark.parametrize("words", ["scaffold new ", "scaffold show "])
def test_completion_knows_template_names(installed: Path, acme: str, words: str) -> None:
    assert complete(words).out.split() == ["hello-world", "hello", "acme/hello", "acme/hello-world"]


@pytest.mark.thorough
def test_completion_of_a_beginning(installed: Path, acme: str) -> None:
    assert complete("scaffold new hello-").out.split() == ["hello-world"]
    assert complete("scaffold new acme/hello-").out.split() == ["acme/hello-world"]


def test_completion_loads_nothing_heavy(acme: str) -> None:
    words = {"_SCAFFOLD_COMPLETE": "complete_bash", "COMP_WORDS": "scaffold new ", "COMP_CWORD": "2"}
    done = spawn(sys.executable, "-X", "importtime", BIN / "scaffold", env=words)
    modules = {line.rsplit("|", 1)[1].strip() for line in done.err.splitlines() if "|" in line}
    assert "acme/hello" in done.out.split()
    assert "scaffold.core.templates.catalog" in modules
    assert HEAVY & modules == set()


@pytest.mark.parametrize("damage", ["registry", "folder", "manifest"])
def test_completion_keeps_quiet_about_what_is_damaged(
    installed: Path, acme: str, sealed: Path, released: Path, damage: str
) -> None:
    if damage == "registry":
        write(sealed / "config", {"catalogs.json": "{"})
    elif damage == "folder":
        released.rename(released.with_name("moved"))
    else:
        write(released, {"releases/hello.toml": "title ="})
    done = complete("scaffold new ")
    assert done.err == ""
    assert done.out.split() == ["hello-world", "hello"]


def test_completion_offers_what_each_template_makes(built_in: Path, acme: str) -> None:
    assert template_names("hello-") == [("hello-world", "Hello world")]
    assert template_names("acme/hello-") == [("acme/hello-world", "Hello world")]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("scaffold set d", ["docker="]),
        ("scaffold set docker=", ["docker=true", "docker=false"]),
        ("scaffold set license=A", ["license=Apache-2.0"]),
        ("scaffold set docker = t", ["true"]),
        ("scaffold new acme/hello -d gr", ["greeting="]),
        ("scaffold catalog update a", ["acme"]),
        ("scaffold catalog remove ", ["acme"]),
    ],
)
def test_completion_knows_keys_their_values_and_catalogs(
    acme: str, work: Path, run: Run, monkeypatch: pytest.MonkeyPatch, words: str, offered: list[str]
) -> None:
    run("new", "acme/hello", "mine", "-y", "--no-install")
    monkeypatch.chdir(work / "mine")
    assert complete(words).out.split() == offered


def test_completion_of_keys_outside_a_project_says_nothing(sealed: Path) -> None:
    done = complete("scaffold set d")
    assert (done.out.strip(), done.err) == ("", "")
