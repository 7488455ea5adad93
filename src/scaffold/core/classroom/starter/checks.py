"""What a teacher should look at in a starter: marks that are not ours, points that differ from assignment.toml."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.rules import Rules
from scaffold.core.classroom.starter import notebooks
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.core.outcome import first_of
from scaffold.tools.git.trees import Tree

_TEXT = {".py", ".md", ".yml", ".yaml", ".ipynb", ".r", ".rmd", ".qmd", ".jl", ".sql", ".java", ".toml", ".txt"}
_WORDS = "SOLUTIONS?|ANSWERS?|STUDENT|TEACHER|INSTRUCTOR|TESTS?|QUESTION|PROMPT|HIDDEN|EXERCISE|REMOVE|DELETE"
_MARKER = re.compile(
    rf"^[ \t]*(?:#+|//+|--|%+|<!--)[ \t]*((?:BEGIN|END|START|STOP)[ _-](?:THE )?(?:{_WORDS})\b[A-Z _-]*"
    rf"|(?:{_WORDS})[ _-](?:BEGIN|END|START|STOP)\b|IGNORE$)",
    re.MULTILINE,
)
_ROW = re.compile(r"^\|\s*\d+\s*\|\s*(?P<title>[^|]+?)\s*\|\s*(?P<points>\d+(?:\.\d+)?)\s*\|", re.MULTILINE)
_MOST = 3
EXERCISES_FILE = "EXERCISES.md"


def unknown_markers(tree: Tree) -> list[str]:
    """Comments that look like another tool's marks, and stay in the starter because scaffold does not know them."""
    found = [
        f"{path}:{line}: `{marker}`"
        for path, file in tree.items()
        if PurePosixPath(path).suffix.lower() in _TEXT and not file.symlink
        for text in _texts(path, file.content)
        for line, marker in _markers(text)
    ]
    if not found:
        return []
    return [f"Not a marker of scaffold's, so students get it as it is: {first_of(found, _MOST)}."]


def _markers(text: str) -> Iterator[tuple[int, str]]:
    for match in _MARKER.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1].strip()


def _texts(path: str, content: bytes) -> list[str]:
    """The text of a file, or of each cell of a notebook."""
    if not path.lower().endswith(".ipynb"):
        return [content.decode("utf-8", "replace")]
    try:
        return [notebooks.source(cell) for cell in notebooks.parse(path, content)["cells"]]
    except MarkerError:
        return []


def differing_points(tree: Tree, rules: Rules) -> list[str]:
    """Where EXERCISES.md, which students read, gives an exercise other points than assignment.toml."""
    if EXERCISES_FILE not in tree or not rules.exercises:
        return []
    text = tree[EXERCISES_FILE].content.decode("utf-8", "replace")
    shown = {row["title"]: float(row["points"]) for row in _ROW.finditer(text)}
    if not shown:
        return []
    graded = {exercise.title: exercise.points for exercise in rules.exercises}
    notes = [
        f"{EXERCISES_FILE} gives `{title}` {points:g} points, and {ASSIGNMENT_FILE} gives it {graded[title]:g}."
        for title, points in shown.items()
        if title in graded and graded[title] != points
    ]
    only_shown, only_graded = shown.keys() - graded.keys(), graded.keys() - shown.keys()
    notes += [f"`{title}` is in {EXERCISES_FILE}, and not in {ASSIGNMENT_FILE}." for title in sorted(only_shown)]
    return notes + [f"`{title}` is in {ASSIGNMENT_FILE}, and not in {EXERCISES_FILE}." for title in sorted(only_graded)]
