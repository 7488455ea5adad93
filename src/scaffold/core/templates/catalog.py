"""The templates that can be used: the built-in ones, and those of the catalogs that the user registered.

A catalog is a folder. A template in it is a bundle of releases (`releases/NAME.bundle` with `NAME.toml` beside it, as
in this package), a folder with a `template.toml`, or a folder with a `copier.yml`, at the top or under `templates/`.
"""

import difflib
import json
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
    """A catalog that the user registered: its name, the folder or URL they gave, and its folder on this disk."""

    name: str
    source: str
    folder: Path


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
        return [Catalog(name, item["source"], Path(item["folder"])) for name, item in sorted(entries.items())]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ScaffoldError(f"{path} is damaged.", "Delete it and add your catalogs again.", code="catalog-invalid") from error


def save(catalogs: list[Catalog]) -> None:
    """Write the list of the user's catalogs."""
    content = {item.name: {"source": item.source, "folder": str(item.folder)} for item in catalogs}
    write_atomically(_registry(), json.dumps(content, indent=2) + "\n")


def entries(catalog: Catalog) -> list[Entry]:
    """The templates of one catalog.

    Raises:
        ScaffoldError: Its folder is gone.
    """
    if not catalog.folder.is_dir():
        raise ScaffoldError(
            f"The catalog `{catalog.name}` is no longer at {catalog.folder}.",
            f"Run: scaffold catalog remove {catalog.name}", code="no-such-folder")
    prefix = f"{catalog.name}/"
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
        offered = built_in()
    else:
        offered = next((entries(item) for item in registered() if item.name == catalog_name), [])
    for entry in offered:
        if entry.name == name:
            return entry
    known = [entry.name for entry in built_in()] + [entry.name for entry in offered]
    raise unknown(name, known)


def unknown(name: str, known: list[str]) -> ScaffoldError:
    """The error for a template that does not exist."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`? " if near else ""
    return ScaffoldError(f"There is no template `{name}`.", hint + "`scaffold list` shows what there is.", code="no-such-template")


def _registry() -> Path:
    return config_folder() / "catalogs.json"


def _released(folder: Path, prefix: str) -> Iterator[Entry]:
    manifests = {path.stem: read_manifest(path) for path in folder.glob("*.toml") if NAME.fullmatch(path.stem)}
    for name, manifest in sorted(manifests.items(), key=lambda item: (item[1].order, item[0])):
        yield Entry(prefix + name, folder / f"{name}.bundle", manifest)


def _sources(folder: Path, prefix: str) -> Iterator[Entry]:
    for path in sorted([*folder.glob("*/"), *folder.glob("templates/*/")]):
        if not NAME.fullmatch(path.name):
            continue
        if (path / FILE_NAME).is_file():
            yield Entry(prefix + path.name, path, read_manifest(path / FILE_NAME))
        elif any((path / name).is_file() for name in ("copier.yml", "copier.yaml")):
            yield Entry(prefix + path.name, path, None)
