"""`scaffold class page`: write a web page that shows the progress of a class."""

import datetime
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.grading.grade import NOTHING
from scaffold.core.classroom.reports import charts
from scaffold.core.classroom.reports.progress import StudentProgress, class_progress
from scaffold.core.classroom.rules import read_rules
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Outcome, Text
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically


def page(folder: Path, name: str) -> Outcome:
    """Write the page of an assignment from what was last collected and graded.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.

    Raises:
        ScaffoldError: There is no class or assignment, it was not handed out yet, or the page cannot be written.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    store = open_store(course)
    if not store.student_starters(assignment.name):
        hint = f"Hand it out: scaffold class handout {assignment.name}"
        raise ScaffoldError(f"{assignment.name} was not handed out yet.", hint)
    now = datetime.datetime.now(datetime.UTC)
    owners = all_owners(course, assignment)
    graded, history = results.graded_if_any(course, assignment), results.history(course, assignment.name)
    due = read_rules(assignment).due
    students = class_progress(store, assignment.name, course.branch, owners, graded, history, due, now)
    figures = _figures(students)
    pictures = _pictures(students, due)
    path = results.folder(course, assignment.name) / "page.html"
    results.keep_out_of_git(course)
    title = f"{course.title}: {assignment.title}"
    write_atomically(path, _render(title, now, students=students, pictures=pictures, **figures))
    data = {
        "assignment": assignment.name,
        "page": str(path),
        "started": figures["started"],
        "students": len(students),
        "stuck": [{"id": student.id, "why": student.stuck} for student in figures["stuck"]],
    }
    text = f"{figures['started']} of {len(students)} have started, {len(figures['stuck'])} may need help: {path}"
    return Outcome(data, [Text(text)])


def _figures(students: Sequence[StudentProgress]) -> dict[str, Any]:
    # Those who submitted nothing have 0 points, and are counted apart.
    shares = [
        student.points / student.most
        for student in students
        if student.points is not None and student.most and student.state != NOTHING
    ]
    return {
        "started": sum(bool(student.commits) for student in students),
        "graded": len(shares),
        "nothing": sum(student.state == NOTHING for student in students),
        "done": sum(student.passes_everything for student in students),
        "mean": f"{100 * sum(shares) / len(shares):.0f}" if shares else "",
        "stuck": [student for student in students if student.stuck],
    }


def _pictures(students: Sequence[StudentProgress], due: datetime.datetime | None) -> list[tuple[str, str]]:
    return [
        ("Tests that pass, by exercise", charts.heatmap(students)),
        ("When students committed", charts.activity(students, due)),
        ("Tests that pass over time", charts.progress_chart(students)),
    ]


def _render(title: str, now: datetime.datetime, **values: Any) -> str:
    from jinja2 import Environment

    source = resources.files("scaffold.core.classroom.reports").joinpath("page.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True).from_string(source)
    return template.render(title=title, now=now.strftime("%Y-%m-%d %H:%M UTC"), **values)
