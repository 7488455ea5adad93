"""What of a template `uv lock` and `uv sync` would run: building a package runs the code that says how to build it.

PEP 517 has a build backend run at installation, and at locking where the metadata is dynamic. A well-known backend with
static settings runs nothing of the template's; everything else is listed here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

PYPROJECT = "pyproject.toml"
_BACKENDS = {
    "flit_core.buildapi",
    "hatchling.build",
    "pdm.backend",
    "poetry.core.masonry.api",
    "setuptools.build_meta",
    "uv_build",
}
_SCRIPTS = {"setuptools.build_meta": ("setup.py",), "pdm.backend": ("pdm_build.py",), "hatchling.build": ()}


def what_it_builds(files: Mapping[str, bytes]) -> list[str]:
    """What would run or be fetched from elsewhere when a project is locked and installed, one line each.

    Args:
        files: The project's files at its top: name → content. Only pyproject.toml is read.
    """
    try:
        content = tomllib.loads(files.get(PYPROJECT, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []  # uv reads nothing of it, either
    found = [*_backend(content, files), *_hooks(content), *_elsewhere(content)]
    return list(dict.fromkeys(found + (["`uv.toml`, settings for uv"] if "uv.toml" in files else [])))


def _backend(content: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    system = _table(content, "build-system")
    if not system:
        if "setup.py" in files or _table(content, "tool", "uv").get("package"):
            yield "`setup.py`"
        return
    backend = str(system.get("build-backend", "setuptools.build_meta"))
    if "backend-path" in system:
        yield f"the build backend `{backend}` in the template's own folder"
    elif backend not in _BACKENDS:
        yield f"the build backend `{backend}`"
    for name in _SCRIPTS.get(backend, ()):
        if name in files:
            yield f"`{name}`"
    yield from (f"the build requirement `{line}`" for line in _list(system, "requires") if _is_direct(line))


def _hooks(content: Mapping[str, Any]) -> Iterator[str]:
    """Code that well-known backends run because a table says so."""
    tool = _table(content, "tool")
    hatch = _table(tool, "hatch")
    targets = _table(hatch, "build", "targets")
    builds = [_table(hatch, "build"), *(_table(targets, name) for name in targets)]
    if any(_table(one, "hooks") for one in builds) or _table(hatch, "metadata", "hooks"):
        yield "a build hook of hatchling"
    if _table(hatch, "version").get("source") == "code":
        yield "the version of hatchling, read by running code"
    dynamic = _table(tool, "setuptools", "dynamic")
    if any(isinstance(value, dict) and "attr" in value for value in dynamic.values()):
        yield "the dynamic metadata of setuptools, read by importing the package"
    if _table(tool, "setuptools", "cmdclass"):
        yield "a command of setuptools"
    if _table(tool, "pdm", "version").get("source") == "call" or "custom-hook" in _table(tool, "pdm", "build"):
        yield "a build hook of PDM"
    if "build" in _table(tool, "poetry"):
        yield "a build script of Poetry"


def _elsewhere(content: Mapping[str, Any]) -> Iterator[str]:
    """Packages that come from no package index, or from one that the template names."""
    project, groups = _table(content, "project"), _table(content, "dependency-groups")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values(), *groups.values()]
    for line in (str(line) for some in lists if isinstance(some, list) for line in some if isinstance(line, str)):
        if _is_direct(line):
            yield f"the dependency `{line}`"
    settings = _table(content, "tool", "uv")
    for name, where in _table(settings, "sources").items():
        for one in where if isinstance(where, list) else [where]:
            if isinstance(one, dict) and one.keys() & {"git", "url", "path", "workspace"}:
                yield f"the dependency `{name}` from {next(iter(one.values()))}"
    if "workspace" in settings:
        yield "the packages of a workspace"
    for key in ("index", "index-url", "extra-index-url", "find-links"):
        if settings.get(key):
            yield f"packages from the template's own index (tool.uv.{key})"


def _is_direct(requirement: str) -> bool:
    """Whether a requirement names a place instead of a version (PEP 508)."""
    return "@" in requirement.split(";")[0] or "://" in requirement or requirement.strip().startswith((".", "/"))


def _table(content: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
    return content if isinstance(content, dict) else {}


def _list(content: Mapping[str, Any], key: str) -> list[str]:
    value = content.get(key)
    return [str(item) for item in value] if isinstance(value, list) else []
