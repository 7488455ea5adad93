"""What grading writes: one JSON file with everything, a CSV file of points, and a file each as Gradescope reads it.

They lie in the course's `results/`, which keeps itself out of git: they are personal data.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading.grade import Graded, as_data
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def folder(course: Course, assignment: str) -> Path:
    """Where an assignment's results are."""
    return course.folder / "results" / assignment


def keep_out_of_git(course: Course) -> None:
    """See that git leaves results alone: they are personal data."""
    write_atomically(course.folder / "results/.gitignore", "*\n")


def so_far(course: Course, assignment: str) -> list[dict[str, Any]]:
    """What was graded, a student each; nobody before anything was."""
    return read(course, assignment) if (folder(course, assignment) / "results.json").is_file() else []


def write(course: Course, task: Assignment, hidden: Sequence[str], rows: Sequence[Graded]) -> list[Path]:
    """Write the results of some owners, beside those of others that were graded before.

    Args:
        course: the class.
        task: the assignment.
        hidden: its hidden test files.
        rows: what came of grading.

    Returns:
        The files.

    Raises:
        ScaffoldError: the folder cannot be written.
    """
    place = folder(course, task.name)
    keep_out_of_git(course)
    known = {one["id"]: one for one in so_far(course, task.name)}
    known |= {row.owner.id: {**as_data(row), "name": row.owner.title} for row in rows}
    content = {"assignment": task.name, "title": task.title, "hidden": list(hidden), "students": list(known.values())}
    _remember(place / "history.jsonl", [as_data(row) for row in rows if row.score and row.submission])
    paths = [place / "results.json", place / "results.csv"]
    write_atomically(paths[0], json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write_atomically(paths[1], _csv(list(known.values())))
    for row in rows:
        if row.score:
            paths.append(place / "gradescope" / f"{row.owner.id}.json")
            write_atomically(paths[-1], json.dumps(_gradescope(as_data(row), hidden), indent=1) + "\n")
    return paths


def _remember(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add what each commit passed, once: `page` draws how that grew."""
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = []
    for row in rows:
        tests = [test["passed"] for part in row["score"]["parts"] for test in part["tests"]]
        about = {"id": row["id"], "received": row["received"], "passed": sum(tests), "tests": len(tests)}
        lines.append(json.dumps(about) + "\n")
    new = [line for line in lines if line not in known]
    if new:
        write_atomically(path, known + "".join(new))


def history(course: Course, assignment: str) -> list[dict[str, Any]]:
    """What was passed when: owner, time received, tests passed, tests; in the order in which it was graded."""
    path = folder(course, assignment) / "history.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def read(course: Course, assignment: str) -> list[dict[str, Any]]:
    """What was graded: a student each.

    Raises:
        ScaffoldError: nothing was.
    """
    return list(_read(course, assignment)["students"])


def hidden(course: Course, assignment: str) -> list[str]:
    """The hidden test files of what was graded. Raises ScaffoldError."""
    return list(_read(course, assignment)["hidden"])


def _read(course: Course, assignment: str) -> dict[str, Any]:
    path = folder(course, assignment) / "results.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ScaffoldError(
            f"{assignment} has not been graded.", f"Grade it: scaffold class grade {assignment}"
        ) from error
    except ValueError as error:
        raise ScaffoldError(
            f"{path} is no JSON any more.", f"Grade again: scaffold class grade {assignment}"
        ) from error
    return content


def _csv(students: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    exercises = list(dict.fromkeys(part["id"] for one in students if one["score"] for part in one["score"]["parts"]))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student_id", "name", "state", "points", "most", "days_late", "received", "commit", *exercises])
    for one in students:
        score = one["score"] or {"points": "", "most": "", "days_late": "", "parts": []}
        by_id = {part["id"]: part["points"] for part in score["parts"]}
        cells = [one["id"], one["name"], one["state"], score["points"], score["most"], score["days_late"]]
        cells += [one["received"] or "", one["commit"] or "", *(by_id.get(name, "") for name in exercises)]
        writer.writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _gradescope(one: Mapping[str, Any], hidden: Sequence[str]) -> dict[str, Any]:
    """A results.json of Gradescope (gradescope-autograders.readthedocs.io/en/latest/specs)."""
    score = one["score"]
    tests = [
        {
            "name": f"{part['title']}: {test['test'].rpartition('::')[2]}",
            "status": "passed" if test["passed"] else "failed",
            "output": "" if test["test"].partition("::")[0] in hidden else test["message"],
            "visibility": "after_published" if test["test"].partition("::")[0] in hidden else "visible",
            "score": part["most"] / len(part["tests"]) if test["passed"] else 0,
            "max_score": part["most"] / len(part["tests"]),
        }
        for part in score["parts"]
        for test in part["tests"]
    ]
    return {"score": score["points"], "output": score["stopped"], "tests": tests}
