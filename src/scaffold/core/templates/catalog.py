"""The templates that can be used: the built-in ones, and those of the catalogs that the user registered.

A catalog is a folder, or our clone of a git repository. A template in it is a bundle of releases (`releases/NAME.bundle`
with `NAME.toml` beside it, as in this package), a folder with a `template.toml`, or a folder with a `copier.yml`, at the
top or under `templates/`. A folder that is a template itself is a catalog of one.
"""

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scaffold.core.templates.manifest import FILE_NAME, NAME, Manifest, read_manifest
from scaffold.core.templates.settings import config_folder
from scaffold.errors import ScaffoldError
from scaffold.tools.files import write_atomically

SCHEME = "scaffold://"
BUILT_IN = Path(__file__).parents[2] / "releases"


@dataclass(frozen=True)
class Entry:
    """One template of a catalog.

    Attributes:
        name: `NAME`, or `CATALOG/NAME`.
        path: Its bundle of releases, or its folder of sources.
        manifest: Its description; None for a plain Copier template.
    """

    name: str
    path: Path
    manifest: Manifest | None

    @property
    def address(self) -> str:
        """The address that a project records and git resolves, without copier's `git+`."""
        return SCHEME + self.name

    @property
    def title(self) -> str:
        """What the template makes, in a few words."""
        return self.manifest.title if self.manifest else "a Copier template"


@dataclass(frozen=True)
class Catalog:
    """A catalog that the user registered.

    Attributes:
        name: Its name.
        source: The folder or URL that they gave.
        folder: Its folder on this disk.
        fetched: When our clone of it was made, in seconds since 1970; 0 where that is not known, or for a folder of theirs.
    """

    name: str
    source: str
    folder: Path
    fetched: float = 0

    @property
    def is_clone(self) -> bool:
        """Whether its folder is our clone of a git repository."""
        return self.folder == clone_folder(self.name)


def built_in() -> list[Entry]:
    """The templates of this package, in the order of the learner's road."""
    return list(_released(BUILT_IN, prefix=""))


def registered() -> list[Catalog]:
    """The user's catalogs, sorted by name.

    Raises:
        ScaffoldError: The file that lists them is damaged.
    """
    path = _registry()
    if not path.is_file():
        return []
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        if not all(NAME.fullmatch(name) for name in entries):
            raise ValueError
        return [
            Catalog(name, item["source"], Path(item["folder"]), float(item.get("fetched", 0)))
            for name, item in sorted(entries.items())
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ScaffoldError(f"{path} is damaged.", "Delete it and add your catalogs again.", code="catalog-invalid") from error


def save(catalogs: list[Catalog]) -> None:
    """Write the list of the user's catalogs."""
    content = {
        item.name: {"source": item.source, "folder": str(item.folder), "fetched": item.fetched} for item in catalogs
    }
    write_atomically(_registry(), json.dumps(content, indent=2) + "\n")


def entries(catalog: Catalog) -> list[Entry]:
    """The templates of one catalog.

    Raises:
        ScaffoldError: Its folder is gone.
    """
    if not catalog.folder.is_dir():
        raise ScaffoldError(
            f"The catalog `{catalog.name}` is no longer at {catalog.folder}.",
            f"Run: scaffold catalog {'update' if catalog.is_clone else 'remove'} {catalog.name}", code="no-such-folder")
    prefix = f"{catalog.name}/"
    if _is_template(catalog.folder):
        return [_source(catalog.folder, prefix + _own_name(catalog))]
    found = {entry.name: entry for entry in _sources(catalog.folder, prefix)}
    found |= {entry.name: entry for entry in _released(catalog.folder / "releases", prefix)}
    return [found[name] for name in sorted(found)]


def find(name: str) -> Entry:
    """The template called `NAME` or `CATALOG/NAME`.

    Raises:
        ScaffoldError: There is none; the hint names the nearest.
    """
    catalog_name, slash, _ = name.rpartition("/")
    if not slash:
        offered = list(_released(BUILT_IN, "", name)) if NAME.fullmatch(name) else []
    else:
        offered = next((entries(item) for item in registered() if item.name == catalog_name), [])
    for entry in offered:
        if entry.name == name:
            return entry
    known = [entry.name for entry in built_in()] + [entry.name for entry in offered]
    raise unknown(name, known)


def of(address: str) -> Catalog | None:
    """The registered catalog of a template's address or label; None for a template of no catalog."""
    name, slash, _ = address.removeprefix("git+").removeprefix(SCHEME).partition("/")
    if not slash or not NAME.fullmatch(name):
        return None
    return next((item for item in registered() if item.name == name), None)


def owner(path: Path) -> Catalog | None:
    """The registered catalog in whose folder a file is; None for a file of no catalog."""
    return next((item for item in registered() if path.is_relative_to(item.folder)), None)


def clone_folder(name: str) -> Path:
    """The folder for our clone of a catalog that is a git repository."""
    return config_folder() / "catalogs" / name


def unknown(name: str, known: list[str]) -> ScaffoldError:
    """The error for a template that does not exist."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return ScaffoldError(f"There is no template `{name}`.", hint + "`scaffold list` shows what there is.", code="no-such-template")


def _registry() -> Path:
    return config_folder() / "catalogs.json"


def _released(folder: Path, prefix: str, wanted: str = "*") -> Iterator[Entry]:
    found = [path for path in folder.glob(f"{wanted}.toml") if NAME.fullmatch(path.stem)]
    manifests = {path.stem: read_manifest(path) for path in found}
    for name, manifest in sorted(manifests.items(), key=lambda item: (item[1].order, item[0])):
        yield Entry(prefix + name, folder / f"{name}.bundle", manifest)


def _sources(folder: Path, prefix: str) -> Iterator[Entry]:
    for path in sorted([*folder.glob("*/"), *folder.glob("templates/*/")]):
        if NAME.fullmatch(path.name) and _is_template(path):
            yield _source(path, prefix + path.name)


def _is_template(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (FILE_NAME, "copier.yml", "copier.yaml"))


def _source(folder: Path, name: str) -> Entry:
    manifest = read_manifest(folder / FILE_NAME) if (folder / FILE_NAME).is_file() else None
    return Entry(name, folder, manifest)


def _own_name(catalog: Catalog) -> str:
    """The name of the template that is a catalog itself: that of its repository or folder, where it is one."""
    word = catalog.source.rstrip("/").removesuffix(".git") if catalog.is_clone else str(catalog.folder)
    name = re.split(r"[/\\:]", word)[-1].lower().replace("_", "-")
    return name if NAME.fullmatch(name) else catalog.name
