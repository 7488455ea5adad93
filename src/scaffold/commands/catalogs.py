"""`scaffold catalog add|list|update|remove`: other people's templates, under a name that the user chooses."""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from scaffold.core.outcome import Notice, Outcome, Progress, Table, Text, silent
from scaffold.core.templates import catalog, foreign, settings
from scaffold.core.templates.catalog import Catalog, Entry
from scaffold.core.templates.manifest import NAME
from scaffold.errors import ExitCode, ScaffoldError
from scaffold.tools import files, git


def add(name: str, place: str) -> Outcome:
    """Register a folder of templates, or clone a git repository of them. The same name again fetches it again.

    Raises:
        ScaffoldError: The name is not allowed, or no template is there.
    """
    if not NAME.fullmatch(name):
        raise ScaffoldError(
            f"`{name}` cannot name a catalog.",
            "Use lower-case letters, digits and single hyphens.",
            code="catalog-invalid",
        )
    if any(entry.name == name for entry in catalog.built_in()):
        raise ScaffoldError(
            f"`{name}` is the name of a built-in template.",
            "Choose another name for the catalog.",
            code="catalog-invalid",
        )
    git.refuse_secret(place, "catalog")
    with _exclusive():
        offered = _register(name, place)
    rows = [(entry.name, entry.title) for entry in offered]
    data = {"catalog": name, "source": place, "templates": [entry.name for entry in offered]}
    return Outcome(data, [Table(("template", "what it makes"), rows)])


def update(name: str | None = None, progress: Progress = silent) -> Outcome:
    """Fetch catalogs again that are clones of git repositories; one that fails does not stop the others.

    Args:
        name: The catalog; None for all.
        progress: Shows what is being done.

    Raises:
        ScaffoldError: There is none of this name, or it alone was named and cannot be fetched.
    """
    with _exclusive():
        chosen = [_registered(name)] if name else catalog.registered()
        rows = []
        for number, item in enumerate(chosen, start=1):
            progress.count(f"Fetching {item.name}", number, len(chosen))
            try:
                rows.append(_fetched_again(item))
            except ScaffoldError as error:
                if name:
                    raise
                rows.append({"name": item.name, "fetched": False, "templates": [], "error": error.message})
    cells = [(row["name"], row["error"] or _said(row)) for row in rows]
    blocks = [Table(("catalog", ""), cells)]
    failed = any(row["error"] for row in rows)
    empty = [Text("No catalog is registered; scaffold catalog add NAME FOLDER-OR-URL registers one.")]
    return Outcome({"catalogs": rows}, blocks if rows else empty, exit_code=ExitCode.PARTLY_DONE if failed else 0)


def _fetched_again(item: Catalog) -> dict[str, Any]:
    offered = _register(item.name, item.source) if item.is_clone else catalog.entries(item)
    templates = [entry.name for entry in offered]
    return {"name": item.name, "fetched": item.is_clone, "templates": templates, "error": ""}


def _said(row: Mapping[str, Any]) -> str:
    many = len(row["templates"])
    count = f"{many} template{'' if many == 1 else 's'}"
    return f"fetched: {count}" if row["fetched"] else f"a folder of yours, read as it is: {count}"


def _register(name: str, place: str) -> list[Entry]:
    """Look into a folder, or into a fresh clone; then put that in the place of what was registered under the name."""
    with files.temporary_folder() as parent:
        folder = Path(os.path.expanduser(place))  # noqa: PTH111 - Path.expanduser() fails for a user that there is not
        fresh = None if folder.is_dir() else _fetched(place, parent / name)
        offered = catalog.entries(Catalog(name, place, fresh or folder.resolve()))
        if not offered:
            raise ScaffoldError(
                f"{place} holds no template.",
                "A template is a folder with a template.toml or copier.yml.",
                code="catalog-invalid",
            )
        others = [item for item in catalog.registered() if item.name != name]
        _remove_clone(name)
        if fresh:
            files.move(fresh, catalog.clone_folder(name))
            catalog.save([*others, Catalog(name, place, catalog.clone_folder(name), time.time())])
            return catalog.entries(Catalog(name, place, catalog.clone_folder(name)))
        catalog.save([*others, Catalog(name, place, folder.resolve())])
    return offered


def list_catalogs() -> Outcome:
    """The registered catalogs."""
    items = catalog.registered()
    data = {"catalogs": [_listed(item) for item in items]}
    if not items:
        return Outcome(data, [Text("No catalog is registered; scaffold catalog add NAME FOLDER-OR-URL registers one.")])
    rows = [(item.name, item.source, _age(item)) for item in items]
    return Outcome(data, [Table(("catalog", "from", "fetched"), rows)])


def _listed(item: Catalog) -> dict[str, Any]:
    fetched = datetime.fromtimestamp(item.fetched, UTC).isoformat(timespec="seconds") if item.fetched else ""
    return {"name": item.name, "source": item.source, "folder": str(item.folder), "fetched": fetched}


def _age(item: Catalog) -> str:
    """When a catalog was fetched last, in words."""
    if not item.is_clone:
        return "a folder, read as it is"
    if not item.fetched:
        return "not known"
    days = int((time.time() - item.fetched) / (24 * 60 * 60))
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def remove(name: str) -> Outcome:
    """Remove a catalog. A clone that `add` made is deleted, a folder of the user's stays.

    Raises:
        ScaffoldError: There is none of this name.
    """
    with _exclusive():
        gone = _registered(name)
        catalog.save([item for item in catalog.registered() if item != gone])
        _remove_clone(name)
    notice = Notice(
        f"Projects made from {name}/… keep working, but cannot be updated until the catalog is added again."
    )
    return Outcome({"catalog": name, "removed": True}, [Text(f"Removed {name}.")], [notice])


def _registered(name: str) -> Catalog:
    for item in catalog.registered():
        if item.name == name:
            return item
    raise ScaffoldError(
        f"There is no catalog `{name}`.", "`scaffold catalog list` shows what there is.", code="no-such-catalog"
    )


def _fetched(url: str, clone: Path) -> Path:
    try:
        git.clone(foreign.expanded(url), clone, bare=False)
    except git.GitError as error:
        raise ScaffoldError(
            f"{git.redact(url)} is neither a folder nor a git repository that can be read.",
            error.message,
            code="catalog-invalid",
        ) from error
    return clone


def _remove_clone(name: str) -> None:
    if catalog.clone_folder(name).is_dir():
        files.remove_tree(catalog.clone_folder(name))


def _exclusive() -> FileLock:
    settings.config_folder().mkdir(parents=True, exist_ok=True)
    return FileLock(settings.config_folder() / "catalogs.lock")
