"""`scaffold profile FILE`: what a table holds, before a project is made of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scaffold.core.dataset import describe, leaks, profile, propose, read
from scaffold.core.dataset.model import Finding, Profile
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Outcome, Progress, silent


def profile_file(file: Path, target: str = "", missing: Sequence[str] = (), progress: Progress = silent) -> Outcome:
    """Measure a table.

    Args:
        file: CSV, TSV, JSON lines, Parquet or Excel.
        target: a column to look for leaks of; empty for none.
        missing: `TEXT` or `COLUMN=TEXT`: what means "no value".
        progress: told what is being done.

    Raises:
        ScaffoldError: the file cannot be read as a table, or has no such column.
    """
    request = Request(file, target=target, missing=tuple(missing))
    progress.step("Reading")
    with read.opened(file) as table:
        measured = profile.measure(table, request.told(table.names), progress)
        measured = replace(measured, findings=(*measured.findings, *_leaks(table, measured, request, progress)))
    data = {**describe.profile_data(measured), "target": target}
    return Outcome(data, describe.profile_blocks(measured), describe.finding_notices(measured))


def _leaks(table: read.OpenTable, measured: Profile, request: Request, progress: Progress) -> list[Finding]:
    propose.check_columns(measured, request)
    target = measured.column(request.target)
    if target is None:
        return []
    return leaks.find(table.database, measured, target, propose.candidates(measured, request), progress)
