"""`scaffold class feedback`: write feedback for students and, on request, push it to their repositories."""

from collections.abc import Sequence
from pathlib import Path

from scaffold.core.classroom.assignment import find_assignment
from scaffold.core.classroom.course import find_course, lock_course
from scaffold.core.classroom.delivery.batch import FAILED, Row
from scaffold.core.classroom.delivery.handout import open_classroom
from scaffold.core.classroom.delivery.report import exit_code, rows_as_json, rows_as_table, summarise
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.guard import explain_failure
from scaffold.core.classroom.owners import select_owners
from scaffold.core.classroom.reports import feedback_files
from scaffold.core.classroom.reports.feedback import feedback_text, send_feedback
from scaffold.core.classroom.starter import build
from scaffold.core.classroom.starter.prepare import all_owners
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, first_few, silent


def write(
    folder: Path,
    name: str,
    only: Sequence[str] = (),
    section: str = "",
    *,
    send: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Write a `feedback.md` for every student whose submission was graded, except where the teacher edited it.

    Args:
        folder: The class folder, or a folder in it.
        name: The assignment's name.
        only: Students or teams to write for; all when empty.
        section: The section to write for; all when empty.
        send: Push the file to the branch `feedback` of each repository.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: Nothing was graded, a second try of a test is due before sending, or the forge cannot be used.
    """
    course = find_course(folder)
    assignment = find_assignment(course, name)
    graded = {student["id"]: student for student in results.graded(course, assignment)}
    hidden = results.hidden_tests(course, assignment.name)
    selected = select_owners(all_owners(course, assignment), only, section)
    owners = [owner for owner in selected if owner.id in graded]
    target = results.folder(course, assignment.name) / "feedback"
    texts, broken = dict[str, str](), dict[str, Row]()
    for owner in owners:
        try:
            texts[owner.id] = feedback_text(assignment.title, graded[owner.id], hidden)
        except Exception as error:
            broken[owner.id] = Row(owner, FAILED, explain_failure(error))
    owners = [owner for owner in owners if owner.id in texts]
    results.write_table(course, assignment)
    edited = feedback_files.write(target, texts)
    texts |= edited
    rows = [
        Row(owner, "edited, kept" if owner.id in edited else "written", str(target / f"{owner.id}.md"))
        for owner in owners
    ]
    if send:
        results.require_final(assignment.name, [graded[owner.id] for owner in owners])
        with lock_course(course):
            stamp = build.read_source(assignment).stamp
            rows = send_feedback(open_classroom(course), assignment, owners, texts, stamp, progress)
    rows += broken.values()
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": assignment.name,
        "folder": str(target),
        "students": rows_as_json(rows),
    }
    next_step = "" if send else f" Read it, then send it: scaffold class feedback {assignment.name} --send"
    blocks: list[Block] = [rows_as_table(rows), Text(f"{assignment.name}: {summarise(rows)}.{next_step}")]
    notices = [Notice(f"{len(failed)} of {len(rows)} failed.", "Send again when that is fixed.")] if failed else []
    if edited:
        message = f"You edited the feedback of {first_few(list(edited))}: it is kept, and its points may be old."
        notices.append(Notice(message, f"Delete a file in {target} to have it written again."))
    return Outcome(data, blocks, notices, exit_code(failed))
