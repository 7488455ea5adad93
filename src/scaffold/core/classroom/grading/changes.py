"""What grading again changed: whose points, and which of their tests, for instance after a test was fixed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.core.classroom.grading.grade import Graded
from scaffold.core.outcome import first_of


@dataclass(frozen=True)
class Change:
    """A result that differs from the one before; the field names are keys of `--json`.

    Attributes:
        id: The student or team.
        before: The points before; None where there were none.
        after: The points now; None where grading failed.
        new_submission: Whether another submission was graded.
        passes: Tests that pass now, and did not.
        fails: Tests that passed, and do not now, or that no longer exist.
    """

    id: str
    before: float | None
    after: float | None
    new_submission: bool
    passes: tuple[str, ...]
    fails: tuple[str, ...]

    @property
    def why(self) -> str:
        """What changed besides the points, in words."""
        tests = [
            f"{_names(self.passes)} passes now" if self.passes else "",
            f"{_names(self.fails)} no longer" if self.fails else "",
        ]
        return "; ".join(filter(None, ["another submission" if self.new_submission else "", *tests]))


def find_changes(before: Sequence[Mapping[str, Any]], rows: Sequence[Graded]) -> list[Change]:
    """The results that differ from those before, of those who had one.

    Args:
        before: What `results.read_if_graded` returned before.
        rows: The results now.
    """
    earlier = {student["id"]: student for student in before}
    changes = [_change(earlier[row.owner.id], row) for row in rows if row.owner.id in earlier]
    return [change for change in changes if change.before != change.after or change.passes or change.fails]


def _change(before: Mapping[str, Any], row: Graded) -> Change:
    score = before["score"] or {}
    passed = {test["test"] for part in score.get("parts", ()) for test in part["tests"] if test["passed"]}
    passes = {test.test for test in row.score.tests if test.passed} if row.score else set()
    commit = row.submission.commit if row.submission else None
    return Change(
        row.owner.id,
        score.get("points"),
        row.score.points if row.score else None,
        before.get("commit") != commit,
        tuple(sorted(passes - passed)),
        tuple(sorted(passed - passes)),
    )


def _names(tests: Sequence[str]) -> str:
    return first_of([test.rpartition("::")[2] for test in tests], 2)
