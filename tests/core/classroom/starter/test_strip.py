# ruff: noqa: E501
"""Solutions and hidden tests are removed by nbgrader's and Otter's markers; wrong markers are errors."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.core.classroom.starter.markers import KNOWN, MarkerError
from scaffold.core.classroom.starter.strip import strip
from scaffold.tools.git.trees import File

MARKERS = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN|PROMPT|MARK)|#[ ]*(SOLUTION|HIDDEN)")


def one(path: str, text: str) -> str:
    return strip({path: File(text.encode())}).tree[path].content.decode()


def book(*cells: tuple[str, str] | dict[str, object]) -> str:
    run = {"outputs": [{"output_type": "stream", "text": "42"}], "execution_count": 3}

    def made(kind: str, source: str) -> dict[str, object]:
        return {"cell_type": kind, "metadata": {}, "source": source, **(run if kind == "code" else {})}

    whole = [made(*cell) if isinstance(cell, tuple) else cell for cell in cells]
    return json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def cells(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"]]


PYTHON = {
    "nbgrader's region": (
        "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\nlast = 1\n",
        "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n\nlast = 1\n",
    ),
    "nbgrader's hidden tests": (
        "assert f(1)\n### BEGIN HIDDEN TESTS\nassert f(2)\n### END HIDDEN TESTS\nend\n",
        "assert f(1)\nend\n",
    ),
    "nbgrader's mark scheme": ("a\n### BEGIN MARK SCHEME\nb\n### END MARK SCHEME\n", "a\n"),
    # The examples of Otter's documentation.
    "Otter's lines": (
        "def square(x):\n    y = x * x # SOLUTION NO PROMPT\n    return y # SOLUTION\n\nnine = square(3) # SOLUTION\n",
        "def square(x):\n    ...\n\nnine = ...\n",
    ),
    "Otter's region": (
        "pi = 3.14\nif True:\n    # BEGIN SOLUTION\n    radius = 3\n    area = radius\n    # END SOLUTION\n    print(1)\n",
        "pi = 3.14\nif True:\n    ...\n    print(1)\n",
    ),
    "Otter's prompt": (
        "def circumference(r):\n    # BEGIN SOLUTION NO PROMPT\n    return 2\n    # END SOLUTION\n"
        '    """ # BEGIN PROMPT\n    # Next, define it.\n    pass\n    """; # END PROMPT\n',
        "def circumference(r):\n    # Next, define it.\n    pass\n",
    ),
    "an annotated assignment": ("x: int = 3 # SOLUTION\n", "x: int = ...\n"),
    "several targets": ("a, b[0] = 1, 2 # SOLUTION\n", "a, b[0] = ...\n"),
    "a comparison is no assignment": ("assert x == 3 # SOLUTION\n", "...\n"),
    "a keyword is no assignment": ("    f(x=3) # SOLUTION\n", "    ...\n"),
    "Windows line ends": (
        "a\r\n### BEGIN SOLUTION\r\nb\r\n### END SOLUTION\r\nc\r\n",
        "a\r\n# YOUR CODE HERE\r\nraise NotImplementedError()\r\nc\r\n",
    ),
    "no line end at the end": (
        "a\n### BEGIN SOLUTION\nb\n### END SOLUTION",
        "a\n# YOUR CODE HERE\nraise NotImplementedError()\n",
    ),
    "a form feed is no line end": ("a\x0c### BEGIN\nb\n", "a\x0c### BEGIN\nb\n"),
    "tabs": ("\t### BEGIN SOLUTION\n\tb\n\t### END SOLUTION\n", "\t# YOUR CODE HERE\n\traise NotImplementedError()\n"),
    "prose": (
        "# The solution of this equation begins here.\n# hidden layers: 3\nx = 1  # one way to a solution\n# no prompt is shown\n",
        "# The solution of this equation begins here.\n# hidden layers: 3\nx = 1  # one way to a solution\n# no prompt is shown\n",
    ),
}


@pytest.mark.parametrize("name", PYTHON)
def test_python(name: str) -> None:
    before, after = PYTHON[name]
    assert one("a.py", before) == after


OTHERS = {
    "yaml region": ("c.yml", "a: 1\n# BEGIN SOLUTION\nb: 2\n# END SOLUTION\n", "a: 1\n# YOUR ANSWER HERE\n"),
    "yaml line": (
        "c.yaml",
        "a:\n  b: 3 # SOLUTION\n  - c # SOLUTION\n",
        "a:\n  b: # YOUR ANSWER HERE\n  - # YOUR ANSWER HERE\n",
    ),
    "markdown, nbgrader": ("d.md", "# T\n### BEGIN SOLUTION\ns\n### END SOLUTION\ne\n", "# T\nYOUR ANSWER HERE\ne\n"),
    "markdown, Otter": (
        "d.md",
        "T\n<!-- BEGIN SOLUTION -->\ns\n<!-- END SOLUTION -->\ne\n",
        "T\nYOUR ANSWER HERE\ne\n",
    ),
    "markdown, nothing instead": ("d.md", "<!-- BEGIN SOLUTION NO PROMPT -->\ns\n<!-- END SOLUTION -->\ne\n", "e\n"),
    "a heading is no marker": ("d.md", "# Solution\n\n## Hidden tests\n\n### The solution\n", None),
    "other kinds are left": ("e.toml", "# BEGIN SOLUTION\nx = 1\n", None),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_kinds(name: str) -> None:
    path, before, after = OTHERS[name]
    assert one(path, before) == (before if after is None else after)


def test_removed_text_is_reported() -> None:
    found = strip({"a.py": File(b"x\n### BEGIN SOLUTION\ny = 1\n### END SOLUTION\nz = 2 # SOLUTION\n")}).removed
    assert [(secret.path, secret.line, secret.lines) for secret in found] == [
        ("a.py", 3, ("y = 1\n",)),
        ("a.py", 5, ("z = 2\n",)),
    ]


def test_a_notebook() -> None:
    stripped = one(
        "n.ipynb",
        book(
            ("markdown", "Explain.\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"),
            ("code", "x = 3 # SOLUTION\nprint(x)"),
            ("code", "# HIDDEN\nassert x == 3"),
            ("raw", "# BEGIN SOLUTION"),
            ("code", "secret = 1"),
            ("raw", "# END SOLUTION"),
            ("markdown", "The end."),
        ),
    )
    assert cells(stripped) == ["Explain.\nYOUR ANSWER HERE", "x = ...\nprint(x)", "The end."]
    assert "42" not in stripped
    assert "Because" not in stripped
    assert json.loads(stripped)["cells"][1]["execution_count"] is None


def test_a_solution_cell_by_nbgraders_metadata() -> None:
    about = {"nbgrader": {"solution": True, "grade": False}}
    marked = {
        "cell_type": "code",
        "metadata": about,
        "source": ["x = 1\n", "y = 2"],
        "outputs": [],
        "execution_count": 1,
    }
    first = one("n.ipynb", book(marked))
    assert cells(first) == ["# YOUR CODE HERE\nraise NotImplementedError()"]
    assert one("n.ipynb", first) == first


def test_a_notebook_without_markers_keeps_every_byte() -> None:
    text = book(("code", "x = 1"), ("markdown", "# Solution"))
    assert one("n.ipynb", text) == text


BROKEN = {
    "no end": ("a.py", "x\n### BEGIN SOLUTION\ny\n", "a.py:2: `BEGIN SOLUTION` has no `END SOLUTION`."),
    "no beginning": ("a.py", "### END SOLUTION\n", "a.py:1: `END SOLUTION` ends nothing."),
    "another end": ("a.py", "### BEGIN SOLUTION\n### END HIDDEN TESTS\n", "a.py:2: `END HIDDEN TESTS` ends `BEGIN SOLUTION` of line 1."),
    "nested": ("a.py", "### BEGIN SOLUTION\n\n### BEGIN SOLUTION\n", "a.py:3: `BEGIN SOLUTION` inside `BEGIN SOLUTION` of line 1."),
    "a line in a region": ("a.py", "# BEGIN SOLUTION\nx = 1 # SOLUTION\n# END SOLUTION\n", "a.py:2: `# SOLUTION` inside"),
    "misspelt": ("a.py", "### BEGIN SOLUTON\n", "a.py:1: `BEGIN SOLUTON` is not a marker (did you mean `BEGIN SOLUTION`?)."),
    "misspelt end": ("a.py", "### BEGIN SOLUTION\nx\n### END SOLUTIONS\n", "a.py:3: `END SOLUTIONS` is not a marker"),
    "lower case": ("a.py", "# begin solution\n", "a.py:1: `begin solution` is not a marker"),
    "lower case, a line": ("a.py", "x = 1  # Solution\n", "a.py:1: `Solution` is not a marker"),
    "hyphens": ("a.py", "### BEGIN-SOLUTION\n", "a.py:1: `BEGIN-SOLUTION` is not a marker"),
    "underscores": ("a.py", "#BEGIN_HIDDEN_TESTS\n", "a.py:1: `BEGIN_HIDDEN_TESTS` is not a marker"),
    "something behind": ("a.py", "### BEGIN SOLUTION (part a)\n", "a.py:1: `BEGIN SOLUTION (part a)` is not a marker"),
    "two signs": ("a.py", "## BEGIN SOLUTION\n", "a.py:1: `## BEGIN SOLUTION` must be written with"),
    "code in front": ("a.py", "x = 1 ### BEGIN SOLUTION\n", "a.py:1: `BEGIN SOLUTION` must be on a line of its own."),
    "hidden outside a notebook": ("a.py", "# HIDDEN\n", "a.py:1: `# HIDDEN` is for a notebook's cell"),
    "nothing in front": ("a.py", "    # SOLUTION\n", "a.py:1: `# SOLUTION` marks the code before it"),
    "hidden tests in the singular": ("a.py", "### BEGIN HIDDEN TEST\n", "a.py:1: `BEGIN HIDDEN TEST` is not a marker"),
    "markdown": ("a.md", "### BEGIN SOLUTON\n", "a.md:1: `BEGIN SOLUTON` is not a marker"),
    "markdown, other level": ("a.md", "## BEGIN SOLUTION\n", "a.md:1: `BEGIN SOLUTION` must be"),
    "markdown, comment": ("a.md", "<!-- begin solution -->\n", "a.md:1: `begin solution` is not a marker"),
    "yaml": ("a.yml", "# END SOLUTION\n", "a.yml:1: `END SOLUTION` ends nothing."),
    "no notebook": ("a.ipynb", "{", "a.ipynb:1: this is not a readable notebook"),
    "a list": ("a.ipynb", "[]", "a.ipynb:1: this is not a readable notebook"),
    "a cell's region goes on": (
        "a.ipynb",
        book(("code", "1"), ("code", "### BEGIN SOLUTION\nx")),
        "a.ipynb, cell 2:1: `BEGIN SOLUTION` has no",
    ),
    "a block of cells goes on": ("a.ipynb", book(("raw", "# BEGIN SOLUTION"), ("code", "x")), "a.ipynb, cell 1:1: `BEGIN"),
    "a block in a block": (
        "a.ipynb",
        book(("raw", "# BEGIN SOLUTION"), ("raw", "# BEGIN SOLUTION")),
        "a.ipynb, cell 2:1: `BEGIN SOLUTION` inside",
    ),
    "hidden in the middle of a cell": ("a.ipynb", book(("code", "x = 1\n# HIDDEN\ny = 2")), "a.ipynb, cell 1:2: `# HIDDEN`"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_wrong_markers_are_errors(name: str) -> None:
    path, text, message = BROKEN[name]
    with pytest.raises(MarkerError) as caught:
        one(path, text)
    assert caught.value.message.startswith(message), caught.value.message
    assert "\n" not in caught.value.message


VISIBLE = st.sampled_from(["x = 1", "    return y", "", "# a comment", "print('é🚲')", "### a heading", "\tz", "'# x'"])
REGION = st.tuples(
    st.sampled_from(["### {} SOLUTION", "# {} SOLUTION", "### {} HIDDEN TESTS"]),
    st.lists(st.integers(0, 10**6).map(lambda number: f"secret = {number}"), max_size=4),
)
DOCUMENT = st.lists(st.one_of(VISIBLE, REGION), max_size=12)
ENDS = st.sampled_from(["\n", "\r\n"])


def written(document: list[str | tuple[str, list[str]]], end: str) -> tuple[str, list[str]]:
    """A document with its regions, and its visible lines."""
    lines, visible = [], []
    for part in document:
        if isinstance(part, str):
            lines.append(part)
            visible.append(part)
        else:
            marker, removed = part
            lines += [marker.format("BEGIN"), *removed, marker.format("END")]
    return "".join(line + end for line in lines), visible


@given(DOCUMENT, ENDS)
def test_solutions_are_removed_and_other_lines_stay(document: list, end: str) -> None:
    text, visible = written(document, end)
    after = one("a.py", text)
    assert not MARKERS.search(after)
    assert "secret" not in after
    stubs = {"...", "# YOUR CODE HERE", "raise NotImplementedError()"}
    assert [line for line in after.split(end)[:-1] if line not in stubs] == visible
    assert one("a.py", after) == after
    if all(isinstance(part, str) for part in document):
        assert after == text


@given(DOCUMENT.filter(lambda document: any(isinstance(part, tuple) for part in document)), st.randoms())
def test_a_lost_marker_is_an_error(document: list, random) -> None:
    text, _ = written(document, "\n")
    lines = text.splitlines(keepends=True)
    marked = [number for number, line in enumerate(lines) if MARKERS.search(line)]
    del lines[random.choice(marked)]
    with pytest.raises(MarkerError):
        one("a.py", "".join(lines))


@given(st.sampled_from([marker for marker in KNOWN if " " in marker]), st.data())
def test_a_misspelt_marker_is_an_error(marker: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(marker) - 1))
    damaged = marker[:place] + marker[place + 1 :]
    with pytest.raises(MarkerError):
        one("a.py", f"### {damaged}\nx\n")


@pytest.mark.thorough
@given(st.binary(max_size=200))
def test_files_without_markers_keep_every_byte(content: bytes) -> None:
    try:
        assert strip({"a.py": File(content)}).tree["a.py"].content == content
    except MarkerError:
        assert MARKERS.search(content.decode("utf-8", "replace").upper())


def test_a_symlink_is_not_changed() -> None:
    link = File(b"### BEGIN SOLUTION", symlink=True)
    assert strip({"a.py": link}).tree == {"a.py": link}


@pytest.mark.thorough
def test_the_teacher_edition_of_a_template(run, work: Path) -> None:
    from scaffold.tools.git.trees import read_folder

    assert run("new", "ml-tabular", "hw1", "-y", "-d", "edition=teacher", "--no-install", "-q").code == 0
    tree = read_folder(work / "hw1")
    stripped = strip(tree)
    changed = [path for path in tree if stripped.tree[path] != tree[path]]
    assert len(changed) >= 3
    assert all(path.startswith("src/") for path in changed)
    assert all(not MARKERS.search(file.content.decode("utf-8", "replace")) for file in stripped.tree.values())
    for path in changed:
        compile(stripped.tree[path].content, path, "exec")
