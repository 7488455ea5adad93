"""`scaffold catalog add|list|remove`: other people's templates, under a name that the user chooses."""

import os
from pathlib import Path

from filelock import FileLock

from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.core.templates import catalog, settings
from scaffold.core.templates.catalog import Catalog
from scaffold.core.templates.manifest import NAME
from scaffold.errors import ScaffoldError
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
    with _exclusive(), files.temporary_folder() as parent:
        folder = Path(os.path.expanduser(place))  # noqa: PTH111 - Path.expanduser() fails for a user that there is not
        fresh = None if folder.is_dir() else _fetched(place, parent / name)
        offered = catalog.entries(Catalog(name, place, fresh or folder))
        if not offered:
            raise ScaffoldError(
                f"{place} holds no template.",
                "A template is a folder with a template.toml or copier.yml.",
                code="catalog-invalid",
            )
        others = [item for item in catalog.registered() if item.name != name]
        _remove_clone(name)
        if fresh:
            files.move(fresh, _clone(name))
        catalog.save([*others, Catalog(name, place, _clone(name) if fresh else folder.resolve())])
    rows = [(entry.name, entry.title) for entry in offered]
    data = {"catalog": name, "source": place, "templates": [entry.name for entry in offered]}
    return Outcome(data, [Table(("template", "what it makes"), rows)])


def list_catalogs() -> Outcome:
    """The registered catalogs."""
    items = catalog.registered()
    data = {"catalogs": [{"name": i.name, "source": i.source, "folder": str(i.folder)} for i in items]}
    if not items:
        return Outcome(data, [Text("No catalog is registered; scaffold catalog add NAME FOLDER-OR-URL registers one.")])
    return Outcome(data, [Table(("catalog", "from"), [(item.name, item.source) for item in items])])


def remove(name: str) -> Outcome:
    """Remove a catalog. A clone that `add` made is deleted, a folder of the user's stays.

    Raises:
        ScaffoldError: There is none of this name.
    """
    with _exclusive():
        items = catalog.registered()
        gone = next((item for item in items if item.name == name), None)
        if gone is None:
            raise ScaffoldError(
                f"There is no catalog `{name}`.", "`scaffold catalog list` shows what there is.", code="no-such-catalog"
            )
        catalog.save([item for item in items if item.name != name])
        _remove_clone(name)
    notice = Notice(
        f"Projects made from {name}/… keep working, but cannot be updated until the catalog is added again."
    )
    return Outcome({"catalog": name, "removed": True}, [Text(f"Removed {name}.")], [notice])


def _fetched(url: str, clone: Path) -> Path:
    try:
        git.clone(url, clone, bare=False)
    except git.GitError as error:
        raise ScaffoldError(
            f"{git.redact(url)} is neither a folder nor a git repository that can be read.",
            error.message,
            code="catalog-invalid",
        ) from error
    return clone


def _remove_clone(name: str) -> None:
    if _clone(name).is_dir():
        files.remove_tree(_clone(name))


def _clone(name: str) -> Path:
    """The folder for our clone of a git repository."""
    return settings.config_folder() / "catalogs" / name


def _exclusive() -> FileLock:
    settings.config_folder().mkdir(parents=True, exist_ok=True)
    return FileLock(settings.config_folder() / "catalogs.lock")
