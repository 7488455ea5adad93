"""`scaffold class grade`: run the tests on what was collected, each submission in a sandbox of its own."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.report import exit_code
from scaffold.core.classroom.grading import manual, results
from scaffold.core.classroom.grading.autograder import Autograder, load_autograder, with_expected_values
from scaffold.core.classroom.grading.best import best_rows
from scaffold.core.classroom.grading.changes import Change, find_changes
from scaffold.core.classroom.grading.grade import (
    FAILED,
    GRADED,
    Graded,
    as_json,
    choose_submissions,
    grade_from_reports,
    grade_on_cluster,
    grade_submissions,
    try_again,
)
from scaffold.core.classroom.grading.notebooks import describe_manual
from scaffold.core.classroom.owner_rules import owner_rules, unknown_extensions
from scaffold.core.classroom.owners import Owner, select_owners
from scaffold.core.classroom.rules import Choice
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.classroom.store import Store, open_store
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Table, Text, first_few, first_of, silent
from scaffold.errors import ScaffoldError
from scaffold.tools.sandbox import Sandbox, find_sandbox

_MOST_NAMED = 3


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
        grader = with_expected_values(load_autograder(course, assignment, sandbox, progress), progress)
        grader = replace(grader, owner_rules=owner_rules(course, store, assignment, grader.rules, owners))
        results.prepare_manual(course, assignment, owners)
        notes: list[str] = []
        choices = choose_submissions(grader, store, owners, options.at)
        rows = _grade(grader, store, owners, choices, options, progress, notes)
        if grader.rules.is_best and not options.reports:
            again = partial(_grade, grader, store, options=options, progress=progress, notes=notes)
            rows = best_rows(grader, store, rows, options.at, again, progress)
        before = results.read_if_graded(course, assignment.name)
        if not all(row.is_final for row in rows):
            # Should the second try be interrupted, `export` refuses these results.
            results.write(course, assignment, grader.hidden_tests, rows)
            rows = try_again(grader, store, rows, progress)
        paths = results.write(course, assignment, grader.hidden_tests, rows)
        grader.unfinished.end([owner.id for owner in owners])
        students = results.graded(course, assignment)
    outcome = _outcome(assignment.name, rows, find_changes(before, rows), paths, sandbox)
    if grader.rules.manual:
        text = Text("The table shows the points of tests; results.csv, feedback and export add those that you give.")
        outcome = replace(outcome, blocks=[*outcome.blocks, text])
    more = [*unknown_extensions(course, assignment, grader.rules), *_waiting(students, paths[0])]
    if cells := grader.manual_cells:
        more.append(Notice(describe_manual(cells), "These points are not in the results."))
    return replace(outcome, warnings=[*map(Notice, notes), *outcome.warnings, *more])


def _grade(
    grader: Autograder,
    store: Store,
    owners: Sequence[Owner],
    choices: Mapping[str, Choice],
    options: GradeOptions,
    progress: Progress,
    notes: list[str],
) -> list[Graded]:
    chosen = {owner: choice.submission for owner, choice in choices.items() if choice.submission}
    if options.reports:
        rows = grade_from_reports(grader, options.reports, owners, chosen, progress)
    elif options.cluster:
        rows = grade_on_cluster(options.cluster, grader, store, owners, chosen, progress, notes)
    else:
        rows = grade_submissions(grader, store, owners, chosen, options.jobs or os.cpu_count() or 1, progress)
    return [replace(row, choice=choices[row.owner.id]) for row in rows]


def _waiting(students: Sequence[Mapping[str, Any]], results_file: Path) -> list[Notice]:
    """Whom the teacher has not graded yet."""
    names = [student["id"] for student in students if student["state"] == GRADED and manual.waiting(student)]
    if not names:
        return []
    path = results_file.with_name(manual.FILE)
    return [Notice(f"{len(names)} wait for your points: {first_few(names)}.", f"Fill in {path}; then export.")]


def _outcome(
    name: str, rows: Sequence[Graded], changes: Sequence[Change], paths: Sequence[Path], sandbox: Sandbox
) -> Outcome:
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": name,
        "sandbox": sandbox.name,
        "results": str(paths[0]),
        "students": [as_json(row) for row in rows],
        "changed": [asdict(change) for change in changes],
    }
    blocks: list[Block] = [Table(("student", "name", "points", "", ""), [_cells(row) for row in rows])]
    if not_imported := [row for row in rows if row.score and row.score.imports]:
        blocks += [Text(f"{_submissions(not_imported)} cannot be imported:"), _imports_table(not_imported)]
    if changes:
        blocks += [
            Text(f"Since they were graded before, {len(changes)} of {len(rows)} changed:"),
            _changes_table(changes),
        ]
    submitted = [row.score for row in rows if row.score and row.submission]
    shares = [score.points / score.most for score in submitted if score.most]
    mean = f", {100 * sum(shares) / len(shares):.0f} % on average of {len(shares)}" if shares else ""
    blocks.append(Text(f"{name}: {_submissions(rows)}{mean}; the results are in {paths[0].parent}."))
    return Outcome(data, blocks, _notices(rows, failed, sandbox), exit_code(failed))


def _submissions(rows: Sequence[object]) -> str:
    return f"{len(rows)} submission{'s' if len(rows) != 1 else ''}"


def _notices(rows: Sequence[Graded], failed: Sequence[Graded], sandbox: Sandbox) -> list[Notice]:
    notices = []
    if not sandbox.is_safe:
        notices.append(Notice("Students' code ran without a sandbox, as you.", "Run: scaffold doctor"))
    if failed:
        notices.append(Notice(f"{len(failed)} of {len(rows)} could not be graded.", "They have no points yet."))
    interrupted = {
        row.owner.id: [test.test.rpartition("::")[2] for test in row.score.tests if test.interrupted]
        for row in rows
        if row.score
    }
    settled = sum(test.tries > 1 and not test.interrupted for row in rows if row.score for test in row.score.tests)
    if settled:
        tests = f"{settled} test{'s' if settled > 1 else ''}"
        notices.append(
            Notice(f"{tests} timed out or died once, and not again alone.", "Was the machine busy? --jobs 1")
        )
    if any(interrupted.values()):
        named = "; ".join(f"{owner}: {first_of(tests, _MOST_NAMED)}" for owner, tests in interrupted.items() if tests)
        notices.append(Notice(f"Timed out or died twice, the second time alone: {named}."))
    assumed = [row.owner.id for row in rows if row.choice.submission and row.choice.submission.is_own_date]
    if assumed:
        message = f"The server does not say when it received {_submissions(assumed)}: {first_few(assumed)}."
        notices.append(Notice(message, "The date in the commit was assumed, which anybody can set."))
    late = [row.owner.id for row in rows if row.choice.drops_late]
    if late:
        hint = "The table says which submission counts; [late] in assignment.toml says what late work gets."
        notices.append(Notice(f"Late work that gets no points: {', '.join(late)}.", hint))
    return notices


def _imports_table(rows: Sequence[Graded]) -> Table:
    return Table(
        ("student", "name", "where", ""),
        [
            (row.owner.id, row.owner.title, f"{failure.file}:{failure.line}" if failure.file else "–", failure.message)
            for row in rows
            for failure in (row.score.imports if row.score else ())
        ],
    )


def _changes_table(changes: Sequence[Change]) -> Table:
    def points(value: float | None) -> str:
        return "–" if value is None else f"{value:g}"

    rows = [(change.id, f"{points(change.before)} → {points(change.after)}", change.why) for change in changes]
    return Table(("student", "points", "what changed"), rows)


def _cells(row: Graded) -> tuple[str, ...]:
    if row.score is None:
        return row.owner.id, row.owner.title, "–", row.state, row.detail
    tests = row.score.tests
    passed = f"{sum(test.passed for test in tests)} of {len(tests)} tests"
    detail = "; ".join(filter(None, [row.choice.why or row.state, row.score.stopped]))
    return row.owner.id, row.owner.title, f"{row.score.points:g} / {row.score.most:g}", passed, detail
