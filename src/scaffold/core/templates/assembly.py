"""How layers and a template's own files become one ordinary Copier template (DESIGN §3).

Copier wants one template per git repository and refuses includes that leave it, so a release is put together here, as a
plain mapping that nobody has written anywhere yet: the same sources give the same mapping, byte for byte.
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
    """Put the template in `folder` together with its layers.

    Args:
        folder: holds `template.toml`; its layers stand in `_layers/` beside it.

    Returns:
        A Copier template: `copier.yml`, `project/`, `includes/`, `template.toml`, `CHANGELOG.md`.

    Raises:
        ScaffoldError: a layer is missing, two parts bring the same path and `replaces` does not say so, `replaces`
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
    stood_in: dict[str, tuple[str, str]] = {}  # rendered path → (path in the tree, part that brought it)
    unused = set(replaces)
    for part in parts:
        for path, file in _files(part):
            rendered = path.removesuffix(SUFFIX)
            if rendered in stood_in:
                earlier, owner = stood_in[rendered]
                if rendered not in replaces:
                    raise ScaffoldError(
                        f"`{rendered}` is in both {owner} and {part.name}.",
                        f'Say which wins: add "{rendered}" to `replaces` in {FILE_NAME}.', code="template-invalid")
                unused.discard(rendered)
                del tree[earlier]
            stood_in[rendered] = (path, part.name)
            tree[path] = file
    _require_no_file_as_folder(stood_in)
    for rendered in sorted(unused):
        raise ScaffoldError(f"`replaces` names `{rendered}`, which nothing replaces.", f"Remove it from {FILE_NAME}.", code="template-invalid")
    return tree


def _require_no_file_as_folder(stood_in: Mapping[str, tuple[str, str]]) -> None:
    for path, (_, owner) in stood_in.items():
        for folder in map(str, PurePosixPath(path).parents):
            if folder in stood_in:
                raise ScaffoldError(f"`{folder}` is a file in {stood_in[folder][1]} and a folder in {owner}.", code="template-invalid")


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
    """Nobody has to trust anything to use an assembled template, and no layer overrides another's question unseen."""
    for key in sorted(keys & {"_tasks", "_migrations", "_jinja_extensions", "_subdirectory"}):
        raise ScaffoldError(f"{path} sets `{key}`, which assembled templates do not have.", f"Take `{key}` out of it.", code="template-invalid")
    for key in sorted(key for key in keys & asked.keys() if not key.startswith("_")):
        raise ScaffoldError(f"The question `{key}` is in both {asked[key]} and {path}.", "Ask it in one of them.", code="template-invalid")


def _questions(path: Path) -> tuple[str, set[str]]:
    """One part's `copier.yml`, ready to have another document after it, and the keys that it sets."""
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
