"""`scaffold class grade`: run the tests on what was collected, each submission in a sandbox of its own."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.report import exit_code
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.grading.autograder import load_autograder
from scaffold.core.classroom.grading.grade import (
    FAILED,
    Graded,
    as_json,
    choose_submissions,
    grade_from_reports,
    grade_on_cluster,
    grade_submissions,
)
from scaffold.core.classroom.owners import select_owners
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import open_store
from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent
from scaffold.errors import ScaffoldError
from scaffold.tools.sandbox import Sandbox, find_sandbox


@dataclass(frozen=True)
class GradeOptions:
    """How to grade.

    Attributes:
        only: Students or teams to grade; all when empty.
        section: The section to grade; all when empty.
        at: A time: later submissions do not count. Empty for now.
        jobs: How many submissions to grade at a time; 0 for one per CPU core.
        no_sandbox: Run students' code without a sandbox.
        cluster: The address of a Dask scheduler; empty to grade on this machine.
        reports: A folder of JUnit reports to score instead of running tests; None to run them.
    """

    only: Sequence[str] = ()
    section: str = ""
    at: str = ""
    jobs: int = 0
    no_sandbox: bool = False
    cluster: str = ""
    reports: Path | None = None


def grade(folder: Path, name: str, options: GradeOptions, progress: Progress = silent) -> Outcome:
    """Grade what was collected.

    Raises:
        ScaffoldError: Nothing was collected, no sandbox works, or the teacher's own solution does not pass.
        UsageError: `options.at` is not a time.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    owners = select_owners(all_owners(course, assignment), options.only, options.section)
    sandbox = find_sandbox(allow_none=options.no_sandbox)
    with lock_course(course):
        store = open_store(course)
        if not store.submissions(assignment.name):
            raise ScaffoldError(
                f"Nothing of {assignment.name} was collected.", f"Collect it: scaffold class collect {assignment.name}"
            )
        grader = load_autograder(course, assignment, sandbox, progress)
        chosen = choose_submissions(grader, store, owners, options.at)
        if options.reports:
            rows = grade_from_reports(grader, options.reports, owners, chosen, progress)
        elif options.cluster:
            rows = grade_on_cluster(options.cluster, grader, store, owners, chosen, progress)
        else:
            rows = grade_submissions(grader, store, owners, chosen, options.jobs or os.cpu_count() or 1, progress)
        paths = results.write(course, assignment, grader.runner.layout.hidden_files, rows)
    return _outcome(assignment.name, rows, paths, sandbox)


def _outcome(name: str, rows: Sequence[Graded], paths: Sequence[Path], sandbox: Sandbox) -> Outcome:
    failed = [row for row in rows if row.state == FAILED]
    notices = []
    if not sandbox.is_safe:
        notices.append(Notice("Students' code ran without a sandbox, as you.", "Run: scaffold doctor"))
    if failed:
        notices.append(Notice(f"{len(failed)} of {len(rows)} could not be graded.", "They have no points yet."))
    data = {
        "assignment": name,
        "sandbox": sandbox.name,
        "results": str(paths[0]),
        "students": [as_json(row) for row in rows],
    }
    table = Table(("student", "name", "points", "", ""), [_cells(row) for row in rows])
    shares = [row.score.points / row.score.most for row in rows if row.score and row.score.most]
    mean = f", {100 * sum(shares) / len(shares):.0f} % on average" if shares else ""
    text = Text(f"{name}: {len(rows)} submissions{mean}; the results are in {paths[0].parent}.")
    return Outcome(data, [table, text], notices, exit_code(failed))


def _cells(row: Graded) -> tuple[str, ...]:
    if row.score is None:
        return row.owner.id, row.owner.title, "–", row.state, row.detail
    tests = [test for part in row.score.parts for test in part.tests]
    passed = f"{sum(test.passed for test in tests)} of {len(tests)} tests"
    late = f"{row.score.days_late} d late" if row.score.days_late else ""
    detail = ", ".join(filter(None, [late, row.score.stopped]))
    return row.owner.id, row.owner.title, f"{row.score.points:g} / {row.score.most:g}", passed, detail
