"""Set and delete attributes of a student's objects, so that a test can undo what it set.

`monkeypatch` restores an attribute by setting what was there before or, since pytest 9.1, where the attribute is not in
the proxy's own `__dict__`, by deleting what it set.
"""

from collections.abc import Callable
from typing import Any

Request = Callable[..., Any]
"""`proxies.Connection.request`."""
_MISSING = object()


def assign(request: Request, target: Any, name: str, value: Any) -> None:
    """Set an attribute in the worker, and remember what it was."""
    try:
        before = getattr(target, name)
    except AttributeError:
        before = _MISSING
    vars(target).setdefault("_before", {}).setdefault(name, []).append(before)
    request("set", target, name, value)


def delete(request: Request, target: Any, name: str) -> None:
    """Undo the last `assign` of an attribute; where there was none, delete the attribute in the worker."""
    remembered = vars(target).get("_before", {}).get(name)
    before = remembered.pop() if remembered else _MISSING
    if before is _MISSING:
        request("del", target, name)
    else:
        request("set", target, name, before)
