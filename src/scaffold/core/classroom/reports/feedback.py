"""What a student reads of their grade: points, and in plain words what did not work. Hidden tests stay hidden."""

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from scaffold.core.classroom.assignment import Assignment
from scaffold.core.classroom.delivery import batch, plan
from scaffold.core.classroom.delivery.batch import Class, Row
from scaffold.core.classroom.owners import Owner
from scaffold.core.outcome import Progress
from scaffold.tools.git.trees import Commit, File

BRANCH, FILE = "feedback", "feedback.md"
SENT, AGAIN, ABSENT = "sent", "has it", "no repository"
_PLAIN = (
    (
        r"it took longer|it used more|it wrote more|it gave back|it ended the program|the tests ended|all tests",
        r"\g<0>",
    ),
    (r"NotImplementedError|Exercise \d+", "it is not written yet"),
    (r"it was skipped", "it was skipped, which is not passed"),
    (r"assert|AssertionError|Not equal|DID NOT RAISE", "the result is not the one that was asked for"),
    (r"ModuleNotFoundError|ImportError|SyntaxError|invalid syntax", "your code could not be imported"),
)


def letter(title: str, one: Mapping[str, Any], hidden: Collection[str]) -> str:
    """The text of `feedback.md`.

    Args:
        title: the assignment's.
        one: a student of results.json.
        hidden: the hidden test files.
    """
    score = one["score"]
    lines = [f"# {title}: feedback", ""]
    if one["state"] != "graded" or not score:
        return "\n".join([*lines, f"There are no points yet: {one['detail'] or one['state']}.", ""])
    received = datetime.datetime.fromisoformat(one["received"]).astimezone().strftime("%Y-%m-%d %H:%M")
    lines += [
        f"**{score['points']:g} of {score['most']:g} points** for commit `{one['commit'][:10]}`, received {received}.",
        "",
    ]
    if score["days_late"]:
        days = f"{score['days_late']} day{'s' if score['days_late'] > 1 else ''}"
        lines += [
            f"It came late, {days} were begun: of {score['before']:g} points that leaves {score['points']:g}.",
            "",
        ]
    if score["stopped"]:
        lines += [f"Not all tests could be run: {score['stopped']}.", ""]
    for part in score["parts"]:
        lines += _part(part, hidden)
    return "\n".join(lines)


def _part(part: Mapping[str, Any], hidden: Collection[str]) -> list[str]:
    lines = [f"## {part['title']}: {part['points']:g} of {part['most']:g}", ""]
    for test in part["tests"]:
        file, _, name = test["test"].partition("::")
        is_hidden = file in hidden
        shown = "a hidden test" if is_hidden else f"`{name}`"
        if test["passed"]:
            lines.append(f"- passed: {shown}")
            continue
        lines.append(f"- not passed: {shown}: {in_words(test['message'])}")
        if not is_hidden and test["message"]:
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", test["message"])), default=0))
            lines += ["", f"  {fence}text", *(f"  {line}" for line in test["message"].splitlines()), f"  {fence}", ""]
    if part["hint"] and not all(test["passed"] for test in part["tests"]):
        lines += ["", f"Hint: {part['hint']}"]
    return [*lines, ""]


def in_words(message: str) -> str:
    """Why a test did not pass, without what it tested."""
    first = message.strip().splitlines()[0] if message.strip() else "it did not pass"
    for pattern, words in _PLAIN:
        if re.search(pattern, first):
            return first if words == r"\g<0>" else words
    raised = re.match(r"[\w.]*?(\w+(?:Error|Exception|Exit|Interrupt|Warning))\b", first)
    return f"your code raised {raised[1]}" if raised else "it did not pass"


def send(
    room: Class, task: Assignment, who: Sequence[Owner], letters: Mapping[str, str], stamp: str, progress: Progress
) -> list[Row]:
    """Put everybody's letter on a branch of its own of their repository; nothing else is touched, nothing forced."""
    failed = plan.look(room, task, who, progress)
    heads = room.store.heads(task.name)
    parents = {owner: found[BRANCH] for owner, found in heads.items() if BRANCH in found}
    held = dict(zip(parents, room.store.read_paths([(tip, FILE) for tip in parents.values()]), strict=True))
    trees = dict(zip(parents, room.store.trees_of(list(parents.values())), strict=True))
    new = [
        owner
        for owner in who
        if owner.id in heads and owner.id not in failed and held.get(owner.id) != letters[owner.id].encode()
    ]
    refs = {owner.id: f"refs/feedback/{owner.id}/{task.name}" for owner in new}
    made = [
        Commit(
            "",
            {FILE: File(letters[owner.id].encode())},
            start=trees.get(owner.id, ""),
            parent=parents.get(owner.id, ""),
            ref=refs[owner.id],
            message=f"{task.title}: feedback\n",
            stamp=stamp,
        )
        for owner in new
    ]
    # What was sent before is on the forge, or was rejected there: it is no parent of what is sent now.
    room.store.drop(refs.values())
    room.store.write(made)
    commits = room.store.commits(refs)

    def push(owner: Owner) -> Row:
        if owner.id in failed:
            return failed[owner.id]
        if owner.id not in heads:
            return Row(owner, ABSENT)
        if owner.id not in refs:
            return Row(owner, AGAIN)
        batch.push(room, owner, BRANCH, commits[owner.id])
        return Row(owner, SENT, f"branch {BRANCH}")

    return list(batch.work(who, push, progress.counter("Sending")))
