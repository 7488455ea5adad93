"""How work on many repositories is told, to people and to machines."""

from collections import Counter
from collections.abc import Sequence

from scaffold.core.classroom.delivery.batch import FAILED, Row
from scaffold.core.outcome import Notice, Outcome, Table, Text

PARTLY_DONE = 4


def told(assignment: str, version: int, rows: Sequence[Row], notices: Sequence[Notice] = ()) -> Outcome:
    """The outcome of a command that went through many repositories; exit code 4 when some of them failed."""
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": assignment,
        "version": version,
        "students": students(rows),
    }
    table = listed(rows)
    text = Text(f"{assignment}, starter {version}: {counted(rows)}.")
    if failed:
        left = Notice(f"{len(failed)} of {len(rows)} failed.", "When it is mended: scaffold class resume")
        notices = [*notices, left]
    return Outcome(data, [table, text], notices, PARTLY_DONE if failed else 0)


def students(rows: Sequence[Row]) -> list[dict[str, str]]:
    """What became of each repository, as JSON has it."""
    return [{"id": row.owner.id, "state": row.state, "detail": row.detail} for row in rows]


def listed(rows: Sequence[Row]) -> Table:
    """The same for people."""
    return Table(("student", "name", "", ""), [(row.owner.id, row.owner.title, row.state, row.detail) for row in rows])


def counted(rows: Sequence[Row]) -> str:
    """How many are in which state, the most frequent first."""
    counts = Counter(row.state for row in rows)
    return ", ".join(f"{count} {state}" for state, count in counts.most_common()) or "nobody"
