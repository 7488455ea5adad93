"""`scaffold template release`: for template authors."""

from pathlib import Path
from typing import Any

from scaffold.core.outcome import Outcome, Table
from scaffold.core.templates import release
from scaffold.core.templates.assembly import LAYERS, assemble
from scaffold.core.templates.catalog import BUILT_IN
from scaffold.core.templates.manifest import FILE_NAME, NAME, is_development, read_manifest
from scaffold.errors import ScaffoldError
from scaffold.tools import files


def release_templates(folder: Path, names: list[str], out: Path | None = None, *, amend: bool = False) -> Outcome:
    """Release every named template whose assembled files changed since its newest release.

    Args:
        folder: holds the templates' folders and `_layers/`.
        names: the templates; when empty, all of the folder's that are no longer in development (`.dev` versions).
        out: The folder of the bundles; None for `releases/` beside scaffold's own catalog.
        amend: Whether to replace the newest release instead of adding one.

    Raises:
        ScaffoldError: a template is missing, in development, does not assemble, or changed without a newer version.
    """
    if not folder.is_dir():
        raise ScaffoldError(
            f"There is no folder {folder}.",
            "Name the one that holds the templates: --templates FOLDER",
            code="no-such-folder",
        )
    out = (out or BUILT_IN).resolve()
    rows: list[dict[str, Any]] = []
    for name in names or _all(folder):
        if not (folder / name / FILE_NAME).is_file():
            raise ScaffoldError(
                f"There is no template at {folder / name}.", f"It would hold a {FILE_NAME}.", code="no-such-template"
            )
        tree = assemble(folder / name)
        version = read_manifest(folder / name / FILE_NAME).version
        if is_development(version):
            raise ScaffoldError(
                f"{name} {version} is in development.", f"Set the version that is to be released in its {FILE_NAME}."
            )
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
        if not is_development(read_manifest(path).version)
    )
