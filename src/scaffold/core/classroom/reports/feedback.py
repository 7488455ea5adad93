"""Feedback for students: points, and in plain words what did not work. Hidden tests stay hidden."""

import builtins
import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch
from scaffold.core.classroom.delivery.batch import Classroom, Row
from scaffold.core.classroom.delivery.plan import fetch_all
from scaffold.core.classroom.grading import results
from scaffold.core.classroom.owners import Owner
from scaffold.core.outcome import Progress
from scaffold.tools.git.trees import Commit, File

BRANCH, FILE = "feedback", "feedback.md"
SENT, AGAIN, ABSENT = "sent", "has it", "no repository"
_LIMITS = {
    "it took longer": "it took too long",
    "all tests together": "it took too long",
    "it used more": "it used too much memory",
    "it started more": "it started too many processes",
    "it wrote more": "it wrote too much",
    "it returned more": "it returned too much",
    "it ended the program": "it ended the program",
    "the tests ended": "it ended the program",
}
"""How messages begin that are scaffold's own → the same without details: a student's exception may begin so, too."""
_EXPLANATIONS = (
    (r"^[\d.]+ of [\d.]+ points$", "it gives a part of its points"),
    (r"^\S+\.ipynb is missing$", "your notebook is missing"),
    (r"^\S+\.ipynb is not a readable notebook$", "your notebook cannot be read"),
    (r"NotImplementedError|Exercise \d+", "it is not written yet"),
    (r"it was skipped", "it was skipped, which is not passed"),
    (r"assert|AssertionError|Not equal|DID NOT RAISE", "the result is not the expected one"),
    (r"ModuleNotFoundError|ImportError|SyntaxError|invalid syntax", "your code could not be imported"),
)
"""A pattern in a test's message → what the student reads."""
_RAISED = re.compile(r"[\w.]*?(\w+(?:Error|Exception|Exit|Interrupt|Warning))\b")
_BUILT_IN = frozenset(name for name, kind in vars(builtins).items() if isinstance(kind, type))


def feedback_text(title: str, result: Mapping[str, Any], hidden: Collection[str]) -> str:
    """The text of `feedback.md`.

    Args:
        title: The assignment's title.
        result: The student's entry in results.json.
        hidden: The hidden test files and tests.
    """
    score = result["score"]
    lines = [f"# {title}: feedback", ""]
    if result["state"] != "graded" or not score:
        return "\n".join([*lines, *_ungraded_lines(result)])
    received = datetime.datetime.fromisoformat(result["received"]).astimezone().strftime("%Y-%m-%d %H:%M")
    commit = result["commit"][:10]
    lines += [
        f"**{score['points']:g} of {score['most']:g} points** for commit `{commit}`, received {received}.",
        "",
    ]
    if score["days_late"]:
        days = f"{score['days_late']} day{'s' if score['days_late'] > 1 else ''}"
        lines += [f"It was {days} late: {score['points']:g} of {score['before']:g} points remain.", ""]
    if why := result.get("why"):
        lines += [f"Which commit counts: {why}.", ""]
    if score.get("imports"):
        lines += _import_lines(score["imports"])
    if score["stopped"]:
        lines += [f"Not all tests could be run: {score['stopped']}.", ""]
    for part in score["parts"]:
        lines += _exercise_lines(part, hidden)
    return "\n".join([*lines, *_teachers_lines(score)])


def _ungraded_lines(result: Mapping[str, Any]) -> list[str]:
    """What a student reads whose work was not graded; the teacher may have given points for something else."""
    score, why = result["score"] or {}, result["detail"] or result["state"]
    if any(part["points"] is not None for part in score.get("manual", ())):
        return [f"**{score['points']:g} of {score['most']:g} points** ({why}).", "", *_teachers_lines(score)]
    return [f"There are no points yet: {why}.", "", *_teachers_lines(score)]


def _teachers_lines(score: Mapping[str, Any]) -> list[str]:
    """The points and comments that the teacher gave."""
    lines = []
    for part in score.get("manual", ()):
        points = "not graded yet, of" if part["points"] is None else f"{part['points']:g} of"
        lines += [f"## {part['title']}: {points} {part['most']:g}", ""]
        lines += [part["comment"], ""] if part["comment"] else []
    return [*lines, "## Comment", "", score["comment"], ""] if score.get("comment") else lines


def _import_lines(failures: Sequence[Mapping[str, Any]]) -> list[str]:
    """What could not be imported: the program's own text, in a fence."""
    lines = ["Some of your code could not be imported, so tests that need it could not run:", ""]
    for failure in failures:
        if failure.get("hidden"):
            lines += ["- a module that a hidden test needs", ""]
            continue
        place = f"{failure['file']}, line {failure['line']}: " if failure["file"] else ""
        lines += _fenced(f"{place}{failure['message']}", "")
    return lines


def _fenced(text: str, indent: str) -> list[str]:
    """A text of the student's program in a fence that is longer than any in it, so that the text cannot end it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return [f"{indent}{fence}text", *(f"{indent}{line}" for line in text.splitlines()), f"{indent}{fence}", ""]


def _exercise_lines(part: Mapping[str, Any], hidden: Collection[str]) -> list[str]:
    lines = [f"## {part['title']}: {part['points']:g} of {part['most']:g}", ""]
    for test in part["tests"]:
        name = test["test"].partition("::")[2]
        is_hidden = results.is_hidden(test["test"], hidden)
        shown = "a hidden test" if is_hidden else f"`{name}`"
        if test["passed"]:
            lines.append(f"- passed: {shown}")
            continue
        lines.append(f"- not passed: {shown}: {explain(test['message'], is_hidden=is_hidden)}")
        if not is_hidden and test["message"]:
            lines += ["", *_fenced(test["message"], "  ")]
    if part["hint"] and not all(test["passed"] for test in part["tests"]):
        lines += ["", f"Hint: {part['hint']}"]
    return [*lines, ""]


def explain(message: str, *, is_hidden: bool) -> str:
    """Why a test did not pass, in words; of a hidden test nothing that the student's code wrote."""
    first_line = message.strip().splitlines()[0] if message.strip() else "it did not pass"
    for beginning, limit in _LIMITS.items():
        if first_line.startswith(beginning):
            return limit if is_hidden else first_line
    for pattern, explanation in _EXPLANATIONS:
        if re.search(pattern, first_line):
            return explanation
    exception = _RAISED.match(first_line)
    if exception and (exception[1] in _BUILT_IN or not is_hidden):
        return f"your code raised {exception[1]}"
    return "your code raised an exception" if exception else "it did not pass"


def send_feedback(
    classroom: Classroom,
    assignment: Assignment,
    owners: Sequence[Owner],
    texts: Mapping[str, str],
    stamp: str,
    progress: Progress,
) -> list[Row]:
    """Push feedback to the branch `feedback` of each repository; no other branch changes, and nothing is forced.

    Args:
        classroom: The class.
        assignment: The assignment.
        owners: The students or teams.
        texts: Owner → the text of `feedback.md`.
        stamp: Author and time of the commits.
        progress: Receives what is being done.
    """
    store = classroom.store
    failed = fetch_all(classroom, assignment, owners, progress)
    heads = store.heads(assignment.name)
    parents = {owner: branches[BRANCH] for owner, branches in heads.items() if BRANCH in branches}
    current = dict(zip(parents, store.read_paths([(tip, FILE) for tip in parents.values()]), strict=True))
    trees = dict(zip(parents, store.trees_of(list(parents.values())), strict=True))
    to_send = [
        owner
        for owner in owners
        if owner.id in heads and owner.id not in failed and current.get(owner.id) != texts[owner.id].encode()
    ]
    refs = {owner.id: f"refs/feedback/{owner.id}/{assignment.name}" for owner in to_send}
    # An earlier commit there is on the forge by now, or was rejected: it must not become a parent.
    store.delete_refs(refs.values())
    store.write(
        Commit(
            "",
            {FILE: File(texts[owner.id].encode())},
            start=trees.get(owner.id, ""),
            parent=parents.get(owner.id, ""),
            ref=refs[owner.id],
            message=f"{assignment.title}: feedback\n",
            stamp=stamp,
        )
        for owner in to_send
    )
    commits = store.resolve_refs(refs)

    def push(owner: Owner) -> Row:
        if owner.id in failed:
            return failed[owner.id]
        if owner.id not in heads:
            return Row(owner, ABSENT)
        if owner.id not in refs:
            return Row(owner, AGAIN)
        batch.push(classroom, owner, BRANCH, commits[owner.id])
        return Row(owner, SENT, f"branch {BRANCH}")

    return list(batch.for_each_owner(owners, push, progress.counter("Sending")))
