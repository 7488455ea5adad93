"""Which class of a target is looked for, where there are two."""

from scaffold.core.dataset.model import Column, shown
from scaffold.core.dataset.request import Request
from scaffold.errors import UsageError

CLASSIFICATION = "classification"
QUESTION = "positive_class"
"""The question of a template that predicts classes; without an answer it looks for the rarer one."""
RARE = 20
"""A class with fewer rows may be merged with others, or left out, so that two remain."""


def of_two(target: Column | None, task: str) -> list[tuple[str, int]]:
    """Two classes with their rows, the rarer one first; empty where there are not two."""
    if target is None or task != CLASSIFICATION or len(target.counts) != 2:
        return []
    often, seldom = target.counts
    is_tie = often[1] == seldom[1]
    # Of two equals, the second of a usual pair is the event: yes, true, 1.
    return [often, seldom] if is_tie and target.values[1:2] == (often[0],) else [seldom, often]


def check(target: Column, request: Request, task: str) -> None:
    """Whether the class that is looked for is one of two.

    Raises:
        UsageError: It is not.
    """
    if not request.positive:
        return
    names = [text for text, _ in target.counts]
    if task != CLASSIFICATION or sum(rows >= RARE for _, rows in target.counts) > 2:
        raise UsageError(f"`{target.name}` has not two classes, of which one is looked for.", "Leave out --positive.")
    if request.positive not in names:
        classes = ", ".join(f"`{shown(name)}`" for name in names)
        raise UsageError(f"`{target.name}` has no class `{request.positive}` (--positive).", f"Its classes: {classes}")


def said(target: Column | None, task: str, positive: str) -> str:
    """The sentence that says which class is looked for, and how many rows each has; empty where there are not two."""
    classes = of_two(target, task)
    if not classes:
        return ""
    (rarer, few), (other, many) = classes
    counted = f"`{shown(other)}` in {many:,} rows, `{shown(rarer)}` in {few:,}"
    why = "" if positive not in ("", rarer) else ", the rarer one" if few < many else ""
    return f"Two classes: {counted}. The one that is looked for is `{shown(positive or rarer)}`{why}."
