"""docs/teaching.md says what the program does: its commands, its files, its markers, and the way from another tool."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from classroom_support import Course, make_course
from conftest import Run
from notebook_support import NBGRADER, OTTER
from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, parse_course
from scaffold.core.classroom.delivery.importing import PATTERNS
from scaffold.core.classroom.rules import read_rules
from scaffold.core.classroom.starter.strip import strip
from scaffold.tools.git.trees import File
from support import write

TEXT = (Path(__file__).parents[3] / "docs/teaching.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TYPED = [
    line for kind, block in BLOCKS if kind == "bash" for line in block.splitlines() if line.startswith("scaffold ")
]
COMMANDS = sorted({re.sub(r"\s+#.*", "", line) for line in TYPED} | set(re.findall(r"`(scaffold class [^`]+)`", TEXT)))


def rows(heading: str) -> list[list[str]]:
    """The cells of the table that begins with this heading."""
    table = TEXT[TEXT.index(f"| {heading} |") :].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_can_be_typed(line: str) -> None:
    from scaffold.cli.main import app

    command: Any = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    while hasattr(command, "get_command") and words:
        command = command.get_command(command.context_class(command), words.pop(0))
        assert command, line
    context = command.context_class(command)
    _, rest, _ = command.make_parser(context).parse_args(words)
    assert rest == []


def test_the_files_can_be_read(work: Path) -> None:
    """Each example of a file; the pieces of class.toml that stand apart are joined with a title."""
    course = make_course(work / "ml1")
    for kind, block in BLOCKS:
        if kind != "toml":
            continue
        if "[forge]" in block or "[repositories]" in block:
            parse_course(course.folder, f'title = "x"\n{block}')
        else:
            about = {"assignment.toml": block, "tests/hidden/x": "", "docs/lecture.md": ""}
            write(course.folder / "hw1", about)
            read_rules(find_assignment(find_course(course.folder), "hw1"))


NBGRADERS = "`# YOUR CODE HERE` and `raise NotImplementedError()`"
GIVEN = {
    "nothing": "",
    NBGRADERS: "# YOUR CODE HERE\nraise NotImplementedError()\n",
    "the text between the quotes": "x = 1\n",
}


@pytest.mark.parametrize("row", [row for row in rows("you write") if "notebook" not in row[0] and "raw" not in row[0]])
def test_the_markers_do_what_the_table_says(row: list[str]) -> None:
    """Those of notebooks are in test_strip.py and test_otter.py."""
    you_write, students_get = row
    path = "a.md" if "Markdown" in you_write else "a.py"
    text = "\nx = 1\n".join(re.findall(r"`([^`]+)`", you_write)) + "\n"
    stripped = strip({path: File(text.encode())}).tree[path].content.decode()
    assert stripped == GIVEN.get(students_get, students_get.strip("`") + "\n")


MOVES = dict(rows("from"))


def test_every_tool_has_a_way() -> None:
    assert list(MOVES) == ["nbgrader", "Otter-Grader", "RepoBee", "GitHub Classroom", "Classroom 50", "Pawtograder"]
    # What an import does is in test_import.py, for each of these.
    named = {tool for text in MOVES.values() for tool in re.findall(r"`class import (\S+?)[ `]", text + "`")}
    assert named == set(PATTERNS)


@pytest.mark.parametrize("text", [NBGRADER, OTTER], ids=["nbgrader", "Otter"])
def test_a_notebook_is_handed_out_as_the_table_says(course: Course, run: Run, text: str) -> None:
    files = {"lab.ipynb": text, "requirements.txt": "nbclient\nipykernel\n"}
    about = 'title = "x"\nhidden = ["tests/hidden"]\n\n[grading]\ntogether = ["lab.ipynb"]\n'
    course.assign({**files, "assignment.toml": about})
    assert run("class", "handout", "hw1").code == 0
    assert not re.search("SOLUTION|HIDDEN|Because", course.read("ada", "lab.ipynb"))


ROSTERS = {
    "nbgrader": "id,first_name,last_name,email,lms_user_id\ns1,Ada,L,ada@example.org,17\n",
    "GitHub Classroom": '"identifier","github_username","github_id","name"\n"s1","ada-l","17","Ada L"\n',
    "Classroom 50": "username,first_name,last_name,email,section,github_id\nada-l,Ada,L,ada@example.org,A,17\n",
}


@pytest.mark.parametrize("tool", ROSTERS)
def test_its_roster_can_be_read(course: Course, run: Run, tool: str) -> None:
    path = write(course.folder / "old", {"roster.csv": ROSTERS[tool]}) / "roster.csv"
    done = run("class", "roster", "check", str(path))
    assert (done.code, "Ada L" in done.out) == (0, True)


def test_repobees_students_can_be_read(course: Course, run: Run) -> None:
    path = write(course.folder / "old", {"students.txt": "ada-l\nbob\n"}) / "students.txt"
    assert run("class", "roster", "check", str(path)).code == 0
