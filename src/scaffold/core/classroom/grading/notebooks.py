"""Grade a notebook by cell: the student's cells in their order, the teacher's tests in their places between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scaffold.core.classroom.rules import Exercise
from scaffold.core.classroom.starter import graded_cells, notebooks, otter
from scaffold.core.classroom.starter.graded_cells import GradedCell, Plan, PlannedCell
from scaffold.core.classroom.starter.markers import MarkerError
from scaffold.core.classroom.starter.notebooks import Cell
from scaffold.tools.git.trees import Tree

Steps = dict[str, Any]
"""What judge/notebook.py runs: `kernel`, `problem` and `cells`, each with its `source` and, for a test, `test`."""

Values = Mapping[str, Sequence[str]]
"""The id of a test → what the expressions of its AUTOTEST lines are in the solution."""


def is_notebook(path: str) -> bool:
    """Whether a test file is a notebook."""
    return path.endswith(".ipynb")


def exercises(tree: Tree, paths: Sequence[str]) -> tuple[Exercise, ...]:
    """An exercise for each graded cell or question of these notebooks, with its points."""
    found: list[Exercise] = []
    for path in paths:
        by_question: dict[str, list[GradedCell]] = {}
        for cell in graded_cells.read_plan(path, tree[path].content).graded:
            by_question.setdefault(cell.question, []).append(cell)
        for question, cells in by_question.items():
            found += _exercises_of(path, question, cells, {exercise.id for exercise in found})
    return tuple(found)


def _exercises_of(path: str, question: str, cells: Sequence[GradedCell], taken: set[str]) -> list[Exercise]:
    """One exercise; one for each cell where they have different points, which tests of one exercise cannot have."""
    prefix = f"{path}:" if question in taken else ""
    if len({cell.points for cell in cells}) == 1 or cells[0].all_or_nothing:
        tests = tuple(f"{path}::{cell.name}" for cell in cells)
        points = sum(cell.points for cell in cells)
        return [Exercise(prefix + question, question, points, tests, all_or_nothing=cells[0].all_or_nothing)]
    return [Exercise(prefix + cell.name, cell.name, cell.points, (f"{path}::{cell.name}",)) for cell in cells]


def has_autotests(tree: Tree, paths: Sequence[str]) -> bool:
    """Whether a cell of these notebooks is compared with the solution's values."""
    plans = [graded_cells.read_plan(path, tree[path].content) for path in paths]
    return any(cell.autotests for plan in plans for cell in plan.graded)


def manual_cells(tree: Tree, hidden: Sequence[str]) -> list[tuple[str, str, float]]:
    """What a person grades in an assignment's notebooks: the path, the name of the cell or question, and its points."""
    found = graded_cells.plans(tree, hidden).items()
    return [(path, *cell) for path, plan in found if isinstance(plan, Plan) for cell in plan.manual]


def describe_manual(cells: Sequence[tuple[str, str, float]]) -> str:
    """What a person grades, in a sentence."""
    listed = (f"{path} {name} ({points:g} point{'' if points == 1 else 's'})" for path, name, points in cells)
    return f"To grade by hand: {', '.join(listed)}."


def hidden_cells(tree: Tree, paths: Sequence[str]) -> list[str]:
    """The ids of the tests in these notebooks of which students do not receive everything."""
    plans = [(path, graded_cells.read_plan(path, tree[path].content)) for path in paths]
    return [f"{path}::{cell.name}" for path, plan in plans for cell in plan.graded if cell.hidden]


def steps(path: str, teacher: bytes, student: bytes | None) -> Steps:
    """What to run for a submission; a notebook that is missing or unreadable is a problem that each test reports."""
    plan = graded_cells.read_plan(path, teacher)
    problem, cells = "", list[Cell]()
    if student is None:
        problem = f"{path} is missing"
    elif student == teacher:  # the solution; Otter's blocks in a student's notebook are only cells
        cells = [
            cell for cell in otter.translate(path, notebooks.parse(path, teacher))["cells"] if not _is_prompt(cell)
        ]
    else:
        try:
            cells = notebooks.parse(path, student)["cells"]
        except MarkerError:
            problem = f"{path} is not a readable notebook"
    return {"kernel": plan.kernel, "problem": problem, "cells": list(_merged(plan, cells))}


def _is_prompt(cell: Cell) -> bool:
    """Whether a cell of Otter's is what students get in the place of a solution."""
    return notebooks.ours(cell).get("prompt") is True


def _merged(plan: Plan, students: Sequence[Cell]) -> Iterator[Steps]:
    """The cells to run. What the teacher fixed replaces the student's copy, or comes before the next cell of theirs."""
    places = _places(plan, students)
    replaced = {place: plan.cells[number] for number, place in places.items() if plan.cells[number].is_fixed}
    inserted: dict[int, list[PlannedCell]] = {}
    following = len(students)
    for number in reversed(range(len(plan.cells))):
        following = places.get(number, following)
        if plan.cells[number].is_fixed and number not in places:
            inserted.setdefault(following, []).insert(0, plan.cells[number])
    for place in range(len(students) + 1):
        yield from map(_step, inserted.get(place, ()))
        if place in replaced:
            yield _step(replaced[place])
        elif place < len(students) and students[place].get("cell_type") == "code":
            yield {"source": notebooks.source(students[place])}


def _places(plan: Plan, students: Sequence[Cell]) -> dict[int, int]:
    """Where the teacher's cells are in a student's notebook, by their names, ids or texts."""
    by_key: dict[str, int] = {}
    by_text: dict[tuple[str, str], int] = {}
    for place, cell in enumerate(students):
        by_key.setdefault(notebooks.key(cell), place)
        by_text.setdefault((str(cell.get("cell_type")), notebooks.source(cell).strip()), place)
    places: dict[int, int] = {}
    for number, planned in enumerate(plan.cells):
        place = by_key.get(planned.key, -1) if planned.key else -1
        if place < 0 and planned.source.strip():
            place = by_text.get((planned.kind, planned.source.strip()), -1)
        if place >= 0 and place not in places.values():
            places[number] = place
    return places


def _step(cell: PlannedCell) -> Steps:
    if cell.graded is None:
        return {"source": cell.source}
    graded = asdict(cell.graded)
    kept = {key: graded[key] for key in ("points", "expected", "autotests")}
    return {"source": cell.source, "test": graded["name"], **kept}


def with_values(files: Mapping[str, Steps], values: Values | None) -> dict[str, Steps]:
    """Notebooks whose AUTOTEST lines are compared with these values; None to learn what the values are."""
    return {
        path: {
            **steps,
            "learns": values is None,
            "cells": [
                {**step, "values": (values or {}).get(f"{path}::{step['test']}")} if "test" in step else step
                for step in steps["cells"]
            ],
        }
        for path, steps in files.items()
    }
