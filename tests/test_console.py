"""The printer: blocks as text."""

import pytest

from scaffold import console
from scaffold.core.outcome import Notice, Outcome, Table, Text, Tree
from scaffold.errors import ScaffoldError


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "style", console.Style())


def shown(capsys: pytest.CaptureFixture[str], *blocks: Text | Table | Tree) -> str:
    console.show("x", Outcome({}, blocks))
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_text_is_never_wrapped_or_read_as_markup(capsys: pytest.CaptureFixture[str]) -> None:
    text = "[red]" + "word " * 80 + ":smile:"
    assert shown(capsys, Text(text)) == text + "\n"


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, Table(("name", "what"), [("a", "[b]"), ("longer", "x")], title="Title")).splitlines()
    assert lines[0].strip() == "Title"
    rows = [line.split() for line in lines if line.strip()]
    assert rows[1] == ["name", "what"]
    assert rows[3:] == [["a", "[b]"], ["longer", "x"]]


def test_a_table_in_a_pipe_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    assert "w" * 100 in shown(capsys, Table(("a", "b"), [("x", "w" * 100)]))


@pytest.mark.parametrize(("typed", "chosen"), [("", "1"), ("1", "1"), ("2", "0"), ("0", "0")])
def test_a_row_is_chosen_by_its_number_or_by_its_name(
    typed: str, chosen: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda *_: typed)
    assert console.choose("Which class", Table(("class",), [("1",), ("0",)]), ["1", "0"]) == chosen
    assert "1 to 2 (Enter accepts 1)" in capsys.readouterr().out


def test_an_empty_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert "name" in shown(capsys, Table(("name",), []))


def test_tree(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, Tree("root [x]", {"a/b/c.txt": 5, "a/d": 2048, "e": 3 * 1024**2, "f": 1023}))
    assert out.splitlines() == [
        "root [x]",
        "├── a/",
        "│   ├── b/",
        "│   │   └── c.txt  5 B",
        "│   └── d  2.0 KB",
        "├── e  3.0 MB",
        "└── f  1023 B",
    ]


def test_an_empty_tree(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, Tree("root", {})) == "root\n"


def test_warnings_go_to_stderr_also_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    console.style = console.Style(quiet=True)
    console.show("x", Outcome({}, [Text("done")], [Notice("odd", "mend it"), Notice("other")]))
    assert capsys.readouterr() == ("", "warning: odd\n\nhint: mend it\nwarning: other\n")


def test_an_error_without_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_error("x", ScaffoldError("It broke."))
    assert capsys.readouterr() == ("", "error: It broke.\n")


def test_a_long_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    console.show_error("x", ScaffoldError("word " * 60))
    assert capsys.readouterr().err.count("\n") == 1


def test_progress_says_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress() as progress:
        progress.step("Rendering")
        progress.count("Grading", 1, 3)
        progress.release_terminal("Running make all")
    assert capsys.readouterr() == ("", "")
