"""The user's settings file, and git's configuration behind it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.core.templates import settings
from scaffold.errors import ScaffoldError
from support import write


@pytest.fixture
def config(sealed: Path) -> Path:
    (sealed / "config").mkdir()
    return sealed / "config"


def test_without_a_file_git_says_who_you_are(sealed: Path) -> None:
    assert settings.default_answers() == {"author_name": "Ada Lovelace", "author_email": "ada@example.org"}


def test_the_file_overrules_git(config: Path) -> None:
    write(config, {"settings.toml": '[defaults]\nauthor_name = "Ada"\nlicense = "Apache-2.0"\n'})
    assert settings.default_answers() == {
        "author_name": "Ada",
        "author_email": "ada@example.org",
        "license": "Apache-2.0",
    }


def test_nobody_known_is_no_default(gitconfig: Callable[[str], None]) -> None:
    gitconfig("")
    assert settings.default_answers() == {}


def test_a_name_may_be_of_any_script(gitconfig: Callable[[str], None]) -> None:
    gitconfig("[user]\n\tname = Žofie  Nováková 中\n")
    assert settings.default_answers() == {"author_name": "Žofie  Nováková 中"}


def test_a_home_that_is_not_there_is_no_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    assert settings.default_answers() == {}


@pytest.mark.parametrize("content", ["", "# nothing\n", "[defaults]\n"])
def test_a_file_may_set_nothing(config: Path, content: str) -> None:
    write(config, {"settings.toml": content})
    assert settings.read_settings() == {}


@pytest.mark.parametrize("content", [b"[defaults", b"x = \xff\n"])
def test_a_file_that_is_no_toml_is_said(config: Path, content: bytes) -> None:
    write(config, {"settings.toml": content})
    with pytest.raises(ScaffoldError, match=r"settings\.toml is not valid TOML") as refused:
        settings.read_settings()
    assert refused.value.hint


def test_an_unknown_default_is_named_with_the_known_ones(config: Path) -> None:
    write(config, {"settings.toml": '[defaults]\nautor = "x"\n'})
    with pytest.raises(ScaffoldError, match=r"\[defaults\] has an unknown key `autor`") as refused:
        settings.read_settings()
    assert "author_name" in refused.value.hint


@pytest.mark.parametrize(
    "content", ["defaults = 3\n", 'defaults = "ci"\n', "defaults = []\n", "[[defaults]]\nci = 1\n"]
)
def test_defaults_that_are_no_table_are_said(config: Path, content: str) -> None:
    write(config, {"settings.toml": content})
    with pytest.raises(ScaffoldError, match=r"settings\.toml: `defaults` must be a table"):
        settings.read_settings()


@pytest.mark.parametrize("content", ['author_name = "x"\n', '[default]\nci = "x"\n'])
def test_what_stands_outside_the_table_is_said(config: Path, content: str) -> None:
    write(config, {"settings.toml": content})
    with pytest.raises(ScaffoldError, match="unknown"):
        settings.read_settings()


def test_the_folder_moves_with_its_variable(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.settings_file() == sealed / "config/settings.toml"
    monkeypatch.delenv("SCAFFOLD_CONFIG_DIR")
    assert settings.settings_file() == sealed / "xdg/config/scaffold/settings.toml"


def test_our_templates_are_offered_this_python() -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert settings.default_answers(ours=True).get("python_version") == (here if here in settings.PYTHONS else None)
    assert "python_version" not in settings.default_answers()


@pytest.mark.parametrize("name", ['Ada "the" Lovelace', "<ada>", "a{{ b }}", "back\\\\slash"])
def test_a_name_that_no_template_takes_is_not_offered(gitconfig: Callable[[str], None], name: str) -> None:
    quoted = name.replace('"', '\\"')
    gitconfig(f'[user]\n\tname = "{quoted}"\n\temail = ada@example.org\n')
    assert settings.default_answers() == {"author_email": "ada@example.org"}
