"""The journal of a class: a line of JSON for each completed step, so that `resume` can continue after an interruption.

The journal says what is in progress. What exists on the forge and in the store is always checked there.
"""

import datetime
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.tools.files import friendly_os_errors

CREATED, PUSHED, SENT, FORWARDED, FAILED = "created", "pushed", "sent", "forwarded", "failed"
_RENAMED = "renamed"


@dataclass(frozen=True)
class Run:
    """One run of a command that works through many repositories.

    Attributes:
        number: The number of the run, from 1.
        command: `handout`, `update` or `import`.
        assignment: The assignment's name.
        version: The version of the starter.
        owners: The ids of the students or teams.
        options: The command's options.
    """

    number: int
    command: str
    assignment: str
    version: int
    owners: tuple[str, ...]
    options: Mapping[str, Any]


class Journal:
    """The journal of one class."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "journal.jsonl"
        self._lock = threading.Lock()

    def entries(self) -> list[dict[str, Any]]:
        """All entries, with the ids that owners have now; an incomplete line, which a crash can leave, is skipped."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        entries: list[dict[str, Any]] = []
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict) and entry.get("event") == _RENAMED:
                entries = [_with_new_id(earlier, entry["owner"], entry["new"]) for earlier in entries]
            elif isinstance(entry, dict):
                entries.append(entry)
        return entries

    def rename(self, old: str, new: str) -> None:
        """Write that an owner has another id from now on; once, if that is repeated."""
        if self.renames()[-1:] != [(old, new)]:
            self._append({"event": _RENAMED, "owner": old, "new": new})

    def renames(self) -> list[tuple[str, str]]:
        """The ids that were changed, old and new, in the order of time."""
        lines = self.path.read_bytes().splitlines() if self.path.is_file() else []
        # Each command asks for them: only the few lines that can be one are parsed.
        entries = [json.loads(line) for line in lines if b'"event": "renamed"' in line and line.endswith(b"}")]
        return [(entry["owner"], entry["new"]) for entry in entries if entry["event"] == _RENAMED]

    def begin(self, command: str, assignment: str, version: int, owners: Sequence[str], **options: Any) -> Run:
        """Write that a run begins. Returns the run."""
        number = max((entry.get("run", 0) for entry in self.entries()), default=0) + 1
        fields = {"command": command, "assignment": assignment, "version": version, "owners": list(owners)}
        self._append({"event": "begin", "run": number, **fields, "options": options})
        return Run(number, command, assignment, version, tuple(owners), options)

    def step(self, run: Run, owner: str, step: str, **fields: Any) -> None:
        """Write that a step was completed for an owner."""
        self._append({"event": step, "run": run.number, "assignment": run.assignment, "owner": owner, **fields})

    def end(self, run: Run) -> None:
        """Write that a run is complete."""
        self._append({"event": "end", "run": run.number})

    def unfinished(self) -> list[Run]:
        """Runs without an end, oldest first, except those that a later run repeats for the same owners."""
        entries = self.entries()
        ended = {entry.get("run") for entry in entries if entry.get("event") == "end"}
        runs = [_run(entry) for entry in entries if entry.get("event") == "begin"]
        return [
            run
            for index, run in enumerate(runs)
            if run.number not in ended and not any(_repeats(later, run) for later in runs[index + 1 :])
        ]

    def has_handed_out(self) -> bool:
        """Whether anything was ever handed out."""
        return any(entry.get("event") == PUSHED for entry in self.entries())

    def handed_out(self, assignment: str) -> dict[str, dict[str, Any]]:
        """The owners who received a first starter of an assignment: owner → the entry that says so."""
        return {entry["owner"]: entry for entry in self.entries() if _is_step(entry, assignment, PUSHED)}

    def repositories(self, assignment: str) -> dict[str, str]:
        """The repositories that were created or handed out: owner → name."""
        steps = [entry for entry in self.entries() if _is_step(entry, assignment, CREATED, PUSHED)]
        return {entry["owner"]: entry["repository"] for entry in steps if entry.get("repository")}

    def sent(self, assignment: str) -> dict[tuple[str, int], dict[str, Any]]:
        """The updates that were sent: (owner, version) → the entry that says so."""
        steps = [entry for entry in self.entries() if _is_step(entry, assignment, SENT, FORWARDED)]
        return {(entry["owner"], entry["version"]): entry for entry in steps}

    def _append(self, entry: Mapping[str, Any]) -> None:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        line = json.dumps({"at": now, **entry}, ensure_ascii=False).encode() + b"\n"
        with self._lock, friendly_os_errors(self.path):
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("ab+") as file:
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":  # the line before is incomplete
                        line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())


def _with_new_id(entry: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    entry = entry | {"owner": new} if entry.get("owner") == old else entry
    if old in entry.get("owners", ()):
        entry = entry | {"owners": [new if owner == old else owner for owner in entry["owners"]]}
    return entry


def _run(entry: Mapping[str, Any]) -> Run:
    fields = {"command": entry["command"], "assignment": entry["assignment"], "version": entry["version"]}
    return Run(entry["run"], **fields, owners=tuple(entry["owners"]), options=entry["options"])


def _repeats(later: Run, run: Run) -> bool:
    is_same_command = (later.command, later.assignment) == (run.command, run.assignment)
    return is_same_command and set(later.owners) >= set(run.owners)


def _is_step(entry: Mapping[str, Any], assignment: str, *steps: str) -> bool:
    return entry.get("event") in steps and entry.get("assignment") == assignment
