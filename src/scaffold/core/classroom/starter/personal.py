"""What differs from student to student: values, and rows of data. An answer copied from a neighbour is wrong for you.

Everything follows from the class's secret, the assignment and the student: made anew, it is the same, and no student
can work out a neighbour's. It is no rendering: a few files are written over one starter that all share.
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


def check(assignment: Assignment, starter: Tree) -> None:
    """See that every file of which students get some rows is there and can be cut by lines.

    Raises:
        ScaffoldError: one is not.
    """
    for part in assignment.personal.slices:
        file = starter.get(part.path)
        where = f"{assignment.name}/assignment.toml"
        if file is None or file.symlink:
            raise ScaffoldError(
                f"{where} [personal]: students get no file {part.path}.", "Check `slices` and `hidden`."
            )
        text = _plain(part.path, file)
        if text is None or b"\0" in text or any(line.count(b'"') % 2 for line in text.splitlines()):
            raise ScaffoldError(
                f"{part.path} cannot be cut into rows.", "A slice is of a CSV file (plain, or .gz), a row a line."
            )


def values(course: Course, assignment: Assignment, owner: str) -> dict[str, int | str]:
    """One student's values."""
    found: dict[str, int | str] = {}
    for key, allowed in assignment.personal.values.items():
        drawn = int.from_bytes(course.token_of("value", assignment.name, owner, key))
        first, last = allowed[0], allowed[-1]
        if isinstance(first, int) and isinstance(last, int):
            found[key] = first + drawn % (last - first + 1)
        else:
            found[key] = allowed[drawn % len(allowed)]
    return found


def files(course: Course, assignment: Assignment, owner: str, starter: Tree) -> dict[str, File]:
    """The files that are this student's own, over the starter that all share."""
    personal = assignment.personal
    found = {part.path: _rows(course, assignment, owner, part, starter[part.path]) for part in personal.slices}
    found |= _sums(found, starter)
    if personal.file:
        found[personal.file] = File(_written(personal, values(course, assignment, owner)))
    return found


def _rows(course: Course, assignment: Assignment, owner: str, part: Slice, file: File) -> File:
    seed = int.from_bytes(course.token_of("rows", assignment.name, owner, part.path))
    # random() of a seeded generator gives the same numbers in every Python; sample() and the like promise nothing.
    draw = random.Random(seed)  # noqa: S311
    header, *rows = (_plain(part.path, file) or b"").splitlines(keepends=True) or [b""]
    kept = b"".join([header, *(row for row in rows if draw.random() < part.keep)])
    return replace(file, content=gzip.compress(kept, mtime=0) if part.path.endswith(".gz") else kept)


def _plain(path: str, file: File) -> bytes | None:
    """A file's text, unpacked; None where it cannot be."""
    if not path.endswith(".gz"):
        return file.content
    try:
        return gzip.decompress(file.content)
    except (OSError, EOFError, zlib.error):
        return None


def _sums(own: Mapping[str, File], starter: Tree) -> dict[str, File]:
    """The lists of checksums (sha256sum(1)) beside the files that are a student's own, with theirs."""
    found: dict[str, File] = {}
    for path, file in own.items():
        place = PurePosixPath(path)
        listing = str(place.with_name("SHA256SUMS"))
        if listing in starter:
            known = found.get(listing, starter[listing])
            line = re.compile(rb"^[0-9a-f]{64}(?= [ *]" + re.escape(place.name.encode()) + rb"\r?$)", re.MULTILINE)
            digest = sha256(file.content).hexdigest().encode()
            found[listing] = replace(known, content=line.sub(digest, known.content))
    return found


def _written(personal: Personal, found: dict[str, int | str]) -> bytes:
    if personal.file.endswith(".json"):
        return (json.dumps(found, indent=2, ensure_ascii=False) + "\n").encode()
    if personal.file.endswith(".toml"):
        # A JSON string is a TOML basic string (toml.io/en/v1.0.0#string), as long as DEL is escaped.
        lines = [
            f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(value, ensure_ascii=False)}\n"
            for key, value in found.items()
        ]
        return "".join(lines).replace("\x7f", "\\u007f").encode()
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False).encode()
