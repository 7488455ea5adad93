"""From the owner's folder of documents to what a project needs of it: looked at, decided, and ready to be placed.

What text is in a document is for the project to find out, which has the readers; here a file is judged by its name, its
size and how it begins.
"""

import contextlib
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from scaffold.core.dataset import folders, personal
from scaffold.core.dataset.model import Answers
from scaffold.core.dataset.place import LARGEST_IN_GIT, sha256
from scaffold.core.dataset.propose import quoted
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Block, Notice, Progress, Table, Text, first_of, silent
from scaffold.errors import DataError, UsageError
from scaffold.tools import documents
from scaffold.tools.files import friendly_os_errors, write_atomically
from scaffold.tools.git.trees import File, Tree

QUESTIONS = ("dataset", "dataset_source", "dataset_bytes", "dataset_in_git", "documents", "document_formats")
FOLDER = Path("data/raw/pages")
MOST_DOCUMENTS = 20_000
_SHOWN = 8


@dataclass(frozen=True)
class _File:
    """A document of the owner's, and what it is called in the project."""

    path: Path
    name: str
    sha256: str


@dataclass(frozen=True)
class Documents:
    """What comes of a folder of documents.

    Attributes:
        source: The owner's folder, or a single document.
        files: The documents that come into the project.
        bytes: Their size.
        refused: Files that cannot be used, each with the reason.
        others: How many files are no documents, by the ends of their names.
        personal: What personal data was seen, with the files that have it.
    """

    source: Path
    files: tuple[_File, ...]
    bytes: int
    refused: tuple[str, ...]
    others: Counter[str]
    personal: dict[str, list[str]]
    folder = FOLDER

    @property
    def names(self) -> set[str]:
        """The files in the project's folder."""
        return {file.name for file in self.files}

    @property
    def in_git(self) -> bool:
        """Whether they are small enough for the repository."""
        return self.bytes <= LARGEST_IN_GIT

    @property
    def formats(self) -> dict[str, int]:
        """The number of documents of each format, the most frequent first."""
        counts = Counter(PurePosixPath(file.name).suffix.lower().lstrip(".") for file in self.files)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def answers(self) -> Answers:
        """The answers to the template's questions about data."""
        formats = [{"name": name, "documents": count} for name, count in self.formats.items()]
        values = (FOLDER.name, self.source.name, self.bytes, self.in_git, len(self.files), formats)
        return dict(zip(QUESTIONS, values, strict=True))

    @property
    def data(self) -> dict[str, Any]:
        """The documents for `--json`."""
        return {**self.answers, "refused": list(self.refused)}

    @property
    def blocks(self) -> list[Block]:
        """The documents for people."""
        text = f"{self.source.name}: {_count(len(self.files), 'document')}, {self.bytes / 1e6:,.1f} MB; "
        text += "questions are proposed from their headings until you have written 30 of your own."
        return [Text(text), Table(("format", "documents"), [(name, f"{n:,}") for name, n in self.formats.items()])]

    @property
    def notices(self) -> list[Notice]:
        """What the owner must know."""
        found = []
        if self.refused:
            text = f"Left out: {first_of(self.refused, _SHOWN)}."
            found.append(Notice(text, "Save them anew, and bring the folder again."))
        if self.others:
            kinds = ", ".join(f"{n:,} {kind}" for kind, n in self.others.most_common(_SHOWN))
            text = f"Left out {_count(self.others.total(), 'file')} of other kinds: {kinds}."
            found.append(Notice(text, f"What is read: {documents.NAMES}."))
        if len(self.files) == 1:
            text = "With one document, every search finds the right one: the scores will say nothing."
            found.append(Notice(text, "Bring its chapters as files of their own."))
        if self.personal:
            seen = "; ".join(f"{what} in {first_of(names, 3)}" for what, names in self.personal.items())
            hint = "Whoever sees the repository sees them: take them out, or keep it private."
            found.append(Notice(f"There is personal data: {seen}.", hint))
        if self.in_git:
            text = "The documents become a part of the repository: publish it only if you may publish them."
            found.append(Notice(text, "Say in docs/data-card.md where they come from and who may use them."))
        else:
            text = f"{self.bytes / 1e6:,.0f} MB of documents are too large for git: {FOLDER.as_posix()} is ignored."
            found.append(Notice(text, "Keep a copy, and say in docs/data-card.md where they come from."))
        return found

    @property
    def checksums(self) -> str:
        """The content of `data/raw/SHA256SUMS`."""
        return "".join(f"{file.sha256}  {FOLDER.name}/{file.name}\n" for file in self.files)

    @property
    def tree(self) -> Tree:
        """What of them comes into the repository."""
        listed = {folders.CHECKSUMS.as_posix(): File(self.checksums.encode())}
        files = self.files if self.in_git else ()
        return listed | {f"{FOLDER.as_posix()}/{file.name}": File(file.path.read_bytes()) for file in files}

    def put(self, project: Path) -> None:
        """Copy the documents into a project, with their checksums.

        Args:
            project: The project's folder.

        Raises:
            ScaffoldError: The disk is full, or a folder cannot be written.
        """
        for file in self.files:
            dest = project / FOLDER / file.name
            with friendly_os_errors(dest):
                dest.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.path, dest)
        write_atomically(project / folders.CHECKSUMS, self.checksums)


@contextlib.contextmanager
def brought(request: Request, progress: Progress = silent) -> Iterator[Documents]:
    """Look at a folder of documents and decide about it.

    Raises:
        ScaffoldError: It cannot be used; nothing was written.
    """
    source = (request.file or Path()).absolute()
    if request.names_columns:
        raise UsageError("Documents have no columns.", f"Only the folder is needed: --data {quoted(source.name)}")
    if not source.exists():
        raise DataError(f"There is no folder {source}.", "Check the path.")
    progress.step("Looking at the documents")
    found = _looked_at(source)
    _check(found)
    yield found


def _looked_at(source: Path) -> Documents:
    """Every file of a folder is a document, one that is refused with its reason, or of another kind."""
    kept: list[_File] = []
    refused: list[str] = []
    others: Counter[str] = Counter()
    seen: dict[str, str] = {}
    taken: set[str] = set()
    found_personal: dict[str, list[str]] = {}
    size = 0
    for path, inside in folders.files_of(source, refused):
        shown = folders.shown_name(inside)
        if path.suffix.lower() not in documents.SUFFIXES:
            others[path.suffix.lower() if path.suffix.isprintable() and path.suffix else "without an ending"] += 1
            continue
        try:
            reason = documents.refusal(path)
            checksum = "" if reason else sha256(path)
        except OSError as error:
            reason, checksum = error.strerror or "cannot be read", ""
        if reason or checksum in seen:
            refused.append(f"{shown} ({reason or f'the same as {seen[checksum]}'})")
            continue
        seen[checksum] = shown
        size += path.stat().st_size
        kept.append(_File(path, folders.safe_name(inside, taken), checksum))
        for what in personal.in_text(documents.plain_text(path)):
            found_personal.setdefault(what, []).append(shown)
    return Documents(source, tuple(kept), size, tuple(refused), others, found_personal)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _check(found: Documents) -> None:
    name = found.source.name
    if not found.files:
        why = f": {found.refused[0]}" if found.refused else ""
        raise DataError(f"{name} holds no document that can be read{why}.", f"Bring {documents.NAMES}: --data FOLDER")
    if len(found.files) > MOST_DOCUMENTS:
        raise DataError(
            f"{name} has {len(found.files):,} documents; a project takes up to {MOST_DOCUMENTS:,}.",
            "Bring the folder that matters.",
        )
