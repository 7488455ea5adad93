# ruff: noqa: E501
"""The search for leaks before a hand-out."""

import json

import pytest

from scaffold.core.classroom.starter.leaks import Leak, LeakSearch, raise_for
from scaffold.core.classroom.starter.strip import RemovedText
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File

SOLUTION = RemovedText(
    "src/a.py",
    12,
    (
        "    daily = table.groupby('day').mean()\n",
        "\n",
        "    level = daily.rolling(7).mean()\n",
        "    return level.shift(1)\n",
    ),
)
SHORT = RemovedText("src/b.py", 3, ("    return np.searchsorted(edges, values)\n",))
TRIVIAL = RemovedText("src/c.py", 3, ("    return result\n",))


def look(path: str, text: str | bytes, allowed: tuple[str, ...] = ()) -> list[Leak]:
    hidden = {File(b"assert f(3)\n").oid: "tests/hidden/test_a.py"}
    content = text if isinstance(text, bytes) else text.encode()
    return LeakSearch([SOLUTION, SHORT, TRIVIAL], hidden, allowed).search_file(path, File(content).oid, content)


@pytest.mark.parametrize(
    ("path", "text", "line", "what"),
    [
        ("notes.txt", "a\n### BEGIN SOLUTION\n", 2, "the marker `BEGIN SOLUTION`"),
        ("run.sh", "x=1 # SOLUTION\n", 1, "the marker `# SOLUTION`"),
        ("a.toml", "# HIDDEN\n", 1, "the marker `# HIDDEN`"),
        ("blob.bin", b"\xff\xfe\n\n# BEGIN HIDDEN TESTS", 3, "the marker `BEGIN HIDDEN TESTS`"),
        ("old/a.py.bak", "".join(SOLUTION.lines), 1, "the solution of src/a.py:12"),
        ("README.md", "x\n\n  daily = table.groupby('day').mean()\n\tlevel = daily.rolling(7).mean()\n\n return level.shift(1)\n", 3, "the solution of src/a.py:12"),
        ("b2.py", "def f():\n  return np.searchsorted(edges,  values)\n", 2, "the solution of src/b.py:3"),
        ("copy.txt", "assert f(3)\n", 1, "the hidden file tests/hidden/test_a.py"),
    ],
)  # fmt: skip
def test_a_leak_is_found(path: str, text: str | bytes, line: int, what: str) -> None:
    assert look(path, text) == [Leak(path, line, what)]


@pytest.mark.parametrize(
    "text",
    [
        "return result\n",
        "    daily = table.groupby('day').mean()\n    other = 1\n    return level.shift(1)\n",
        "# The solution is hidden in the data.\n",
        "THE BEGINNING OF A SOLUTION\n",
        "",
    ],
)
def test_common_lines_are_not_leaks(text: str) -> None:
    assert look("a.py", text) == []


def test_the_cells_of_a_notebook_are_searched() -> None:
    lines = "".join(SOLUTION.lines)
    cell = {"cell_type": "code", "source": lines.splitlines(keepends=True)}
    assert look("x.ipynb", json.dumps({"cells": [cell]}))[0].what == "the solution of src/a.py:12"
    output = {"cell_type": "code", "source": "", "outputs": [{"text": "### BEGIN SOLUTION"}]}
    assert look("x.ipynb", json.dumps({"cells": [output]}))[0].what == "the marker `BEGIN SOLUTION`"
    assert look("x.ipynb", "### BEGIN SOLUTION")[0].line == 1


def test_an_allowed_file_may_show_solution_lines_but_no_marker() -> None:
    assert look("a.md", "".join(SOLUTION.lines), allowed=("a.md",)) == []
    assert look("a.md", "### END SOLUTION", allowed=("a.md",))


def test_a_leak_is_an_error() -> None:
    raise_for([])
    with pytest.raises(ScaffoldError, match=r"a.py:3 would show students the marker `x` \(and 1 more\)\.") as caught:
        raise_for([Leak("a.py", 3, "the marker `x`"), Leak("b.py", 1, "y")])
    assert "may_show" in caught.value.hint
