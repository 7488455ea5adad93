"""Personal values and rows of data for each student, so that an answer copied from a neighbour is wrong.

They follow from the class's secret, the assignment and the student: they stay the same when they are made again, and no
student can compute a neighbour's. A few files are written over the starter that all share; nothing is rendered.
"""

import gzip
import json
import random
import re
import zlib
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePosixPath

import yaml

from scaffold.core.classroom.assignment import Assignment, Personal, Slice
from scaffold.core.classroom.course import Course
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File, Tree


def check_slices(assignment: Assignment, starter: Tree) -> None:
    """Check that every file with personal rows exists and has one row per line.

    Raises:
        ScaffoldError: A file does not.
    """
    for part in assignment.personal.slices:
        file = starter.get(part.path)
        where = f"{assignment.name}/assignment.toml"
        if file is None or file.symlink:
            raise ScaffoldError(
                f"{where} [personal]: the starter has no file {part.path}.", "Check `slices` and `hidden`."
            )
        text = _unpacked(part.path, file)
        if text is None or b"\0" in text or any(line.count(b'"') % 2 for line in text.splitlines()):
            raise ScaffoldError(
                f"{part.path} cannot be split into rows.",
                "A slice needs a CSV file (plain or .gz) with one row per line.",
            )


def student_values(course: Course, assignment: Assignment, owner: str) -> dict[str, int | str]:
    """The personal values of one student or team."""
    chosen: dict[str, int | str] = {}
    for key, allowed in assignment.personal.values.items():
        number = int.from_bytes(course.derive_bytes("value", assignment.name, course.first_id(owner), key))
        first, last = allowed[0], allowed[-1]
        if isinstance(first, int) and isinstance(last, int):
            chosen[key] = first + number % (last - first + 1)
        else:
            chosen[key] = allowed[number % len(allowed)]
    return chosen


def student_files(course: Course, assignment: Assignment, owner: str, starter: Tree) -> dict[str, File]:
    """The files to write over the shared starter for one student or team."""
    personal = assignment.personal
    files = {part.path: _rows(course, assignment, owner, part, starter[part.path]) for part in personal.slices}
    files |= _checksums(files, starter)
    if personal.file:
        files[personal.file] = File(_serialise(personal, student_values(course, assignment, owner)))
    return files


def _rows(course: Course, assignment: Assignment, owner: str, part: Slice, file: File) -> File:
    seed = int.from_bytes(course.derive_bytes("rows", assignment.name, course.first_id(owner), part.path))
    # The `random` documentation: random() of a seeded generator is the same in every Python version; sample() is not.
    generator = random.Random(seed)  # noqa: S311
    header, *rows = (_unpacked(part.path, file) or b"").splitlines(keepends=True) or [b""]
    kept = b"".join([header, *(row for row in rows if generator.random() < part.keep)])
    return replace(file, content=gzip.compress(kept, mtime=0) if part.path.endswith(".gz") else kept)


def _unpacked(path: str, file: File) -> bytes | None:
    """A file's content, decompressed if its name ends in .gz; None where that fails."""
    if not path.endswith(".gz"):
        return file.content
    try:
        return gzip.decompress(file.content)
    except (OSError, EOFError, zlib.error):
        return None


def _checksums(own: Mapping[str, File], starter: Tree) -> dict[str, File]:
    """The SHA256SUMS files (sha256sum(1)) beside personal files, with the checksums of those."""
    listings: dict[str, File] = {}
    for path, file in own.items():
        posix_path = PurePosixPath(path)
        listing = str(posix_path.with_name("SHA256SUMS"))
        if listing in starter:
            before = listings.get(listing, starter[listing])
            line = re.compile(rb"^[0-9a-f]{64}(?= [ *]" + re.escape(posix_path.name.encode()) + rb"\r?$)", re.MULTILINE)
            digest = sha256(file.content).hexdigest().encode()
            listings[listing] = replace(before, content=line.sub(digest, before.content))
    return listings


def _serialise(personal: Personal, values: dict[str, int | str]) -> bytes:
    if personal.file.endswith(".json"):
        return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()
    if personal.file.endswith(".toml"):
        # A JSON string is a TOML basic string (toml.io/en/v1.0.0#string), as long as DEL is escaped.
        lines = [
            f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in values.items()
        ]
        return "".join(lines).replace("\x7f", "\\u007f").encode()
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()
