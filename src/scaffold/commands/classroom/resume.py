"""`scaffold class resume`: go on where a hand-out or an update was interrupted."""

from pathlib import Path

from scaffold.core.classroom import course
from scaffold.core.classroom.delivery import handout, send
from scaffold.core.classroom.delivery.report import told
from scaffold.core.classroom.journal import Journal
from scaffold.core.outcome import Block, Notice, Outcome, Progress, Text, silent


def resume(folder: Path, progress: Progress = silent) -> Outcome:
    """Finish every command that was interrupted or left failures.

    Raises:
        ScaffoldError: there is no class, or it cannot go on.
    """
    room = course.find(folder)
    if not Journal(room.home).unfinished():
        return Outcome({"runs": []}, [Text("Nothing was left unfinished.")])
    with course.locked(room):
        at_work = handout.open_class(room)
        outcomes = []
        for run in at_work.journal.unfinished():
            go_on = send.resume if run.command == send.COMMAND else handout.resume
            outcomes.append(told(run.assignment, run.version, go_on(at_work, run, progress)))
    blocks: list[Block] = [block for outcome in outcomes for block in outcome.blocks]
    notices: list[Notice] = [notice for outcome in outcomes for notice in outcome.warnings]
    data = {"runs": [outcome.data for outcome in outcomes]}
    return Outcome(data, blocks, notices, max(outcome.exit_code for outcome in outcomes))
