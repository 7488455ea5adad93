"""The result of a batch of repositories, as text for people and as JSON for programs."""

from collections import Counter
from collections.abc import Iterable, Sequence

from scaffold.core.classroom.delivery.batch import FAILED, Row
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import ExitCode


def batch_outcome(assignment: str, version: int, rows: Sequence[Row], notices: Sequence[Notice] = ()) -> Outcome:
    """The outcome of a command that worked through many repositories; exit code 4 when some of them failed."""
    failed = [row for row in rows if row.state == FAILED]
    data = {
        "assignment": assignment,
        "version": version,
        "students": rows_as_json(rows),
    }
    text = Text(f"{assignment}, starter {version}: {summarise(rows)}.")
    if failed:
        notice = Notice(f"{len(failed)} of {len(rows)} failed.", "When that is fixed: scaffold class resume")
        notices = [*notices, notice]
    return Outcome(data, [rows_as_table(rows), text], notices, exit_code(failed))


def rows_as_json(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The result for each repository, as `--json` shows it under `students`."""
    return [{"id": row.owner.id, "state": row.state, "detail": row.detail} for row in rows]


def rows_as_table(rows: Sequence[Row]) -> Table:
    """The result for each repository as a table."""
    return Table(("student", "name", "", ""), [(row.owner.id, row.owner.title, row.state, row.detail) for row in rows])


def summarise(rows: Sequence[Row]) -> str:
    """How many repositories are in which state, the most frequent state first, as in `3 clean, 1 conflict`."""
    return count_states(row.state for row in rows)


def count_states(states: Iterable[str]) -> str:
    """How often each state occurs, the most frequent first, as in `3 clean, 1 conflict`."""
    return ", ".join(f"{count} {state}" for state, count in Counter(states).most_common()) or "nobody"


def exit_code(failed: Sequence[object]) -> ExitCode:
    """The exit code of a command some of whose repositories failed."""
    return ExitCode.PARTLY_DONE if failed else ExitCode.DONE
