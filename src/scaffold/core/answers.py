"""Answers given on the command line: `-d KEY=VALUE` and answers files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scaffold.core import yaml_text
from scaffold.errors import UsageError


def parse_pair(pair: str, example: str = "-d license=MIT") -> tuple[str, str]:
    """Read one `KEY=VALUE`; the value stays text, and copier casts it to the question's type.

    Only the question has a type: `3.10` may be a version, and `no` a name.

    Raises:
        UsageError: There is no `=`, or no key before it.
    """
    key, separator, text = pair.partition("=")
    key = key.strip()
    if not separator or not key:
        raise UsageError(f"`{pair}` is not KEY=VALUE.", f"For example: {example}", code="answer-invalid")
    return key, text


def read_answers_file(path: Path) -> dict[str, Any]:
    """Read a YAML file of answers; keys that start with `_` (as in `.copier-answers.yml`) are copier's and left out.

    Raises:
        UsageError: The file is missing, not YAML, or not a mapping.
    """
    try:
        loaded = yaml_text.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The answers file {path} cannot be read: {error.strerror}.", code="answer-invalid") from error
    except ValueError as error:  # also where it is no UTF-8
        reason = f": {error}" if isinstance(error, yaml_text.NotYamlError) else ""
        raise UsageError(f"The answers file {path} is not valid YAML{reason}.", code="answer-invalid") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise UsageError(f"The answers file {path} must hold `question: answer` lines.", code="answer-invalid")
    return {str(key): value for key, value in loaded.items() if not str(key).startswith("_")}


def gather(file: Path | None, pairs: Sequence[str], example: str = "-d license=MIT") -> dict[str, Any]:
    """All given answers. A pair overrides the file, and a later pair an earlier one. Raises UsageError."""
    answers = read_answers_file(file) if file else {}
    return answers | dict(parse_pair(pair, example) for pair in pairs)
