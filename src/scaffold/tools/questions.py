"""Validation of answers that copier would accept wrongly, or refuse without naming the question."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from scaffold.errors import UsageError

SEE = "`scaffold show TEMPLATE` lists the questions and what they allow."
_BOOLEANS = {"true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "1", "0"}
_WHOLE = re.compile(r"\s*[-+]?\d+\s*")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")


def check_answers(answers: Mapping[str, Any], questions: Mapping[str, Mapping[str, Any]]) -> None:
    """Validate given answers, before anything is asked, written or run.

    Args:
        answers: Question → answer, as text or as a YAML file has it.
        questions: The template's questions as its copier.yml has them.

    Raises:
        UsageError: The template does not ask the question, or the answer is not of the question's type.
    """
    for key, value in answers.items():
        if key not in questions:
            near = difflib.get_close_matches(key, questions, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"It asks: {', '.join(questions)}."
            raise UsageError(f"The template asks no question `{key}`.", hint, code="answer-invalid")
        need = _misfit(value, questions[key])
        if need:
            shown = "" if questions[key].get("secret") else f", not `{value}`"
            raise UsageError(f"The answer to `{key}` must be {need}{shown}.", SEE, code="answer-invalid")


def unanswered(name: str) -> UsageError:
    """The error for a question that has no default, and no answer."""
    return UsageError(f"The question `{name}` has no default.", f"Answer it: -d {name}=VALUE", code="answer-invalid")


def _misfit(value: Any, question: Mapping[str, Any]) -> str:
    """What a wrong answer must be, in a few words; empty when it fits."""
    kind = question.get("type", type(question.get("default")).__name__)
    text = str(value)
    if question.get("multiselect"):
        return "" if isinstance(value, list) or text.strip().startswith("[") else "a list like [a, b]"
    if kind == "bool":
        # To copier, every other text is true: `docker=maybe` too.
        return "" if text.strip().lower() in _BOOLEANS else "true or false"
    if kind == "int":
        return "" if _WHOLE.fullmatch(text) else "a whole number"
    if kind == "float":
        return "" if _NUMBER.fullmatch(text) else "a number"
    return "text" if kind == "str" and isinstance(value, (list, dict)) else ""
