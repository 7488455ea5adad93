"""`scaffold class grade`: the tests on what was collected, each submission in a sandbox of its own."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom import assignment, course, owners, store
from scaffold.core.classroom.grading import autograder, results
from scaffold.core.classroom.grading import grade as grading
from scaffold.core.classroom.grading.grade import FAILED, Graded
from scaffold.core.classroom.starter import prepare
from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent
from scaffold.errors import ScaffoldError
from scaffold.tools import sandbox

PARTLY_DONE = 4


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        only: students or teams; all when empty.
        section: only its students.
        at: what came later does not count; empty for now.
        jobs: how many at a time; 0: one for each core.
        no_sandbox: run students' code without any.
        cluster: the address of a Dask scheduler; empty: on this machine.
        reports: a folder of JUnit reports to take instead of running tests; None: run them.
    """

    only: Sequence[str] = ()
    section: str = ""
    at: str = ""
    jobs: int = 0
    no_sandbox: bool = False
    cluster: str = ""
    reports: Path | None = None


def grade(folder: Path, name: str, options: Options, progress: Progress = silent) -> Outcome:
    """Grade what was collected.

    Raises:
        ScaffoldError: nothing was collected, no sandbox works, or the teacher's own solution does not pass.
        UsageError: `at` is no time.
    """
    room = course.find(folder)
    task = assignment.find(room, name)
    who = owners.choose(prepare.everybody(room, task), options.only, options.section)
    box = sandbox.find(allow_none=options.no_sandbox)
    with course.locked(room):
        place = store.open_store(room)
        if not place.submissions(task.name):
            raise ScaffoldError(
                f"Nothing of {task.name} was collected.", f"Collect it: scaffold class collect {task.name}"
            )
        prepared = autograder.read(room, task, box, progress)
        chosen = grading.choose(prepared, place, who, options.at)
        if options.reports:
            rows = grading.grade_reports(prepared, options.reports, who, chosen, progress)
        elif options.cluster:
            rows = grading.grade_on(options.cluster, prepared, place, who, chosen, progress)
        else:
            rows = grading.grade(prepared, place, who, chosen, options.jobs or os.cpu_count() or 1, progress)
        paths = results.write(room, task, prepared.court.plan.hidden_files, rows)
    return _told(task.name, rows, paths, box)


def _told(name: str, rows: Sequence[Graded], paths: Sequence[Path], box: sandbox.Sandbox) -> Outcome:
    failed = [row for row in rows if row.state == FAILED]
    notices = []
    if not box.is_safe:
        notices.append(Notice("Students' code ran without a sandbox, as you.", "Better: apt install bubblewrap"))
    if failed:
        notices.append(Notice(f"{len(failed)} of {len(rows)} could not be graded.", "They have no points yet."))
    data = {
        "assignment": name,
        "sandbox": box.name,
        "results": str(paths[0]),
        "students": [grading.as_data(row) for row in rows],
    }
    table = Table(("student", "name", "points", "", ""), [_row(row) for row in rows])
    points = [row.score.points / row.score.most for row in rows if row.score and row.score.most]
    mean = f", {100 * sum(points) / len(points):.0f} % on average" if points else ""
    text = Text(f"{name}: {len(rows)} submissions{mean}; all of it is in {paths[0].parent}.")
    return Outcome(data, [table, text], notices, PARTLY_DONE if failed else 0)


def _row(row: Graded) -> tuple[str, ...]:
    if row.score is None:
        return row.owner.id, row.owner.title, "–", row.state, row.detail
    tests = [test for part in row.score.parts for test in part.tests]
    passed = f"{sum(test.passed for test in tests)} of {len(tests)} tests"
    late = f"late by {row.score.days_late} d" if row.score.days_late else ""
    detail = ", ".join(filter(None, [late, row.score.stopped]))
    return row.owner.id, row.owner.title, f"{row.score.points:g} / {row.score.most:g}", passed, detail
