"""Grade every submission of an owner that gets points, and keep the best one."""

from collections.abc import Callable, Mapping, Sequence

from scaffold.core.classroom.grading.autograder import Autograder
from scaffold.core.classroom.grading.grade import Graded, try_again
from scaffold.core.classroom.owners import Owner
from scaffold.core.classroom.rules import Choice, describe_submission, graded_submissions, parse_time
from scaffold.core.classroom.store import Store
from scaffold.core.outcome import Progress

GradeRound = Callable[[Sequence[Owner], Mapping[str, Choice]], list[Graded]]
"""Grades one submission of each of some owners."""


def best_rows(
    autograder: Autograder, store: Store, rows: Sequence[Graded], at: str, grade: GradeRound, progress: Progress
) -> list[Graded]:
    """The best submission of each owner; of two with equal points the newer one.

    Args:
        autograder: The assignment.
        store: The class store.
        rows: The results of the newest submissions that get points.
        at: A time, or `due`: later submissions do not count. Empty for now.
        grade: Grades the earlier ones, one of each owner in each round.
        progress: Receives what is being done.

    Raises:
        ScaffoldError: The teacher's own solution does not pass.
    """
    best = {row.owner.id: row for row in try_again(autograder, store, rows, progress)}
    owners, number = [row.owner for row in rows], 1
    while choices := _earlier_choices(autograder, store, owners, at, number):
        owners = [owner for owner in owners if owner.id in choices]
        earlier = try_again(autograder, store, grade(owners, choices), progress)
        best |= {row.owner.id: _better(best[row.owner.id], row) for row in earlier}
        number += 1
    return list(best.values())


def _earlier_choices(
    autograder: Autograder, store: Store, owners: Sequence[Owner], at: str, number: int
) -> dict[str, Choice]:
    """Owner → an earlier submission that gets points: for 1 the newest but one, and so on."""
    submissions = store.submissions(autograder.assignment.name)
    choices = {}
    for owner in owners:
        rules = autograder.rules_for(owner)
        candidates = graded_submissions(submissions.get(owner.id, ()), rules, parse_time(at, rules) if at else None)
        if len(candidates) > number:
            submission = candidates[-1 - number]
            why = f"{describe_submission(submission, rules)}: the best of {len(candidates)}"
            choices[owner.id] = Choice(submission, why)
    return choices


def _better(row: Graded, earlier: Graded) -> Graded:
    if earlier.score is None:
        return row
    return earlier if row.score is None or earlier.score.points > row.score.points else row
