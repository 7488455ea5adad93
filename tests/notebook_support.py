"""Notebooks for tests: nbgrader's and Otter's, with a solution, tests, and what a person grades."""

import json
from typing import Any


def cell(source: str, kind: str = "code", **metadata: object) -> dict[str, Any]:
    """A cell without an id."""
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata, "source": source, **code}


def marked(source: str, name: str, kind: str = "code", **mark: object) -> dict[str, Any]:
    """A cell with nbgrader's metadata."""
    about = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3, **mark}
    return cell(source, kind, nbgrader={"grade_id": name, **about})


def graded(source: str, name: str, points: float) -> dict[str, Any]:
    """A cell with tests, as nbgrader marks it."""
    return marked(source, name, grade=True, locked=True, points=points)


def printed(source: str, text: str) -> dict[str, Any]:
    """A cell with its value, as it was saved."""
    value = {"output_type": "execute_result", "data": {"text/plain": [text]}, "metadata": {}, "execution_count": 1}
    return {**cell(source), "outputs": [value], "execution_count": 1}


def notebook(*cells: dict[str, Any], with_ids: bool = True) -> str:
    """A notebook of these cells, as Jupyter saves it."""
    named = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells)] if with_ids else list(cells)
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    content = {"cells": named, "metadata": spec, "nbformat": 4, "nbformat_minor": 5 if with_ids else 4}
    return json.dumps(content, indent=1) + "\n"


NBGRADER = notebook(
    cell("# Squares", "markdown"),
    marked("FACTOR = 1", "setup", locked=True),
    marked("def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION", "square", solution=True),
    graded(
        "assert square(2) == 4\n### BEGIN HIDDEN TESTS\nassert square(FACTOR * -3) == 9\n### END HIDDEN TESTS",
        "test-a",
        2,
    ),
    marked("def cube(x):\n    ### BEGIN SOLUTION\n    return x ** 3\n    ### END SOLUTION", "cube", solution=True),
    graded("sum(cube(x) == x ** 3 for x in (0, 1, 2, -2))", "test-b", 4),
    marked("Because.", "essay", "markdown", grade=True, solution=True, points=5),
)
OTTER = notebook(
    cell("# ASSIGNMENT CONFIG\nrequirements: requirements.txt\nexport_cell: false", "raw"),
    cell("# Squares", "markdown"),
    cell("# BEGIN QUESTION\nname: q1\npoints: 2", "raw"),
    cell("Square it.", "markdown"),
    cell("# BEGIN SOLUTION", "raw"),
    cell("def square(x):\n    return x * x # SOLUTION"),
    cell("# END SOLUTION", "raw"),
    cell("# BEGIN TESTS", "raw"),
    printed("square(3)", "9"),
    printed('""" # BEGIN TEST CONFIG\nhidden: true\n""" # END TEST CONFIG\nsquare(-4) == 16', "True"),
    cell("# END TESTS", "raw"),
    cell("# END QUESTION", "raw"),
    cell("# BEGIN QUESTION\nname: q2\npoints: 3\nall_or_nothing: true", "raw"),
    cell("# BEGIN PROMPT", "raw"),
    cell("cube = ..."),
    cell("# END PROMPT", "raw"),
    cell("# BEGIN SOLUTION", "raw"),
    cell("cube = lambda x: x ** 3"),
    cell("# END SOLUTION", "raw"),
    cell("# BEGIN TESTS", "raw"),
    cell("assert cube(2) == 8"),
    cell("# HIDDEN\nassert cube(-2) == -8"),
    cell("# END TESTS", "raw"),
    cell("# END QUESTION", "raw"),
    cell("# BEGIN QUESTION\nname: q3\nmanual: true\npoints: 4", "raw"),
    cell("Why?", "markdown"),
    cell("# BEGIN SOLUTION", "raw"),
    cell("Because.", "markdown"),
    cell("# END SOLUTION", "raw"),
    cell("# END QUESTION", "raw"),
)
