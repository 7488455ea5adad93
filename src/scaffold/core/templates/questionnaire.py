"""A template's questions, answered without asking: what was given, what is remembered, else the defaults.

The rules are Copier's (documentation, "Configuring a template", and `Question` in its `_user_data.py`). `asking.py` asks
a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from scaffold.core.templates.casting import CASTS, from_yaml, items, to_bool
from scaffold.core.templates.jinja import TooLargeError, UnsetError
from scaffold.errors import ScaffoldError, UsageError
from scaffold.tools.questions import unanswered

MISSING = object()
KEYS = {
    "type",
    "default",
    "help",
    "choices",
    "multiselect",
    "secret",
    "validator",
    "when",
    "ask",
    "multiline",
    "placeholder",
    "qmark",
}
"""What a question may say of itself that this module knows; the rest is Copier's."""


@dataclass
class Answers:
    """The answers of one rendering, by where they come from.

    Attributes:
        given: What the person said now.
        remembered: What the project's answers file says.
        defaults: The user's own defaults, which stand in for the template's.
        fixed: `_src_path` and `_commit`.
        as_recorded: Whether remembered answers hold whatever the questions say: the project was made with them.
        chosen: What each question came to.
        hidden: Questions that were not asked because their `when` is false.
        dropped: A remembered answer that the template no longer allows → why.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    remembered: dict[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    as_recorded: bool = False
    chosen: dict[str, Any] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    dropped: dict[str, str] = field(default_factory=dict)

    @property
    def combined(self) -> dict[str, Any]:
        """Question → answer: what was chosen first, then given, then remembered."""
        return {**self.defaults, **self.remembered, **self.fixed, **self.given, **self.chosen}

    def to_remember(self, questions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """What the project's answers file is to hold: no secrets."""
        combined = self.combined
        names = {key for key, details in questions.items() if not key.startswith("_") and not details.get("secret")}
        kept = {
            key: value
            for key, value in combined.items()
            if key in names and key not in self.hidden and _is_plain(value)
        }
        return {**{key: self.fixed[key] for key in ("_commit", "_src_path") if key in self.fixed}, **kept}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (dict, list, str, int, float, bool))


@dataclass(frozen=True)
class Question:
    """One question of a template, in the light of the answers so far.

    Attributes:
        name: The variable that it sets.
        details: What copier.yml says of it.
        context: The variables that its texts may use.
        environment: The template's Jinja.
    """

    name: str
    details: Mapping[str, Any]
    context: Mapping[str, Any]
    environment: SandboxedEnvironment

    def rendered(self, value: Any, more: Mapping[str, Any] | None = None) -> Any:
        """A value of copier.yml with its Jinja rendered; what is no text stays as it is."""
        if isinstance(value, list):
            return [self.rendered(item, more) for item in value]
        if not isinstance(value, str):
            return value
        return self.environment.from_string(value).render({**self.context, **(more or {})})

    def holds(self, key: str) -> bool:
        """Whether its `when` or `ask` is true."""
        return to_bool(self.rendered(self.details.get(key, True)))

    @property
    def is_asked(self) -> bool:
        """Whether a person is to be asked: its `when` and its `ask` are true."""
        return self.holds("ask") and self.holds("when")

    @property
    def is_multiline(self) -> bool:
        """Whether a typed answer may have several lines."""
        return to_bool(self.rendered(self.details.get("multiline", False)))

    @property
    def text(self) -> str:
        """The question in words: its help, else its name and what it takes."""
        words = " ".join(str(self.rendered(self.details.get("help", ""))).split())
        return words or (self.name if self.kind == "str" else f"{self.name} ({self.kind})")

    @property
    def kind(self) -> str:
        """Its type: what copier.yml says, else the type of its default."""
        declared = self.details.get("type", "")
        named = self.rendered(declared) if declared else type(self.details.get("default")).__name__
        if named in CASTS:
            return str(named)
        if declared:
            raise ValueError(f'Unsupported type "{named}" in question "{self.name}"')
        return "yaml"

    @property
    def is_secret(self) -> bool:
        """Whether its answer is shown and recorded nowhere."""
        return bool(self.details.get("secret"))

    @property
    def takes_several(self) -> bool:
        """Whether its answer is a list of some of its choices."""
        return bool(self.details.get("multiselect"))

    def cast(self, answer: Any) -> Any:
        """An answer as a value of the question's type. Raises ValueError when it is none."""
        kind = self.kind
        wrong = f'Invalid answer "{"***" if self.is_secret else answer}" to question "{self.name}" of type "{kind}"'
        if answer is None and kind not in ("json", "yaml"):
            raise ValueError(wrong)
        try:
            if self.takes_several and isinstance(answer, list):
                return [CASTS[kind](item) for item in answer]
            return CASTS[kind](answer)
        except (TypeError, AttributeError) as error:
            if kind in ("json", "yaml"):
                return answer
            raise ValueError(wrong) from error
        except ValueError as error:
            raise ValueError(wrong) if self.is_secret else error

    def parsed(self, answer: Any) -> Any:
        """An answer of the question's type, and one or some of its choices. Raises ValueError when it is not."""
        if not self.takes_several:
            return self._parsed(answer)
        try:
            chosen = [self._parsed(item) for item in items(answer)]
        except ValueError as error:
            raise ValueError(f"Invalid answer to question '{self.name}': {error}") from error
        return [value for _, value, _ in self.choices() if value in chosen]

    def _parsed(self, answer: Any) -> Any:
        value = self.cast(answer)
        choices = self.choices()
        if not choices:
            return value
        refused = ""
        for _, choice, disabled in choices:
            if value == choice:
                if not disabled:
                    return value
                refused = refused or disabled
        allowed = [choice for _, choice, disabled in choices if not disabled]
        shown = "it" if self.is_secret else repr(value)
        raise ValueError(f"Invalid choice for '{self.name}': {refused or f'{shown} is not in {allowed}'}")

    def choices(self) -> list[tuple[str, Any, str]]:
        """What can be chosen: the words for it, the value, and the reason why it cannot be chosen now."""
        choices = self.details.get("choices", [])
        if isinstance(choices, str):
            choices = from_yaml(self.rendered(choices))
        pairs = choices.items() if isinstance(choices, dict) else choices or ()
        found = []
        for choice in pairs:
            name, value, disabled = choice, choice, ""
            if isinstance(choice, (tuple, list)):
                name, value = choice
                if isinstance(value, dict):
                    disabled, value = self.rendered(value.get("validator", "")), value["value"]
            shown, value = str(self.rendered(name)), self.rendered(value)
            found.append((shown, self.cast(shown if value is None else value), disabled))
        return found

    def validate(self, answer: Any) -> None:
        """Raise ValueError with the template's own words when it does not take an answer."""
        validator = self.details.get("validator", "")
        if not validator:
            return
        try:
            refused = self.rendered(validator, {self.name: answer}).strip()
        except (TooLargeError, MemoryError):
            raise
        except Exception as error:  # a validator that cannot take the value refuses it, as Copier has it
            refused = str(error)
        if refused:
            raise ValueError(f"Validation error for question '{self.name}': {refused}")

    def refusal(self, typed: str | list[Any]) -> str:
        """What is wrong with an answer that a person typed or chose, in the template's words; empty for nothing."""
        try:
            self.validate(self.parsed(typed))
        except (ValueError, KeyError) as error:
            return str(error).removeprefix(f"Validation error for question '{self.name}': ")
        return ""

    def default(self, answers: Answers) -> Any:
        """What it is without an answer given now; MISSING when it has to be answered."""
        for source in (answers.given, answers.remembered, answers.defaults):
            if self.name in source:
                value = source[self.name]
                break
        else:
            unset = {"UNSET": StrictUndefined("UNSET", exc=UnsetError)}
            try:
                value = self.rendered(self.details.get("default", MISSING), unset)
            except UnsetError:
                return MISSING
            if value is MISSING:
                return MISSING
        value = self.parsed(value)
        if self.holds("when") and not self.is_secret:
            self.validate(value)
        return value


def answer(question: Question, answers: Answers) -> None:
    """Settle one question.

    Raises:
        ScaffoldError: a given answer does not fit, or one is needed and there is none.
    """
    name = question.name
    try:
        if name in answers.remembered and not fits(question, answers):
            if answers.as_recorded:
                answers.chosen[name] = answers.remembered[name]
                return
            del answers.remembered[name]
        asked, value = question.holds("ask"), MISSING
        if not question.holds("when"):
            answers.hidden.add(name)
            answers.remembered.pop(name, None)
            if question.default(answers) is MISSING:
                return
        if name in answers.given:
            value = question.parsed(answers.given[name])
            question.validate(value)
        elif name in answers.remembered and not asked:
            return
        else:
            value = question.default(answers)
        if value is not MISSING:
            answers.chosen[name] = value
        elif asked:
            raise unanswered(name)
    except (ValueError, KeyError) as error:
        raise UsageError(" ".join(str(error).split()).rstrip(".") + ".", _SEE, code="answer-invalid") from error
    except TemplateError as error:
        raise mistake(question, error) from error


def mistake(question: Question, error: TemplateError) -> ScaffoldError:
    """What to say of a question whose Jinja is wrong."""
    text = f"The question `{question.name}` has a mistake: {error}."
    return ScaffoldError(text, "Tell the template's authors.", code="template-invalid")


_SEE = "`scaffold show TEMPLATE` lists the questions and what they allow."


def fits(question: Question, answers: Answers) -> bool:
    """Whether this release takes the remembered answer; why it does not is noted."""
    try:
        question.validate(question.parsed(answers.remembered[question.name]))
    except Exception as error:  # whatever is wrong with it, the default is right
        if question.name not in answers.given:
            answers.dropped[question.name] = " ".join(str(error).split())
        return False
    return True
