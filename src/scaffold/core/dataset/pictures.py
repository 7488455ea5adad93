"""From the owner's folder of pictures to what a project needs of it: looked at, decided, and ready to be placed.

A class is a folder, `photos/<class>/*`; a split that was made already is `photos/train/<class>/*` and so on.
"""

import contextlib
import re
import shutil
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from scaffold.core.dataset.model import Answers
from scaffold.core.dataset.place import LARGEST_IN_GIT
from scaffold.core.dataset.propose import quoted
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Block, Notice, Progress, Table, Text, first_of, silent
from scaffold.errors import DataError, UsageError
from scaffold.tools import pictures
from scaffold.tools.files import friendly_os_errors
from scaffold.tools.git.trees import File, Tree
from scaffold.tools.pictures import Picture

QUESTIONS = (
    "dataset",
    "dataset_source",
    "dataset_bytes",
    "dataset_in_git",
    "pictures",
    "picture_classes",
    "picture_side",
    "picture_channels",
    "picture_split",
)
FOLDER = Path("data/images")
PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}
MOST_CLASSES = 100
MOST_PICTURES = 50_000
MIN_PICTURES = 10
"""Of each class: fewer are no test."""
UNBALANCED = 10
_SIDES = (28, 32, 64)
_SAFE_NAME = re.compile(r"[\w.()+ -]{1,120}")
_SHOWN = 8


@dataclass(frozen=True)
class _File:
    """A picture of the owner's and where it goes."""

    path: Path
    part: str
    name: str
    picture: Picture

    @property
    def folder(self) -> str:
        """The name of its class."""
        return self.path.parent.name

    @property
    def inside(self) -> str:
        """Where it stands in the project's folder of pictures."""
        return PurePosixPath(self.part, self.folder, self.name).as_posix()


@dataclass(frozen=True)
class Pictures:
    """What comes of a folder of pictures.

    Attributes:
        source: The owner's folder.
        files: The pictures that come into the project.
        bytes: Their size.
        refused: Files that cannot be used, each with the reason.
    """

    source: Path
    files: tuple[_File, ...]
    bytes: int
    refused: tuple[str, ...] = field(default=())
    folder = FOLDER

    @property
    def names(self) -> set[str]:
        """The files in the project's folder."""
        return {file.inside for file in self.files}

    @property
    def tree(self) -> Tree:
        """What of them comes into the repository."""
        files = self.files if self.in_git else ()
        return {f"{FOLDER.as_posix()}/{file.inside}": File(file.path.read_bytes()) for file in files}

    @property
    def in_git(self) -> bool:
        """Whether they are small enough for the repository."""
        return self.bytes <= LARGEST_IN_GIT

    @property
    def classes(self) -> dict[str, int]:
        """The number of pictures of each class, in the order of names."""
        return dict(sorted(Counter(file.folder for file in self.files).items()))

    @property
    def answers(self) -> Answers:
        """The answers to the template's questions about data."""
        sides = [max(file.picture.width, file.picture.height) for file in self.files]
        middle = statistics.median(sides)
        values = (
            FOLDER.name,
            self.source.name,
            self.bytes,
            self.in_git,
            len(self.files),
            [{"name": name, "pictures": count} for name, count in self.classes.items()],
            next((side for side in _SIDES if middle <= side), _SIDES[-1]),
            1 if all(file.picture.grey for file in self.files) else 3,
            any(file.part for file in self.files),
        )
        return dict(zip(QUESTIONS, values, strict=True))

    @property
    def data(self) -> dict[str, Any]:
        """The pictures for `--json`."""
        return {**self.answers, "refused": list(self.refused)}

    @property
    def blocks(self) -> list[Block]:
        """The pictures for people."""
        answers = self.answers
        colours = "grey" if answers["picture_channels"] == 1 else "in colour"
        side = answers["picture_side"]
        text = f"{self.source.name}: {len(self.files):,} pictures of {len(self.classes):,} classes, {colours}; "
        text += f"each is brought to {side} x {side} pixels."
        rows = [(name, f"{count:,}") for name, count in self.classes.items()]
        return [Text(text), Table(("class", "pictures"), rows)]

    @property
    def notices(self) -> list[Notice]:
        """What the owner must know."""
        found = []
        if self.refused:
            shown = first_of(self.refused, _SHOWN)
            found.append(Notice(f"Left out: {shown}.", "Save them anew as PNG, JPEG or WebP, and copy them in."))
        counts = self.classes
        most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
        if counts[most] >= UNBALANCED * counts[least]:
            text = f"`{most}` has {counts[most]:,} pictures and `{least}` {counts[least]:,}, "
            text += f"{counts[most] / counts[least]:.0f} times fewer."
            hint = "Every class weighs the same in training and in the balanced accuracy; more pictures help more."
            found.append(Notice(text, hint))
        if not self.in_git:
            text = f"{self.bytes / 1e6:,.0f} MB of pictures are too large for git: {FOLDER.as_posix()} is ignored."
            found.append(Notice(text, "Keep a copy, and say in docs/data-card.md where they come from."))
        return found

    def put(self, project: Path) -> None:
        """Copy the pictures into a project.

        Args:
            project: The project's folder.

        Raises:
            ScaffoldError: The disk is full, or a folder cannot be written.
        """
        for file in self.files:
            dest = project / FOLDER / file.inside
            with friendly_os_errors(dest):
                dest.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.path, dest)


@contextlib.contextmanager
def brought(request: Request, progress: Progress = silent) -> Iterator[Pictures]:
    """Look at a folder of pictures and decide about it.

    Raises:
        ScaffoldError: It cannot be used; nothing was written.
    """
    source = (request.file or Path()).absolute()
    _require_folder(request, source)
    progress.step("Looking at the pictures")
    kept: list[_File] = []
    refused: list[str] = []
    with friendly_os_errors(source):
        for part, folder in _class_folders(source):
            _require_name(folder)
            kept += _looked_at(source, part, folder, refused)
    found = Pictures(source, tuple(kept), sum(file.path.stat().st_size for file in kept), tuple(refused))
    _check(found)
    yield found


def _require_folder(request: Request, source: Path) -> None:
    if source.is_file():
        raise UsageError(
            f"{source.name} is a file, and pictures come in a folder with one folder for each class.",
            f"Name the folder: --data {quoted(source.parent.name or '.')}/",
        )
    if request.names_columns:
        raise UsageError("Pictures have no columns.", f"Only the folder is needed: --data {quoted(source.name)}/")
    if not source.is_dir():
        raise DataError(f"There is no folder {source}.", "Check the path.")


def _visible(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.name[0] != "." and path.name not in ("Thumbs.db", "__MACOSX")
    )


def _class_folders(source: Path) -> Iterator[tuple[str, Path]]:
    """Each folder of a class, with the part of the split that it is in; empty where no split was made."""
    folders = [path for path in _visible(source) if path.is_dir()]
    parts = {path: next((part for part, names in PARTS.items() if path.name.lower() in names), "") for path in folders}
    split = "train" in parts.values() and len(folders) > 1 and all(parts.values())
    split = split or (len(folders) == 1 and parts[folders[0]] == "train")
    if not split:
        yield from (("", path) for path in folders)
        return
    alone = len(folders) == 1
    for path, part in parts.items():
        yield from (("" if alone else part, one) for one in _visible(path) if one.is_dir())


def _require_name(folder: Path) -> None:
    if not folder.name.isprintable() or len(folder.name) > 100:
        raise DataError(
            f"The folder {folder.name[:40]!r} cannot name a class: it is too long or has invisible characters.",
            "Rename it.",
        )


def _looked_at(source: Path, part: str, folder: Path, refused: list[str]) -> Iterator[_File]:
    taken: set[str] = set()
    for number, path in enumerate(_visible(folder), start=1):
        shown = str(path.relative_to(source))
        try:
            found = pictures.look(path) if path.is_file() else "no file"
        except OSError as error:
            found = error.strerror or "cannot be read"
        if isinstance(found, str):
            refused.append(f"{shown} ({found})" if shown.isprintable() else f"{shown!r} ({found})")
            continue
        name = path.name
        if not _SAFE_NAME.fullmatch(name) or name.lower() in taken:
            name = f"picture-{number:05}{pictures.SUFFIXES[found.format]}"
        taken.add(name.lower())
        yield _File(path, part, name, found)


def _check(found: Pictures) -> None:
    name, counts = found.source.name, found.classes
    layout = "Make one folder of pictures for each class: photos/cat/1.jpg, photos/dog/1.jpg"
    if not counts:
        why = f": {found.refused[0]}" if found.refused else ""
        raise DataError(f"{name} holds no picture that can be read{why}.", layout)
    if len(counts) < 2:
        raise DataError(f"{name} has pictures of one class, `{next(iter(counts))}`; two are needed.", layout)
    if len(counts) > MOST_CLASSES:
        raise DataError(
            f"{name} has {len(counts):,} classes; up to {MOST_CLASSES} can be told apart.",
            "Keep the folders that matter.",
        )
    least = min(counts, key=counts.__getitem__)
    if counts[least] < MIN_PICTURES:
        raise DataError(
            f"`{least}` has {counts[least]} pictures; at least {MIN_PICTURES} of each class are needed.",
            "Add some, or take the folder out.",
        )
    if len(found.files) > MOST_PICTURES:
        raise DataError(
            f"{name} has {len(found.files):,} pictures; a project takes up to {MOST_PICTURES:,}.", "Bring a sample."
        )
