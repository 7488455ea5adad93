"""One question at a time to a person at a terminal, through questionary.

Everything that is shown was escaped: a template's authors wrote it. A question, and what is wrong with an answer, is
shown whole and wrapped at the terminal's width.
"""

import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from scaffold.tools.terminal import BIDI_CONTROLS, escaped

if TYPE_CHECKING:
    from questionary import Question

_NO_DEFAULT = object()


def prepare() -> None:
    """Make prompt_toolkit, and so questionary and copier, safe and readable: to be called before anything is asked."""
    from prompt_toolkit.application import get_app
    from prompt_toolkit.filters import has_validation_error
    from prompt_toolkit.layout import ConditionalContainer, Dimension, FormattedTextControl, Window
    from prompt_toolkit.layout.screen import Char
    from prompt_toolkit.shortcuts import PromptSession
    from prompt_toolkit.widgets import toolbars

    # It writes out C0 and C1 in a question's texts, but not these.
    Char.display_mappings.update({char: escaped(char) for char in BIDI_CONTROLS})

    def refusal() -> str:
        error = get_app().current_buffer.validation_error
        return _wrapped(error.message) if error else ""

    class Wrapped(toolbars.ValidationToolbar):
        """Its own has one line, cut at the terminal's width."""

        def __init__(self, show_position: bool = False) -> None:
            super().__init__(show_position)
            control = FormattedTextControl(lambda: [("class:validation-toolbar", refusal())])
            window = Window(control, height=lambda: Dimension.exact(refusal().count("\n") + 1))
            self.container = ConditionalContainer(window, filter=has_validation_error)

    # `prompt_toolkit.shortcuts.prompt` is a function of the same name as its module.
    vars(sys.modules[PromptSession.__module__])["ValidationToolbar"] = Wrapped


def text(question: str, default: str | None, check: Callable[[str], str], *, multiline: bool = False) -> str:
    """Ask for a text.

    Args:
        question: The question.
        default: What stands there to be accepted or edited; None for nothing.
        check: What is wrong with an answer; empty for nothing.
        multiline: Whether the answer may have several lines.

    Raises:
        KeyboardInterrupt: The person left the question.
    """
    import questionary

    def valid(answer: str) -> str | bool:
        return check(answer) or True

    enter = "type an answer" if default is None else "Enter accepts" if default else "Enter leaves it empty"
    message = _wrapped(f"{question} ({'Alt+Enter ends it' if multiline else enter})") + "\n "
    prompt = questionary.text(message, default or "", valid, qmark="", multiline=multiline, instruction="")
    return str(_ask(prompt))


def secret(question: str, check: Callable[[str], str], enter: str) -> str:
    """Ask for a text that is not shown. Returns the empty text where the person only pressed Enter.

    Args:
        question: The question.
        check: What is wrong with an answer; empty for nothing.
        enter: What Enter alone does, since a default is not shown either; empty where an answer has to be typed.

    Raises:
        KeyboardInterrupt: The person left the question.
    """
    import questionary

    def valid(answer: str) -> str | bool:
        return True if enter and not answer else check(answer) or True

    message = _wrapped(f"{question} (not shown{enter and f'; {enter}'})") + "\n "
    return str(_ask(questionary.password(message, "", valid, qmark="")))


def several(
    question: str, choices: Sequence[tuple[str, Any, str]], chosen: Sequence[Any], check: Callable[[list[Any]], str]
) -> list[Any]:
    """Ask for some of several values, by their numbers.

    Args:
        question: The question.
        choices: What is shown for each, its value, and why it cannot be chosen now (empty: it can).
        chosen: The values that Enter accepts.
        check: What is wrong with a list of values; empty for nothing.

    Raises:
        KeyboardInterrupt: The person left the question.
    """
    import questionary

    def values(typed: str) -> list[Any]:
        numbers = [int(word) for word in typed.replace(",", " ").split()]
        refused = [number for number in numbers if not 1 <= number <= len(choices) or choices[number - 1][2]]
        if refused:
            raise ValueError
        return [choices[number - 1][1] for number in numbers]

    def valid(typed: str) -> str | bool:
        try:
            return check(values(typed)) or True
        except ValueError:
            return "Type numbers of the list, separated by commas."

    lines = [f"{at} {shown}{f' ({why})' if why else ''}" for at, (shown, _, why) in enumerate(choices, start=1)]
    how = "numbers separated by commas; Enter accepts" + ("" if chosen else " none")
    message = "\n ".join([_wrapped(f"{question} ({how})"), *(f"  {_wrapped(line)}" for line in lines), ""])
    shown = ", ".join(str(at) for at, (_, value, why) in enumerate(choices, start=1) if value in chosen and not why)
    return values(str(_ask(questionary.text(message, shown, valid, qmark="", instruction=""))))


def choice(question: str, choices: Sequence[tuple[str, Any, str]], default: Any = _NO_DEFAULT) -> Any:
    """Ask for one of several values.

    Args:
        question: The question.
        choices: What is shown for each, its value, and why it cannot be chosen now (empty: it can).
        default: The value that Enter accepts.

    Raises:
        KeyboardInterrupt: The person left the question.
    """
    import questionary

    items = [questionary.Choice(escaped(shown), value, disabled=escaped(why) or None) for shown, value, why in choices]
    first = next((item for item in items if item.value == default and not item.disabled), None)
    how = "\n (Enter accepts; arrow keys move)"
    return _ask(questionary.select(_wrapped(question), items, default=first, instruction=how, qmark=""))


def yes_or_no(question: str, *, default: bool) -> bool:
    """Ask whether. Raises KeyboardInterrupt when the person left the question."""
    import questionary

    how = "(Enter accepts yes) [Y/n]" if default else "(Enter accepts no) [y/N]"
    return bool(_ask(questionary.confirm(_wrapped(f"{question} {how}"), default=default, instruction="", qmark="")))


def _ask(question: "Question") -> Any:
    try:
        return question.unsafe_ask()
    except EOFError as error:  # Ctrl-D
        raise KeyboardInterrupt from error


def _wrapped(message: str) -> str:
    """A text on as many lines as it needs: prompt_toolkit cuts some of what it shows at the terminal's width."""
    lines = textwrap.wrap(" ".join(escaped(message).split()), shutil.get_terminal_size().columns - 4)
    return "\n ".join(lines)
