"""`scaffold update`, `set`, `diff`, `status` and `adopt`."""

from pathlib import Path
from typing import Annotated

import typer

from scaffold import console
from scaffold.cli import completion
from scaffold.cli.common import Answer, command, template_names
from scaffold.cli.data import takes_data
from scaffold.core.dataset.request import Request
from scaffold.core.outcome import Outcome
from scaffold.errors import UsageError

Folder = Annotated[
    Path, typer.Option("--project", "-C", metavar="PATH", help="The project; the current folder when left out.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing. With -v, show the patch, too.")]
Autostash = Annotated[bool, typer.Option("--autostash", help="Stash uncommitted work and restore it afterwards.")]
NoCommit = Annotated[bool, typer.Option("--no-commit", help="Leave a clean result staged, without a commit.")]
AnswersFile = Annotated[
    str | None,
    typer.Option("--answers-file", "-a", metavar="NAME", help="The answers file, in a project of several templates."),
]
Trust = Annotated[bool, typer.Option("--trust", help="Let the template run its own code.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`, in the order of help."""
    command(app, "update")(update)
    command(app, "set")(set_)
    command(app, "diff")(diff)
    command(app, "status")(status)
    command(app, "adopt")(adopt)


def update(
    paths: Annotated[list[Path] | None, typer.Argument(help="Projects; the current folder when left out.")] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="A release; the newest when left out.")
    ] = None,
    all_below: Annotated[
        Path | None, typer.Option("--all", metavar="FOLDER", help="Update every project below a folder.")
    ] = None,
    moved_to: Annotated[
        str | None,
        typer.Option(
            "--source",
            metavar="TEMPLATE",
            help="Where the template is now, when it moved.",
            autocompletion=template_names,
        ),
    ] = None,
    answer: Answer = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the defaults for new questions.")] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Only check for a newer release: exit code 0 for none, 1 for one, 4 for a failure."
        ),
    ] = False,
    dry_run: DryRun = False,
    abort: Annotated[bool, typer.Option("--abort", help="Undo an unfinished update.")] = False,
    answers_file: AnswersFile = None,
    autostash: Autostash = False,
    no_commit: NoCommit = False,
    trust: Trust = False,
) -> Outcome:
    """Merge in the template's newer release; your changes stay.

    Examples:
        scaffold update --dry-run      what would happen

        scaffold update                one commit; git revert undoes it

        scaffold update --all ~/work   every project below a folder
    """
    folders = _folders(paths, all_below)
    many = len(folders) != 1 or all_below is not None
    if moved_to and (many or check or abort):
        raise UsageError("--source takes one project to update.", "Name it: scaffold update --source TEMPLATE PATH")
    if (abort or check) and (to or answer or (dry_run and abort)):
        raise UsageError(
            f"{'--abort' if abort else '--check'} takes no --to, -d or --dry-run.", "Leave one of them out."
        )
    if check:
        from scaffold.commands import update_check

        return update_check.check_all(folders) if many else update_check.check(folders[0], answers_file)
    from scaffold.commands import update as command_
    from scaffold.core import answers

    if abort and many:
        raise UsageError("--abort takes one project.", "Name it: scaffold update --abort PATH")
    if abort:
        return command_.abort(folders[0])
    options = command_.UpdateOptions(
        to=to,
        given=answers.gather(None, answer or []),
        ask=not yes and not many and console.can_ask(),
        dry_run=dry_run,
        diff=console.style.verbose,
        autostash=autostash,
        commit=not no_commit,
        trust=trust,
        source=moved_to,
        answers_file=answers_file,
    )
    if options.ask:
        return command_.update(folders[0], options)
    with console.progress() as progress:
        if many:
            return command_.update_all(folders, options, progress, found=all_below is not None)
        return command_.update(folders[0], options, progress)


def _folders(paths: list[Path] | None, all_below: Path | None) -> list[Path]:
    from scaffold.core.project import find_projects

    if all_below is None:
        return paths or [Path()]
    found = find_projects(all_below)
    if not found:
        raise UsageError(f"There is no project below {all_below}.", "Projects are folders with a .copier-answers.yml.")
    return [*(paths or []), *found]


@takes_data
def set_(
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE…", help="Answers to change.", autocompletion=completion.answers),
    ] = None,
    folder: Folder = Path(),
    dry_run: DryRun = False,
    autostash: Autostash = False,
    no_commit: NoCommit = False,
    trust: Trust = False,
    answers_file: AnswersFile = None,
    own_data: Request | None = None,
) -> Outcome:
    """Change answers, for example to add Docker, or bring your own data.

    Examples:
        scaffold set docker=true ci=gitlab

        scaffold set --data houses.csv --target price

        scaffold set --data photos/
    """
    from scaffold.commands import update as command_
    from scaffold.core import answers

    if not pairs and own_data is None:
        raise UsageError("Nothing was said to change.", "For example: scaffold set docker=true")
    options = command_.UpdateOptions(
        given=answers.gather(None, pairs or [], example="scaffold set license=MIT"),
        data=own_data,
        dry_run=dry_run,
        diff=console.style.verbose,
        autostash=autostash,
        commit=not no_commit,
        trust=trust,
        same_release=True,
        answers_file=answers_file,
    )
    with console.progress() as progress:
        return command_.update(folder, options, progress)


def diff(
    folder: Annotated[Path, typer.Argument(help="The project.")] = Path(),
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when something differs.")] = False,
    answers_file: AnswersFile = None,
    trust: Trust = False,
) -> Outcome:
    """Show what you changed in the template's files.

    Example: scaffold diff
    """
    from scaffold.commands import diff as command_

    return command_.diff(folder, answers_file, exit_code=exit_code, trust=trust)


def status(
    paths: Annotated[list[Path] | None, typer.Argument(help="Projects; the current folder when left out.")] = None,
    trust: Trust = False,
) -> Outcome:
    """Show the state of projects: release, newest release, files you changed, conflicts left.

    Example: scaffold status ~/work/*
    """
    from scaffold.commands import status as command_

    return command_.status(paths or [Path()], trust=trust)


def adopt(
    path: Annotated[Path, typer.Argument(help="The repository.")],
    template: Annotated[
        str, typer.Argument(help="A name, CATALOG/NAME, a path or a git URL.", autocompletion=template_names)
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="VERSION", help="A release; the nearest when left out.")
    ] = None,
    answer: Answer = None,
    answers: Annotated[Path | None, typer.Option("--answers", metavar="FILE", help="A YAML file of answers.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Bring the template's files that are missing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what differs; write nothing.")] = False,
    trust: Trust = False,
    answers_file: AnswersFile = None,
) -> Outcome:
    """Link an existing repository to a template, so that it can be updated.

    Finds the nearest release and writes .copier-answers.yml, for you to commit.

    Example: scaffold adopt . ml-tabular
    """
    from scaffold.commands import adopt as command_
    from scaffold.core import answers as given

    options = command_.AdoptOptions(
        template, to, given.gather(answers, answer or []), dry_run, trust, complete, answers_file
    )
    with console.progress() as progress:
        return command_.adopt(path, options, progress)
