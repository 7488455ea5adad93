"""`scaffold class page`: one page that shows where a class stands."""

import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from scaffold.core.classroom import assignment, course, rules
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.reports import charts, progress
from scaffold.core.classroom.reports.progress import Standing
from scaffold.core.classroom.starter import prepare
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Outcome, Text
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically


def page(folder: Path, name: str) -> Outcome:
    """Draw an assignment's page from what was collected and graded last.

    Args:
        folder: the class.
        name: the assignment.

    Raises:
        ScaffoldError: there is no class or assignment, nobody was given it yet, or the page cannot be written.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    store = open_store(room)
    if not store.lines(task.name):
        raise ScaffoldError(f"{task.name} was not handed out yet.", f"Do it: scaffold class handout {task.name}")
    now = datetime.datetime.now(datetime.UTC)
    who = prepare.everybody(room, task)
    graded, history = results.so_far(room, task.name), results.history(room, task.name)
    found = progress.of(store, task.name, room.branch, who, graded, history, now)
    about = _figures(found)
    path = results.folder(room, task.name) / "page.html"
    pictures = _pictures(found, rules.read(task).due)
    results.keep_out_of_git(room)
    write_atomically(path, _drawn(f"{room.title}: {task.title}", now, standings=found, pictures=pictures, **about))
    data = {
        "assignment": task.name,
        "page": str(path),
        "started": about["started"],
        "students": len(found),
        "stuck": [{"id": one.id, "why": one.stuck} for one in about["stuck"]],
    }
    text = Text(f"{about['started']} of {len(found)} have started, {len(about['stuck'])} may need help: {path}")
    return Outcome(data, [text])


def _figures(found: list[Standing]) -> dict[str, Any]:
    points = [one.points / one.most for one in found if one.points is not None and one.most]
    return {
        "started": sum(bool(one.commits) for one in found),
        "graded": bool(points),
        "done": sum(bool(one.parts) and all(part.share == 1 for part in one.parts) for one in found),
        "mean": f"{100 * sum(points) / len(points):.0f}" if points else "",
        "stuck": [one for one in found if one.stuck],
    }


def _pictures(found: list[Standing], due: datetime.datetime | None) -> list[tuple[str, str]]:
    return [
        ("What passes", charts.heat(found)),
        ("When they worked", charts.activity(found, due)),
        ("Tests that pass over time", charts.growth(found)),
    ]


def _drawn(title: str, now: datetime.datetime, **about: Any) -> str:
    from jinja2 import Environment

    source = resources.files("scaffold.core.classroom.reports").joinpath("page.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True).from_string(source)
    return template.render(title=title, now=now.strftime("%Y-%m-%d %H:%M UTC"), **about)
