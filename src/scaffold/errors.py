"""What a person is told when something went wrong: one sentence, the command to run next, an exit code and a code."""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process ends with (docs/scripting.md)."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BUG = 3
    PARTLY_DONE = 4
    INTERRUPTED = 130


CODES = {
    "already-linked": "The repository is linked to a template already.",
    "answer-invalid": "An answer does not fit its question, or the template asks no such question.",
    "bug": "scaffold itself failed; the hint names the log to report.",
    "busy": "Another scaffold or git is at work on the same project or class.",
    "catalog-invalid": "A catalog cannot be registered, or the list of catalogs is damaged.",
    "config-invalid": "A template.toml, class.toml, assignment.toml or settings.toml is not valid.",
    "data-unusable": "A file of the owner's data cannot be read, or cannot be used as asked.",
    "destination-in-use": "Something is in the way of the file or folder to be written.",
    "disk-full": "The disk is full.",
    "failed": "Anything else that the user can fix.",
    "git-failed": "A git command failed, or git is missing or too old.",
    "interrupted": "The user interrupted the command.",
    "no-such-catalog": "There is no catalog of this name.",
    "no-such-folder": "There is no such folder.",
    "no-such-release": "The template has no such release, or none at all.",
    "no-such-template": "There is no template of this name, path or URL.",
    "not-a-project": "The folder is no project that was made from a template, or its answers are unreadable.",
    "not-in-git": "The folder is in no git repository, or has no commit.",
    "nothing-to-abort": "No update is unfinished.",
    "personal-data": "A file holds personal data, and neither --drop nor --keep-personal was given.",
    "permission-denied": "A file or folder cannot be written.",
    "program-missing": "A program that scaffold starts is not installed.",
    "project-runs-programs": "A project's own git configuration names programs, and they are not run here.",
    "release-damaged": "A template's bundle of releases is damaged or missing.",
    "repository-of-another": "The repository belongs to another user, and git was not told to trust it.",
    "secret-in-url": "A URL holds a password or token.",
    "several-templates": "The project is made from several templates, and none of their answers files was named.",
    "template-invalid": "A template's sources or its copier.yml are not valid.",
    "template-runs-code": "A template wants to run code of its own, and --trust was not given.",
    "template-unreadable": "A template could not be fetched.",
    "uncommitted-changes": "The project has changes that are not committed.",
    "update-unfinished": "An earlier update of the project is not finished.",
    "usage": "The command line is wrong, or an answer is missing where nothing can prompt.",
}
"""Every code that an error can carry in JSON, and when. A code never changes its meaning (docs/scripting.md)."""


class ScaffoldError(Exception):
    """Something that the user can fix.

    Attributes:
        message: One plain sentence.
        hint: The next command or step; empty for none.
        code: What went wrong, for scripts: one of `CODES`.
        exit_code: What the process ends with.
    """

    code: str = "failed"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "", *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.code


class UsageError(ScaffoldError):
    """The command line itself is wrong: an unknown option, an answer missing where nothing can prompt."""

    code = "usage"
    exit_code = ExitCode.USAGE


class NotComparedError(ScaffoldError):
    """A command whose exit code 1 is an answer (`update --check`, `diff --exit-code`) could not find the answer."""

    exit_code = ExitCode.PARTLY_DONE

    def __init__(self, error: ScaffoldError) -> None:
        super().__init__(error.message, error.hint, code=error.code)


class DataError(ScaffoldError):
    """A file of the owner's data cannot be read, or cannot be used as asked."""

    code = "data-unusable"


class BugError(ScaffoldError):
    """scaffold itself failed; the hint names the log to report."""

    code = "bug"
    exit_code = ExitCode.BUG


class InterruptedByUserError(ScaffoldError):
    """The user interrupted the command."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED
