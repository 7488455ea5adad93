"""From a text of the owner, a file or a folder of files, to what a project needs: read, decided, ready to be placed."""

import contextlib
import hashlib
import re
import statistics
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scaffold.core.dataset import folders, personal
from scaffold.core.dataset.model import Answers
from scaffold.core.dataset.propose import quoted
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Block, Notice, Progress, Text, first_of, silent
from scaffold.errors import DataError, UsageError
from scaffold.tools import books, prose
from scaffold.tools.files import friendly_os_errors, write_atomically
from scaffold.tools.git.trees import File, Tree

QUESTIONS = (
    "dataset",
    "dataset_source",
    "dataset_bytes",
    "text_files",
    "text_characters",
    "text_heading",
    "text_wrapped",
)
FOLDER = Path("data/raw/texts")
LEAST = 20_000
"""Characters: less is no training part, and leaves a test of some sentences."""
MOST = 5_000_000
"""Bytes: what comes into git, and more than a network of minutes can use."""
MOST_REPEATED = 0.5
_HEADINGS = (
    r"(?i:chapter|part|book|letter|act|scene) (?:[0-9]+|[IVXLC]+)\b.*",
    r"(?i:kapitel|chapitre|cap[ií]tulo|capitolo) (?:[0-9]+|[IVXLC]+)\b.*",
    r"#{1,3} .*",
    r"[IVXLC]+\.?",
)
"""Lines that begin a document, in the order in which they are tried."""
_FEWEST_HEADINGS = 10
_SHORTEST = 200
"""Characters of a document; the template leaves out what is shorter."""
_WINDOW = 40
_SAMPLED = 32
_WRAPPED = range(50, 86)
"""The usual length of a line that a program wrapped."""
_SHOWN = 8


@dataclass(frozen=True)
class Texts:
    """What comes of the owner's text.

    Attributes:
        source: The owner's file or folder.
        files: The name of each file in the project, and its text.
        refused: Files that cannot be used, each with the reason.
        personal: What personal data was seen.
    """

    source: Path
    files: dict[str, str]
    refused: tuple[str, ...]
    personal: tuple[str, ...]
    folder = FOLDER
    in_git = True

    @property
    def names(self) -> set[str]:
        """The files in the project's folder."""
        return set(self.files)

    @property
    def tree(self) -> Tree:
        """What of it comes into the repository."""
        listed = {folders.CHECKSUMS.as_posix(): File(self.checksums.encode())}
        return listed | {f"{FOLDER.as_posix()}/{name}": File(text.encode()) for name, text in self.files.items()}

    @property
    def checksums(self) -> str:
        """The content of `data/raw/SHA256SUMS`."""
        sums = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.files.items()}
        return "".join(f"{code}  {FOLDER.name}/{name}\n" for name, code in sums.items())

    @property
    def characters(self) -> int:
        """How long the text is."""
        return sum(map(len, self.files.values()))

    @property
    def bytes(self) -> int:
        """The size of the text as UTF-8."""
        return sum(len(text.encode()) for text in self.files.values())

    @cached_property
    def answers(self) -> Answers:
        """The answers to the template's questions about data. The whole text is searched for them, once."""
        heading, wrapped = heading_of(self.files.values()), is_wrapped(self.files.values())
        values = (FOLDER.name, self.source.name, self.bytes, len(self.files), self.characters, heading, wrapped)
        return dict(zip(QUESTIONS, values, strict=True))

    @property
    def data(self) -> dict[str, Any]:
        """The text for `--json`."""
        return {**self.answers, "refused": list(self.refused)}

    @property
    def blocks(self) -> list[Block]:
        """The text for people."""
        heading = self.answers["text_heading"]
        files = "1 file" if len(self.files) == 1 else f"{len(self.files):,} files"
        text = f"{self.source.name}: {self.characters:,} characters in {files}; "
        text += f"a document begins at a line like {heading}" if heading else "no line begins a chapter in all of it"
        return [Text(f"{text}.")]

    @property
    def notices(self) -> list[Notice]:
        """What the owner must know."""
        found = []
        if self.refused:
            text = f"Left out: {first_of(self.refused, _SHOWN)}."
            found.append(Notice(text, "Save them as text in UTF-8, and bring the folder again."))
        if self.personal:
            text = f"In the text stand {' and '.join(self.personal)}."
            found.append(Notice(text, "A model can repeat them: take them out, or publish neither text nor model."))
        text = "The text becomes a part of the repository, and a model can repeat it: publish what you may publish."
        return [*found, Notice(text, "Say in docs/data-card.md who wrote it and who may use it.")]

    def put(self, project: Path) -> None:
        """Write the text into a project, with its checksums.

        Args:
            project: The project's folder.

        Raises:
            ScaffoldError: The disk is full, or a folder cannot be written.
        """
        for name, text in self.files.items():
            dest = project / FOLDER / name
            with friendly_os_errors(dest):
                dest.parent.mkdir(parents=True, exist_ok=True)
                dest.write_text(text, encoding="utf-8", newline="\n")
        write_atomically(project / folders.CHECKSUMS, self.checksums)


@contextlib.contextmanager
def brought(request: Request, progress: Progress = silent) -> Iterator[Texts]:
    """Read the owner's text and decide about it.

    Raises:
        ScaffoldError: It cannot be used; nothing was written.
    """
    source = (request.file or Path()).absolute()
    if request.names_columns:
        raise UsageError("A text has no columns.", f"Only the text is needed: --data {quoted(source.name)}")
    if not source.exists():
        raise DataError(f"There is no file or folder {source}.", "Check the path.")
    progress.step("Reading the text")
    found = _read(source)
    _check(found)
    yield found


def heading_of(texts: Iterable[str]) -> str:
    """A regular expression for the lines that begin a chapter; empty where fewer than ten have a text below."""
    everything = list(texts)
    for heading in _HEADINGS:
        parts = [part for text in everything for part in re.split(rf"(?m)^{heading}$", text)[1:]]
        if sum(len(part.strip()) >= _SHORTEST for part in parts) >= _FEWEST_HEADINGS:
            return heading
    return ""


def is_wrapped(texts: Iterable[str]) -> bool:
    """Whether a program wrapped the lines of the paragraphs: the usual line is as long as a page is wide."""
    lengths = [
        len(line.rstrip())
        for text in texts
        for paragraph in re.split(r"\n\s*\n", text[:500_000])
        for line in paragraph.split("\n")[:-1]
    ]
    return bool(lengths) and statistics.median(lengths) in _WRAPPED and max(lengths) < 2 * _WRAPPED.stop


def repeated(texts: Iterable[str]) -> float:
    """The share of the passages of 40 characters that stand in the texts more than once, from a sample of a 32nd.

    A passage is in the sample by its content, wherever it stands, so that both copies of it are.
    """
    counts = Counter[int]()
    for text in texts:
        content = text.encode()
        for start in range(len(content) - _WINDOW + 1):
            code = zlib.crc32(content[start : start + _WINDOW])
            if code % _SAMPLED == 0:
                counts[code] += 1
    return sum(count for count in counts.values() if count > 1) / max(counts.total(), 1)


def _read(source: Path) -> Texts:
    files: dict[str, str] = {}
    refused: list[str] = []
    seen: set[str] = set()
    taken: set[str] = set()
    found_personal: list[str] = []
    for path, inside in folders.files_of(source, refused):
        shown = folders.shown_name(inside)
        kind = path.suffix.lower()
        if kind not in prose.SUFFIXES and kind != books.SUFFIX:
            refused.append(f"{shown} (not txt, md or epub)")
            continue
        try:
            text = books.read(path) if kind == books.SUFFIX else prose.read(path)
        except (OSError, ValueError) as error:
            refused.append(f"{shown} ({getattr(error, 'strerror', None) or error})")
            continue
        if text in seen:
            refused.append(f"{shown} (a copy)")
            continue
        seen.add(text)
        suffix = ".md" if kind in (".md", ".markdown", books.SUFFIX) else ".txt"
        files[folders.safe_name(inside.with_suffix(suffix), taken)] = text
        found_personal += personal.in_text(text)
    return Texts(source, files, tuple(refused), tuple(dict.fromkeys(found_personal)))


def _check(found: Texts) -> None:
    name = found.source.name
    if not found.files:
        why = f": {found.refused[0]}" if found.refused else ""
        raise DataError(
            f"{name} holds no text{why}.", "Bring a file .txt, .md or .epub, or a folder of them: --data FILE"
        )
    if found.characters < LEAST:
        raise DataError(
            f"{name} has {found.characters:,} characters; at least {LEAST:,} are needed.",
            "Bring more of the same kind, in a folder: --data FOLDER",
        )
    if found.bytes > MOST:
        raise DataError(
            f"{name} has {found.bytes / 1e6:,.0f} MB; up to {MOST / 1e6:.0f} MB are used.", "Bring a part of it."
        )
    share = repeated(found.files.values())
    if share > MOST_REPEATED:
        raise DataError(
            f"{name} repeats itself: {share:.0%} of its passages stand in it more than once.",
            "Bring every text once.",
        )
