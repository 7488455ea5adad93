"""What was done for whom, one line of JSON each, written when it is done: killed between two lines, `resume` goes on.

The journal tells what is going on; what stands on the forge and in the store is always looked up there.
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


@dataclass(frozen=True)
class Run:
    """A command that works through many repositories.

    Attributes:
        number: counts up.
        command: `handout` or `update`.
        assignment: of which assignment.
        version: of the starter.
        owners: whose repositories.
        options: how.
    """

    number: int
    command: str
    assignment: str
    version: int
    owners: tuple[str, ...]
    options: Mapping[str, Any]


class Journal:
    """The journal of one class."""

    def __init__(self, home: Path) -> None:
        self.path = home / "journal.jsonl"
        self._lock = threading.Lock()

    def entries(self) -> list[dict[str, Any]]:
        """All lines; one that was cut short by the end of the machine is passed over."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        found = []
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                found.append(entry)
        return found

    def begin(self, command: str, assignment: str, version: int, owners: Sequence[str], **options: Any) -> Run:
        """Say what is going to be done."""
        number = max((entry.get("run", 0) for entry in self.entries()), default=0) + 1
        about = {"command": command, "assignment": assignment, "version": version, "owners": list(owners)}
        self._append({"event": "begin", "run": number, **about, "options": options})
        return Run(number, command, assignment, version, tuple(owners), options)

    def step(self, run: Run, owner: str, step: str, **about: Any) -> None:
        """Say what has been done for one of them."""
        self._append({"event": step, "run": run.number, "assignment": run.assignment, "owner": owner, **about})

    def end(self, run: Run) -> None:
        """Say that nothing is left to do."""
        self._append({"event": "end", "run": run.number})

    def unfinished(self) -> list[Run]:
        """What was begun and not ended, oldest first; what a later command did for the same owners is that one's."""
        ended = {entry.get("run") for entry in self.entries() if entry.get("event") == "end"}
        runs = [_run(entry) for entry in self.entries() if entry.get("event") == "begin"]
        return [
            run
            for place, run in enumerate(runs)
            if run.number not in ended and not any(_covers(later, run) for later in runs[place + 1 :])
        ]

    def has_handed_out(self) -> bool:
        """Whether anything was ever handed out."""
        return any(entry.get("event") == PUSHED for entry in self.entries())

    def handed_out(self, assignment: str) -> dict[str, dict[str, Any]]:
        """Who received a first starter of an assignment: owner → the line that says so."""
        return {entry["owner"]: entry for entry in self.entries() if _is_step(entry, assignment, PUSHED)}

    def sent(self, assignment: str) -> dict[tuple[str, int], dict[str, Any]]:
        """Who was sent which update: (owner, version) → the line that says so."""
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
                    if file.read(1) != b"\n":  # the line before was cut short
                        line = b"\n" + line
                file.write(line)
                file.flush()
                os.fsync(file.fileno())


def _run(entry: Mapping[str, Any]) -> Run:
    about = {"command": entry["command"], "assignment": entry["assignment"], "version": entry["version"]}
    return Run(entry["run"], **about, owners=tuple(entry["owners"]), options=entry["options"])


def _covers(later: Run, run: Run) -> bool:
    same = (later.command, later.assignment) == (run.command, run.assignment)
    return same and set(later.owners) >= set(run.owners)


def _is_step(entry: Mapping[str, Any], assignment: str, *steps: str) -> bool:
    return entry.get("event") in steps and entry.get("assignment") == assignment
