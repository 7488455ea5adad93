"""`scaffold class …`: the commands for teachers."""

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from scaffold.cli.classroom import grading, handout, reports, setup
from scaffold.cli.common import command
from scaffold.core.outcome import Outcome
from scaffold.errors import ScaffoldError


def app() -> typer.Typer:
    """The command group `class`; the order here is the order in `scaffold class --help`."""
    group = typer.Typer(help="Hand assignments out to a class, fix them later, grade them.", no_args_is_help=True)
    command(group, "init", "class init")(setup.init)
    group.add_typer(_roster(), name="roster")
    _command(group, "rehearse")(grading.rehearse)
    _command(group, "handout")(handout.handout)
    _command(group, "update")(handout.update)
    _command(group, "collect")(grading.collect)
    _command(group, "similarity")(reports.similarity)
    _command(group, "grade")(grading.grade)
    _command(group, "feedback")(reports.feedback)
    _command(group, "status")(handout.status)
    _command(group, "access")(handout.access)
    _command(group, "resume")(handout.resume)
    _command(group, "page")(reports.page)
    _command(group, "export")(reports.export)
    _command(group, "import")(setup.import_)
    _command(group, "backup")(setup.backup)
    command(group, "restore", "class restore")(setup.restore)
    command(group, "forget", "class forget")(setup.forget)
    return group


def _roster() -> typer.Typer:
    group = typer.Typer(help="The students of the class.", no_args_is_help=True)
    command(group, "check", "class roster check")(setup.roster_check)
    command(group, "diff", "class roster diff")(setup.roster_diff)
    command(group, "rename", "class roster rename")(setup.roster_rename)
    return group


def _command(group: typer.Typer, name: str) -> Callable[[Callable[..., Outcome]], None]:
    """Register a command of a class, which also names people whose work is in the store but not in the roster."""

    def register(function: Callable[..., Outcome]) -> None:
        @functools.wraps(function)
        def run(*args: Any, folder: Path, **kwargs: Any) -> Outcome:
            from scaffold.commands.classroom import roster

            outcome = function(*args, folder=folder, **kwargs)
            try:
                strangers = roster.strangers(folder)
            except ScaffoldError:  # the command said what is wrong with the class, or did not need it
                return outcome
            return replace(outcome, warnings=[*outcome.warnings, *strangers])

        command(group, name, f"class {name}")(run)

    return register
