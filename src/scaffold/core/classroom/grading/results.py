"""The files that grading writes: results.json with everything, results.csv with points, one file each for Gradescope.

They are personal data: they lie in the course's `results/`, which has a .gitignore of its own.
"""

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading import manual
from scaffold.core.classroom.grading.grade import Graded, as_json
from scaffold.core.classroom.grading.verdict import TRIES
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import read_rules
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically


def folder(course: Course, assignment: str) -> Path:
    """The folder of an assignment's results."""
    return course.folder / "results" / assignment


def keep_out_of_git(course: Course) -> None:
    """Write the .gitignore that keeps results out of git."""
    write_atomically(course.folder / "results/.gitignore", "*\n")


def write(course: Course, assignment: Assignment, hidden: Sequence[str], rows: Sequence[Graded]) -> list[Path]:
    """Write the results of some owners; the results of others that were graded before stay.

    Args:
        course: The class.
        assignment: The assignment.
        hidden: Its hidden test files and tests.
        rows: The results.

    Returns:
        The paths of the files, results.json first.

    Raises:
        ScaffoldError: The folder cannot be written.
    """
    target = folder(course, assignment.name)
    keep_out_of_git(course)
    by_id = {student["id"]: student for student in read_if_graded(course, assignment.name)}
    by_id |= {row.owner.id: {**as_json(row), "name": row.owner.title} for row in rows}
    students = list(by_id.values())
    content = {"assignment": assignment.name, "title": assignment.title, "hidden": list(hidden), "students": students}
    final = [row for row in rows if row.is_final]
    _append_history(target / "history.jsonl", [as_json(row) for row in final if row.score and row.submission])
    paths = [target / "results.json", target / "results.csv"]
    write_atomically(paths[0], json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write_atomically(paths[1], _csv(_with_manual(course, assignment, students)))
    for row in final:
        if row.score:
            paths.append(target / "gradescope" / f"{row.owner.id}.json")
            write_atomically(paths[-1], json.dumps(_gradescope(as_json(row), hidden), indent=1) + "\n")
    return paths


def _append_history(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append how many tests each commit passed, once per commit; `page` draws this history."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = []
    for row in rows:
        tests = [test["passed"] for part in row["score"]["parts"] for test in part["tests"]]
        entry = {"id": row["id"], "received": row["received"], "passed": sum(tests), "tests": len(tests)}
        lines.append(json.dumps(entry) + "\n")
    new = [line for line in lines if line not in before]
    if new:
        write_atomically(path, before + "".join(new))


def history(course: Course, assignment: str) -> list[dict[str, Any]]:
    """How many tests each submission passed, in the order of grading: `id`, `received`, `passed`, `tests`."""
    path = folder(course, assignment) / "history.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def read(course: Course, assignment: str) -> list[dict[str, Any]]:
    """The results, one entry per student. Raises ScaffoldError when nothing was graded."""
    return list(_read(course, assignment)["students"])


def read_if_graded(course: Course, assignment: str) -> list[dict[str, Any]]:
    """The results, one entry per student; empty when nothing was graded."""
    return read(course, assignment) if (folder(course, assignment) / "results.json").is_file() else []


def prepare_manual(course: Course, assignment: Assignment, owners: Sequence[Owner]) -> None:
    """Write the table for the teacher's own points, or add rows to it. Raises ScaffoldError when it has an error."""
    entries = read_rules(assignment).manual
    if entries:
        keep_out_of_git(course)
        manual.add_rows(folder(course, assignment.name), entries, owners)


def rename(course: Course, old: str, new: str) -> None:
    """Give an owner's results another id."""
    for target in sorted((course.folder / "results").glob("*/")):
        if (target / "results.json").is_file():
            content = _read(course, target.name)
            for student in content["students"]:
                student["id"] = new if student["id"] == old else student["id"]
            write_atomically(target / "results.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        entries = [entry | {"id": new} if entry["id"] == old else entry for entry in history(course, target.name)]
        if entries:
            write_atomically(target / "history.jsonl", "".join(f"{json.dumps(entry)}\n" for entry in entries))
        for table in ("results.csv", manual.FILE):
            manual.rename_row(target / table, old, new)
        for name in (f"gradescope/{old}.json", f"feedback/{old}.md"):
            file = target / name
            if file.is_file():
                file.replace(file.with_name(new + file.suffix))


def graded(course: Course, assignment: Assignment) -> list[dict[str, Any]]:
    """The results with the teacher's own points and comments, one entry per student.

    Raises:
        ScaffoldError: Nothing was graded, or the teacher's table has an error.
    """
    return _with_manual(course, assignment, read(course, assignment.name))


def graded_if_any(course: Course, assignment: Assignment) -> list[dict[str, Any]]:
    """As `graded`; empty when nothing was graded."""
    return _with_manual(course, assignment, read_if_graded(course, assignment.name))


def write_table(course: Course, assignment: Assignment) -> None:
    """Write results.csv again, with what the teacher's table has now."""
    write_atomically(folder(course, assignment.name) / "results.csv", _csv(graded(course, assignment)))


def _with_manual(course: Course, assignment: Assignment, students: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rules = read_rules(assignment)
    rows = manual.read(folder(course, assignment.name), rules.manual)
    return [manual.apply(student, rows.get(student["id"]), rules) for student in students]


def require_final(assignment: str, students: Sequence[Mapping[str, Any]]) -> None:
    """Raise ScaffoldError where a test timed out or died once and was not tried again: these points may change."""
    waiting = [student["id"] for student in students if not _is_final(student)]
    if waiting:
        raise ScaffoldError(
            f"A test of {', '.join(waiting)} timed out or died, and was not tried again yet: the points may change.",
            f"Grade again: scaffold class grade {assignment} --only {','.join(waiting)}",
        )


def _is_final(student: Mapping[str, Any]) -> bool:
    tests = [test for part in (student["score"] or {}).get("parts", ()) for test in part["tests"]]
    # Results of a version before the second try have no such keys.
    return all(not test.get("interrupted") or test.get("tries", TRIES) >= TRIES for test in tests)


def hidden_tests(course: Course, assignment: str) -> list[str]:
    """The hidden test files and tests of the graded version. Raises ScaffoldError when nothing was graded."""
    return list(_read(course, assignment)["hidden"])


def is_hidden(test: str, hidden: Collection[str]) -> bool:
    """Whether students did not receive a test: it, or its file, is among the hidden ones."""
    return test in hidden or test.partition("::")[0] in hidden


def _read(course: Course, assignment: str) -> dict[str, Any]:
    path = folder(course, assignment) / "results.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        hint = f"Grade it: scaffold class grade {assignment}"
        raise ScaffoldError(f"{assignment} has not been graded.", hint) from error
    except ValueError as error:
        hint = f"Grade again: scaffold class grade {assignment}"
        raise ScaffoldError(f"{path} is not valid JSON.", hint) from error
    return content


def _csv(students: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    scores = [student["score"] for student in students if student["score"]]
    exercises = list(dict.fromkeys(part["id"] for score in scores for part in _parts(score)))
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student_id", "name", "state", "points", "most", "days_late", "received", "commit", *exercises])
    for student in students:
        score = student["score"] or {"points": "", "most": "", "days_late": "", "parts": []}
        points = {part["id"]: "" if part["points"] is None else part["points"] for part in _parts(score)}
        cells = [student["id"], student["name"], student["state"], score["points"], score["most"], score["days_late"]]
        cells += [student["received"] or "", student["commit"] or "", *(points.get(name, "") for name in exercises)]
        writer.writerow([manual.escape_formula(cell) for cell in cells])
    return out.getvalue()


def _parts(score: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The points by exercise, those that the teacher gave last."""
    return [*score["parts"], *score.get("manual", ())]


def _gradescope(student: Mapping[str, Any], hidden: Sequence[str]) -> dict[str, Any]:
    """A results.json of Gradescope (gradescope-autograders.readthedocs.io/en/latest/specs)."""
    score = student["score"]
    tests = [
        {
            "name": f"{part['title']}: {test['test'].rpartition('::')[2]}",
            "status": "passed" if test["passed"] else "failed",
            "output": "" if is_hidden(test["test"], hidden) else test["message"],
            "visibility": "after_published" if is_hidden(test["test"], hidden) else "visible",
            "score": part["most"] / len(part["tests"]) * (1 if test["passed"] else test.get("share", 0)),
            "max_score": part["most"] / len(part["tests"]),
        }
        for part in score["parts"]
        for test in part["tests"]
    ]
    return {"score": score["points"], "output": score["stopped"], "tests": tests}
