"""Arguments that are read without pydantic come out as Typer's own."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer import core

from scaffold.cli import coercion

WORDS: list[list[str]] = [
    [],
    ["a", "--text", "b", "--flag", "--many", "1", "--many", "ü", "--number", "3", "--kind", "x", "c", "d"],
    ["", "--text", ""],
    ["a\nb", "--text", "\t", "--many", "\x1b[31m"],
    ["a", "--text", "not\udcffunicode"],
    ["a", "--no-flag", "--number", "none"],
    ["a", "--kind", "z"],
    ["a", "--number", "0"],
]


def read(words: list[str]) -> Any:
    """What a command with one parameter of each kind is given, or what Typer says against it."""
    app = typer.Typer()
    found: dict[str, Any] = {}

    @app.command()
    def command(
        place: Annotated[Path, typer.Argument()] = Path("there"),
        places: Annotated[list[Path] | None, typer.Argument()] = None,
        text: Annotated[str | None, typer.Option()] = None,
        flag: Annotated[bool | None, typer.Option()] = None,
        many: Annotated[list[str] | None, typer.Option()] = None,
        number: Annotated[int, typer.Option(min=1)] = 2,
        kind: Annotated[str, typer.Option()] = "y",
    ) -> None:
        found.update(locals())

    try:
        app(words, standalone_mode=False)
    except Exception as error:
        return type(error), str(error)
    return {name: (value, type(value)) for name, value in found.items() if name not in ("app", "found")}


@pytest.mark.parametrize("words", WORDS, ids=range(len(WORDS)))
def test_the_values_are_typers_own(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    ours = read(words)
    assert "coercion" in vars(core)["build_runtime_param"].__module__
    monkeypatch.setattr(core, "build_runtime_param", import_module("typer._coercion").build_runtime_param)
    assert ours == read(words)


def test_a_path_that_cannot_be_read_is_refused_by_typer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    error, said = read([str(tmp_path)])
    assert (issubclass(error, typer.BadParameter), "is not readable" in said) == (True, True)


def test_a_typer_that_is_made_otherwise_reads_its_parameters_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(core, "build_runtime_param")
    coercion.install()
    assert "build_runtime_param" not in vars(core)
