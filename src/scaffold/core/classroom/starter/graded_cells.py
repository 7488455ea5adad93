"""The cells of a notebook that are graded: by nbgrader's metadata, by Otter's blocks, or because they are hidden."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.assignment_file import ASSIGNMENT_FILE
from scaffold.core.classroom.rules import Rules
from scaffold.core.classroom.starter import notebooks, otter
from scaffold.core.classroom.starter.markers import CELL, MarkerError, marker_error
from scaffold.core.classroom.starter.notebooks import Cell
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import Tree

_HIDDEN_TESTS = re.compile(r"^\s*### BEGIN HIDDEN TESTS\s*$", re.MULTILINE)
_HIDDEN_CELL = re.compile(rf"\s*#\s*{CELL}(?: TESTS?)?\s*$", re.MULTILINE)
_AUTOTEST = re.compile(r"^[ \t]*###[ \t]*(?:HASHED[ \t]+)?AUTOTEST\b(.*)$", re.MULTILINE)
_MARKS = re.compile(rb"nbgrader|HIDDEN|otter|BEGIN (TESTS|QUESTION)", re.IGNORECASE)
_OTTERS_OWN = re.compile(r"\botter\.Notebook\(")


@dataclass(frozen=True)
class GradedCell:
    """A cell that tests what stands before it.

    Attributes:
        name: Its name in the notebook.
        points: What it is worth.
        question: The question that it belongs to; its own name where it is a question of its own.
        all_or_nothing: Whether the question has points only if all of its cells pass.
        hidden: Whether students do not receive all of it.
        expected: What it must print; None for anything.
        autotests: Expressions that must have the value that they have in the solution (nbgrader's AUTOTEST).
    """

    name: str
    points: float
    question: str
    all_or_nothing: bool = False
    hidden: bool = False
    expected: str | None = None
    autotests: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the teacher's notebook.

    Attributes:
        key: What a student's copy of it has in common with it: the name that nbgrader gave it, or its id.
        kind: Its type: code, markdown or raw.
        source: Its text.
        is_fixed: Whether the teacher's text counts, whatever a student's copy says.
        graded: What it tests; None for any other cell.
    """

    key: str
    kind: str
    source: str
    is_fixed: bool = False
    graded: GradedCell | None = None


@dataclass(frozen=True)
class Plan:
    """What a notebook's grading consists of.

    Attributes:
        cells: The teacher's cells, in order.
        manual: The names and points of what a person grades.
        kernel: The name of its kernel.
    """

    cells: tuple[PlannedCell, ...]
    manual: tuple[tuple[str, float], ...]
    kernel: str

    @property
    def graded(self) -> list[GradedCell]:
        """The cells that test something."""
        return [cell.graded for cell in self.cells if cell.graded]


def read_plan(path: str, content: bytes) -> Plan:
    """What a teacher's notebook grades.

    Raises:
        MarkerError: It is not a notebook, or has marks that are wrong or not supported.
    """
    notebook = otter.translate(path, notebooks.parse(path, content))
    ours = notebooks.ours(notebook)
    manual = [(str(name), float(points)) for name, points in ours.get("manual", ())]
    cells: list[PlannedCell] = []
    names: set[str] = set()
    for number, cell in enumerate(notebook["cells"], start=1):
        where = f"{path}, cell {number}"
        planned = _planned(cell, where, f"hidden-{sum(cell.graded is not None for cell in cells) + 1}")
        cells.append(planned)
        mark = notebooks.nbgrader(cell)
        if (mark.get("grade") and mark.get("solution")) or mark.get("task"):
            manual.append((_name(mark, where), _points(mark, where)))
        if planned.graded:
            if planned.graded.name in names:
                raise marker_error(where, 1, f"another cell has the name `{planned.graded.name}` as well")
            names.add(planned.graded.name)
    return Plan(tuple(cells), tuple(manual), notebooks.kernel(notebook))


def _planned(cell: Cell, where: str, name: str) -> PlannedCell:
    source, kind, mark = notebooks.source(cell), str(cell.get("cell_type")), notebooks.nbgrader(cell)
    key, is_code = notebooks.key(cell), kind == "code"
    if is_code and _OTTERS_OWN.search(source):
        raise marker_error(where, 1, "Otter made this notebook: put the source notebook here from which it was made")
    if mark.get("grade") and not mark.get("solution") and is_code:
        ours = notebooks.ours(cell)
        name = _name(mark, where)
        hidden = ours.get("hidden") is True or is_hidden(source)
        graded = GradedCell(
            name,
            _points(mark, where),
            ours.get("question") or name,
            ours.get("all_or_nothing") is True,
            hidden,
            ours.get("expected"),
            _autotests(source),
        )
        return PlannedCell(key, kind, source, True, graded)
    if is_code and is_hidden(source):
        return PlannedCell(key, kind, source, True, GradedCell(name, 1, name, hidden=True))
    return PlannedCell(key, kind, source, bool(mark.get("locked") and not mark.get("solution")))


def _autotests(source: str) -> tuple[str, ...]:
    """The expressions of nbgrader's AUTOTEST lines, which a semicolon separates (preprocessors/instantiatetests.py)."""
    expressions = (part.strip() for match in _AUTOTEST.finditer(source) for part in match[1].split(";"))
    return tuple(filter(None, expressions))


def is_hidden(source: str) -> bool:
    """Whether a code cell has tests that students do not receive."""
    return bool(_HIDDEN_TESTS.search(source) or _HIDDEN_CELL.match(source))


def _name(mark: Mapping[str, Any], where: str) -> str:
    name = mark.get("grade_id")
    if not isinstance(name, str) or not name.strip():
        raise marker_error(where, 1, "nbgrader's metadata gives it no `grade_id`")
    return name


def _points(mark: Mapping[str, Any], where: str) -> float:
    points = mark.get("points")
    if not isinstance(points, int | float) or isinstance(points, bool) or not points >= 0:
        raise marker_error(where, 1, "nbgrader's metadata gives it no `points`")
    return float(points)


def plans(tree: Tree, hidden: Sequence[str] = ()) -> dict[str, Plan | MarkerError]:
    """What each notebook of a teacher's grades, without those that grade nothing; why, where that cannot be read."""
    found: dict[str, Plan | MarkerError] = {}
    for path, file in tree.items():
        # Most notebooks have no marks at all.
        if not path.endswith(".ipynb") or path in hidden or file.symlink or not _MARKS.search(file.content):
            continue
        try:
            plan = read_plan(path, file.content)
        except MarkerError as error:
            found[path] = error
        else:
            found |= {path: plan} if plan.graded or plan.manual else {}
    return found


def require_decision(assignment: Assignment, tree: Tree, rules: Rules) -> None:
    """Raise ScaffoldError where a notebook has graded cells, and assignment.toml does not say whether to grade them.

    A notebook's tests run in the student's own kernel, where its code could read and fool them: a person decides.
    """
    chosen = {*rules.together, *rules.ungraded}
    found = plans(tree, assignment.hidden)
    undecided = [
        path for path, plan in found.items() if path not in chosen and (isinstance(plan, MarkerError) or plan.graded)
    ]
    if undecided:
        raise ScaffoldError(
            f"{assignment.name}/{undecided[0]} has cells to grade, and {ASSIGNMENT_FILE} does not say whether to.",
            f'Under [grading], together = ["{undecided[0]}"] grades them cell by cell in the student\'s own kernel; '
            f'ungraded = ["{undecided[0]}"] leaves them to you.',
        )
    both = [path for path in rules.together if path.endswith(".ipynb") and path in assignment.hidden]
    if both:
        raise ScaffoldError(
            f"{assignment.name}/{both[0]} is hidden, and `together` would grade students' copies of it.",
            f"Take it out of one of the two lists in {ASSIGNMENT_FILE}.",
        )
    for path in rules.together:
        if path.endswith(".ipynb") and path in tree:
            plan = read_plan(path, tree[path].content)
            if not plan.graded:
                raise ScaffoldError(
                    f"{assignment.name}/{path} has no cell with tests.",
                    f"Mark one in nbgrader's or Otter's way, or take it out of `together` in {ASSIGNMENT_FILE}.",
                )
