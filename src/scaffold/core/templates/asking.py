"""Asking a person a template's questions, numbered: first those that its authors chose, then the others if wanted.

Only ordinary questions (`copier_yml.has_ordinary_questions`) are asked here. Copier asks all others itself: those of
templates that it alone can read (`!include`, Jinja extensions).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml
from jinja2 import TemplateError

from scaffold.core.templates import jinja
from scaffold.core.templates.engine import Job
from scaffold.core.templates.questionnaire import MISSING, Answers, Question, answer, fits, mistake
from scaffold.errors import UsageError
from scaffold.tools import prompts


_NOTHING = "Enter leaves it empty"


@dataclass(frozen=True)
class Asking:
    """What is asked.

    Attributes:
        job: The template.
        known: What is known beforehand.
        first: The questions that everybody is asked; empty for all.
        before: How many questions the person has answered already: numbering goes on.
    """

    job: Job
    known: Answers
    first: Collection[str] = ()
    before: int = 0

    def ask(self) -> dict[str, Any]:
        """Ask what is open. Returns question → answer, for those that the person was asked.

        Raises:
            ScaffoldError: The template has a mistake, or a given answer does not fit.
            NotOrdinaryError: A question needs what only Copier knows; usually raised before anything is asked.
            KeyboardInterrupt: The person left the questions.
        """
        prompts.prepare()
        typed: dict[str, Any] = {}
        names = set(self.job.config.questions)
        # A project that is updated has settled what is not new: the few new questions are all asked.
        first = names & set(self.first) if self.first and not self.known.remembered else names
        self._round(first, typed, self.before)
        others = [question for question, _ in self._open(names - first, typed)]
        if others and prompts.yes_or_no(_offer(others), default=False):
            self._round(names - first, typed, 0)
        return typed

    def _round(self, names: Collection[str], typed: dict[str, Any], before: int) -> None:
        """Ask the questions that are open, one after the other: an answer may open or close later ones."""
        asked = before
        while left := list(self._open(names, typed)):
            asked += 1
            question, default = left[0]
            try:
                typed[question.name] = _ask(question, default, f"{asked} of {asked + len(left) - 1}")
            except TemplateError as error:
                raise mistake(question, error) from error

    def _open(self, names: Collection[str], typed: Mapping[str, Any]) -> Iterator[tuple[Question, Any]]:
        """The questions among `names` that nobody has answered yet, with their defaults."""
        given = {**self.known.given, **typed}
        answers = replace(self.known, given=given, remembered=dict(self.known.remembered), chosen={}, hidden=set())
        with jinja.limited():
            for name, details in self.job.config.questions.items():
                question = Question(name, details, self.job.context(answers), self.job.environment)
                if name in answers.remembered and not fits(question, answers):
                    del answers.remembered[name]
                try:
                    if name in names and name not in {*given, *answers.remembered} and question.is_asked:
                        yield question, _default(question, answers)
                except TemplateError as error:
                    raise mistake(question, error) from error
                try:
                    answer(question, answers)
                except UsageError:  # a default that is missing or does not fit: the person is asked
                    if name in given:
                        raise


def _default(question: Question, answers: Answers) -> Any:
    """The default that can be accepted; MISSING when there is none, or it does not fit."""
    try:
        return question.default(answers)
    except (ValueError, KeyError):
        return MISSING


def _ask(question: Question, default: Any, number: str) -> Any:
    """Ask one question. Returns an answer of its type that its validator takes."""
    text = f"{number}  {question.text}"
    if question.kind == "bool" and not question.details.get("choices"):
        return prompts.yes_or_no(text, default=default is not MISSING and bool(default))
    if question.takes_several:
        chosen = [] if default is MISSING else default
        return question.parsed(prompts.several(text, question.choices(), chosen, question.refusal))
    if question.details.get("choices"):
        return question.parsed(prompts.choice(text, question.choices(), default))
    if question.is_secret:
        accepts = "" if default is MISSING else _NOTHING if default in ("", None) else "Enter accepts the default"
        typed = prompts.secret(text, question.refusal, accepts)
        return question.parsed(typed) if typed or default is MISSING else default
    shown = None if default is MISSING else _shown(question, default)
    return question.parsed(prompts.text(text, shown, question.refusal, multiline=question.is_multiline))


def _shown(question: Question, default: Any) -> str:
    """A default as it would be typed."""
    if default is None:
        return ""
    if question.kind == "json":
        return json.dumps(default, indent=2 if question.is_multiline else None)
    if question.kind == "yaml":
        flow = not question.is_multiline
        return str(yaml.safe_dump(default, default_flow_style=flow, width=2**31 - 1)).strip().removesuffix("\n...")
    return str(default)


def _offer(others: Sequence[Question]) -> str:
    names = ", ".join(question.name for question in others)
    return f"Change any of the other {len(others)} answers ({names})?" if len(others) > 1 else f"Change {names}, too?"
