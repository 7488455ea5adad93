"""`scaffold template release`: for template authors."""

from pathlib import Path
from typing import Any

from scaffold.core import release
from scaffold.core.assembly import LAYERS, assemble
from scaffold.core.catalog import BUILT_IN
from scaffold.core.manifest import FILE_NAME, NAME, read_manifest
from scaffold.core.outcome import Outcome, Table
from scaffold.errors import ScaffoldError
from scaffold.tools import files


def release_templates(folder: Path, names: list[str], out: Path | None = None, *, amend: bool = False) -> Outcome:
    """Release every named template whose assembled files changed since its newest release.

    Args:
        folder: holds the templates' folders and `_layers/`.
        names: the templates; all of the folder's when empty.
        out: where the bundles stand; None for `releases/` beside scaffold's own catalog.
        amend: replace the newest release instead of adding one.

    Raises:
        ScaffoldError: a template is missing, does not assemble, or changed without a newer version.
    """
    if not folder.is_dir():
        raise ScaffoldError(
            f"There is no folder {folder}.", "Name the one that holds the templates: --templates FOLDER"
        )
    out = (out or BUILT_IN).resolve()
    rows: list[dict[str, Any]] = []
    for name in names or _all(folder):
        if not (folder / name / FILE_NAME).is_file():
            raise ScaffoldError(f"There is no template at {folder / name}.", f"It would hold a {FILE_NAME}.")
        tree = assemble(folder / name)
        version = read_manifest(folder / name / FILE_NAME).version
        bundle = out / f"{name}.bundle"
        changed = release.add_release(bundle, tree, version, amend=amend)
        files.write_atomically(out / f"{name}.toml", tree[FILE_NAME].content)
        rows.append({"template": name, "version": version, "released": changed, "bundle": str(bundle)})
    table = Table(
        ("template", "version", ""),
        [(row["template"], row["version"], "released" if row["released"] else "unchanged") for row in rows],
    )
    return Outcome({"releases": rows}, [table])


def _all(folder: Path) -> list[str]:
    return sorted(
        path.parent.name
        for path in folder.glob(f"*/{FILE_NAME}")
        if NAME.fullmatch(path.parent.name) and path.parent.name != LAYERS
    )
