"""`scaffold catalog add|list|remove`: templates of other people, under a name of the user's."""

from pathlib import Path

from filelock import FileLock

from scaffold.core import catalog, settings
from scaffold.core.catalog import Catalog
from scaffold.core.manifest import NAME
from scaffold.core.outcome import Notice, Outcome, Table, Text
from scaffold.errors import ScaffoldError
from scaffold.tools import files, git


def add(name: str, place: str) -> Outcome:
    """Register a folder, or clone a git repository, of templates. Adding the same name again fetches it anew.

    Raises:
        ScaffoldError: the name is not allowed, or no template is found there.
    """
    if not NAME.fullmatch(name):
        raise ScaffoldError(f"`{name}` cannot name a catalog.", "Use lower-case letters, digits and single hyphens.")
    if any(entry.name == name for entry in catalog.built_in()):
        raise ScaffoldError(f"`{name}` is the name of a built-in template.", "Choose another name for the catalog.")
    with _locked():
        folder = Path(place).expanduser()
        found = Catalog(name, place, folder.resolve() if folder.is_dir() else _fetch(name, place))
        offered = catalog.entries(found)
        if not offered:
            raise ScaffoldError(
                f"{place} holds no template.", "A template is a folder with a template.toml or copier.yml."
            )
        catalog.save([item for item in catalog.registered() if item.name != name] + [found])
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
    """Forget a catalog; a clone of ours is deleted, a folder of the user's stays.

    Raises:
        ScaffoldError: there is none of that name.
    """
    with _locked():
        items = catalog.registered()
        gone = next((item for item in items if item.name == name), None)
        if gone is None:
            raise ScaffoldError(f"There is no catalog `{name}`.", "`scaffold catalog list` shows what there is.")
        catalog.save([item for item in items if item.name != name])
        clone = _clones() / name
        if gone.folder == clone and clone.is_dir():
            files.remove_tree(clone)
    notice = Notice(f"Projects made from {name}/… still stand, but cannot be updated until it is added again.")
    return Outcome({"catalog": name, "removed": True}, [Text(f"Removed {name}.")], [notice])


def _fetch(name: str, url: str) -> Path:
    clone = _clones() / name
    with files.temporary_folder() as parent:
        fresh = parent / name
        try:
            git.clone(url, fresh, bare=False)
        except git.GitError as error:
            raise ScaffoldError(
                f"{git.redact(url)} is neither a folder nor a git repository that can be read.", error.message
            ) from error
        if clone.is_dir():
            files.remove_tree(clone)
        files.move(fresh, clone)
    return clone


def _clones() -> Path:
    return settings.config_folder() / "catalogs"


def _locked() -> FileLock:
    settings.config_folder().mkdir(parents=True, exist_ok=True)
    return FileLock(settings.config_folder() / "catalogs.lock")
