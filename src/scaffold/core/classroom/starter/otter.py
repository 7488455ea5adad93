"""Translate a source notebook of Otter Assign into one that nbgrader's metadata describes.

Otter marks questions, prompts and tests by raw cells (otter/assign/blocks.py and tests_manager.py). They, and the
settings in them, become metadata of the cells between them, so that one set of rules removes and grades cells. What
students must not see of it is under `scaffold` in a cell's metadata, which the starter does not have.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scaffold.core import yaml_text
from scaffold.core.classroom.starter import notebooks
from scaffold.core.classroom.starter.markers import marker_error
from scaffold.core.classroom.starter.notebooks import Cell

_EDGE = re.compile(r"#\s+(BEGIN|END)\s+(QUESTION|PROMPT|SOLUTION|TESTS)\s*", re.IGNORECASE)
_CONFIG = re.compile(r"#\s+(ASSIGNMENT\s+CONFIG|EXPORT)", re.IGNORECASE)
_BEGIN_TEST_CONFIG = re.compile(r'(?:\w+\s*=\s*)?"""?\s*#\s*BEGIN\s+TEST\s+CONFIG', re.IGNORECASE)
_END_TEST_CONFIG = re.compile(r'"""?;?\s*#\s*END\s+TEST\s+CONFIG', re.IGNORECASE)
_HIDDEN = re.compile(r"\s*#.*\bhidden\b", re.IGNORECASE)
_IGNORE = re.compile(r"##\s*ignore\s*##|#\s*ignore\s*$", re.IGNORECASE)
_ANSWER = "YOUR ANSWER HERE"


@dataclass
class _Question:
    """A question that is being read."""

    name: str
    config: Mapping[str, Any]
    tests: list[dict[str, Any]] = field(default_factory=list)
    has_prompt: bool = False

    @property
    def is_manual(self) -> bool:
        return bool(self.config.get("manual"))


def is_otter(notebook: Mapping[str, Any]) -> bool:
    """Whether raw cells mark questions or tests as Otter Assign has it."""
    return any(edge and edge[1] != "SOLUTION" for edge in map(_edge, notebook["cells"]))


def translate(path: str, notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """A notebook without Otter's raw cells, with nbgrader's metadata at its tests; any other notebook as it is.

    Raises:
        MarkerError: The raw cells are unbalanced, or a setting in them cannot be used.
    """
    return _Translation(path, notebook).run() if is_otter(notebook) else notebook


def _edge(cell: Cell) -> tuple[str, str] | None:
    """The edge (BEGIN, END) and the block that a raw cell marks; None for any other cell."""
    if cell.get("cell_type") != "raw":
        return None
    match = _EDGE.match(notebooks.source(cell).strip())
    return (match[1].upper(), match[2].upper()) if match else None


class _Translation:
    """One pass over the cells."""

    def __init__(self, path: str, notebook: Mapping[str, Any]) -> None:
        self._path, self._notebook = path, notebook
        self._cells: list[Cell] = []
        self._question: _Question | None = None
        self._block = ""
        self._manual: list[tuple[str, float]] = []
        self._has_doctests = True
        self._solution_begins = 0
        self._where = path

    def run(self) -> Mapping[str, Any]:
        """The translated notebook."""
        for number, cell in enumerate(self._notebook["cells"], start=1):
            self._where = f"{self._path}, cell {number}"
            source = notebooks.source(cell)
            if edge := _edge(cell):
                self._cross(cell, *edge)
            elif cell.get("cell_type") == "raw" and _CONFIG.match(source.strip()):
                tests = _table(self._settings(source).get("tests"))
                self._has_doctests = self._has_doctests and tests.get("ok_format") is not False
            elif source.strip().startswith("```otter"):
                raise marker_error(self._where, 1, "Otter's blocks in Markdown are not supported: use raw cells")
            elif not _IGNORE.match(source.strip().partition("\n")[0]):
                self._add(cell, source)
        if self._question:
            raise marker_error(self._where, 1, f"question `{self._question.name}` has no `END QUESTION`")
        metadata = {**_table(self._notebook.get("metadata")), notebooks.OURS: {"manual": self._manual}}
        return {**self._notebook, "cells": self._cells, "metadata": metadata}

    def _cross(self, cell: Cell, edge: str, block: str) -> None:
        is_question = block == "QUESTION"
        expected = ("" if is_question else "QUESTION") if edge == "BEGIN" else block
        current = self._block or ("QUESTION" if self._question else "")
        if block != "SOLUTION" and expected != current:
            problem = f"is inside `BEGIN {current}`" if current else "is not in a question"
            raise marker_error(self._where, 1, f"`{edge} {block}` {problem}")
        if is_question and edge == "BEGIN":
            settings = self._settings(notebooks.source(cell))
            if not isinstance(settings.get("name"), str | int):
                raise marker_error(self._where, 1, "the question has no `name`")
            self._question = _Question(str(settings["name"]), settings)
        elif is_question:
            self._end_question()
        elif block == "SOLUTION":
            self._cross_solution(cell, edge)
        else:
            self._block = block if edge == "BEGIN" else ""

    def _cross_solution(self, cell: Cell, edge: str) -> None:
        """Keep the raw cell, which strip.py reads, and add a cell for a written answer where the source has none."""
        question = self._question
        if edge == "BEGIN":
            self._solution_begins = len(self._cells)
        elif question and question.is_manual and not question.has_prompt:
            written = any(cell.get("cell_type") == "markdown" for cell in self._cells[self._solution_begins :])
            if written:
                answer = {"cell_type": "markdown", "metadata": {notebooks.OURS: {"prompt": True}}, "source": _ANSWER}
                if "id" in cell:
                    answer["id"] = re.sub(r"[^A-Za-z0-9_-]", "-", f"{question.name}-answer")[:64]
                self._cells.insert(self._solution_begins, answer)
        self._cells.append(cell)

    def _add(self, cell: Cell, source: str) -> None:
        if self._block == "PROMPT" and self._question:
            self._question.has_prompt = True
            self._cells.append(notebooks.with_ours(cell, prompt=True))
        elif self._block == "TESTS" and self._question:
            if cell.get("cell_type") != "code":
                raise marker_error(self._where, 1, "a test is a code cell")
            test = self._test(cell, source)
            self._question.tests.append(test)
            self._cells.append(test)
        else:
            self._cells.append(cell)

    def _test(self, cell: Cell, source: str) -> dict[str, Any]:
        """A test cell, with its settings and what it must print as metadata."""
        lines = source.split("\n")
        is_hidden = bool(_HIDDEN.match(lines[0]))
        config: Mapping[str, Any] = {}
        if is_hidden:
            lines = lines[1:]
        elif _BEGIN_TEST_CONFIG.match(lines[0]):
            end = next((number for number, line in enumerate(lines) if _END_TEST_CONFIG.match(line)), 0)
            if not end:
                raise marker_error(self._where, 1, "`BEGIN TEST CONFIG` has no `END TEST CONFIG`")
            config, lines = self._settings("\n".join(["", *lines[1:end]])), lines[end + 1 :]
            is_hidden = config.get("hidden") is True
        code = "\n".join(lines).strip("\n")
        expected = None
        if self._has_doctests:
            expected = self._expected_output(cell, code)
            if expected and not is_hidden:
                code += "\n# Expected: " + "\n#           ".join(expected.splitlines())
        else:
            code = self._with_call(code)
        question = self._question.name if self._question else ""
        # A hidden test is removed as a whole, by Otter's own marker.
        test = notebooks.with_source(cell, f"# HIDDEN\n{code}" if is_hidden else code)
        notes = {"question": question, "hidden": is_hidden, "expected": expected, "points": config.get("points")}
        return dict(notebooks.with_ours(test, **notes))

    def _expected_output(self, cell: Cell, code: str) -> str | None:
        """What the cell printed when the teacher ran it; None where it has no value, and printed nothing."""
        outputs = cell.get("outputs") or []
        text = "".join(notebooks.output_text(output) for output in outputs)
        body = _parse(code, self._where)
        has_value = bool(body) and isinstance(body[-1], ast.Expr)
        if has_value and not outputs and not cell.get("execution_count"):
            raise marker_error(
                self._where, 1, "what this test must print is not saved: run the notebook, and save it with its outputs"
            )
        return text.strip() if has_value or text.strip() else None

    def _with_call(self, code: str) -> str:
        """An exception-based test with a call of its function, whose parameters are names of the notebook."""
        body = _parse(code, self._where)
        if not body or not isinstance(body[0], ast.FunctionDef):
            raise marker_error(self._where, 1, "with `ok_format: false`, a test is a function")
        function = body[0]
        lines = code.split("\n")[: function.end_lineno]
        names = [argument.arg for argument in function.args.args]
        arguments = ", ".join("env=globals()" if name == "env" else f"{name}={name}" for name in names)
        return "\n".join([*lines, "", f"{function.name}({arguments})"])

    def _end_question(self) -> None:
        question = self._question
        if question is None:
            return
        if question.is_manual:
            if question.tests:
                raise marker_error(self._where, 1, f"question `{question.name}` is manual, and has tests")
            self._manual.append((question.name, _number(question.config.get("points")) or 0))
        for number, (test, points) in enumerate(zip(question.tests, self._points(question), strict=True), start=1):
            name = question.name if len(question.tests) == 1 else f"{question.name}-{number}"
            test["metadata"]["nbgrader"] = {
                "grade": True, "grade_id": name, "locked": True, "points": points, "schema_version": 3,
                "solution": False, "task": False, "cell_type": "code",
            }  # fmt: skip
            test["metadata"][notebooks.OURS]["all_or_nothing"] = question.config.get("all_or_nothing") is True
        self._question = None

    def _points(self, question: _Question) -> list[float]:
        """The points of each test, as otter/test_files/abstract_test.py divides those of the question."""
        total, own = (
            question.config.get("points"),
            [test["metadata"][notebooks.OURS]["points"] for test in question.tests],
        )
        if isinstance(total, dict):
            total = (_number(total.get("each")) or 1) * len(own)
        if isinstance(total, list):
            if len(total) != len(own):
                problem = f"question `{question.name}` has {len(own)} tests, and `points` for {len(total)}"
                raise marker_error(self._where, 1, problem)
            own, total = total, None
        given = [_number(points) for points in own]
        rest, without = sum(points or 0 for points in given), sum(points is None for points in given)
        share = 0.0
        if without and (total is not None or not rest):
            whole = 1.0 if total is None else _number(total) or 0.0
            share = (whole - rest) / without
        if share < 0 or (total is not None and rest > (_number(total) or 0)):
            raise marker_error(self._where, 1, f"the tests of question `{question.name}` have more points than it has")
        return [share if points is None else points for points in given]

    def _settings(self, source: str) -> Mapping[str, Any]:
        """The YAML below the first line of a raw cell."""
        try:
            settings = yaml_text.load(source.partition("\n")[2])
        except yaml_text.NotYamlError as error:
            raise marker_error(self._where, 1, f"its settings are not YAML: {error}") from error
        return _table(settings)


def _parse(code: str, where: str) -> Sequence[ast.stmt]:
    try:
        return ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise marker_error(where, 1, f"the test is not valid Python: {error}") from error


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
