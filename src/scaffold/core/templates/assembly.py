"""Assembly of layers and a template's own files into one ordinary Copier template (docs/architecture.md, "Releases").

Copier takes one template per git repository and refuses includes that leave it. The result is a plain mapping in memory:
the same sources give the same mapping, byte for byte.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

import yaml

from scaffold.core.templates.manifest import FILE_NAME, NAME, Manifest, read_manifest
from scaffold.errors import ScaffoldError
from scaffold.tools.git.trees import File, Tree

LAYERS = "_layers"
SUFFIX = ".jinja"
_PARTS = ("project", "includes")
_IGNORED = {".git", "__pycache__", ".DS_Store", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".venv"}


def assemble(folder: Path) -> Tree:
    """Assemble the template in `folder` and its layers.

    Args:
        folder: The template's folder, with a `template.toml`; its layers are in `_layers/` beside it.

    Returns:
        A Copier template: `copier.yml`, `project/`, `includes/`, `template.toml`, `CHANGELOG.md`.

    Raises:
        ScaffoldError: A layer is missing, two parts have the same path and `replaces` does not name it, `replaces`
            names a path that nothing replaces, or a file is a symlink.
    """
    manifest = read_manifest(folder / FILE_NAME)
    parts = [*_layer_folders(folder, manifest), folder]
    tree = _overlay(parts, set(manifest.replaces))
    tree["copier.yml"] = File(_copier_yml(parts))
    for name in (FILE_NAME, "CHANGELOG.md"):
        if (folder / name).is_file():
            tree[name] = File((folder / name).read_bytes())
    return dict(sorted(tree.items()))


def _layer_folders(folder: Path, manifest: Manifest) -> Iterator[Path]:
    for layer in manifest.layers:
        path = folder.parent / LAYERS / layer
        if not NAME.fullmatch(layer) or not path.is_dir():
            raise ScaffoldError(f"{folder / FILE_NAME} names a layer `{layer}` that is not at {path}.", code="template-invalid")
        yield path


def _overlay(parts: list[Path], replaces: set[str]) -> dict[str, File]:
    tree: dict[str, File] = {}
    origins: dict[str, tuple[str, str]] = {}  # rendered path → (path in the tree, part that has it)
    unused = set(replaces)
    for part in parts:
        for path, file in _files(part):
            rendered = path.removesuffix(SUFFIX)
            if rendered in origins:
                earlier, owner = origins[rendered]
                if rendered not in replaces:
                    raise ScaffoldError(
                        f"`{rendered}` is in both {owner} and {part.name}.",
                        f'Say which wins: add "{rendered}" to `replaces` in {FILE_NAME}.', code="template-invalid")
                unused.discard(rendered)
                del tree[earlier]
            origins[rendered] = (path, part.name)
            tree[path] = file
    _require_no_file_as_folder(origins)
    for rendered in sorted(unused):
        raise ScaffoldError(f"`replaces` names `{rendered}`, which nothing replaces.", f"Remove it from {FILE_NAME}.", code="template-invalid")
    return tree


def _require_no_file_as_folder(origins: Mapping[str, tuple[str, str]]) -> None:
    for path, (_, owner) in origins.items():
        for folder in map(str, PurePosixPath(path).parents):
            if folder in origins:
                raise ScaffoldError(f"`{folder}` is a file in {origins[folder][1]} and a folder in {owner}.", code="template-invalid")


def _files(part: Path) -> Iterator[tuple[str, File]]:
    for name in _PARTS:
        for path in sorted([part / name, *(part / name).rglob("*")]):
            if _IGNORED.intersection(path.relative_to(part).parts) or path.suffix == ".pyc":
                continue
            if path.is_symlink():
                raise ScaffoldError(f"{path} is a symlink; templates hold none, they do not survive Windows.", code="template-invalid")
            if path.is_file():
                executable = bool(path.stat().st_mode & 0o100)
                yield path.relative_to(part).as_posix(), File(path.read_bytes(), executable)


def _copier_yml(parts: list[Path]) -> bytes:
    """Join the parts' questions: Copier reads several YAML documents as one and merges their `_exclude` lists."""
    documents = ["# Assembled by scaffold from the layers and the template; edit those.\n_subdirectory: project\n"]
    asked: dict[str, Path] = {}
    for path in (part / "copier.yml" for part in parts):
        if path.is_file():
            text, keys = _questions(path)
            documents.append(text)
            _require_harmless(keys, path, asked)
            asked |= dict.fromkeys(keys, path)
    return "---\n".join(documents).encode()


def _require_harmless(keys: set[str], path: Path, asked: Mapping[str, Path]) -> None:
    """Refuse code to run, so that nobody has to trust a template, and a question that two parts ask."""
    for key in sorted(keys & {"_tasks", "_migrations", "_jinja_extensions", "_subdirectory"}):
        raise ScaffoldError(f"{path} sets `{key}`, which assembled templates do not have.", f"Take `{key}` out of it.", code="template-invalid")
    for key in sorted(key for key in keys & asked.keys() if not key.startswith("_")):
        raise ScaffoldError(f"The question `{key}` is in both {asked[key]} and {path}.", "Ask it in one of them.", code="template-invalid")


def _questions(path: Path) -> tuple[str, set[str]]:
    """One part's `copier.yml`, so that another document can follow it, and the keys that it sets."""
    try:
        text = path.read_text(encoding="utf-8")
        documents = [document for document in yaml.safe_load_all(text) if document is not None]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScaffoldError(f"{path}, line {line}, is not valid YAML: {error.problem}.", code="template-invalid") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a date like 2020-99-99
        raise ScaffoldError(f"{path} is not valid YAML: {' '.join(str(error).split())}.", code="template-invalid") from error
    if not all(isinstance(document, dict) for document in documents):
        raise ScaffoldError(f"{path} is not valid YAML for copier: it must hold `question: details` entries.", code="template-invalid")
    return text.removeprefix("---\n").rstrip("\n") + "\n", {str(key) for document in documents for key in document}
