"""`scaffold list`, `show` and `new`."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli.common import Answer, command, template_names
from scaffold.cli.data import Missing, person, require_file, takes_data
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Outcome, Table
from scaffold.errors import UsageError

Trust = Annotated[bool, typer.Option("--trust", help="Let the template run its own code.")]
Ref = Annotated[str | None, typer.Option("--ref", metavar="VERSION", help="A release; the newest when left out.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`, in the order of help."""
    command(app, "list")(list_)
    command(app, "show")(show)
    command(app, "profile")(profile)
    command(app, "new")(new)


def list_() -> Outcome:
    """List the templates that can be used.

    Example: scaffold list
    """
    from scaffold.commands import listing

    return listing.list_templates()


def show(
    template: Annotated[str, typer.Argument(help="A template.", autocompletion=template_names)],
    ref: Ref = None,
    answer: Answer = None,
    trust: Trust = False,
) -> Outcome:
    """Show what a template makes: questions, files, skills, time and disk space.

    Example: scaffold show ml-tabular
    """
    from scaffold.commands import show as show_command
    from scaffold.core import answers

    with console.progress() as progress:
        progress.step("Reading")
        return show_command.show_template(template, ref, answers.gather(None, answer or []), trust=trust)


def profile(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON lines, Parquet or Excel.")],
    target: Annotated[str, typer.Option("--target", metavar="COLUMN", help="Look for columns that give it away.")] = "",
    missing: Missing = None,
) -> Outcome:
    """Tell what a table holds: kinds of columns, missing values, leaks, personal data.

    Example: scaffold profile houses.csv --target price
    """
    from scaffold.commands import profile as profile_command

    with console.progress() as progress:
        return profile_command.profile_file(file, target, missing or [], progress)


@takes_data
def new(
    template: Annotated[
        str | None,
        typer.Argument(
            help="A name, CATALOG/NAME, a path or a git URL; chosen from a list when left out.",
            autocompletion=template_names,
        ),
    ] = None,
    dest: Annotated[
        Path | None,
        typer.Argument(help="The folder to make, or a repository to start in; named like the template when left out."),
    ] = None,
    ref: Ref = None,
    answer: Answer = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="A YAML file of answers.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the defaults for questions that are not answered.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files with their sizes; write nothing.")] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no repository and no commit.")] = False,
    no_install: Annotated[bool, typer.Option("--no-install", help="Make no lock file, environment or hooks.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Run `make all` in it afterwards.")] = False,
    remote: Annotated[str, typer.Option("--remote", metavar="URL", help="The remote `origin`.")] = "",
    push: Annotated[bool, typer.Option("--push", help="Push the first commit to it.")] = False,
    trust: Trust = False,
    answers_file: Annotated[
        str | None,
        typer.Option(
            "--answers-file", "-a", metavar="NAME", help="The answers file, for a second template in a project."
        ),
    ] = None,
    own_data: Request | None = None,
) -> Outcome:
    """Make a repository from a template.

    Examples:
        scaffold new                              choose from the list

        scaffold new ml-tabular bikes             ask the questions

        scaffold new ml-tabular bikes -y --run    take the defaults, train, test

        scaffold new ml-tabular houses --data houses.csv --target price

        scaffold new ml-tabular .                 in a repository that you cloned

        scaffold new ml-tabular -d ci=gitlab -d docker=false -y
    """
    from scaffold.commands import new as new_command
    from scaffold.core import answers as given

    require_file(own_data)
    ask = not yes and console.can_ask()
    if not yes and not ask:
        raise UsageError(
            "There is no terminal to ask the questions on.", "Add -y to take the defaults, and -d KEY=VALUE to answer."
        )
    options = new_command.NewOptions(
        template=template or _choose(),
        dest=dest,
        ref=ref,
        answers=given.gather(answers, answer or []),
        ask=ask,
        trust=trust,
        use_git=not no_git,
        install=not no_install,
        run=run,
        remote=remote,
        push=push,
        data=own_data,
        person=person() if ask else None,
        answers_file=answers_file,
    )
    if ask:
        return (new_command.preview if dry_run else new_command.create)(options)
    with console.progress() as progress:
        return (new_command.preview if dry_run else new_command.create)(options, progress)


def _choose() -> str:
    from scaffold.core.templates import catalog

    offered = catalog.built_in()
    if not console.can_ask():
        raise UsageError("Which template?", "For example: scaffold new ml-tabular -y; `scaffold list` shows them all.")
    rows = [(entry.manifest.stage if entry.manifest else "", entry.title, entry.name) for entry in offered]
    return console.choose(
        "Which one", Table(("stage", "what it makes", "template"), rows), [entry.name for entry in offered]
    )
