"""Which template takes which data, and which one to name when it is the wrong one."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from scaffold.core.dataset import bring, documents, pictures, texts
from scaffold.core.dataset.bring import Brought, Person
from scaffold.core.dataset.documents import Documents
from scaffold.core.dataset.pictures import Pictures
from scaffold.core.dataset.request import Request
from scaffold.core.dataset.texts import Texts
from scaffold.core.outcome import Progress, silent
from scaffold.core.templates import catalog
from scaffold.core.templates.catalog import Entry
from scaffold.core.templates.manifest import DataNeeds, Manifest
from scaffold.errors import UsageError

Found = Brought | Pictures | Documents | Texts
"""What comes of the owner's file or folder."""
_READERS: dict[str, Callable[[Request, Progress], contextlib.AbstractContextManager[Pictures | Documents | Texts]]] = {
    "images": pictures.brought,
    "documents": documents.brought,
    "text": texts.brought,
}
_TASKS = {"regression": ("numbers", "ml-tabular"), "classification": ("classes", "ml-classification")}
"""Task → what is predicted, and the template that does it here or will."""


def require_table(manifest: Manifest | None, label: str) -> DataNeeds:
    """What a template says that it takes, when that is a table.

    Args:
        manifest: The template's description; None for other people's templates.
        label: How messages call it.

    Raises:
        UsageError: It takes no data, or other data.
    """
    needs = manifest.data if manifest else None
    if needs is not None and needs.kind == "table":
        return needs
    offered = catalog.built_in()
    takers = [entry.name for entry, taken in _takers(offered) if taken.kind == "table"]
    hint = f"Templates that take your own table: {', '.join(takers)}." if takers else "Leave out --data."
    if needs is None:
        raise UsageError(f"{label} works on its own example and takes no --data.", hint)
    raise UsageError(f"{label} takes {needs.kind}, and not a table.", hint)


@contextlib.contextmanager
def brought(
    manifest: Manifest | None,
    label: str,
    request: Request | None,
    person: Person | None = None,
    progress: Progress = silent,
) -> Iterator[Found | None]:
    """What comes of the owner's file or folder in a template; None when there is no file.

    Args:
        manifest: The template's description; None for other people's templates.
        label: How messages call it.
        request: What the owner asked for; None for the template's example.
        person: Asked for what was not said; None where nobody can be.
        progress: Told what is being done.

    Raises:
        ScaffoldError: The template takes no such file, or the file cannot be used.
    """
    if request is None:
        yield None
        return
    if reader := _READERS.get(manifest.data.kind if manifest and manifest.data else ""):
        with reader(request, progress) as looked_at:
            yield looked_at
        return
    task = require_table(manifest, label).task
    with bring.brought(request, task, hints(catalog.built_in()), person, progress) as found:
        yield found


def _takers(offered: Sequence[Entry]) -> list[tuple[Entry, DataNeeds]]:
    return [(entry, entry.manifest.data) for entry in offered if entry.manifest and entry.manifest.data]


def hints(offered: Sequence[Entry]) -> dict[str, str]:
    """Task → what to say to somebody whose target belongs to that task."""
    found = {}
    for task, (what, planned) in _TASKS.items():
        names = [entry.name for entry, needs in _takers(offered) if needs.task == task]
        found[task] = (
            f"{names[0]} predicts {what}: scaffold new {names[0]} … --data … --target …"
            if names
            else f"No template here predicts {what} yet; {planned} is to come."
        )
    return found
