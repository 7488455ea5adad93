"""What a person may be told went wrong: one sentence, and the command to run next."""

from typing import ClassVar


class ScaffoldError(Exception):
    """Something that the user can fix.

    Attributes:
        message: one plain sentence.
        hint: the next command or step; empty when there is none.
        exit_code: what the process ends with (DESIGN §5).
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ScaffoldError):
    """The command line itself is wrong: an unknown option, an answer missing where nothing can prompt."""

    exit_code = 2


class PartlyDoneError(ScaffoldError):
    """The work stands, but a later step of it did not: conflicts, or a push that was refused."""

    exit_code = 4
