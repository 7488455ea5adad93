"""The results of a run of `grade` that is not complete: each is written as soon as it is known.

After Ctrl-C, a crash or a power cut the next run does not grade these submissions again, unless the assignment, its
environment or the submission changed. A complete run removes the file.
"""

import contextlib
import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.core.classroom.course import Course
from scaffold.core.classroom.grading.verdict import ImportFailure, SessionResult, Verdict
from scaffold.core.classroom.store import Submission
from scaffold.tools.files import friendly_os_errors, write_atomically

_SUFFIX = ".unfinished.jsonl"


class UnfinishedRun:
    """The results so far of grading one assignment."""

    def __init__(self, course: Course, assignment: str, key: str) -> None:
        """Read nothing yet; `key` says what the results depend on besides the submissions."""
        self._path, self._key = _folder(course) / f"{assignment}{_SUFFIX}", key
        self._lock = threading.Lock()

    @cached_property
    def _results(self) -> dict[tuple[str, str], SessionResult]:
        return dict(_read(self._path, self._key))

    def find(self, owner: str, submission: Submission) -> SessionResult | None:
        """The result of a submission; None where it was not graded."""
        return self._results.get((owner, submission.commit))

    def count(self, chosen: Mapping[str, Submission]) -> int:
        """How many of some submissions (owner → submission) were graded."""
        return sum(self.find(owner, submission) is not None for owner, submission in chosen.items())

    def add(self, owner: str, submission: Submission, result: SessionResult) -> None:
        """Write a result. Raises ScaffoldError when the disk is full."""
        entry = {"key": self._key, "owner": owner, "commit": submission.commit, "result": asdict(result)}
        with self._lock, friendly_os_errors(self._path):
            self._path.parent.mkdir(exist_ok=True)
            with self._path.open("ab") as file:
                # The line before may be incomplete.
                file.write(b"\n" + json.dumps(entry).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())

    def end(self, owners: Collection[str]) -> None:
        """Forget the results of owners for whom a run is complete: they are in the results folder."""
        others = [entry for entry in _entries(self._path) if entry.get("owner") not in owners]
        if others:
            write_atomically(self._path, "".join(json.dumps(entry) + "\n" for entry in others))
        else:
            self._path.unlink(missing_ok=True)


def unfinished_runs(course: Course) -> dict[str, int]:
    """The assignments whose grading was interrupted: name → how many submissions were graded."""
    paths = sorted(_folder(course).glob(f"*{_SUFFIX}"))
    return {path.name.removesuffix(_SUFFIX): len(dict(_read(path))) for path in paths}


def _folder(course: Course) -> Path:
    return course.data_folder / "grading"


def _read(path: Path, key: str = "") -> list[tuple[tuple[str, str], SessionResult]]:
    """The results in a file, those of a later try last; only of one key, where it is given."""
    results = []
    for entry in _entries(path):
        try:
            content = entry["result"]
            result = SessionResult(
                tuple(Verdict(**verdict) for verdict in content["verdicts"]),
                content["stopped"],
                tuple(ImportFailure(**failure) for failure in content["imports"]),
                content["tries"],
            )
            if not key or entry["key"] == key:
                results.append(((entry["owner"], entry["commit"]), result))
        except (LookupError, TypeError):  # another version of scaffold wrote it
            continue
    return results


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file that are complete."""
    with contextlib.suppress(OSError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry
