"""The flags that say which data a project works on: `scaffold new` and `scaffold set` have the same ones."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scaffold import console
from scaffold.core.outcome import Outcome
from scaffold.errors import UsageError

if TYPE_CHECKING:
    from scaffold.core.dataset.bring import Person
    from scaffold.core.dataset.request import Request

PARAMETER = "own_data"
"""The parameter of a command that gets what the flags say together."""


def _option(flag: str, metavar: str | None, text: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=text, rich_help_panel="Your own data")


_MISSING = _option("--missing", "[COLUMN=]VALUE", "What means that there is no value, such as 999; repeatable.")
Missing = Annotated[list[str] | None, _MISSING]

_FLAGS: dict[str, tuple[Any, Any, Any]] = {
    "file": (
        Path | None,
        None,
        _option(
            "--data",
            "FILE",
            "Your own table (CSV, JSON lines, Parquet, Excel), or folder of pictures or documents.",
        ),
    ),
    "target": (str, "", _option("--target", "COLUMN", "The column to predict.")),
    "positive": (str, "", _option("--positive", "CLASS", "Of two classes, the one that is looked for.")),
    "time": (str, "", _option("--time", "COLUMN", "Split in time by this column; `none` for a random split.")),
    "group": (str, "", _option("--group", "COLUMN", "Rows with one value here stay on one side of the split.")),
    "drop": (list[str] | None, None, _option("--drop", "COLUMN", "Leave a column out of the project; repeatable.")),
    "keep": (list[str] | None, None, _option("--keep", "COLUMN", "Use a column all the same; repeatable.")),
    "missing": (list[str] | None, None, _MISSING),
    "keep_personal": (bool, False, _option("--keep-personal", None, "Personal data may come into the project.")),
}


def takes_data(function: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Give a command the flags about data; it gets them as one `Request`, or None, in its parameter `own_data`."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Outcome:
        said = {name: kwargs.pop(name) for name in _FLAGS}
        return function(*args, **kwargs, **{PARAMETER: _request(said)})

    own = inspect.signature(function, eval_str=True).parameters.values()
    flags = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        for name, (kind, default, option) in _FLAGS.items()
    ]
    vars(run)["__signature__"] = inspect.Signature([*(item for item in own if item.name != PARAMETER), *flags])
    return run


def _request(said: dict[str, Any]) -> "Request | None":
    """What the flags say together; None when none of them was given."""
    if not any(said.values()):
        return None
    from scaffold.core.dataset.request import Request

    lists = {name: tuple(value or ()) for name, value in said.items() if name in ("drop", "keep", "missing")}
    file = said["file"].expanduser() if said["file"] else None
    return Request(**{**said, **lists, "file": file})


def require_file(request: "Request | None") -> None:
    """Refuse flags about a file where there is no file that they could be about.

    Raises:
        UsageError: there is none.
    """
    if request is not None and request.file is None:
        raise UsageError("These flags say something about a file, and none was given.", "Add --data FILE.")


def person() -> "Person":
    """The person at this terminal."""
    from scaffold.core.dataset.bring import Person

    return Person(console.choose, console.write)
