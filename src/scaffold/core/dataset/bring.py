"""From the owner's file to what a project needs of it: measured, decided, and ready to be placed."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.core.dataset import answers, classes, describe, leaks, place, profile, propose, read
from scaffold.core.dataset.model import Answers, Column, Finding, Profile, shown
from scaffold.core.dataset.place import Copy
from scaffold.core.dataset.propose import Proposal
from scaffold.core.dataset.request import NO_COLUMN, Request
from scaffold.core.outcome import Block, Notice, Progress, Table, silent
from scaffold.errors import UsageError
from scaffold.tools.git.trees import File, Tree


@dataclass(frozen=True)
class Person:
    """Somebody at a terminal who can be asked.

    Attributes:
        choose: Asks for one of some names, shown with a table that has a row for each: question, table, names.
        write: Asks for a line of text.
    """

    choose: Callable[[str, Table, Sequence[str]], str]
    write: Callable[[str], str]


def own_file(person: Person, example: str, number: str = "") -> Request | None:
    """Ask whether a project is to work on the template's example or on the person's own file; None for the example.

    Args:
        person: Who is asked.
        example: What the template's example is.
        number: The number of the question, as in `1 of 5`; empty for none.
    """
    rows = [(example, "it works at once"), ("your own file", "CSV, TSV, JSON lines, Parquet or Excel")]
    answer = person.choose(f"{number}  Which data".strip(), Table(("data", ""), rows), ["example", "own"])
    return Request(Path(person.write("Which file")).expanduser()) if answer == "own" else None


@dataclass(frozen=True)
class Brought:
    """What comes of a file.

    Attributes:
        proposal: A role for each column.
        copy: The file to place.
        answers: The answers to the template's questions about data.
    """

    proposal: Proposal
    copy: Copy
    answers: Answers

    @property
    def in_git(self) -> bool:
        """Whether the file is small enough for the repository."""
        return self.copy.in_git

    @property
    def tree(self) -> Tree:
        """What of it comes into the repository."""
        path = f"{place.FOLDER.as_posix()}/{self.copy.name}"
        return {path: File(self.copy.path.read_bytes())} if self.in_git else {}

    @property
    def blocks(self) -> list[Block]:
        """The proposal for people."""
        return describe.proposal_blocks(self.proposal)

    @property
    def notices(self) -> list[Notice]:
        """What the owner must know."""
        return describe.notices(self.proposal)

    def put(self, project: Path) -> None:
        """Copy the file into a project that is being made; see `place.put`."""
        place.put(self.copy, project, project.parent)


@contextlib.contextmanager
def brought(
    request: Request,
    task: str,
    elsewhere: Mapping[str, str],
    person: Person | None = None,
    progress: Progress = silent,
) -> Iterator[Brought]:
    """Measure a file and decide about it; the copy is there while the block runs.

    Args:
        request: What the owner asked for.
        task: What the template predicts; empty where it predicts nothing, and a target is only of interest.
        elsewhere: Task → the hint that leads to a template for it.
        person: Asked for what was not said; None where nobody can be.
        progress: Told what is being done.

    Raises:
        ScaffoldError: The file cannot be used like that; nothing was written.
    """
    progress.step("Reading")
    with read.opened(request.file or Path()) as table:
        measured = profile.measure(table, request.told(table.names), progress)
        if person is not None:
            request = _asked(measured, request, task, person)
        if task and not request.target:
            names = ", ".join(f"`{column.name}`" for column in propose.targets(measured, task)[:12])
            raise UsageError("Which column is to be predicted?", f"Add --target COLUMN; it could be {names or 'none'}.")
        propose.check_columns(measured, request)
        target = measured[request.target] if task else None
        if target is None:
            propose.check_size(measured, None)
        else:
            propose.check_target(measured, target, task, elsewhere)
            classes.check(target, request, task)
        propose.check_personal(measured, request)
        found: list[Finding] = []
        if target is not None:
            found = leaks.find(table.database, measured, target, propose.candidates(measured, request), progress)
        proposal = propose.propose(measured, request, task, found)
        progress.step("Copying")
        copy = place.prepare(table, proposal.dropped)
        yield Brought(proposal, copy, answers.of_table(proposal, copy))


def measured(request: Request, progress: Progress = silent) -> Profile:
    """The profile of a file, before anything is decided.

    Raises:
        ScaffoldError: It cannot be read as a table.
    """
    progress.step("Reading")
    with read.opened(request.file or Path()) as table:
        return profile.measure(table, request.told(table.names), progress)


def _asked(measured: Profile, request: Request, task: str, person: Person) -> Request:
    """The request with what a person answered to the questions that are open."""
    if task and not request.target:
        columns = propose.targets(measured, task)
        if columns:
            request = replace(request, target=_pick("Which column is to be predicted", columns, person))
    two = classes.of_two(measured.column(request.target), task)
    if two and not request.positive:
        table = Table(("class", "rows"), [(shown(text), f"{rows:,}") for text, rows in two])
        names = [text for text, _ in two]
        request = replace(request, positive=person.choose("Which class is looked for", table, names))
    dates = [column for column in measured.of_kind("datetime") if column.name and column.name not in request.drop]
    if len(dates) > 1 and not request.time:
        request = replace(request, time=_pick("Which date orders the rows in time", dates, person, none=True))
    people = list(dict.fromkeys(item.column for item in measured.findings if item.kind == "personal"))
    open_ones = [name for name in people if name not in request.drop]
    if open_ones and not request.keep_personal:
        said = "; ".join(item.message for item in measured.findings if item.column in open_ones)
        rows = [("leave out", "the copy in the project has none of these columns"), ("keep", "everybody in it agreed")]
        answer = person.choose(f"Personal data: {said}", Table(("", ""), rows), ["leave out", "keep"])
        request = replace(request, keep_personal=True) if answer == "keep" else _without(request, open_ones)
    return request


def _without(request: Request, names: Sequence[str]) -> Request:
    return replace(request, drop=(*request.drop, *names))


def _pick(question: str, columns: Sequence[Column], person: Person, *, none: bool = False) -> str:
    rows: list[tuple[str, str, str]] = [(column.name, column.kind, column.evidence) for column in columns]
    names = [column.name for column in columns]
    if none:
        rows.append((NO_COLUMN, "", "rows are not split in time"))
        names.append(NO_COLUMN)
    return person.choose(question, Table(("column", "kind", "why"), rows), names)
