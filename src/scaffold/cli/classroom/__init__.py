"""`scaffold class …`: the commands for teachers."""

import typer

from scaffold.cli.classroom import grading, handout, reports, setup
from scaffold.cli.common import command


def app() -> typer.Typer:
    """The command group `class`; the order here is the order in `scaffold class --help`."""
    group = typer.Typer(help="Hand assignments out to a class, fix them later, grade them.", no_args_is_help=True)
    command(group, "init", "class init")(setup.init)
    group.add_typer(_roster(), name="roster")
    command(group, "rehearse", "class rehearse")(grading.rehearse)
    command(group, "handout", "class handout")(handout.handout)
    command(group, "update", "class update")(handout.update)
    command(group, "collect", "class collect")(grading.collect)
    command(group, "similarity", "class similarity")(reports.similarity)
    command(group, "grade", "class grade")(grading.grade)
    command(group, "feedback", "class feedback")(reports.feedback)
    command(group, "status", "class status")(handout.status)
    command(group, "access", "class access")(handout.access)
    command(group, "resume", "class resume")(handout.resume)
    command(group, "page", "class page")(reports.page)
    command(group, "export", "class export")(reports.export)
    command(group, "import", "class import")(setup.import_)
    command(group, "backup", "class backup")(setup.backup)
    command(group, "restore", "class restore")(setup.restore)
    command(group, "forget", "class forget")(setup.forget)
    return group


def _roster() -> typer.Typer:
    group = typer.Typer(help="The students of the class.", no_args_is_help=True)
    command(group, "check", "class roster check")(setup.roster_check)
    return group
