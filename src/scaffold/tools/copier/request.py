"""What Copier is asked for, and what it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Request:
    """A template to render, and the answers to its questions.

    Attributes:
        address: The template's address as copier takes it and the project records it.
        ref: Tag, branch or commit; None for the newest release.
        repository: A repository that git reads instead of the address; None for the address itself.
        answers: Given answers; they are parsed and validated as typed ones are.
        remembered: Answers that the project has recorded; one that the template no longer asks for is dropped.
        defaults: The user's own defaults; they replace the template's.
        ask: Whether to prompt for what is not answered; otherwise defaults are taken.
        trust: Whether the template may run its own code.
        operation: What templates see as `_copier_operation`: `copy` for a new project, `update` for one that stands.
        run_tasks: Whether its tasks run after rendering.
        answers_file: The file that records the answers; empty for the template's own choice.
        secrets: The questions whose answers are shown nowhere.
    """

    address: str
    ref: str | None = None
    repository: Path | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    remembered: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    ask: bool = False
    trust: bool = False
    operation: Literal["copy", "update"] = "copy"
    run_tasks: bool = True
    answers_file: str = ""
    secrets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rendered:
    """The result of a rendering.

    Attributes:
        version: The template's tag or commit; empty for a template outside git.
        answers: Question → answer, as recorded in the project.
        questions: The template's questions as its copier.yml has them.
        skipped: Files that the template writes only where they are absent (`_skip_if_exists`).
        dropped: Remembered answers that this release does not take → why.
        notices: What the template says to the owner before and after an update.
        message: What it says to the owner of a new project (`_message_after_copy`).
        answers_file: The file that records the answers.
    """

    version: str
    answers: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]
    skipped: frozenset[str] = frozenset()
    dropped: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    message: str = ""
    answers_file: str = ".copier-answers.yml"
