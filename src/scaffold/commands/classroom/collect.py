"""`scaffold class collect`: fetch submissions into the class store."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.batch import FAILED
from scaffold.core.classroom.delivery.branches import other_work
from scaffold.core.classroom.delivery.collect import collect_submissions
from scaffold.core.classroom.delivery.handout import open_classroom
from scaffold.core.classroom.delivery.report import exit_code, rows_as_json, rows_as_table, summarise
from scaffold.core.classroom.owner_rules import owner_rules, unknown_extensions
from scaffold.core.classroom.owners import select_owners
from scaffold.core.classroom.rules import parse_time, read_rules
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, silent


def collect(
    folder: Path, name: str, at: str = "", only: Sequence[str] = (), section: str = "", progress: Progress = silent
) -> Outcome:
    """Collect the submissions of an assignment; run again, it collects what is new.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        at: An ISO 8601 time, or `due`: later submissions are stored but do not count. Empty for now.
        only: Students or teams to collect from; all when empty.
        section: The section to collect from; all when empty.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: There is no class or no such assignment, or the roster has problems.
        UsageError: `at` is not a time.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    rules = read_rules(assignment)
    deadline = parse_time(at, rules) if at else None
    owners = select_owners(all_owners(course, assignment), only, section)
    with lock_course(course):
        classroom = open_classroom(course)
        own_rules = owner_rules(course, classroom.store, assignment, rules, owners)
        rows = collect_submissions(classroom, assignment, own_rules, owners, at, progress)
        elsewhere = other_work(classroom.store, assignment.name, course.branch, owners)
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": assignment.name,
        "at": deadline.isoformat() if deadline else None,
        "students": rows_as_json(rows),
        "other_branches": elsewhere,
    }
    blocks: list[Block] = [rows_as_table(rows), Text(f"{assignment.name}: {summarise(rows)}.")]
    notices = [Notice(f"{len(failed)} of {len(rows)} failed.", "Collect again when that is fixed.")] if failed else []
    notices += unknown_extensions(course, assignment, rules)
    if elsewhere:
        named = "; ".join(f"{owner}: {', '.join(branches)}" for owner, branches in elsewhere.items())
        hint = f"Only {course.branch} counts: ask them to merge their work into it."
        notices.append(Notice(f"Work on another branch than {course.branch}: {named}.", hint))
    return Outcome(data, blocks, notices, exit_code(failed))
